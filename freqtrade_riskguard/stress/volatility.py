"""How much the account moves in a day of stress, and which position moves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk import (
    covariance_matrix,
    portfolio_volatility,
    risk_shares,
    stressed_correlation,
)
from freqtrade_riskguard.stress.input import StressInput

_YEAR_DAYS = 365

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Volatilities:
    """Of the portfolio, a year, in normal and in stressed times; NaN where unknown.

    Attributes
    ----------
    correlation : ndarray, shape (n_positions, n_positions)
        The stressed one.
    stressed_covariance : ndarray, shape (n_positions, n_positions)
        A day's, of the pairs, with it.
    shares : ndarray, shape (n_positions,)
        Each position's part of the stressed volatility.
    """

    normal: float
    stressed: float
    correlation: Matrix
    stressed_covariance: Matrix
    shares: Matrix


def volatilities(given: StressInput, notionals: Sequence[float]) -> Volatilities:
    """Return the portfolio's volatility a year; NaN where one of its pairs' is not known."""
    held = given.positions
    size = len(held)
    correlation = np.full((size, size), nan)
    known = {frozenset(item.pairs): item.correlation for item in given.correlations}
    for row, one in enumerate(held):
        for column, other in enumerate(held):
            same = one.pair == other.pair
            both = frozenset((one.pair, other.pair))
            correlation[row, column] = 1.0 if same else known.get(both, nan)
    stressed = stressed_correlation(correlation)
    daily = [nan if item.daily_volatility is None else item.daily_volatility for item in held]
    if size == 0 or not 0.0 < given.equity_quote < inf:
        unknown = np.full((size, size), nan)
        return Volatilities(nan, nan, stressed, unknown, np.full(size, nan))
    weights = np.array([item.direction for item in held]) * np.array(notionals)
    weights = weights / given.equity_quote
    normal = covariance_matrix(daily, np.where(np.isnan(correlation), stressed, correlation))
    worse = covariance_matrix(daily, stressed)
    return Volatilities(
        portfolio_volatility(weights, normal) * sqrt(_YEAR_DAYS),
        portfolio_volatility(weights, worse) * sqrt(_YEAR_DAYS),
        stressed,
        worse,
        risk_shares(weights, worse),
    )

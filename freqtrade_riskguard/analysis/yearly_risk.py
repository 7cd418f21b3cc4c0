"""What a year of trades like those of a backtest may do to the account, by leverage.

Formula: a trade's return at leverage L is ``share * max(-1, L * n)``, share its margin over the
account before it closed, n its profit over its notional; ``-share`` where its worst price would
have been beyond liquidation. Paths of as many trades as a year has are drawn from them in blocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import isnan

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.analysis.leverage_survival import Survival
from freqtrade_riskguard.backtest_result.candles import FloatArray
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.risk import block_bootstrap, mean_block_trades, wilson_interval

LEVERAGES = (1.0, 2.0, 3.0, 5.0, 10.0, 20.0)
DRAWDOWN_LIMITS = (0.1, 0.2, 0.3, 0.5)
CONFIDENCE = 0.95
_YEAR = timedelta(days=365)
# As many paths as can be drawn in a few seconds, for all leverages together.
_MOST_PATHS, _FEWEST_PATHS, _MOST_TRADES = 10_000, 200, 20_000_000


@dataclass(frozen=True, slots=True)
class Chance:
    """A share of the paths, with the interval that their number leaves open."""

    share_ratio: float
    low_ratio: float
    high_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverageRisk:
    """A year at one leverage.

    Attributes
    ----------
    drawdowns : tuple of Chance
        Of a fall from the peak beyond each of ``DRAWDOWN_LIMITS``, by closed trades.
    liquidation : Chance
        Of at least one liquidated trade.
    median_growth_ratio : float
        Of the account; half of the paths end below.
    """

    leverage: float
    drawdowns: tuple[Chance, ...]
    liquidation: Chance
    median_growth_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyRisk:
    """A year, by leverage.

    Attributes
    ----------
    trades : int
        Of the record that is drawn from.
    trades_per_year : int
        Of each path.
    mean_block_trades : float
        How many trades of the record follow each other on average.
    """

    trades: int
    trades_per_year: int
    paths: int
    mean_block_trades: float
    by_leverage: tuple[LeverageRisk, ...]


def yearly_risk(result: Result, survival: Survival) -> YearlyRisk | None:
    """Draw years from a backtest as it was filled; None where no trade's worst price is known.

    None in cross margin, too: there trades that are open together lose together, and those of a
    path come one after the other.

    Parameters
    ----------
    survival : Survival
        With stops as the backtest filled them.
    """
    shares, per_notional, survived = _records(result, survival)
    if not shares.size or result.is_cross:
        return None
    span = max(result.end - result.start, timedelta(days=1))
    length = max(1, round(shares.size * (_YEAR / span)))
    paths = min(_MOST_PATHS, max(_FEWEST_PATHS, _MOST_TRADES // length))
    lost = np.array([survived < leverage for leverage in LEVERAGES])
    returns = shares * np.maximum(-1.0, np.outer(LEVERAGES, per_notional))
    block = mean_block_trades(shares.size)
    drawn = block_bootstrap(
        np.where(lost, -shares, returns), length=length, paths=paths, mean_block=block, marked=lost
    )
    return YearlyRisk(
        trades=shares.size,
        trades_per_year=length,
        paths=paths,
        mean_block_trades=block,
        by_leverage=tuple(
            LeverageRisk(
                leverage=leverage,
                drawdowns=tuple(
                    _chance(drawn.max_drawdown_ratio[row] > limit) for limit in DRAWDOWN_LIMITS
                ),
                liquidation=_chance(drawn.has_marked[row]),
                median_growth_ratio=float(np.expm1(np.median(drawn.log_growth[row]))),
            )
            for row, leverage in enumerate(LEVERAGES)
        ),
    )


def _records(result: Result, survival: Survival) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return share, return per notional and survived leverage of each trade, as they closed."""
    rows = list(_rows(result, survival))
    columns = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return columns[0], columns[1], columns[2]


def _rows(result: Result, survival: Survival) -> Iterator[tuple[float, float, float]]:
    balance_quote = result.starting_balance_quote
    survived = zip(result.trades, survival.survived, strict=True)
    for trade, leverage in sorted(survived, key=lambda each: each[0].close_time):
        # An account that is used up cannot lose anything more.
        if balance_quote <= 0.0:
            return
        notional_quote = trade.stake_quote * trade.leverage
        if not isnan(leverage) and notional_quote > 0.0:
            share = min(1.0, trade.stake_quote / balance_quote)
            yield share, trade.profit_quote / notional_quote, leverage
        balance_quote += trade.profit_quote


def _chance(hits: npt.NDArray[np.bool_]) -> Chance:
    found, of = int(np.count_nonzero(hits)), hits.size
    low, high = wilson_interval(found, of, CONFIDENCE)
    return Chance(found / of, low, high)

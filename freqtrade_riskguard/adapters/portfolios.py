"""How pairs move together, measured when an entry asks for it."""

from datetime import datetime
from math import isnan, nan

import numpy as np
import numpy.typing as npt
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.candles import Candles
from freqtrade_riskguard.risk import rolling_beta, shrunk_correlation
from freqtrade_riskguard.snapshot import Portfolio

_MARKET_BASE = "BTC"
_REMEMBERED = 64
_LEAST_RETURNS = 24


class Portfolios:
    """Volatilities, correlations and betas of the pairs that are held and asked for.

    Parameters
    ----------
    candles : Candles
        Whose returns they are measured on.
    """

    def __init__(self, candles: Candles) -> None:
        self._candles = candles
        self._known: dict[tuple[tuple[str, ...], int], Portfolio] = {}

    def restart(self) -> None:
        """Measure everything again."""
        self._known.clear()

    def of(self, strategy: IStrategy, pairs: tuple[str, ...], time: datetime) -> Portfolio:
        """Return how pairs move together by ``time``; one answer per hour.

        A correlation that is unknown is taken as that of a market in which everything falls
        together, a beta as 1, and the market's state from the last pair where there is no BTC.
        """
        key = (pairs, int(time.timestamp()) // 3600)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._measure(strategy, pairs, time)
        return known

    def _measure(self, strategy: IStrategy, pairs: tuple[str, ...], time: datetime) -> Portfolio:
        candles = self._candles
        market = market_pair(strategy)
        move = candles.daily_move(strategy, market, time)
        if isnan(move):
            market = pairs[-1]
            move = candles.daily_move(strategy, market, time)
        columns = {pair: candles.log_returns(strategy, pair, time) for pair in {*pairs, market}}
        length = max((len(known) for known in columns.values() if known is not None), default=0)
        length = max(length, _LEAST_RETURNS)
        returns = {
            pair: np.full(length, nan) if column is None else column
            for pair, column in columns.items()
        }
        return Portfolio(
            daily_volatility=np.array(
                [candles.daily_volatility(strategy, pair, time) for pair in pairs]
            ),
            correlation=shrunk_correlation(np.column_stack([returns[pair] for pair in pairs])),
            betas=np.array([_beta(returns[pair], returns[market]) for pair in pairs]),
            market_daily_move=move,
            market_daily_volatility=candles.daily_volatility(strategy, market, time),
        )


def market_pair(strategy: IStrategy) -> str:
    """Return the pair that stands for the market."""
    stake = strategy.config["stake_currency"]
    return f"{_MARKET_BASE}/{stake}:{stake}"


def _beta(returns: npt.NDArray[np.float64], market: npt.NDArray[np.float64]) -> float:
    window = len(returns)
    return float(rolling_beta(returns, market, window=window, min_periods=_LEAST_RETURNS)[-1])

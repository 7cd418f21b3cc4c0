"""How many trades each leverage would have kept from liquidation."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan

import numpy as np

from freqtrade_riskguard.analysis.fill_stress import unmoved_words
from freqtrade_riskguard.analysis.price_extremes import Extremes
from freqtrade_riskguard.analysis.trade_legs import TradeLeg
from freqtrade_riskguard.backtest_result.candles import FloatArray
from freqtrade_riskguard.backtest_result.result import Result, Trade
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import (
    DEFAULT_LEVERAGES,
    FilledTrade,
    survival_shares,
    survived_leverage,
    surviving_leverage,
)

MOST = 0.99


@dataclass(frozen=True, slots=True)
class Survival:
    """Survival by leverage, under one way of filling stops.

    Attributes
    ----------
    slippage_ratio : float
        Beyond the worst of a stop's candle; NaN where stops are filled as in the backtest.
    liquidated : tuple of int
        Trades lost at each of ``leverages``; empty where that is not known.
    keeps_all, keeps_most : float
        The largest leverage that no trade, and not one in a hundred, would have been lost at. May
        be below 1; NaN where that is not known.
    counted, unknown : int
        Trades that count, and those whose worst price is not known.
    stops, unmoved : int
        Stops that the stress moves, and those of them whose candle is not known: with any, nothing
        is known of any leverage.
    survived : tuple of float
        The largest leverage that each trade would have lived at, in the order of the result; NaN
        where its worst price is not known. Empty where nothing is known.
    """

    slippage_ratio: float
    leverages: tuple[float, ...]
    liquidated: tuple[int, ...]
    keeps_all: float
    keeps_most: float
    counted: int
    unknown: int
    stops: int = 0
    unmoved: int = 0
    survived: tuple[float, ...] = ()

    @property
    def why_unknown(self) -> str:
        """Why nothing is known of any leverage; empty where it is."""
        if self.unmoved:
            return unmoved_words(self.unmoved, self.stops)
        return "" if self.counted else "the worst price of every trade is unknown"

    def lost_ratio(self, index: int) -> float:
        """Return the share of trades that are lost at a leverage; NaN without any."""
        return self.liquidated[index] / self.counted if self.counted else nan


def survival(
    result: Result,
    extremes: Extremes,
    fills: Sequence[FilledTrade],
    tiers: ResultTiers,
    slippage_ratio: float = nan,
) -> Survival:
    """Find what every trade's worst price would have left alive.

    Stakes, entries and exits stay those of the backtest; only the leverage differs.

    Parameters
    ----------
    slippage_ratio : float
        NaN: stops as the backtest filled them.
    """
    stops = [last for trade, last in zip(result.trades, fills, strict=True) if trade.is_stop]
    unmoved = sum(np.isnan(last.stop_candle_worst_price) for last in stops)
    if unmoved and not np.isnan(slippage_ratio):
        return Survival(
            slippage_ratio=slippage_ratio,
            leverages=DEFAULT_LEVERAGES,
            liquidated=(),
            keeps_all=nan,
            keeps_most=nan,
            counted=0,
            unknown=len(result.trades),
            stops=len(stops),
            unmoved=int(unmoved),
        )
    every = [
        _survived(trade, parts, last.stressed_exit_price(slippage_ratio), tiers)
        for trade, parts, last in zip(result.trades, extremes.parts, fills, strict=True)
    ]
    survived: FloatArray = np.array([each for each in every if not np.isnan(each)])
    lost = (1 - survival_shares(survived)) * survived.size if survived.size else ()
    return Survival(
        slippage_ratio=slippage_ratio,
        leverages=DEFAULT_LEVERAGES,
        liquidated=tuple(round(float(count)) for count in lost),
        keeps_all=surviving_leverage(survived),
        keeps_most=surviving_leverage(survived, MOST),
        counted=survived.size,
        unknown=len(every) - survived.size,
        stops=0 if np.isnan(slippage_ratio) else len(stops),
        survived=tuple(every),
    )


def _survived(
    trade: Trade, parts: Sequence[TradeLeg], stressed_price: float, tiers: ResultTiers
) -> float:
    """Return the leverage that every part of a trade has survived; NaN where unknown.

    Parameters
    ----------
    stressed_price : float
        Of the last exit; NaN to leave it as the backtest filled it.
    """
    found = inf
    for part in parts:
        worst_price = part.lowest if trade.side > 0 else part.highest
        if np.isnan(worst_price):
            return nan
        if part is parts[-1] and not np.isnan(stressed_price):
            worst_price = trade.side * min(trade.side * worst_price, trade.side * stressed_price)
        survived = survived_leverage(
            side=trade.side,
            entry_price=part.entry_price,
            worst_price=worst_price,
            stake_quote=part.stake_quote,
            tiers=tiers.of(trade.pair),
            taker_fee=trade.fee_close,
        )
        found = min(found, survived)
    # Where freqtrade's own liquidation came first, nobody knows how far the market went on.
    return min(found, float(np.nextafter(trade.leverage, 0.0))) if trade.is_liquidation else found

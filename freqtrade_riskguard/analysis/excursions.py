"""How far trades went against their side, measured in what a stop and a liquidation are away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.analysis.result_analysis import ResultAnalysis
from freqtrade_riskguard.analysis.trade_legs import TradeLeg
from freqtrade_riskguard.backtest_result.candles import FloatArray
from freqtrade_riskguard.backtest_result.result import Trade
from freqtrade_riskguard.risk import (
    MarginTiers,
    StopHitRates,
    adverse_excursion,
    favourable_excursion,
    liquidation_distance,
    liquidation_price,
    stop_hit_rates,
)

BoolArray = npt.NDArray[np.bool_]

# With fewer, a hit rate of 15 % is decided by a handful of trades.
FEWEST_WINNERS = 30
# Stops are rounded to the exchange's price steps.
_PRICE_STEP = 1e-3

_LOSING = (
    " This run lost (its profit factor is below 1): a stop limits losses, it does not make a "
    "losing strategy win."
)


@dataclass(frozen=True, slots=True)
class Excursions:
    """One entry per trade of a result; NaN where unknown.

    Attributes
    ----------
    adverse_ratio, favourable_ratio : ndarray of float64
        Furthest against and for the trade / the average entry price of that time.
    adverse_atr : ndarray of float64
        The first in average true ranges known at the entry.
    stop_ratio : ndarray of float64
        From the entry to the last stop, to the first where the last was in profit / entry price.
    liquidation_ratio : ndarray of float64
        From the entry to liquidation / entry price, the least where a trade was added to; 1 for
        a long that has none.
    return_ratio : ndarray of float64
        Profit / notional, costs included.
    won, censored : ndarray of bool
    hit_rates : StopHitRates
        What stops at multiples of the ATR would have hit.
    is_guarded : bool
        Whether a guard ended trades: then excursions are cut short.
    has_lost : bool
        Whether all trades together lost: then no stop makes the strategy win.
    """

    adverse_ratio: FloatArray
    favourable_ratio: FloatArray
    adverse_atr: FloatArray
    stop_ratio: FloatArray
    liquidation_ratio: FloatArray
    return_ratio: FloatArray
    won: BoolArray
    censored: BoolArray
    hit_rates: StopHitRates
    is_guarded: bool = False
    has_lost: bool = False

    @property
    def recommended_multiple(self) -> float:
        """The smallest multiple that hits fewer than 15 % of the winners; NaN for none.

        None is recommended from a guarded result, nor from fewer than 30 winners.
        """
        if self.is_guarded or self.hit_rates.winner_count < FEWEST_WINNERS:
            return nan
        return self.hit_rates.recommended_multiple()

    @property
    def recommendation(self) -> str:
        """Which stop is recommended, from how many winners; or why none is."""
        rates, multiple = self.hit_rates, self.recommended_multiple
        if self.is_guarded:
            return (
                "No stop is recommended: this result is guarded, and its own stop cuts the "
                "excursions short. Measure the strategy without the guard."
            )
        if rates.winner_count < FEWEST_WINNERS:
            return (
                f"No stop is recommended: that takes {FEWEST_WINNERS} winners with a known ATR, "
                f"and this result has {rates.winner_count}."
            )
        if isnan(multiple):
            return (
                f"No stop is recommended: each up to {rates.multiples[-1]:g} ATR would have hit "
                f"15 % or more of the {rates.winner_count:,} winners."
            )
        return (
            f"Recommended stop: {multiple:g} ATR, the smallest that would have hit fewer than 15 % "
            f"of the {rates.winner_count:,} winners.{_LOSING if self.has_lost else ''}"
        )


def excursions_of(found: ResultAnalysis, *, is_guarded: bool = False) -> Excursions:
    """Measure every trade of a result.

    Parameters
    ----------
    is_guarded : bool
        What its journal says; what the result itself tells is known.
    """
    trades, extremes = found.result.trades, found.extremes
    adverse, entries = _furthest(adverse_excursion, trades, extremes.parts)
    favourable, _ = _furthest(favourable_excursion, trades, extremes.parts)
    atr = np.array([found.candles.atr(trade.pair, trade.open_time) for trade in trades])
    multiples = np.divide(adverse * entries, atr, out=np.full(len(trades), np.nan), where=atr > 0)
    # A stop at 2 ATR must count as reached by what was stopped there.
    stopped = np.array([trade.is_stop for trade in trades], dtype=np.bool_)
    multiples = np.where(stopped, multiples * (1 + _PRICE_STEP), multiples)
    won = np.array([trade.has_won for trade in trades], dtype=np.bool_)
    censored = np.array([trade.is_censored for trade in trades], dtype=np.bool_)
    return Excursions(
        adverse_ratio=adverse,
        favourable_ratio=favourable,
        adverse_atr=multiples,
        stop_ratio=np.array([_stop_ratio(trade) for trade in trades], dtype=np.float64),
        liquidation_ratio=np.array(
            [
                min(_liquidation_ratio(trade, part, found.tiers.of(trade.pair)) for part in parts)
                for trade, parts in zip(trades, extremes.parts, strict=True)
            ],
            dtype=np.float64,
        ),
        return_ratio=np.array(
            [trade.profit_ratio / trade.leverage for trade in trades], dtype=np.float64
        ),
        won=won,
        censored=censored,
        hit_rates=stop_hit_rates(multiples, won, censored),
        is_guarded=is_guarded or found.is_guarded,
        has_lost=sum(trade.profit_quote for trade in trades) < 0,
    )


def _stop_ratio(trade: Trade) -> float:
    for price in (trade.last_stop_price, trade.first_stop_price):
        distance = trade.side * (trade.entry_price - price) / trade.entry_price
        if distance > 0:
            return float(distance)
    return nan


def _furthest(
    excursion: Callable[..., FloatArray],
    trades: Sequence[Trade],
    parts: Sequence[Sequence[TradeLeg]],
) -> tuple[FloatArray, FloatArray]:
    """Return the furthest excursion of any part of each trade, and that part's entry price."""
    owners = [number for number, each in enumerate(parts) for _ in each]
    flat = [part for each in parts for part in each]
    entries = np.array([part.entry_price for part in flat], dtype=np.float64)
    ratios = excursion(
        np.array([trades[owner].side for owner in owners], dtype=np.float64),
        entries,
        np.array([part.lowest for part in flat], dtype=np.float64),
        np.array([part.highest for part in flat], dtype=np.float64),
    )
    found, prices = np.full(len(trades), np.nan), np.full(len(trades), np.nan)
    # Ascending, so that of each trade the furthest is written last.
    for place in np.argsort(ratios).tolist():
        found[owners[place]], prices[owners[place]] = ratios[place], entries[place]
    return found, prices


def _liquidation_ratio(trade: Trade, part: TradeLeg, tiers: MarginTiers) -> float:
    amount = part.stake_quote * trade.leverage / part.entry_price
    price = liquidation_price(
        side=trade.side,
        entry_price=part.entry_price,
        amount=amount,
        margin_quote=part.stake_quote,
        tiers=tiers.of_position(amount, part.entry_price),
        taker_fee=trade.fee_close,
    )
    return liquidation_distance(part.entry_price, price, trade.side)

"""An account in cross margin, gone through candle by candle: where it would be liquidated.

Formula: in every candle all positions stand at their own worst price at once, a long at the low and
a short at the high, and the account is liquidated in the first in which
``cash + sum(side*A*(P - E)) - sum(fee*A*P) <= sum(maintenance(A*P))``.

An exit at a candle's open saw nothing of the candle, and a stop ended a position at its price.
Before any other exit the whole candle may have come. Funding that a trade paid counts from its
entry, what it received from its exit: nobody knows when it came.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from math import isclose, isnan
from typing import NamedTuple

import numpy as np

from freqtrade_riskguard.backtest_result.candles import FloatArray, IntArray, PairCandles
from freqtrade_riskguard.backtest_result.result import Fill, Result, Trade
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import FilledTrade, MarginTiers, TierTable

# An exchange's price steps are wider than a candle file's digits.
_SAME_PRICE = 1e-5
# As many at once as need no more than some megabytes.
_CANDLES_AT_ONCE = 2_000
_AT_OPEN, _ENTRY, _WITHIN = range(3)


@dataclass(frozen=True, slots=True)
class AccountLiquidation:
    """The first moment at which the account could not have gone on.

    Attributes
    ----------
    time : datetime
        Opening of the candle.
    equity_quote : float
        At the worst prices of that candle, all positions together; may be negative.
    loss_ratio : float
        Of what the account had at its start.
    """

    time: datetime
    equity_quote: float
    loss_ratio: float


@dataclass(frozen=True, slots=True)
class AccountPaths:
    """What became of the account under each way of playing the backtest again.

    Attributes
    ----------
    liquidations : tuple of AccountLiquidation or None
        One for each way; None where it lived.
    drawdown_ratios : tuple of float
        Of each way the deepest fall from the most that it had realised to its equity at the worst
        prices of a candle; NaN where it was liquidated.
    max_leverage : float
        Notional of all positions over equity, at most right after an entry, as it was traded and
        until it was liquidated; 0 without entries.
    """

    liquidations: tuple[AccountLiquidation | None, ...]
    drawdown_ratios: tuple[float, ...]
    max_leverage: float


def account_paths(
    result: Result,
    candles: Mapping[str, PairCandles],
    tiers: ResultTiers,
    exits: Sequence[Sequence[FilledTrade | None]],
    ways: Sequence[tuple[float, float]] = (),
) -> AccountPaths:
    """Go through a backtest as it was traded, and in other ways.

    Parameters
    ----------
    candles : mapping
        Of every pair that was traded.
    exits : sequence of sequence of FilledTrade or None
        Of every trade one for each fill: what a bad fill moves, see `moved_exits`.
    ways : sequence of (float, float)
        Size of every position, in multiples of the one that was traded, and slippage beyond the
        worst of a stop's candle; NaN leaves stops as the backtest filled them.

    Returns
    -------
    AccountPaths
        As it was traded first, then the ways.

    Notes
    -----
    Where the backtest's stakes are a share of the account (``compounds``), they are the same share
    of what a way has left of it. Entries and exits stay when they were.
    """
    every = [(1.0, np.nan), *ways]
    walk = _Walk(result, candles, tiers, exits, every)
    walk.run()
    found = tuple(walk.liquidation(way) for way in range(len(every)))
    return AccountPaths(found, walk.drawdown_ratios(), walk.max_leverage)


class _Event(NamedTuple):
    place: int
    phase: int
    trade: int
    fill: int


@dataclass(slots=True)
class _Held:
    """What is held of a trade, one number for each way."""

    trade: Trade
    amount: FloatArray
    average: FloatArray
    worst: FloatArray
    open: FloatArray
    # What its fills do not explain of its profit: funding.
    remainder_quote: float
    # Size in multiples of the one that was traded.
    size: FloatArray
    ending: list[tuple[float, FloatArray]] = field(default_factory=list)

    def parts(self, first: int, last: int) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Yield amount and worst price in a stretch of candles, of each part of it."""
        left = self.amount * (1.0 - sum(share for share, _ in self.ending))
        yield left[:, None], self.worst[None, first:last]
        for share, price in self.ending:
            yield (self.amount * share)[:, None], price[:, None]


class _Walk:
    """The account on its way through the candles, in every way at once."""

    def __init__(
        self,
        result: Result,
        candles: Mapping[str, PairCandles],
        tiers: ResultTiers,
        exits: Sequence[Sequence[FilledTrade | None]],
        ways: Sequence[tuple[float, float]],
    ) -> None:
        self._result, self._tiers, self._exits = result, tiers, exits
        self._sizes = np.array([size for size, _ in ways], dtype=np.float64)
        self._slippages = [slippage for _, slippage in ways]
        self._times: IntArray = np.unique(
            np.concatenate([each.opened_at for each in candles.values()] or [np.empty(0, np.int64)])
        )
        self._prices = {
            pair: _aligned(each, self._times) for pair, each in candles.items() if each.open.size
        }
        self._cash: FloatArray = np.full(len(ways), result.starting_balance_quote)
        self._held: dict[int, _Held] = {}
        self._died_at = np.full(len(ways), -1, dtype=np.int64)
        self._died_with = np.full(len(ways), np.nan)
        self._peak = self._cash
        self._drawdown = np.zeros(len(ways))
        self.max_leverage = 0.0

    def run(self) -> None:
        """Go through all fills in the order of their candles."""
        checked = 0
        for place, group in groupby(sorted(self._events()), key=lambda event: event.place):
            events = list(group)
            if self._held:
                self._judge(checked, place)
            for event in events:
                if event.phase == _AT_OPEN:
                    self._leave(event)
                elif event.phase == _ENTRY:
                    self._enter(event)
            if any(event.phase == _ENTRY for event in events):
                self._note_leverage(place)
            within = [event for event in events if event.phase == _WITHIN]
            for event in within:
                self._end(event)
            self._judge(place, place + 1)
            for event in within:
                self._leave(event)
            checked = place + 1

    def liquidation(self, way: int) -> AccountLiquidation | None:
        """Return where the account was liquidated; None where it lived."""
        place = int(self._died_at[way])
        if place < 0:
            return None
        equity_quote = float(self._died_with[way])
        return AccountLiquidation(
            datetime.fromtimestamp(int(self._times[place]), UTC),
            equity_quote,
            1.0 - equity_quote / self._result.starting_balance_quote,
        )

    def drawdown_ratios(self) -> tuple[float, ...]:
        """Return the deepest drawdown of each way; NaN where the account was liquidated."""
        return tuple(np.where(self._died_at < 0, self._drawdown, np.nan).tolist())

    def _events(self) -> Iterator[_Event]:
        for number, trade in enumerate(self._result.trades):
            _, _, opens = self._prices[trade.pair]
            before = -1
            for index, fill in enumerate(trade.fills):
                at = int(self._times.searchsorted(int(fill.time.timestamp()), side="right")) - 1
                place = max(at, before, 0)
                phase = _ENTRY if fill.is_entry else _WITHIN
                at_open = isclose(fill.price, float(opens[place]), rel_tol=_SAME_PRICE)
                if phase == _WITHIN and at_open and 0 <= before < place:
                    phase = _AT_OPEN
                yield _Event(place, phase, number, index)
                before = place

    def _enter(self, event: _Event) -> None:
        trade = self._result.trades[event.trade]
        fill = trade.fills[event.fill]
        held = self._held.get(event.trade)
        size = self._sizes * self._share()
        if held is None:
            nothing = np.zeros(len(size))
            low, high, opens = self._prices[trade.pair]
            held = _Held(
                trade=trade,
                amount=nothing,
                average=nothing,
                worst=low if trade.side > 0 else high,
                open=opens,
                remainder_quote=_remainder_quote(trade),
                size=size,
            )
            self._held[event.trade] = held
            self._cash = self._cash + size * min(held.remainder_quote, 0.0)
        added = fill.amount * size
        paid = held.amount * held.average + added * fill.price
        held.amount = held.amount + added
        held.average = np.divide(
            paid, held.amount, out=np.full(len(paid), fill.price), where=held.amount > 0.0
        )
        self._cash = self._cash - trade.fee_open * added * fill.price

    def _share(self) -> FloatArray:
        """Return how much each way has to trade with, in multiples of the account as it was."""
        if not (self._result.compounds and self._cash[0] > 0.0):
            return np.ones(len(self._sizes))
        share: FloatArray = np.maximum(self._cash, 0.0) / self._cash[0]
        return share

    def _leave(self, event: _Event) -> None:
        held = self._held.get(event.trade)
        if held is None:
            return
        trade, fill = held.trade, held.trade.fills[event.fill]
        held.ending.clear()
        is_last = event.fill == len(trade.fills) - 1
        sold = held.amount * (1.0 if is_last else _sold_share(held, fill))
        price = self._exit_prices(event)
        received = trade.side * sold * (price - held.average) - trade.fee_close * sold * price
        held.amount = held.amount - sold
        if is_last:
            received = received + held.size * max(held.remainder_quote, 0.0)
            del self._held[event.trade]
        self._cash = self._cash + received

    def _end(self, event: _Event) -> None:
        """Note what a stop within the candle ends, and at which price."""
        held = self._held.get(event.trade)
        if held is not None and self._exits[event.trade][event.fill] is not None:
            held.ending.append(
                (_sold_share(held, held.trade.fills[event.fill]), self._exit_prices(event))
            )

    def _exit_prices(self, event: _Event) -> FloatArray:
        fill = self._result.trades[event.trade].fills[event.fill]
        moved = self._exits[event.trade][event.fill]
        if moved is None:
            return np.full(len(self._slippages), fill.price)
        stressed = (moved.stressed_exit_price(slippage) for slippage in self._slippages)
        return np.array([fill.price if isnan(price) else price for price in stressed])

    def _note_leverage(self, place: int) -> None:
        """Keep the greatest effective leverage after an entry, as it was traded."""
        if self._died_at[0] >= 0:
            return
        equity_quote, gross_quote = float(self._cash[0]), 0.0
        for held in self._held.values():
            amount, price = float(held.amount[0]), float(held.open[place])
            gross_quote += amount * price
            equity_quote += held.trade.side * amount * (price - float(held.average[0]))
        if equity_quote > 0.0:
            self.max_leverage = max(self.max_leverage, gross_quote / equity_quote)

    def _judge(self, first: int, last: int) -> None:
        """Find which ways end in a stretch of candles through which the book stays as it is."""
        for start in range(first, last, _CANDLES_AT_ONCE):
            self._judge_at_once(start, min(start + _CANDLES_AT_ONCE, last))

    def _judge_at_once(self, first: int, last: int) -> None:
        equity: FloatArray = np.repeat(self._cash[:, None], last - first, axis=1)
        owed = np.zeros_like(equity)
        for held in self._held.values():
            side, fee = held.trade.side, held.trade.fee_close
            notional = np.zeros_like(equity)
            for amount, price in held.parts(first, last):
                equity += amount * (side * (price - held.average[:, None]) - fee * price)
                notional += amount * price
            owed += _maintenance(self._tiers.of(held.trade.pair), held.amount, notional)
        self._peak = np.maximum(self._peak, self._cash)
        self._drawdown = np.maximum(self._drawdown, 1.0 - equity.min(axis=1) / self._peak)
        over = ~(equity > owed) & (self._died_at < 0)[:, None]
        for way in np.flatnonzero(over.any(axis=1)).tolist():
            offset = int(over[way].argmax())
            self._died_at[way] = first + offset
            self._died_with[way] = equity[way, offset]


def _aligned(candles: PairCandles, times: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return low, high and open at all times; what is missing stays as it was before."""
    place = np.maximum(candles.opened_at.searchsorted(times, side="right") - 1, 0)
    return candles.low[place], candles.high[place], candles.open[place]


def _sold_share(held: _Held, fill: Fill) -> float:
    """Return the part of what is held that an exit sells, the same in every way."""
    amount = float(held.amount[0])
    return min(fill.amount / amount, 1.0) if amount > 0.0 else 1.0


def _remainder_quote(trade: Trade) -> float:
    explained = 0.0
    for fill in trade.fills:
        notional = fill.amount * fill.price
        fee = trade.fee_open if fill.is_entry else trade.fee_close
        explained -= (trade.side if fill.is_entry else -trade.side) * notional + fee * notional
    return trade.profit_quote - explained


def _maintenance(tiers: MarginTiers, amounts: FloatArray, notional: FloatArray) -> FloatArray:
    if isinstance(tiers, TierTable):
        return tiers.maintenance_margin(notional)
    found: FloatArray = np.zeros_like(notional)
    for way, (amount, row) in enumerate(zip(amounts.tolist(), notional, strict=True)):
        # The highest tier that it has touched holds for the whole position.
        price = float(row.max()) / amount if amount > 0.0 else 0.0
        found[way] = tiers.of_position(amount, price).maintenance_margin(row)
    return found

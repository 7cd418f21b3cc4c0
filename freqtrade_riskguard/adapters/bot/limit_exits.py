"""The exits at which an account has lost its limit, between two looks at the account."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import isnan, nan

from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.equity import Equity
from freqtrade_riskguard.adapters.account.trades import open_trades, trade_side
from freqtrade_riskguard.adapters.bot.reductions import Reductions
from freqtrade_riskguard.adapters.market.snapshots import SnapshotBuilder
from freqtrade_riskguard.engine.required_actions import (
    NO_EXIT_PRICE,
    NO_FLOOR,
    EquityFloor,
    ExitPrice,
)
from freqtrade_riskguard.risk import CandleLeg, equity_floor_touch, nearest_stop

# Amount and open rate of what is filled of a trade.
Held = tuple[float, float]


class LimitExits:
    """Finds where trades are closed once the equity falls to a floor.

    A backtest sees whole candles: there the moment within the candle is computed, once for all
    trades, and again only where one was filled or closed since. freqtrade goes through the trades
    one by one: those that have had their turn cannot be closed in that candle any more.

    A running bot sees the rate of one trade after the other: there the equity moves with each, and
    a trade is closed at its rate once the floor is reached.

    Parameters
    ----------
    view : SnapshotBuilder
        Knows the candles.
    equity : Equity
        Values the account.
    reductions : Reductions
        Knows what is being cut or closed anyway.
    """

    def __init__(self, view: SnapshotBuilder, equity: Equity, reductions: Reductions) -> None:
        self._view, self._equity, self._reductions = view, equity, reductions
        self._floor = NO_FLOOR
        self._equity_quote = nan
        self._marks: dict[int, float] = {}
        self._last: dict[int, Held] = {}
        self._before: dict[int, Held] = {}
        self._candle: datetime | None = None
        self._book: object = None
        self._begun: object = None
        self._settled: set[int] = set()
        self._planned: dict[int, float] = {}

    def begin(
        self,
        floor: EquityFloor,
        equity_quote: float,
        trades: Sequence[LocalTrade],
        marks: Sequence[float],
    ) -> None:
        """Begin a loop with the trades as they are now, and the prices that they are valued at."""
        self._floor, self._equity_quote = floor, equity_quote
        if isnan(floor.quote):
            return
        self._begun = _book()
        self._marks = {trade.id: mark for trade, mark in zip(trades, marks, strict=True)}
        self._last = {trade.id: (trade.amount, trade.open_rate) for trade in trades}
        self._candle = None

    def price(
        self,
        strategy: IStrategy,
        trade: LocalTrade,
        rate: float,
        time: datetime,
        *,
        is_live: bool,
    ) -> ExitPrice:
        """Return where a trade is closed: in this candle, or at the rate now; NaN for nowhere."""
        if isnan(self._floor.quote):
            return NO_EXIT_PRICE
        if is_live:
            return self._at_rate(trade, rate)
        if time != self._candle:
            # Of a candle within the loop's, of a detail timeframe, the equity is not known yet.
            is_first = self._candle is None
            self._candle, self._book = time, None
            self._before, self._last = self._last, dict(self._last)
            if is_first and self._is_far(strategy, time):
                self._book = self._begun
            self._settled.clear()
            self._planned.clear()
        held = (trade.amount, trade.open_rate)
        book = _book()
        if book != self._book or self._last.get(trade.id) != held:
            self._book = book
            if self._last.get(trade.id) != held:
                self._planned.pop(trade.id, None)
            self._plan(strategy, time)
        price = self._planned.get(trade.id, nan)
        self._settled.add(trade.id)
        return NO_EXIT_PRICE if isnan(price) else ExitPrice(price, self._floor.rule)

    def _is_far(self, strategy: IStrategy, time: datetime) -> bool:
        """Whether the floor is not reached even where every pair goes against its position.

        Nearly always so, and told much faster than the moment at which it would be reached.
        """
        left_quote = self._equity_quote - self._floor.quote
        for trade in LocalTrade.bt_trades_open:
            mark = self._marks.get(trade.id)
            if mark is None:
                continue
            _, low, high = self._view.candle(strategy, trade, time)
            against = high - mark if trade.is_short else mark - low
            if against > 0:
                held, _ = self._last[trade.id]
                left_quote -= held * against * (1 + (trade.fee_close or 0.0))
        return left_quote > 0

    def _at_rate(self, trade: LocalTrade, rate: float) -> ExitPrice:
        moved = rate - self._marks.get(trade.id, trade.open_rate)
        if isnan(moved):
            # It must not make the equity unknown for the trades after it.
            return NO_EXIT_PRICE
        self._marks[trade.id] = rate
        self._equity_quote += trade.amount * (trade_side(trade) - (trade.fee_close or 0.0)) * moved
        is_reached = self._equity_quote <= self._floor.quote
        return ExitPrice(rate, self._floor.rule) if is_reached else NO_EXIT_PRICE

    def _plan(self, strategy: IStrategy, time: datetime) -> None:
        """Find where the account falls to its floor in this candle, as its book is now."""
        trades = [trade for trade in open_trades() if trade.amount > 0]
        self._last = {trade.id: (trade.amount, trade.open_rate) for trade in trades}
        every = [self._leg(strategy, trade, time) for trade in trades]
        legs: dict[int, CandleLeg] = {}
        settled = []
        for trade, leg in zip(trades, every, strict=True):
            planned = self._planned.get(trade.id, nan)
            if trade.id in self._settled:
                settled.append(leg)
            elif not isnan(planned):
                settled.append(replace(leg, low_price=planned, high_price=planned, stop_price=nan))
            else:
                legs[trade.id] = leg
        equity_quote = self._equity.value(time, trades, [leg.start_price for leg in every])
        touch = equity_floor_touch(equity_quote, self._floor.quote, list(legs.values()), settled)
        if touch is not None:
            # What is being closed needs no price.
            self._planned |= {
                number: touch.exit_price(leg) for number, leg in legs.items() if leg.amount > 0
            }

    def _leg(self, strategy: IStrategy, trade: LocalTrade, time: datetime) -> CandleLeg:
        opened, low, high = self._view.candle(strategy, trade, time)
        side = trade_side(trade)
        amount, open_rate = trade.amount, trade.open_rate
        held, held_rate = self._before.get(trade.id, (0.0, 0.0))
        start = opened
        if amount > held:
            # What was filled in this candle starts at its price.
            added_quote = amount * open_rate - held * held_rate
            start = min(max((held * opened + added_quote) / amount, low), high)
        return CandleLeg(
            side=side,
            # What is being cut goes at the open.
            amount=self._reductions.target_amount(trade.id, amount),
            start_price=start,
            low_price=low,
            high_price=high,
            exit_fee_ratio=trade.fee_close or 0.0,
            stop_price=nearest_stop(side, trade.stop_loss or nan, trade.liquidation_price or nan),
        )


def _book() -> tuple[int, int]:
    """Return what differs once a trade of a backtest has been opened or closed."""
    return len(LocalTrade.bt_trades_open), len(LocalTrade.bt_trades)

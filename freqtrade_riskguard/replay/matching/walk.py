"""Lets recorded time pass over the account, one event after the other."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import partial

from freqtrade_riskguard.replay.intervals import HOUR_MS
from freqtrade_riskguard.replay.matching.account import Holding
from freqtrade_riskguard.replay.matching.contract import Contract
from freqtrade_riskguard.replay.matching.cross_search import CrossLeg, first_shortfall_ms
from freqtrade_riskguard.replay.matching.execution import Execution
from freqtrade_riskguard.replay.matching.ledger import Ledger
from freqtrade_riskguard.replay.matching.margin import Margin
from freqtrade_riskguard.replay.matching.market_prices import MarketPrices
from freqtrade_riskguard.replay.matching.orders import ConditionalOrder, Order, PriceKind, Side
from freqtrade_riskguard.replay.matching.state import MatchingState

# How far ahead is searched at a time: far enough for a bot that asks every few seconds, and not so
# far that much is searched again after each of its orders.
_STRETCH_MS = 6 * HOUR_MS


class _Rank(IntEnum):
    """Which of two events at the same moment comes first."""

    CONDITIONAL = 0
    LIMIT = 1
    LIQUIDATION = 2
    TURN = 3


@dataclass(frozen=True, slots=True)
class _Level:
    """A price at which something happens to one contract."""

    kind: PriceKind
    price: float
    below: bool
    rank: _Rank
    key: int
    act: Callable[[], None]

    @property
    def order(self) -> tuple[float, int, int]:
        """The nearest to the market first, then by rank, then the oldest."""
        return (-self.price if self.below else self.price, self.rank, self.key)


@dataclass(frozen=True, slots=True)
class _Event:
    """What happens next."""

    time_ms: float
    rank: int
    symbol: str
    act: Callable[[], None]
    kind: PriceKind | None = None
    price: float = 0.0

    @property
    def order(self) -> tuple[float, int, str]:
        """The earliest first, then by rank, then by name."""
        return self.time_ms, self.rank, self.symbol


class Walk:
    """Finds what happens next to the account, and lets it happen.

    Parameters
    ----------
    contracts
        By name.
    state
        The account.
    prices
        Prices of the moment; moved by this alone.
    margin
        Margin of the account.
    ledger
        Books funding.
    execution
        Executes orders and liquidations.
    """

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        state: MatchingState,
        prices: MarketPrices,
        margin: Margin,
        ledger: Ledger,
        execution: Execution,
    ) -> None:
        self._contracts = contracts
        self._state = state
        self._prices = prices
        self._margin = margin
        self._ledger = ledger
        self._execution = execution
        self._next: _Event | None = None
        # Up to where funding is paid: at one moment, what prices reach comes before it.
        self._turned_ms: float = state.now_ms

    def advance(self, to_ms: int) -> None:
        """Walk to a moment, which is not earlier than the present one."""
        while (event := self._next or self._find_next()).time_ms <= to_ms:
            self._next = None
            self._prices.move(max(self._prices.time_ms, event.time_ms))
            # What this opens pays no funding that was due before.
            before_ms = math.nextafter(self._prices.time_ms, -math.inf)
            self._turned_ms = max(self._turned_ms, before_ms)
            if event.kind is not None:
                self._prices.pin(event.symbol, event.kind, event.price)
            event.act()
        self._next = event
        self._prices.move(to_ms)
        self._turned_ms = self._state.now_ms = to_ms

    def look_again(self) -> None:
        """Forget what was to happen next: the account, its orders or prices are changing."""
        self._next = None

    def _find_next(self) -> _Event:
        """Find what happens next, a few hours ahead at most: nobody is told of it before."""
        turn_ms = min((self._prices.time_ms + _STRETCH_MS, *self._turns_ms()))
        turn = _Event(turn_ms, _Rank.TURN, "", self._turn)
        event = min([turn, *self._events(turn_ms)], key=lambda event: event.order)
        return self._before_liquidation(event)

    def _turns_ms(self) -> Iterator[float]:
        """Iterate over moments ahead at which prices, orders or the wallet change by the clock."""
        now_ms = self._prices.time_ms
        for symbol in self._state.holdings:
            times_ms = self._contracts[symbol].prices.funding.times_ms
            place = int(times_ms.searchsorted(self._turned_ms, side="right"))
            if place < times_ms.size:
                yield float(times_ms[place])
        for factors in self._state.price_factors.values():
            if factors.until_ms is not None:
                yield max(now_ms, factors.until_ms)
        for order in self._ledger.open_orders.values():
            if order.rests_until_ms > now_ms:
                yield order.rests_until_ms

    def _turn(self) -> None:
        """Let happen what happens by the clock at the moment."""
        now_ms = self._turned_ms = self._prices.time_ms
        for symbol in sorted(self._state.holdings):
            funding = self._contracts[symbol].prices.funding
            place = int(funding.times_ms.searchsorted(now_ms, side="left"))
            if place < funding.times_ms.size and funding.times_ms[place] == now_ms:
                self._ledger.book_funding(symbol, float(funding.rates[place]))
        for symbol, factors in tuple(self._state.price_factors.items()):
            if factors.until_ms is not None and factors.until_ms <= now_ms:
                del self._state.price_factors[symbol]
                self._prices.unpin()

    def _events(self, until_ms: float) -> Iterator[_Event]:
        symbols = {order.symbol for order in self._ledger.open_orders.values()}
        symbols |= {stop.symbol for stop in self._ledger.open_conditionals.values()}
        for symbol in sorted(symbols | set(self._state.holdings)):
            levels = tuple(self._levels(symbol))
            late = self._state.liquidation_first
            deferred = [level for level in levels if late and level.rank is _Rank.CONDITIONAL]
            for kind in PriceKind:
                of_kind = [level for level in levels if level.kind is kind]
                prompt = [level for level in of_kind if level not in deferred]
                yield from self._first(symbol, kind, prompt, until_ms)
                rest = [level for level in of_kind if level in deferred]
                yield from self._first(symbol, kind, rest, until_ms, at_line_end=True)

    def _first(
        self,
        symbol: str,
        kind: PriceKind,
        levels: list[_Level],
        until_ms: float,
        *,
        at_line_end: bool = False,
    ) -> Iterator[_Event]:
        """Iterate over the first of the levels that a price reaches, if it reaches one."""
        if not levels:
            return
        below = max((level.price for level in levels if level.below), default=-math.inf)
        above = min((level.price for level in levels if not level.below), default=math.inf)
        crossing = self._prices.first_crossing(symbol, kind, until_ms, below=below, above=above)
        if crossing is None:
            return
        level = min(
            (level for level in levels if level.below is crossing.falling),
            key=lambda level: level.order,
        )
        time_ms, price = crossing.time_ms, crossing.price
        if at_line_end:
            time_ms, price = crossing.line_end_ms, crossing.line_end_price
        if time_ms <= until_ms:
            yield _Event(time_ms, level.rank, symbol, level.act, kind, price)

    def _levels(self, symbol: str) -> Iterator[_Level]:
        last, execution = PriceKind.LAST, self._execution
        for order in self._ledger.open_orders.values():
            if order.symbol != symbol or not self._may_fill(order):
                continue
            below = order.side is Side.BUY
            # A market order that was held fills at any price.
            price = order.limit_price or (math.inf if below else -math.inf)
            act = partial(execution.fill_resting, order)
            yield _Level(last, price, below, _Rank.LIMIT, order.order_id, act)
        for stop in self._ledger.open_conditionals.values():
            if stop.symbol == symbol:
                yield self._trigger_level(stop)
        holding = self._state.holdings.get(symbol)
        if holding and self._margin.is_isolated(symbol):
            yield from self._liquidation_level(symbol, holding)

    def _may_fill(self, order: Order) -> bool:
        waits = order.rests_until_ms > self._prices.time_ms
        return not waits and self._execution.fillable(order) > 0.0

    def _trigger_level(self, stop: ConditionalOrder) -> _Level:
        return _Level(
            stop.trigger_on,
            stop.trigger_price,
            stop.waits_below,
            _Rank.CONDITIONAL,
            stop.conditional_id,
            partial(self._execution.trigger, stop),
        )

    def _liquidation_level(self, symbol: str, holding: Holding) -> Iterator[_Level]:
        price = self._margin.isolated_liquidation_price(symbol, holding)
        below = holding.side > 0
        act = partial(self._execution.liquidate_isolated, symbol)
        if price > 0.0:
            yield _Level(PriceKind.MARK, price, below, _Rank.LIQUIDATION, 0, act)

    def _before_liquidation(self, event: _Event) -> _Event:
        """Return an event, or the liquidation of the account in cross margin that comes first."""
        cross = self._margin.cross_holdings()
        if not cross:
            return event
        legs = [
            CrossLeg(
                path=self._prices.path(symbol, PriceKind.MARK),
                factor=self._prices.factor(symbol, PriceKind.MARK),
                amount_base=holding.amount_base,
                entry_price=holding.entry_price,
                tiers=self._contracts[symbol].tiers,
            )
            for symbol, holding in cross.items()
        ]
        wallet_quote, now_ms = self._margin.cross_wallet_quote, self._prices.time_ms
        time_ms = first_shortfall_ms(wallet_quote, legs, now_ms, event.time_ms)
        if time_ms is None:
            return event
        # A stop at the same moment comes before, unless liquidations are to be first.
        rank = -1 if self._state.liquidation_first else _Rank.LIQUIDATION
        liquidation = _Event(time_ms, rank, "", self._execution.liquidate_cross)
        return min(event, liquidation, key=lambda event: event.order)

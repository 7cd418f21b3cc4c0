"""The account that private requests are about: matching and faults, by the clock."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import RLock
from typing import TypeAlias

from freqtrade_riskguard.replay.clock import to_ms
from freqtrade_riskguard.replay.credentials import Credentials
from freqtrade_riskguard.replay.fault_rules import (
    CancelOrder,
    ForgetOrder,
    LiquidateFirst,
    MarkDiffers,
    PartialFill,
    PriceJump,
)
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.matching import (
    MatchingEngine,
    PriceKind,
    Reason,
    RequestRefusedError,
)
from freqtrade_riskguard.replay.moved_prices import MovedPrices, PriceSteps
from freqtrade_riskguard.replay.requests import Query

_WHOLE = 1.0

PrivateAnswer: TypeAlias = Callable[["TradingAccount", Query], object]


class TradingAccount:
    """One account on the exchange; may be asked by several threads.

    Parameters
    ----------
    engine
        What is matched.
    faults
        What goes wrong.
    now_ms
        The exchange's clock.
    credentials
        What its requests are signed with.
    quote
        Asset of its balance.
    changed
        Called after each request that may have changed something: there the account is kept.

    Attributes
    ----------
    hedge_mode
        Whether it says that a contract may be held long and short at once; orders are in one-way
        mode all the same.
    multi_assets
        Whether it says that other assets stand behind positions, too.
    other_assets
        What it says to hold of them, by name: told and nothing else.
    key_trades, key_withdraws
        Whether it says that its key may trade futures, and withdraw; orders are taken all the same.
    """

    def __init__(
        self,
        engine: MatchingEngine,
        faults: Faults,
        now_ms: Callable[[], int],
        credentials: Credentials,
        *,
        quote: str,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.engine = engine
        self.credentials = credentials
        self.quote = quote
        self.hedge_mode = self.multi_assets = False
        self.other_assets: dict[str, float] = {}
        self.key_trades, self.key_withdraws = True, False
        self._faults = faults
        self._now_ms = now_ms
        self._changed = changed
        self._lock = RLock()
        self._steps = {
            symbol: {kind: PriceSteps() for kind in PriceKind} for symbol in engine.contracts
        }
        self._first = False
        faults.before_change = self.advance

    @contextmanager
    def now(self) -> Iterator[MatchingEngine]:
        """Hold the account still at the clock's time, for whoever looks at it or changes it."""
        with self._lock:
            self.advance()
            yield self.engine

    def answer(self, how: PrivateAnswer, query: Query) -> object:
        """Answer a private request at the clock's time."""
        with self.now():
            return how(self, query)

    def keep(self) -> None:
        """Have the account kept as it is now."""
        with self._lock:
            self._changed()

    def advance(self) -> None:
        """Let time pass up to the clock's, each fault beginning and ending in its turn."""
        with self._lock:
            now_ms = self._now_ms()
            for moment_ms in (*self._turns(now_ms), now_ms):
                self.engine.advance(moment_ms)
                self._do_faults()

    def moved_prices(self, symbol: str, kind: PriceKind) -> MovedPrices:
        """Return a price as the faults of this process have made it."""
        contract = self.engine.contracts[symbol]
        path = contract.prices.last if kind is PriceKind.LAST else contract.prices.mark
        return MovedPrices(path, self._steps[symbol][kind], contract.filters.price_decimals)

    def symbol_of(self, query: Query) -> str:
        """Return the contract that is asked for; NO_CONTRACT and UNKNOWN_CONTRACT refuse."""
        symbol = query.get("symbol")
        if not symbol:
            raise RequestRefusedError(Reason.NO_CONTRACT, "symbol")
        if symbol not in self.engine.contracts:
            raise RequestRefusedError(Reason.UNKNOWN_CONTRACT, symbol)
        return symbol

    def symbol_or_none(self, query: Query) -> str | None:
        """Return the contract that is asked for; None for all."""
        return self.symbol_of(query) if query.get("symbol") else None

    def symbols_of(self, query: Query) -> Sequence[str]:
        """Return the contract that is asked for; all where none is named."""
        return (self.symbol_of(query),) if query.get("symbol") else tuple(self.engine.contracts)

    def fill_share(self, symbol: str) -> float:
        """Return how much of a new order is ever filled, a fraction."""
        rule = self._faults.strike(
            PartialFill, self.engine.now_ms, lambda rule: rule.symbol in {None, symbol}
        )
        return rule.share if rule else _WHOLE

    def forgets(self, symbol: str) -> bool:
        """Whether the exchange knows nothing of an order that it is asked for."""
        return (
            self._faults.strike(
                ForgetOrder, self.engine.now_ms, lambda rule: rule.symbol in {None, symbol}
            )
            is not None
        )

    def _turns(self, now_ms: int) -> list[int]:
        """Return the moments at which faults begin or end until a moment."""
        rules = [
            rule
            for kind in (CancelOrder, LiquidateFirst, MarkDiffers, PriceJump)
            for rule in self._faults.of_kind(kind)
        ]
        turns = {to_ms(turn) for rule in rules for turn in (rule.since, rule.until) if turn}
        return sorted(turn for turn in turns if self.engine.now_ms < turn < now_ms)

    def _do_faults(self) -> None:
        now_ms = self.engine.now_ms
        for symbol in self.engine.contracts:
            self._do_prices(symbol, now_ms)
        first = any(rule.holds_at(now_ms) for rule in self._faults.of_kind(LiquidateFirst))
        if first != self._first:
            self.engine.set_liquidation_first(first=first)
            self._first = first
        if self._faults.of_kind(CancelOrder):
            self._do_cancellations(now_ms)

    def _do_prices(self, symbol: str, now_ms: int) -> None:
        last = mark = 1.0
        for jump in self._faults.of_kind(PriceJump):
            if jump.symbol == symbol and jump.holds_at(now_ms):
                last *= 1.0 + jump.change
                mark *= 1.0 + jump.change
        for apart in self._faults.of_kind(MarkDiffers):
            if apart.symbol == symbol and apart.holds_at(now_ms):
                mark *= 1.0 + apart.change
        steps = self._steps[symbol]
        before = steps[PriceKind.LAST].at(now_ms), steps[PriceKind.MARK].at(now_ms)
        if before != (last, mark):
            self.engine.set_price_factor(symbol, last=last, mark=mark)
            steps[PriceKind.LAST].add(now_ms, last)
            steps[PriceKind.MARK].add(now_ms, mark)

    def _do_cancellations(self, now_ms: int) -> None:
        for order in self.engine.open_orders():
            if self._cancels(order.symbol, now_ms, is_stop=False):
                self.engine.expire_order(order.order_id)
        for stop in self.engine.open_conditionals():
            if self._cancels(stop.symbol, now_ms, is_stop=True):
                self.engine.expire_conditional(stop.conditional_id)

    def _cancels(self, symbol: str, now_ms: int, *, is_stop: bool) -> bool:
        rule = self._faults.strike(
            CancelOrder,
            now_ms,
            lambda rule: rule.stops == is_stop and rule.symbol in {None, symbol},
        )
        return rule is not None

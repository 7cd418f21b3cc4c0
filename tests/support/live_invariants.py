"""What must hold of a bot that trades after each of its loops, whatever goes wrong."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from freqtrade.persistence import PairLocks, Trade

from freqtrade_riskguard.replay.matching import ConditionalOrder, Order, Position
from freqtrade_riskguard.replay.matching.orders import Origin
from tests.support.live_bot import LiveBot
from tests.support.live_scenes import guard_equity as guard_equity_of

# The exchange takes orders and tells of them while none of these strikes.
_HINDRANCES = frozenset(
    {
        "refuse_stops",
        "lose_answer",
        "refuse",
        "time_out",
        "go_away",
        "rate_limit",
        "forget_order",
    }
)
# What goes wrong here keeps nobody from placing a stop.
_APART_FROM_STOPS = frozenset({"/fapi/v1/order", "/fapi/v3/*"})
_OTHER_PRICES = frozenset({"price_jump", "mark_differs"})
# So many loops it may last that something is not as it should be.
_LOOPS = 2
_NO_STOP = "no stop for all of a position"
# Until a balance that was not answered is asked for again.
_EQUITY_LOOPS = 5
_EQUITY_RATIO = 0.002
# Of the price: rounded to a tick.
_TICK = 1e-5
_LOT = 1e-9


@dataclass(frozen=True)
class Violation:
    """Something that did not hold."""

    time: datetime
    what: str
    details: str

    def __str__(self) -> str:
        """Return it as a line."""
        return f"{self.time:%d %H:%M:%S} {self.what}: {self.details}"


@dataclass(frozen=True)
class _Lock:
    """A lock, beyond the session of the bot that read it."""

    pair: str
    side: str
    reason: str | None
    end: datetime


class Invariants:
    """Looks at the exchange's books and the bot's database after each loop.

    Parameters
    ----------
    live : LiveBot
        The bot.
    pairs : sequence of str
        What it trades.
    closes_orphans : bool
        Whether positions that no trade knows are closed, rather than told of.
    guard_equity : callable, optional
        Returns what the guard says the account is worth, for a bot in a process of its own.

    Attributes
    ----------
    violations : list of Violation
        What did not hold, each once while it lasts.
    entries : int
        Entry orders that were sent.
    """

    def __init__(
        self,
        live: LiveBot,
        pairs: Sequence[str],
        *,
        closes_orphans: bool,
        guard_equity: Callable[[], float] | None = None,
    ) -> None:
        self._guard_equity = guard_equity or partial(guard_equity_of, live)
        self._live, self._pairs, self._closes_orphans = live, pairs, closes_orphans
        self._lasting: Counter[tuple[str, str]] = Counter()
        self._orphan_loops: Counter[str] = Counter()
        self._told_before: dict[str, int] = {}
        self._nearest: dict[int, float] = {}
        self._locks: list[_Lock] = []
        self._orphans_before: frozenset[str] = frozenset()
        self._is_hindered = self._has_cancelled = False
        self._cancelled = 0
        self._calm_loops = self._true_price_loops = self._last_order = self._fills = 0
        self._journal_bytes = 0
        self.violations: list[Violation] = []
        self.entries = 0

    @property
    def is_flat(self) -> bool:
        """Whether there is nothing that could change between two candles."""
        opened = any(self._live.stops(pair) or self._live.open_orders(pair) for pair in self._pairs)
        return not (opened or self._live.positions or Trade.get_open_trades())

    def note_start(self) -> None:
        """Take note that a bot has begun, which knows nothing yet."""
        self._calm_loops = 0

    def orphaned_for(self, loops: int) -> list[str]:
        """Return the pairs that have had a position without a trade for so many loops."""
        return [pair for pair, count in self._orphan_loops.items() if count >= loops]

    def begin_loop(self) -> None:
        """Look at what holds before the bot looks."""
        rules = self._rules_in_force()
        hindrances = [rule for rule in rules if rule["what"] in _HINDRANCES]
        self._is_hindered = any(rule.get("path") not in _APART_FROM_STOPS for rule in hindrances)
        self._calm_loops = 0 if hindrances else self._calm_loops + 1
        # A person may have closed one meanwhile.
        self._orphans_before &= self._live.positions.keys()
        has_other_prices = any(rule["what"] in _OTHER_PRICES for rule in rules)
        self._true_price_loops = 0 if has_other_prices else self._true_price_loops + 1
        locks = PairLocks.get_pair_locks(None, self._live.clock.time)
        self._locks = [
            _Lock(lock.pair, lock.side, lock.reason, lock.lock_end_time_utc) for lock in locks
        ]

    def end_loop(self) -> None:
        """Hold what is against what must be."""
        cancelled = sum(
            rule["hits"] for rule in self._live.faults.listed() if rule["what"] == "cancel_order"
        )
        self._has_cancelled, self._cancelled = cancelled != self._cancelled, cancelled
        positions = self._live.positions
        trades = {trade.pair: trade for trade in Trade.get_open_trades()}
        self._check_entries()
        orphans = frozenset(pair for pair in positions if pair not in trades)
        for pair in self._pairs:
            position, stops = positions.get(pair), self._live.stops(pair)
            trade = trades.get(pair)
            self._check_orphan(pair, is_orphan=pair in orphans)
            self._check_stops(pair, position, stops, is_booked=trade is not None)
            if trade is not None and position is not None:
                self._check_nearness(trade, stops)
        self._orphans_before = orphans
        self._check_journal()
        self._check_equity()

    def _rules_in_force(self) -> list[dict[str, Any]]:
        """Return the faults that may strike now."""
        now = self._live.clock.time
        return [
            rule
            for rule in self._live.faults.listed()
            if rule["hits"] < rule.get("times", float("inf"))
            and datetime.fromisoformat(rule["until"]) > now
        ]

    def _check_stops(
        self,
        pair: str,
        position: Position | None,
        stops: Sequence[ConditionalOrder],
        *,
        is_booked: bool,
    ) -> None:
        held = 0.0 if position is None else abs(position.amount_base)
        is_protected = held <= sum(stop.quantity_base for stop in stops) + _LOT
        is_exempt = not (is_booked or self._closes_orphans)
        if self._has_cancelled:
            # Whatever was placed meanwhile, the exchange has taken away.
            self._lasting[_NO_STOP, pair] = 0
        self._may_not_last(
            _NO_STOP,
            pair,
            held > 0 and not is_protected and not is_exempt,
            f"held {held:g}, stops {[stop.quantity_base for stop in stops]}",
        )
        is_too_much = len(stops) > 1 and not self._is_hindered
        self._may_not_last("more stops than one", pair, is_too_much, f"{len(stops)}")
        # Nobody knows what is left behind on an exchange that does not tell what it holds.
        is_left = bool(stops) and not held and self._calm_loops > 0
        self._may_not_last("a stop left behind", pair, is_left, f"{len(stops)}")

    def _check_orphan(self, pair: str, *, is_orphan: bool) -> None:
        said = self._live.said
        if not is_orphan:
            self._orphan_loops.pop(pair, None)
            self._told_before[pair] = len(said)
            return
        self._orphan_loops[pair] += 1
        told = any(
            pair in message and ("no trade knows of it" in message or "closing" in message)
            for message in said[self._told_before.get(pair, 0) :]
        )
        # Nobody can tell what the exchange does not.
        is_untold = not told and self._calm_loops > 0
        self._may_not_last("nobody is told of a position without a trade", pair, is_untold, "")

    def _check_nearness(self, trade: Trade, stops: Sequence[ConditionalOrder]) -> None:
        sign = -1 if trade.is_short else 1
        triggers = [sign * stop.trigger_price for stop in stops]
        nearest = self._nearest.get(trade.id)
        now = [max(triggers)] if triggers else []
        for price in now + ([sign * trade.stop_loss] if trade.stop_loss else []):
            if nearest is not None and price < nearest - _TICK * trade.open_rate:
                self._violated(
                    "a stop is looser", f"{trade.pair} trade {trade.id}: {price:g} < {nearest:g}"
                )
        known = [] if nearest is None else [nearest]
        if triggers or known:
            self._nearest[trade.id] = max(triggers + known)

    def _check_entries(self) -> None:
        orders = [order for pair in self._pairs for order in self._live.orders(pair)]
        for order in orders:
            if order.order_id > self._last_order and _is_entry(order):
                self.entries += 1
                self._check_entry(order)
        self._last_order = max((order.order_id for order in orders), default=0)

    def _check_entry(self, order: Order) -> None:
        pair = next(pair for pair in self._pairs if pair.startswith(order.symbol[:3]))
        side = "long" if order.side.sign > 0 else "short"
        for lock in self._locks:
            is_over = lock.end.timestamp() * 1000 <= order.created_ms
            if lock.pair in {"*", pair} and lock.side in {"*", side} and not is_over:
                self._violated("an entry during a lock", f"{pair} {side}: {lock.reason}")
        if self._orphans_before:
            self._violated(
                "an entry beside a position without a trade",
                f"{pair} {side}, not booked: {sorted(self._orphans_before)}",
            )

    def _check_journal(self) -> None:
        file = self._live.folder / "journal.jsonl"
        if not file.exists():
            return
        with file.open("rb") as opened:
            opened.seek(self._journal_bytes)
            lines = opened.read()
        whole = lines[: lines.rfind(b"\n") + 1]
        self._journal_bytes += len(whole)
        for line in whole.splitlines():
            why = json.loads(line).get("why", "")
            if "Account changed by" in why:
                self._violated("a transfer that was none", why)

    def _check_equity(self) -> None:
        with self._live.exchange.account.now() as engine:
            fills = len(engine.fills())
        is_filled, self._fills = fills != self._fills, fills
        is_calm = min(self._calm_loops, self._true_price_loops) > _EQUITY_LOOPS
        if is_filled or not is_calm:
            return
        guard, exchange = self._guard_equity(), self._live.equity_quote
        is_off = abs(guard - exchange) > _EQUITY_RATIO * exchange
        self._may_not_last("another equity than the exchange's", "*", is_off, f"{guard} {exchange}")

    def _may_not_last(self, what: str, pair: str, is_so: bool, details: str) -> None:
        """Count how long something lasts that may only last for some loops."""
        if not is_so or self._is_hindered:
            self._lasting[what, pair] = 0
            return
        self._lasting[what, pair] += 1
        if self._lasting[what, pair] == _LOOPS + 1:
            self._violated(what, f"{pair}: {details}")

    def _violated(self, what: str, details: str) -> None:
        self.violations.append(Violation(self._live.clock.time, what, details))


def _is_entry(order: Order) -> bool:
    return order.origin is Origin.USER and not order.reduce_only

"""Looks at the exchange's books, the faults and the bot after each loop, and keeps what it saw."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from freqtrade.enums import RPCMessageType
from freqtrade.persistence import Trade

from freqtrade_riskguard.adapters.rehearsal.bot import RehearsedBot
from freqtrade_riskguard.rehearsal.record import (
    FaultRecord,
    Liquidation,
    Message,
    Sample,
    UnbookedPosition,
    Unprotected,
)
from freqtrade_riskguard.replay.account_books import AccountBooks, symbol_of
from freqtrade_riskguard.replay.clock import to_datetime
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.matching import Origin, Side

# While one of these strikes, the exchange takes no stop order, or does not tell of it.
_HINDER = frozenset(
    {
        *("refuse", "refuse_stops", "rate_limit", "time_out", "lose_answer", "go_away"),
        *("forget_order", "cancel_order"),
    }
)
# They strike nobody: the price is another.
_PRICES = frozenset({"price_jump", "mark_differs", "liquidate_first"})
_APART = frozenset({"what", "name", "since", "until", "hits"})
# An owner reads the message, looks at the exchange's page, and closes what no trade knows.
_OWNER_ACTS_AFTER = timedelta(minutes=15)
# Rounding of amounts, in base units.
_LOT = 1e-9


class Recorder:
    """Keeps what a rehearsal was.

    Parameters
    ----------
    bot : RehearsedBot
        Running.
    books : AccountBooks
        Of its account.
    pairs : sequence of str
        All that the exchange lists.

    Attributes
    ----------
    is_flat : bool
        Whether nothing is held, waits or is booked: then nothing happens before the next candle.
    """

    def __init__(self, bot: RehearsedBot, books: AccountBooks, pairs: Sequence[str]) -> None:
        self.samples: list[Sample] = []
        self.unprotected: list[Unprotected] = []
        self.unbooked: list[UnbookedPosition] = []
        self.messages: list[Message] = []
        self.restarts: list[Message] = []
        self.loops = 0
        self.is_flat = False
        self._bot, self._books, self._pairs = bot, books, pairs
        self._faults = FaultLog(books.exchange.faults)
        self._bare: dict[str, Unprotected] = {}
        self._bare_loops: Counter[str] = Counter()
        self._orphans: dict[str, UnbookedPosition] = {}
        self._heard = 0

    @property
    def faults(self) -> tuple[FaultRecord, ...]:
        """What went wrong on the exchange, in the order in which it was asked for."""
        return tuple(self._faults.records)

    @property
    def liquidations(self) -> tuple[Liquidation, ...]:
        """What the exchange has liquidated, by time."""
        found = [
            Liquidation(
                to_datetime(order.updated_ms), pair, order.average_price, order.filled_quote
            )
            for pair in self._pairs
            for order in self._books.orders(pair)
            if order.origin is Origin.LIQUIDATION
        ]
        return tuple(sorted(found, key=lambda liquidation: liquidation.time))

    def note_restart(self) -> None:
        """Keep that freqtrade had stopped itself, and why."""
        self.restarts.append(Message(self._bot.clock.time, self._bot.last_error))

    def end_loop(self) -> None:
        """Look at everything once the bot has looked."""
        self.loops += 1
        now = self._bot.clock.time
        equity_quote = self._books.equity_after_exits_quote
        self.samples.append(Sample(now, equity_quote, self._bot.guard_equity_quote))
        is_hindered = self._faults.look(now)
        self._hear(now)
        booked = {trade.pair for trade in Trade.get_open_trades()}
        positions = self._books.positions
        held = {pair: abs(position.amount_base) for pair, position in positions.items()}
        self._look_at_unbooked(now, held, booked)
        waits = False
        for pair in self._pairs:
            stops = self._books.stops(pair)
            covered = sum(stop.quantity_base for stop in stops)
            self._look_at_stops(now, pair, held.get(pair, 0.0), covered, is_hindered=is_hindered)
            waits |= bool(stops or self._books.open_orders(pair))
        self.is_flat = not (held or booked or waits)

    def act_as_owner(self) -> None:
        """Close by hand what no trade knows, as the owner does who was told of it."""
        now = self._bot.clock.time
        for pair, orphan in self._orphans.items():
            if orphan.closed or orphan.told is None or now - orphan.told < _OWNER_ACTS_AFTER:
                continue
            amount_base = self._books.positions[pair].amount_base
            side = Side.SELL if amount_base > 0 else Side.BUY
            with self._books.exchange.account.now() as engine:
                engine.place_order(symbol_of(pair), side, abs(amount_base), reduce_only=True)
            self._orphans[pair] = replace(orphan, closed=now)

    def finish(self) -> None:
        """Keep what still lasts at the end."""
        self.unprotected += self._bare.values()
        self.unbooked += self._orphans.values()
        self._bare, self._orphans = {}, {}

    def _hear(self, now: datetime) -> None:
        new = self._bot.messages[self._heard :]
        self._heard += len(new)
        self.messages += [
            Message(now, str(message["msg"]))
            for message in new
            if message["type"] == RPCMessageType.STRATEGY_MSG
        ]

    def _look_at_unbooked(self, now: datetime, held: Mapping[str, float], booked: set[str]) -> None:
        for pair in self._orphans.keys() - (held.keys() - booked):
            self.unbooked.append(self._orphans.pop(pair))
        for pair in held.keys() - booked:
            known = self._orphans.get(pair, UnbookedPosition(pair, now, None, None))
            if known.told is None and self._is_told(pair, known.since):
                known = replace(known, told=now)
            self._orphans[pair] = known

    def _is_told(self, pair: str, since: datetime) -> bool:
        return any(pair in said.text for said in self.messages if said.time >= since)

    def _look_at_stops(
        self, now: datetime, pair: str, held: float, covered: float, *, is_hindered: bool
    ) -> None:
        orphan = self._orphans.get(pair)
        # A position that no trade knows has no stop; its owner knows what to do about it.
        is_owners = orphan is not None and orphan.told is not None
        if held <= covered + _LOT or is_owners:
            if spell := self._bare.pop(pair, None):
                self.unprotected.append(spell)
            self._bare_loops[pair] = 0
            return
        known = self._bare.get(pair, Unprotected(pair, now, now, 0))
        self._bare_loops[pair] = 0 if is_hindered else self._bare_loops[pair] + 1
        loops = max(known.loops, self._bare_loops[pair])
        self._bare[pair] = replace(known, until=now, loops=loops)


class FaultLog:
    """Knows when each fault has struck.

    Parameters
    ----------
    faults : Faults
        Of the exchange; none is taken back meanwhile.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self.records: list[FaultRecord] = [_fault_record(rule) for rule in faults.listed()]

    def look(self, now: datetime) -> bool:
        """Note what has struck since the last look; return whether it hindered stop orders."""
        is_hindered = False
        for place, rule in enumerate(self._faults.listed()):
            known = self.records[place]
            if known.hits is None or rule["hits"] == known.hits:
                continue
            is_hindered |= known.what in _HINDER
            self.records[place] = replace(
                known, hits=rule["hits"], first=known.first or now, last=now
            )
        return is_hindered


def _fault_record(rule: Mapping[str, Any]) -> FaultRecord:
    keys = ", ".join(f"{key} {value}" for key, value in rule.items() if key not in _APART)
    until = rule.get("until")
    return FaultRecord(
        what=rule["what"],
        settings=keys,
        since=datetime.fromisoformat(rule["since"]),
        until=None if until is None else datetime.fromisoformat(until),
        hits=None if rule["what"] in _PRICES else 0,
    )

"""The guard: asks every rule, takes the most conservative answer, and keeps the journal."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from math import isclose, isnan, nan
from typing import TypeVar

from freqtrade_riskguard.config.fields import Mode
from freqtrade_riskguard.config.loading import for_pair
from freqtrade_riskguard.config.schema import RiskGuardConfig
from freqtrade_riskguard.journal import Decision, Journal, Question
from freqtrade_riskguard.risk import floor_leverage
from freqtrade_riskguard.rules import Cap, Lock, Rule, RuleBook, build_rules
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Entry, Position

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer")
_FAILED = "the rule failed, see the log"
_SAFE_LEVERAGE = Cap(1.0, _FAILED)
_SAFE_STAKE = Cap(0.0, _FAILED)
SAFE_PAUSE = timedelta(hours=1, seconds=-1)


class Guard:
    """Holds the rules of every pair and answers for them.

    A rule that raises answers in the safest way where it enforces (1x, no stake, denied, the
    stop stays, entries pause) and not at all where it observes; the log says so once per pair,
    rule and question.

    Parameters
    ----------
    config : RiskGuardConfig
        The bot's configuration, overrides of single pairs included.
    journal : Journal
        Where the decisions that bound are recorded.
    """

    def __init__(self, config: RiskGuardConfig, journal: Journal) -> None:
        self.journal = journal
        self._config = config
        self._books: dict[str, RuleBook] = {}
        self._reported: set[tuple[str, str, Question]] = set()
        self._noted_stops: dict[tuple[str, str], float] = {}

    def reset(self) -> None:
        """Begin a new run: what was reported or noted once is so again."""
        self._reported.clear()
        self._noted_stops.clear()

    def leverage(self, entry: Entry) -> float:
        """Return the leverage for an entry that asks for ``entry.leverage``.

        Formula: ``floor(min(asked, caps), 0.1)``, never below 1.
        """
        pair = entry.market.pair
        answers = []
        for rule, mode in self._book(pair).leverage:
            ask = partial(rule.max_leverage, entry)
            answers.append(
                (rule, mode, self._ask(rule, mode, pair, "leverage", ask, _SAFE_LEVERAGE))
            )
        return self._smallest(entry, "leverage", entry.leverage, answers, floor_leverage)

    def stake(self, entry: Entry) -> float:
        """Return the stake, quote, for an entry at ``entry.leverage``; 0 for no trade."""
        entry = self._with_stop(entry)
        pair = entry.market.pair
        answers = []
        for rule, mode in self._book(pair).stake:
            ask = partial(rule.max_stake, entry)
            answers.append((rule, mode, self._ask(rule, mode, pair, "stake", ask, _SAFE_STAKE)))
        return self._smallest(entry, "stake", entry.stake_quote, answers, partial(max, 0.0))

    def skip(self, entry: Entry, rule: str, why: str) -> None:
        """Record that there will be no trade, for a reason that is no rule's."""
        asked, enforced = entry.stake_quote, True
        pair, side = entry.market.pair, entry.side
        self.journal.record(
            Decision(entry.time, pair, side, "stake", rule, asked, 0.0, enforced, why)
        )

    def denial(self, entry: Entry) -> str | None:
        """Return why an entry is denied, or None. Any denial wins."""
        entry = self._with_stop(entry)
        pair = entry.market.pair
        denied: str | None = None
        for rule, mode in self._book(pair).entry:
            why = self._ask(rule, mode, pair, "entry", partial(rule.denial, entry), _FAILED)
            if why is not None:
                answer: tuple[Question, Rule, str] = ("entry", rule, mode)
                self._record(entry, entry.time, answer, entry.stake_quote, 0.0, why)
                if mode == "enforce" and denied is None:
                    denied = f"{rule.name}: {why}"
        return denied

    def stop(self, position: Position, current_stop: float, time: datetime) -> float:
        """Return the stop's price: the nearest to the market, never looser than it was.

        Parameters
        ----------
        position : Position
            As it is now.
        current_stop : float
            The price of the stop in force; 0 where there is none yet.
        time : datetime
            For the journal.
        """
        pair, side = position.market.pair, position.side
        decided = current_stop
        for rule, mode in self._book(pair).stop:
            ask = partial(rule.stop_price, position)
            price = self._ask(rule, mode, pair, "stop", ask, nan)
            if price is None or isnan(price) or (decided > 0 and side * (price - decided) <= 0):
                continue
            self._record_stop(position, rule, mode, (decided, price), time)
            if mode == "enforce":
                decided = price
        return decided

    def enforces_stop(self, pair: str) -> bool:
        """Whether any rule sets stops on a pair, rather than only observing."""
        return any(mode == "enforce" for _, mode in self._book(pair).stop)

    def planned_stop(self, entry: Entry) -> float:
        """Return the price of the stop that an entry would start with; NaN for none."""
        pair, position = entry.market.pair, entry.position()
        prices = [
            self._ask(rule, mode, pair, "stop", partial(rule.stop_price, position), nan)
            for rule, mode in self._book(pair).stop
            if mode == "enforce"
        ]
        if entry.own_stop_ratio > 0:
            prices.append(entry.rate * (1 - entry.side * entry.own_stop_ratio / entry.leverage))
        known = [price for price in prices if price is not None and not isnan(price)]
        return max(known, key=lambda price: entry.side * price, default=nan)

    def locks(
        self, account: Account, closed: Sequence[ClosedTrade], positions: Sequence[Position]
    ) -> list[Lock]:
        """Return every lock that a breaker asks for now."""
        until = account.time + SAFE_PAUSE
        failed: Sequence[Lock] = (Lock(until, f"Entries paused for 1 h: {_FAILED}"),)
        found: list[Lock] = []
        for rule, mode in self._book("*").breaker:
            ask = partial(rule.locks, account, closed, positions)
            locks = self._ask(rule, mode, "*", "lock", ask, failed) or ()
            enforced = mode == "enforce"
            found += [replace(lock, rule=rule.name, enforced=enforced) for lock in locks]
        return found

    def note_lock(self, lock: Lock, time: datetime) -> None:
        """Record a lock that has come into force, or would have."""
        pair, side, enforced = lock.pair, lock.side, lock.enforced
        self.journal.record(
            Decision(time, pair, side, "lock", lock.rule, nan, nan, enforced, lock.why)
        )

    def _with_stop(self, entry: Entry) -> Entry:
        """Return the entry with the stop that it would start with, unless it has one already."""
        if not isnan(entry.stop_price):
            return entry
        return replace(entry, stop_price=self.planned_stop(entry))

    def _book(self, pair: str) -> RuleBook:
        book = self._books.get(pair)
        if book is None:
            book = RuleBook.sort(build_rules(for_pair(self._config, pair)))
            self._books[pair] = book
        return book

    def _ask(
        self,
        rule: Rule,
        mode: Mode,
        pair: str,
        question: Question,
        ask: Callable[[], Answer | None],
        safe: Answer,
    ) -> Answer | None:
        """Return a rule's answer; where it raises, the safe one if it enforces, else None."""
        try:
            return ask()
        except Exception:
            key = (pair, rule.name, question)
            if key not in self._reported:
                self._reported.add(key)
                logger.exception(
                    "RiskGuard: rule %s failed on the %s of %s; %s",
                    rule.name,
                    question,
                    pair,
                    "the safe answer is given" if mode == "enforce" else "it only observed",
                )
            return safe if mode == "enforce" else None

    def _smallest(
        self,
        entry: Entry,
        question: Question,
        asked: float,
        answers: Sequence[tuple[Rule, Mode, Cap | None]],
        shape: Callable[[float], float],
    ) -> float:
        """Return the smallest enforced cap; record the rule that bound and the one that would have.

        ``shape`` brings a limit into the form the answer must have; NaN limits are the smallest.
        """
        decided = asked
        for kind in ("enforce", "observe"):
            caps = [(cap, rule) for rule, mode, cap in answers if mode == kind and cap is not None]
            if not caps:
                continue
            cap, rule = min(caps, key=lambda item: -1.0 if isnan(item[0].limit) else item[0].limit)
            limit = shape(0.0 if isnan(cap.limit) else min(decided, cap.limit))
            if limit < decided and not cap.limit >= decided:
                self._record(entry, entry.time, (question, rule, kind), asked, limit, cap.why)
            if kind == "enforce":
                decided = limit
        return decided

    def _record(
        self,
        subject: Entry | Position,
        time: datetime,
        answer: tuple[Question, Rule, str],
        asked: float,
        answered: float,
        why: str,
    ) -> None:
        """Record an answer: to which question, of which rule, in which mode."""
        question, rule, mode = answer
        pair, side, enforced = subject.market.pair, subject.side, mode == "enforce"
        self.journal.record(
            Decision(time, pair, side, question, rule.name, asked, answered, enforced, why)
        )

    def _record_stop(
        self, position: Position, rule: Rule, mode: Mode, moved: tuple[float, float], time: datetime
    ) -> None:
        """Record a stop once: one that is only observed would be news on every candle."""
        before, price = moved
        key = (position.market.pair, rule.name)
        noted = self._noted_stops.get(key)
        if noted is not None and isclose(noted, price, rel_tol=1e-4):
            return
        self._noted_stops[key] = price
        why = f"stop at {price:g}, entry {position.open_rate:g}, {position.leverage:g}x"
        self._record(position, time, ("stop", rule, mode), before, price, why)

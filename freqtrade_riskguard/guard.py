"""The guard: asks every rule, takes the most conservative answer, and keeps the journal."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from math import isclose, isnan, nan

from freqtrade_riskguard.config.fields import Mode
from freqtrade_riskguard.desk import FAILED, Desk
from freqtrade_riskguard.journal import Decision, Question
from freqtrade_riskguard.risk import floor_leverage, nearest_stop
from freqtrade_riskguard.rules import Cap, Rule, StopRule
from freqtrade_riskguard.snapshot import Entry, Position

_SAFE_LEVERAGE = Cap(1.0, FAILED)
_SAFE_STAKE = Cap(0.0, FAILED)
_NUMBER = (float, int)
# Told from a rule that has no stop by being this very object.
_FAILED_STOP = float("nan")


class Guard:
    """Answers what freqtrade asks about entries and stops.

    Where a rule fails, the safe answers are: 1x, no stake, denied, the stop stays. While a rule
    fails on the stop of a pair nothing is entered there: its stop would be missing.

    Parameters
    ----------
    desk : Desk
        Where the rules are asked.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._noted_stops: dict[tuple[str, str], float] = {}
        self._fixed_stops: dict[str, bool] = {}
        self._failed_stops: dict[str, Rule] = {}

    def leverage(self, entry: Entry) -> float:
        """Return the leverage for an entry that asks for ``entry.leverage``.

        Formula: ``floor(min(asked, caps), 0.1)``, never below 1. Rules with ``after_caps`` are
        asked last, about what the others leave.
        """
        for last in (False, True):
            answers = []
            for rule, mode in self._desk.book(entry.market.pair).leverage:
                if getattr(rule, "after_caps", False) is last:
                    cap = self._ask(
                        rule, mode, entry, "leverage", partial(rule.max_leverage, entry)
                    )
                    answers.append((rule, mode, cap))
            leverage = self._smallest(entry, "leverage", entry.leverage, answers, floor_leverage)
            entry = replace(entry, leverage=leverage)
        return entry.leverage

    def stake(self, entry: Entry) -> float:
        """Return the stake, quote, for an entry at ``entry.leverage``; 0 for no trade.

        Formula: ``min(asked, caps) * factors``
        """
        entry = self._with_stop(entry)
        book = self._desk.book(entry.market.pair)
        answers = [
            (rule, mode, self._ask(rule, mode, entry, "stake", partial(rule.max_stake, entry)))
            for rule, mode in book.stake
        ]
        stake = self._smallest(entry, "stake", entry.stake_quote, answers, partial(max, 0.0))
        for factor_rule, mode in book.stake_factor:
            ask = partial(factor_rule.stake_factor, entry)
            factor = self._ask(factor_rule, mode, entry, "stake", ask)
            if factor is None or factor.limit >= 1 or stake <= 0:
                continue
            answered = stake * (0.0 if isnan(factor.limit) else max(factor.limit, 0.0))
            self._record(entry, ("stake", factor_rule, mode), stake, answered, factor.why)
            if mode == "enforce":
                stake = answered
        return stake

    def skip(self, entry: Entry, rule: str, why: str) -> None:
        """Record that there will be no trade, for a reason that is no rule's."""
        asked, enforced = entry.stake_quote, True
        pair, side = entry.market.pair, entry.side
        self._desk.journal.record(
            Decision(entry.time, pair, side, "stake", rule, asked, 0.0, enforced, why)
        )

    def denial(self, entry: Entry) -> str | None:
        """Return why an entry is denied, or None. Any denial wins."""
        entry = self._with_stop(entry)
        pair = entry.market.pair
        denied: str | None = None
        failed = self._failed_stops.get(pair)
        if failed is not None:
            denied = f"{failed.name}: its stop failed, see the log"
            self._record(entry, ("entry", failed, "enforce"), entry.stake_quote, 0.0, denied)
        for rule, mode in self._desk.book(pair).entry:
            ask = partial(rule.denial, entry)
            why = self._desk.ask(rule, mode, pair, "entry", ask, FAILED, str)
            if why is not None:
                self._record(entry, ("entry", rule, mode), entry.stake_quote, 0.0, why)
                if mode == "enforce" and denied is None:
                    denied = f"{rule.name}: {why}"
        return denied

    def stop(self, position: Position, current_stop: float, time: datetime) -> float:
        """Return the nearest price of all rules' stops; NaN where none enforces one.

        Parameters
        ----------
        position : Position
            As it is now.
        current_stop : float
            The price of the stop in force, 0 where there is none yet: only what is nearer to the
            market is news for the journal.
        time : datetime
            For the journal.
        """
        pair, side = position.market.pair, position.side
        nearest, newest = nan, current_stop
        for rule, mode in self._desk.book(pair).stop:
            price = self._stop_price(rule, mode, position)
            if price is None or isnan(price):
                continue
            if not newest or side * (price - newest) > 0:
                self._record_stop(position, rule, mode, (newest, price), time)
                newest = price if mode == "enforce" else newest
            if mode == "enforce":
                nearest = nearest_stop(side, nearest, price)
        return nearest

    def enforces_stop(self, pair: str) -> bool:
        """Whether any rule sets stops on a pair, rather than only observing."""
        return any(mode == "enforce" for _, mode in self._desk.book(pair).stop)

    def has_fixed_stops(self, pair: str) -> bool:
        """Whether no stop of a pair follows the market, so that one answer holds until a fill."""
        fixed = self._fixed_stops.get(pair)
        if fixed is None:
            rules = self._desk.book(pair).stop
            fixed = all(getattr(rule, "is_fixed", False) for rule, _ in rules)
            self._fixed_stops[pair] = fixed
        return fixed

    def planned_stop(self, entry: Entry) -> float:
        """Return the price of the stop that an entry would start with; NaN for none."""
        pair, position = entry.market.pair, entry.position()
        prices = [
            self._stop_price(rule, mode, position)
            for rule, mode in self._desk.book(pair).stop
            if mode == "enforce"
        ]
        if entry.own_stop_ratio > 0:
            prices.append(entry.rate * (1 - entry.side * entry.own_stop_ratio / entry.leverage))
        known = [price for price in prices if price is not None and not isnan(price)]
        return max(known, key=lambda price: entry.side * price, default=nan)

    def _stop_price(self, rule: StopRule, mode: Mode, position: Position) -> float | None:
        """Return a rule's stop; NaN where it has none or fails, which is kept in mind."""
        pair, ask = position.market.pair, partial(rule.stop_price, position)
        price = self._desk.ask(rule, mode, pair, "stop", ask, _FAILED_STOP, _NUMBER)
        if price is _FAILED_STOP:
            self._failed_stops[pair] = rule
        elif self._failed_stops.get(pair) is rule:
            del self._failed_stops[pair]
        return price

    def _with_stop(self, entry: Entry) -> Entry:
        """Return the entry with the stop that it would start with, unless it has one already."""
        if not isnan(entry.stop_price):
            return entry
        return replace(entry, stop_price=self.planned_stop(entry))

    def _ask(
        self,
        rule: Rule,
        mode: Mode,
        entry: Entry,
        question: Question,
        ask: Callable[[], Cap | None],
    ) -> Cap | None:
        safe = _SAFE_LEVERAGE if question == "leverage" else _SAFE_STAKE
        return self._desk.ask(rule, mode, entry.market.pair, question, ask, safe, Cap)

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
                self._record(entry, (question, rule, kind), asked, limit, cap.why)
            if kind == "enforce":
                decided = limit
        return decided

    def _record(
        self,
        entry: Entry,
        answer: tuple[Question, Rule, str],
        asked: float,
        answered: float,
        why: str,
    ) -> None:
        """Record an answer: to which question, of which rule, in which mode."""
        question, rule, mode = answer
        pair, side, enforced = entry.market.pair, entry.side, mode == "enforce"
        self._desk.journal.record(
            Decision(entry.time, pair, side, question, rule.name, asked, answered, enforced, why)
        )

    def _record_stop(
        self, position: Position, rule: Rule, mode: Mode, moved: tuple[float, float], time: datetime
    ) -> None:
        """Record a stop once: one that is only observed would be news on every candle."""
        before, price = moved
        pair, side, enforced = position.market.pair, position.side, mode == "enforce"
        noted = self._noted_stops.get((pair, rule.name))
        if noted is not None and isclose(noted, price, rel_tol=1e-4):
            return
        self._noted_stops[pair, rule.name] = price
        why = f"stop at {price:g}, entry {position.open_rate:g}, {position.leverage:g}x"
        self._desk.journal.record(
            Decision(time, pair, side, "stop", rule.name, before, price, enforced, why)
        )

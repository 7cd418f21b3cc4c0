"""A running count of decisions: what bound how often, and what that changed.

Unlike the journal's memory it forgets no decision, and it stays small however many there are: it
grows with rules and pairs only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isnan, nan
from typing import get_args

from freqtrade_riskguard.engine.journal import Decision, Question

_ORDER = get_args(Question)


@dataclass(slots=True)
class LockedDuration:
    """How long something was locked; locks that overlap count once.

    They are told in the order in which they came into force.
    """

    _over: timedelta = timedelta(0)
    _since: datetime | None = None
    _until: datetime | None = None

    def add(self, since: datetime, until: datetime) -> None:
        """Count a lock."""
        if self._since is None or self._until is None or since > self._until:
            if self._since is not None and self._until is not None:
                self._over += self._until - self._since
            self._since, self._until = since, until
        else:
            self._until = max(self._until, until)

    def until(self, end: datetime) -> timedelta:
        """Return the time locked by ``end``: a lock may reach beyond."""
        if self._since is None or self._until is None:
            return self._over
        return self._over + max(min(self._until, end) - self._since, timedelta(0))


@dataclass(slots=True)
class RuleStats:
    """The answers of one rule to one question, counted.

    Attributes
    ----------
    enforced : bool
        False for what it would have answered: nothing was changed.
    times : int
        Decisions; an entry signal that stays is decided anew on every candle.
    pairs : set of str
        Whom it concerned; ``"*"`` is the account.
    measured : int
        Of ``times``, how often both figures were known.
    asked, answered : float
        Their sums over those: leverage, or quote units.
    refused : int
        How often nothing was left: no stake, a closed position.
    asked_refused : float
        The sum of what was asked then.
    locked : dict
        Time locked by pair and side.
    """

    question: Question
    rule: str
    enforced: bool
    times: int = 0
    pairs: set[str] = field(default_factory=set)
    measured: int = 0
    asked: float = 0.0
    answered: float = 0.0
    refused: int = 0
    asked_refused: float = 0.0
    locked: dict[tuple[str, int], LockedDuration] = field(default_factory=dict)

    def add(self, decision: Decision) -> None:
        """Count a decision of this rule on this question."""
        self.times += 1
        self.pairs.add(decision.pair)
        if not isnan(decision.asked) and not isnan(decision.answered):
            self.measured += 1
            self.asked += decision.asked
            self.answered += decision.answered
            if decision.answered == 0:
                self.refused += 1
                self.asked_refused += decision.asked
        if decision.until is not None:
            about = (decision.pair, decision.side)
            self.locked.setdefault(about, LockedDuration()).add(decision.time, decision.until)

    @property
    def mean_asked(self) -> float:
        """NaN where no figures were known."""
        return self.asked / self.measured if self.measured else nan

    @property
    def mean_answered(self) -> float:
        """NaN where no figures were known."""
        return self.answered / self.measured if self.measured else nan

    @property
    def taken(self) -> float:
        """The sum of all reductions."""
        return self.asked - self.answered

    @property
    def trimmed(self) -> float:
        """The sum of reductions that left something."""
        return self.taken - self.asked_refused

    def locked_by(self, end: datetime) -> timedelta:
        """Return the time locked by ``end``, added up over pairs and sides."""
        return sum((time.until(end) for time in self.locked.values()), timedelta(0))


@dataclass(frozen=True, slots=True)
class Halt:
    """A stop of all trading, or one that only observing has spared the bot."""

    since: datetime
    until: datetime
    enforced: bool

    def duration_until(self, end: datetime) -> timedelta:
        """Return how long there was no trading by ``end``."""
        return max(min(self.until, end) - self.since, timedelta(0))


class DecisionStats:
    """Counts decisions by question, rule and whether they were enforced.

    Attributes
    ----------
    halts : list of Halt
        Few by nature: each comes after a deep loss.
    """

    def __init__(self) -> None:
        self.halts: list[Halt] = []
        self._counts: dict[tuple[Question, str, bool], RuleStats] = {}

    def __iter__(self) -> Iterator[RuleStats]:
        """Iterate over the counts, in the order in which an entry is decided, the largest first."""
        return iter(
            sorted(
                self._counts.values(),
                key=lambda count: (_ORDER.index(count.question), -count.times, count.rule),
            )
        )

    def add(self, decision: Decision) -> None:
        """Count a decision."""
        key = (decision.question, decision.rule, decision.enforced)
        count = self._counts.get(key)
        if count is None:
            count = self._counts[key] = RuleStats(*key)
        count.add(decision)
        if decision.halts and decision.until is not None:
            self.halts.append(Halt(decision.time, decision.until, decision.enforced))

    def clear(self) -> None:
        """Begin anew."""
        self._counts.clear()
        self.halts.clear()

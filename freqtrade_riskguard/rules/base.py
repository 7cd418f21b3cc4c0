"""What a rule is: a small frozen object that answers one or more questions.

A rule answers a question by having the method of that name. Snapshot in, answer out; no rule
knows of freqtrade, of the other rules' answers or of the time but through the snapshot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol, runtime_checkable

from freqtrade_riskguard.snapshot import Account, ClosedTrade, Entry, Position


@dataclass(frozen=True, slots=True)
class Cap:
    """At most this much, and the number that decided."""

    limit: float
    why: str


@dataclass(frozen=True, slots=True)
class Lock:
    """No entries on a pair (``"*"`` for all) and side (0 for both) until a time.

    ``rule`` and ``enforced`` are filled in by the guard.
    """

    until: datetime
    why: str
    pair: str = "*"
    side: int = 0
    rule: str = ""
    enforced: bool = True


class Rule(Protocol):
    """Anything with a name and at least one of the answers below."""

    name: ClassVar[str]


@runtime_checkable
class LeverageRule(Rule, Protocol):
    """Answers how much leverage an entry may have."""

    def max_leverage(self, entry: Entry) -> Cap | None:
        """Return the most leverage for the entry; None where the rule has no opinion."""


@runtime_checkable
class StakeRule(Rule, Protocol):
    """Answers how much stake an entry may have."""

    def max_stake(self, entry: Entry) -> Cap | None:
        """Return the largest stake at ``entry.leverage``; 0 for no trade."""


@runtime_checkable
class EntryRule(Rule, Protocol):
    """Answers whether an entry may be made."""

    def denial(self, entry: Entry) -> str | None:
        """Return why the entry is denied, or None."""


@runtime_checkable
class StopRule(Rule, Protocol):
    """Answers where the stop of a position is."""

    def stop_price(self, position: Position) -> float:
        """Return the stop's price; NaN where the rule has none."""


@runtime_checkable
class BreakerRule(Rule, Protocol):
    """Answers whether entries should pause."""

    def locks(
        self, account: Account, closed: Sequence[ClosedTrade], positions: Sequence[Position]
    ) -> Sequence[Lock]:
        """Return what to lock now; empty for nothing."""

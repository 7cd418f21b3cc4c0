"""The interface of a rule: a small frozen object that answers one or more questions.

A rule answers a question by having the method of that name. Snapshot in, answer out; no rule
knows of freqtrade, of the other rules' answers or of the time but through the snapshot.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import isfunction
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

    Attributes
    ----------
    close_all : bool
        Whether every open trade is closed when the lock comes into force.
    halts : bool
        Whether the lock is a halt: when it is over or lifted, the peak of equity counts anew.
    """

    until: datetime
    why: str
    pair: str = "*"
    side: int = 0
    rule: str = ""
    enforced: bool = True
    close_all: bool = False
    halts: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """Where a ladder stands after one look, and what it asks for.

    Attributes
    ----------
    level : int
        To be handed back at the next look; 0 is healthy.
    why : str
        Said and journalled where the level has changed or something is cut; empty for nothing.
    keep_ratios : tuple of float
        The share of each position that stays: 1 all, 0 close. One for a position's ladder, one per
        position of the account for an account's; empty for nothing to cut.
    lock : Lock or None
        A pause that comes with the step.
    """

    level: int
    why: str = ""
    keep_ratios: tuple[float, ...] = ()
    lock: Lock | None = None


class Rule(Protocol):
    """Anything with a name and at least one of the answers below.

    A rule of the account or of open positions that acts the sooner the worse things are, and on
    nothing else, says so with ``is_monotone = True``. Worse is: less equity of the account or of a
    position, a higher peak, more maintenance margin; with the same trades time alone makes nothing
    worse within a UTC day. A backtest then does not ask it again as long as prices and equity stay
    between two at which it would do nothing. See :mod:`freqtrade_riskguard.engine.calm`.

    This, and what questions below offer of the kind, counts only for answers that are written in
    the same class: it is not inherited. See :mod:`freqtrade_riskguard.rules.shortcuts`.
    """

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
class StakeFactorRule(Rule, Protocol):
    """Answers what share of the stake that all caps leave an entry may have."""

    def stake_factor(self, entry: Entry) -> Cap | None:
        """Return the factor, 0 to 1; None where the rule has no opinion."""


@runtime_checkable
class EntryRule(Rule, Protocol):
    """Answers whether an entry may be made."""

    def denial(self, entry: Entry) -> str | None:
        """Return why the entry is denied, or None."""


@runtime_checkable
class PauseRule(Rule, Protocol):
    """Answers whether nothing may be entered now, whatever it is: entry orders that wait go, too.

    Locks do the same. An entry that is about to be made is asked about by :class:`EntryRule`.
    """

    def pause_reason(self, account: Account) -> str | None:
        """Return why entries pause, or None."""


@runtime_checkable
class StopRule(Rule, Protocol):
    """Answers where the stop of a position is.

    A rule whose stop depends on nothing but entry, size, margin and funding of the position says so
    with ``is_fixed = True``: it is then asked again only when one of them has changed.
    """

    def stop_price(self, position: Position) -> float:
        """Return the stop's price; NaN where the rule has none."""


@runtime_checkable
class ExitRule(Rule, Protocol):
    """Answers whether a position must be closed, once per loop.

    A rule with ``watches_funding = True`` is asked only when a position's funding has changed.
    """

    def exit_reason(self, position: Position, account: Account) -> str | None:
        """Return why the position must be closed now, or None."""


@runtime_checkable
class ExitPriceRule(Rule, Protocol):
    """Answers at which price a position must be closed before the guard looks again.

    Unlike a stop it is decided anew in every loop, and may then be further away than before.
    """

    def exit_price(self, position: Position, account: Account) -> float:
        """Return the price, worse than the mark; NaN for none."""


@runtime_checkable
class EquityFloorRule(Rule, Protocol):
    """Answers at which equity every position is closed before the guard looks again.

    A backtest looks for the moment within each candle at which all positions together have lost
    that much. A running bot values the account again with each rate that it asks for.
    """

    def equity_floor(self, account: Account) -> float:
        """Return the equity, lower than the account's; NaN for none."""


@runtime_checkable
class PositionLadderRule(Rule, Protocol):
    """Cuts a position step by step; the guard keeps the level, for each trade."""

    def advance(self, level: int, position: Position, account: Account) -> Step:
        """Return where the ladder stands now, coming from ``level``."""


@runtime_checkable
class AccountLadderRule(Rule, Protocol):
    """Cuts the positions of the account step by step; the guard keeps the level."""

    def advance_account(self, level: int, account: Account) -> Step:
        """Return where the ladder stands now, coming from ``level``."""


@runtime_checkable
class BreakerRule(Rule, Protocol):
    """Answers whether entries should pause.

    One that is monotone, but for closed trades that it looks back at no more, has a method
    ``may_lock`` with the same arguments: as long as that says False, nothing is locked.
    """

    def locks(
        self, account: Account, closed: Sequence[ClosedTrade], positions: Sequence[Position]
    ) -> Sequence[Lock]:
        """Return what to lock now; empty for nothing. ``closed`` is in the order of closing."""


QUESTIONS: tuple[type, ...] = (
    LeverageRule,
    StakeRule,
    StakeFactorRule,
    EntryRule,
    PauseRule,
    StopRule,
    ExitRule,
    ExitPriceRule,
    EquityFloorRule,
    PositionLadderRule,
    AccountLadderRule,
    BreakerRule,
)

# The methods that the guard calls, in that order.
ANSWERS: tuple[str, ...] = tuple(
    name
    for question in QUESTIONS
    for name, value in vars(question).items()
    if isfunction(value) and not name.startswith("_")
)

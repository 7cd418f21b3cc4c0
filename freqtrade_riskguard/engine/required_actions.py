"""What the rules require after a look at the account: locks, cuts, closes and exit prices."""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Literal

from freqtrade_riskguard.rules import Lock
from freqtrade_riskguard.snapshot import Funding

ACCOUNT = 0


@dataclass(frozen=True, slots=True)
class Reduction:
    """A position must shrink to ``keep_ratio`` of what it is now; 0 closes it."""

    trade_id: int
    keep_ratio: float
    rule: str


# Where a ladder stands, by rule, trade (number 0 for the account) and whether the rule enforces; 0
# where it has not moved yet.
Levels = Callable[[str, int, bool], int]
# What has become of a cut or close that a run before this one has ordered.
OrderStatus = Literal["in force", "suspended", "over"]


@dataclass(frozen=True, slots=True)
class NewLevel:
    """Where a ladder has moved to."""

    rule: str
    trade_id: int
    level: int
    enforced: bool


@dataclass(frozen=True, slots=True)
class RequiredActions:
    """The locks, cuts and closes that the rules require now.

    Attributes
    ----------
    locks : list of Lock
    reductions : list of Reduction
    levels : list of NewLevel
        To be kept once the rest is in force.
    funding : dict
        By trade, the funding that its rules have judged.
    """

    locks: list[Lock] = field(default_factory=list)
    reductions: list[Reduction] = field(default_factory=list)
    levels: list[NewLevel] = field(default_factory=list)
    funding: dict[int, tuple[Funding, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExitPrice:
    """Where a position must be closed, and which rule says so; NaN for nowhere."""

    price: float
    rule: str


NO_EXIT_PRICE = ExitPrice(nan, "")


def nearer_exit(side: int, one: ExitPrice, other: ExitPrice) -> ExitPrice:
    """Return the exit price that is nearer to the market."""
    if isnan(one.price) or side * (other.price - one.price) > 0:
        return other
    return one


@dataclass(frozen=True, slots=True)
class EquityFloor:
    """The equity at which all positions are closed, and which rule says so; NaN for none."""

    quote: float
    rule: str


NO_FLOOR = EquityFloor(nan, "")

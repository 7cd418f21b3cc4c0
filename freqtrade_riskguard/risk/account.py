"""Margin health of the whole account, and which positions to cut when it fails."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from freqtrade_riskguard.risk._types import check_ratio


class AccountLevel(IntEnum):
    """Severity by maintenance margin over equity; larger is worse."""

    OK = 0
    WARNING = 1
    """No new exposure."""
    DANGER = 2
    """Cut part of the initial margin, smallest positions first."""
    EMERGENCY = 3
    """Cut more, repeatedly; in the end at most the best position stays."""


@dataclass(frozen=True, slots=True)
class AccountLimits:
    """Where the levels begin, and what is cut there.

    Attributes
    ----------
    warning, danger, emergency : float
        Maintenance margin over equity at which each level begins, rising.
    danger_cut, emergency_cut : float
        Share of the total initial margin to free, in [0, 1].

    Raises
    ------
    ValueError
        For limits out of order or shares outside [0, 1].
    """

    warning: float = 0.50
    danger: float = 0.70
    emergency: float = 0.85
    danger_cut: float = 0.20
    emergency_cut: float = 0.40

    def __post_init__(self) -> None:
        """Check the order."""
        levels = 0.0 < self.warning <= self.danger <= self.emergency < math.inf
        if not (levels and 0.0 <= self.danger_cut <= self.emergency_cut <= 1.0):
            raise ValueError(
                f"account limits must rise from warning to emergency, and so must cuts, got {self}"
            )


DEFAULT_LIMITS = AccountLimits()


def account_level(
    maintenance_quote: float, equity_quote: float, limits: AccountLimits = DEFAULT_LIMITS
) -> AccountLevel:
    """Return the severity of an account's state.

    Parameters
    ----------
    maintenance_quote : float
        Sum of all maintenance margins, quote units.
    equity_quote : float
        Q, quote units.
    limits : AccountLimits
        Default: below 0.50 OK, below 0.70 WARNING, below 0.85 DANGER, from there EMERGENCY.

    Returns
    -------
    AccountLevel
        OK with nothing to maintain and equity left. EMERGENCY with equity of zero or below. WARNING
        (nothing new, nothing sold) for NaN, infinity or a negative maintenance margin.

    Notes
    -----
    Formula: ``maintenance / Q``
    """
    if not (0.0 <= maintenance_quote < math.inf and math.isfinite(equity_quote)):
        return AccountLevel.WARNING
    if equity_quote <= 0.0 or maintenance_quote >= limits.emergency * equity_quote:
        return AccountLevel.EMERGENCY
    if maintenance_quote >= limits.danger * equity_quote:
        return AccountLevel.DANGER
    if maintenance_quote >= limits.warning * equity_quote:
        return AccountLevel.WARNING
    return AccountLevel.OK


def account_cut_ratio(level: AccountLevel, limits: AccountLimits = DEFAULT_LIMITS) -> float:
    """Return the share of the total initial margin that a level asks to free.

    Parameters
    ----------
    level : AccountLevel
        From :func:`account_level`.
    limits : AccountLimits
        Default: 20 % in DANGER, 40 % in EMERGENCY.

    Returns
    -------
    float
        In [0, 1]; 0.0 below DANGER.
    """
    cuts = {AccountLevel.DANGER: limits.danger_cut, AccountLevel.EMERGENCY: limits.emergency_cut}
    return cuts.get(level, 0.0)


def smallest_first_cuts(
    initial_margin_quote: Mapping[str, float], cut_ratio: float, spare: str | None = None
) -> dict[str, float]:
    """Share out a cut of the total initial margin, smallest positions first.

    Parameters
    ----------
    initial_margin_quote : mapping of str to float
        Margin per position, quote units.
    cut_ratio : float
        Share of their sum to free, in [0, 1].
    spare : str or None, default None
        Position that is cut last (the best one).

    Returns
    -------
    dict of str to float
        For each position to touch the share of it to close, in (0, 1]; equal sizes in order of
        their names. Positions with a margin that is NaN, infinite, zero or negative cannot be
        weighed: they are left alone and not part of the sum.

    Raises
    ------
    ValueError
        For a ratio outside [0, 1].

    Notes
    -----
    Formula: whole positions in rising order of margin, and of the next one the part that is
    missing, until ``cut_ratio * sum(margin)`` is freed.
    """
    check_ratio("cut_ratio", cut_ratio, below=math.nextafter(1.0, 2.0))
    known = {name: size for name, size in initial_margin_quote.items() if 0.0 < size < math.inf}
    order = sorted(known, key=lambda name: (name == spare, known[name], name))
    missing_quote = cut_ratio * math.fsum(known.values())
    cuts: dict[str, float] = {}
    for name in order:
        if missing_quote <= 0.0:
            break
        cuts[name] = min(1.0, missing_quote / known[name])
        missing_quote -= known[name]
    return cuts

"""An exchange's maintenance-margin tiers of one pair."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias, overload

import numpy as np

from freqtrade_riskguard.risk._types import FloatArray

TierRow: TypeAlias = tuple[float, float | None, float, float | None, float | None]

_RULE_OF_THUMB = 0.5  # maintenance rate over initial margin rate, where nothing better is known


@dataclass(frozen=True, slots=True)
class Tier:
    """One bracket of position notional.

    Attributes
    ----------
    floor_notional_quote : float
        Lowest notional of the bracket (inclusive), quote units.
    cap_notional_quote : float
        Its highest notional; infinite where there is no end.
    maintenance_rate : float
        `mmr`, fraction of the notional, in [0, 1).
    maintenance_amount_quote : float
        `cum`, what is taken off ``notional * mmr`` so that the margin has no jump at the floor.
    max_leverage : float
        The exchange's own limit in this bracket.
    """

    floor_notional_quote: float
    cap_notional_quote: float
    maintenance_rate: float
    maintenance_amount_quote: float
    max_leverage: float


@dataclass(frozen=True, slots=True, eq=False)
class TierTable:
    """All tiers of a pair, lowest first; make one with :meth:`build` or :meth:`flat`.

    The floors alone say where a tier begins; above the last cap the last tier goes on. Immutable,
    picklable, compared and hashed by identity.

    Attributes
    ----------
    tiers : tuple of Tier
        Rising floors, the first at 0.
    floors, rates, amounts : tuple of float
        The same by column, for quick lookups.
    """

    tiers: tuple[Tier, ...]
    floors: tuple[float, ...] = field(repr=False)
    rates: tuple[float, ...] = field(repr=False)
    amounts: tuple[float, ...] = field(repr=False)
    _columns: tuple[FloatArray, FloatArray, FloatArray] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep the columns as arrays, too, for many notionals at once."""
        columns = tuple(map(np.asarray, (self.floors, self.rates, self.amounts)))
        object.__setattr__(self, "_columns", columns)

    @classmethod
    def build(cls, rows: Iterable[TierRow]) -> TierTable:
        """Make a table from an exchange's rows, in any order.

        Parameters
        ----------
        rows : iterable of (floor, cap, maintenance_rate, maintenance_amount, max_leverage)
            Notional and amount in quote units. ``None`` (or NaN) says *not known*: a cap is then
            the next floor (infinite for the last), an amount is derived, and a leverage is half
            of what the maintenance rate alone would allow.

        Returns
        -------
        TierTable

        Raises
        ------
        ValueError
            For no rows, two equal floors, a first floor that is not 0, a rate outside [0, 1), a
            cap not above its floor, or any other number that is negative or not finite.

        Notes
        -----
        Formula: ``cum_i = cum_(i-1) + floor_i * (mmr_i - mmr_(i-1))``, ``cum_0 = 0``, from the
        continuity of ``notional * mmr - cum`` at each floor.
        """
        ordered = sorted(rows, key=lambda row: row[0])
        if not ordered or ordered[0][0] != 0.0:
            raise ValueError("a tier table needs rows, and the lowest floor must be 0")
        tiers: list[Tier] = []
        for index, row in enumerate(ordered):
            following = ordered[index + 1][0] if index + 1 < len(ordered) else math.inf
            tier = _tier(row, following, tiers[-1] if tiers else None)
            _check_tier(tier, following)
            tiers.append(tier)
        return cls._of(tiers)

    @classmethod
    def flat(cls, maintenance_rate: float) -> TierTable:
        """Make a table of one endless tier, for when an exchange tells none.

        Parameters
        ----------
        maintenance_rate : float
            From configuration, fraction in [0, 1).

        Returns
        -------
        TierTable

        Raises
        ------
        ValueError
            For a rate outside [0, 1) or NaN.
        """
        return cls.build([(0.0, None, maintenance_rate, 0.0, None)])

    @classmethod
    def _of(cls, tiers: list[Tier]) -> TierTable:
        return cls(
            tiers=tuple(tiers),
            floors=tuple(tier.floor_notional_quote for tier in tiers),
            rates=tuple(tier.maintenance_rate for tier in tiers),
            amounts=tuple(tier.maintenance_amount_quote for tier in tiers),
        )

    def of_position(self, amount: float, price: float) -> TierTable:
        """Return this table: where maintenance is progressive, it holds for every position."""
        return self

    def largest_leverage(
        self, *, stake_quote: float, price: float, leverage_in: Callable[[TierTable], float]
    ) -> float:
        """Return the answer for this table, for the same reason."""
        return leverage_in(self)

    def index_at(self, notional_quote: float) -> int:
        """Return the position of :meth:`tier_at` in `tiers`."""
        if math.isnan(notional_quote):
            return len(self.floors) - 1
        return max(0, bisect_right(self.floors, notional_quote) - 1)

    def tier_at(self, notional_quote: float) -> Tier:
        """Return the tier that holds a notional.

        Parameters
        ----------
        notional_quote : float
            Size of the position, quote units, unsigned.

        Returns
        -------
        Tier
            A floor belongs to the tier above it. NaN and infinity give the last (strictest) tier,
            negative notional the first.
        """
        return self.tiers[self.index_at(notional_quote)]

    @overload
    def maintenance_margin(self, notional_quote: float) -> float: ...
    @overload
    def maintenance_margin(self, notional_quote: FloatArray) -> FloatArray: ...
    def maintenance_margin(self, notional_quote: float | FloatArray) -> float | FloatArray:
        """Return the margin below which a position of this notional is liquidated.

        Parameters
        ----------
        notional_quote : float or ndarray
            Size of the position, quote units, unsigned.

        Returns
        -------
        float or ndarray
            Quote units. NaN stays NaN, zero and negative give 0, infinity gives infinity (at
            a positive rate).

        Notes
        -----
        Formula: ``maintenance = notional * mmr - cum``
        """
        if isinstance(notional_quote, np.ndarray):
            sizes = np.maximum(notional_quote, 0.0)
            floors, rates, amounts = self._columns
            found = floors.searchsorted(sizes, side="right") - 1
            margins: FloatArray = sizes * rates[found] - amounts[found]
            return margins
        size = 0.0 if notional_quote < 0.0 else notional_quote
        # NaN is beyond every floor here: the last tier, as in index_at.
        index = bisect_right(self.floors, size) - 1
        return size * self.rates[index] - self.amounts[index]


def _tier(row: TierRow, following_floor: float, before: Tier | None) -> Tier:
    floor, cap, rate, amount, leverage = row
    if amount is None or math.isnan(amount):
        amount = 0.0
        if before is not None:
            step = rate - before.maintenance_rate
            amount = before.maintenance_amount_quote + floor * step
    if cap is None or math.isnan(cap):
        cap = following_floor
    if leverage is None or math.isnan(leverage):
        leverage = _RULE_OF_THUMB / rate if rate > 0.0 else math.inf
    return Tier(floor, cap, rate, amount, leverage)


def _check_tier(tier: Tier, following_floor: float) -> None:
    sound = (
        0.0 <= tier.floor_notional_quote < following_floor
        and tier.floor_notional_quote < tier.cap_notional_quote
        and 0.0 <= tier.maintenance_rate < 1.0
        and math.isfinite(tier.maintenance_amount_quote)
        and tier.max_leverage > 0.0
    )
    if not sound:
        raise ValueError(
            f"leverage tier is not valid (the next begins at {following_floor}): {tier}"
        )

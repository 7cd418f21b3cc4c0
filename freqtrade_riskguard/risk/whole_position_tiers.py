"""Tiers whose rate holds for the whole position, and the search for leverage over tiers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from freqtrade_riskguard.risk.tiers import TierRow, TierTable

_JUST_BELOW = 1.0 - 1e-12  # a floor belongs to the tier above it


@dataclass(frozen=True, slots=True, eq=False)
class WholePositionTiers:
    """Tiers that are not progressive: the rate of one tier on all of the position.

    Make one with :meth:`by_contracts`, :meth:`by_notional` or :meth:`by_either`. Immutable,
    picklable, compared and hashed by identity.

    Attributes
    ----------
    table : TierTable
        The tiers as the exchange tells them, without amounts; the floors in its own unit.
    contract_size : float
        Base units of a contract; NaN where floors are in quote units only.
    counts_notional : bool
        Whether floors are, or may be, in quote units.
    """

    table: TierTable
    contract_size: float
    counts_notional: bool
    _by_tier: tuple[TierTable, ...] = field(repr=False)

    @classmethod
    def by_contracts(cls, rows: Iterable[TierRow], contract_size: float) -> WholePositionTiers:
        """Make tiers of contracts: the size of a position decides, whatever its price.

        Parameters
        ----------
        rows : iterable of (floor, cap, maintenance_rate, maintenance_amount, max_leverage)
            As for :meth:`TierTable.build`, floor and cap in contracts; amounts are not used.
        contract_size : float
            Base units of one contract.

        Raises
        ------
        ValueError
            For rows that :meth:`TierTable.build` refuses, or a size that is not positive.
        """
        table = _without_amounts(rows)
        if not 0.0 < contract_size < math.inf:
            raise ValueError(f"the size of a contract must be positive, got {contract_size!r}")
        flat = tuple(
            TierTable.build([(0.0, None, tier.maintenance_rate, 0.0, tier.max_leverage)])
            for tier in table.tiers
        )
        return cls(table, contract_size, counts_notional=False, _by_tier=flat)

    @classmethod
    def by_notional(cls, rows: Iterable[TierRow]) -> WholePositionTiers:
        """Make tiers of notional: the highest that a position has touched decides.

        Parameters
        ----------
        rows : iterable of (floor, cap, maintenance_rate, maintenance_amount, max_leverage)
            As for :meth:`TierTable.build`; amounts are not used.

        Raises
        ------
        ValueError
            For rows that :meth:`TierTable.build` refuses.
        """
        return cls.by_either(rows, math.nan)

    @classmethod
    def by_either(cls, rows: Iterable[TierRow], contract_size: float) -> WholePositionTiers:
        """Make tiers whose unit is not known: what gives the higher tier decides.

        Parameters
        ----------
        rows : iterable of (floor, cap, maintenance_rate, maintenance_amount, max_leverage)
            As for :meth:`TierTable.build`, in contracts or in quote units; amounts are not used.
        contract_size : float
            Base units of one contract; NaN for floors in quote units.

        Raises
        ------
        ValueError
            For rows that :meth:`TierTable.build` refuses.
        """
        table = _without_amounts(rows)
        tails = tuple(
            TierTable.build(
                (
                    0.0 if place == index else tier.floor_notional_quote,
                    None,
                    tier.maintenance_rate,
                    0.0,
                    tier.max_leverage,
                )
                for place, tier in enumerate(table.tiers)
                if place >= index
            )
            for index in range(len(table.tiers))
        )
        return cls(table, contract_size, counts_notional=True, _by_tier=tails)

    def of_position(self, amount: float, price: float) -> TierTable:
        """Return what holds for a position from a price on.

        Parameters
        ----------
        amount : float
            Size in base units, unsigned.
        price : float
            The highest that the position has been valued at, quote units.

        Returns
        -------
        TierTable
            The strictest one for NaN.
        """
        sizes = [amount * price] if self.counts_notional else []
        if not math.isnan(self.contract_size):
            sizes.append(amount / self.contract_size)
        return self._by_tier[max(map(self.table.index_at, sizes))]

    def entry_floors(self, price: float) -> tuple[float, ...]:
        """Return the notional from which on an entry at a price is in each tier, quote units."""
        units = [1.0] if self.counts_notional else []
        if not math.isnan(self.contract_size):
            units.append(self.contract_size * price)
        return tuple(floor * min(units) for floor in self.table.floors)

    def largest_leverage(
        self, *, stake_quote: float, price: float, leverage_in: Callable[[TierTable], float]
    ) -> float:
        """Return the largest leverage that the tier of its own entry allows.

        Parameters
        ----------
        stake_quote : float
            Initial margin, quote units.
        price : float
            Of the entry, quote units.
        leverage_in : callable
            Returns the largest leverage where a table holds for every size; less in higher tiers.

        Returns
        -------
        float
            Just below a tier that would allow less than its own smallest position has. 0.0 for a
            price that is not known.
        """
        if not 0.0 < price < math.inf:
            return 0.0
        floors = self.entry_floors(price)
        best = 0.0
        for index, table in enumerate(self._by_tier):
            notional_quote = leverage_in(table) * stake_quote
            if not notional_quote >= floors[index]:
                return best
            if index + 1 == len(floors) or notional_quote < floors[index + 1]:
                return notional_quote / stake_quote if stake_quote > 0.0 else 0.0
            best = floors[index + 1] * _JUST_BELOW / stake_quote
        return best


MarginTiers: TypeAlias = TierTable | WholePositionTiers


def _without_amounts(rows: Iterable[TierRow]) -> TierTable:
    return TierTable.build((*row[:3], 0.0, row[4]) for row in rows)

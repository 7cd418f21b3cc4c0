"""Liquidation price in cross margin: the account's collateral and its other positions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from freqtrade_riskguard.risk._types import check_side
from freqtrade_riskguard.risk.liquidation import liquidation_price
from freqtrade_riskguard.risk.tiers import TierTable


@dataclass(frozen=True, slots=True)
class CrossPosition:
    """Another position that shares the collateral.

    Attributes
    ----------
    side : int
        +1 long, -1 short.
    entry_price : float
        Average entry price, quote units.
    mark_price : float
        Present price, quote units; taken as staying where it is.
    amount : float
        Size in base units, unsigned.
    tiers : TierTable
        Its pair's maintenance tiers.
    taker_fee : float, default 0.0
        Ratio charged on the notional of its own forced exit.

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.
    """

    side: int
    entry_price: float
    mark_price: float
    amount: float
    tiers: TierTable
    taker_fee: float = 0.0

    def __post_init__(self) -> None:
        """Check the side."""
        check_side(self.side)

    @property
    def unrealised_quote(self) -> float:
        """Profit at the mark, quote units: ``side * A * (mark - E)``."""
        return self.side * self.amount * (self.mark_price - self.entry_price)

    @property
    def maintenance_quote(self) -> float:
        """Maintenance margin at the mark, quote units."""
        return self.tiers.maintenance_margin(self.amount * self.mark_price)

    @property
    def exit_fee_quote(self) -> float:
        """Fee of closing it at the mark, quote units."""
        return self.taker_fee * self.amount * self.mark_price


def cross_liquidation_price(
    *,
    side: int,
    entry_price: float,
    amount: float,
    collateral_quote: float,
    tiers: TierTable,
    others: Iterable[CrossPosition] = (),
    taker_fee: float = 0.0,
    funding_quote: float = 0.0,
) -> float:
    """Return the price at which the account's equity has fallen to its total maintenance margin.

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    entry_price : float
        Average entry price of this position, quote units.
    amount : float
        Its size in base units, unsigned.
    collateral_quote : float
        The account's wallet balance, without any unrealised profit, quote units.
    tiers : TierTable
        This pair's maintenance tiers.
    others : iterable of CrossPosition
        All other positions on that collateral, this one not among them.
    taker_fee : float, default 0.0
        Ratio charged on the notional of this position's forced exit.
    funding_quote : float, default 0.0
        Funding received that is not in the balance yet (negative when owed), quote units.

    Returns
    -------
    float
        Quote units; 0.0 is *none*, NaN *unknown* (any NaN, also in one of the others).

    Raises
    ------
    ValueError
        For a side that is neither +1 nor -1.

    Notes
    -----
    Formula: :func:`liquidation_price` with
    ``M = collateral + sum(side_i*A_i*(mark_i - E_i)) - sum(maintenance_i) - sum(fee_i*A_i*mark_i)``
    over the others.
    """
    margin_quote = collateral_quote
    for other in others:
        margin_quote += other.unrealised_quote - other.maintenance_quote - other.exit_fee_quote
    return liquidation_price(
        side=side,
        entry_price=entry_price,
        amount=amount,
        margin_quote=margin_quote,
        tiers=tiers,
        taker_fee=taker_fee,
        funding_quote=funding_quote,
    )

"""Which part of a trade's funding belongs to what is still open of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from freqtrade_riskguard.risk._types import check_side


@dataclass(frozen=True, slots=True)
class FundingShares:
    """Funding of an open position, quote units, negative when paid.

    Attributes
    ----------
    unrealised_quote : float
        Since the last exit: what is in no realised profit yet. It belongs to the equity.
    margin_quote : float
        What has changed the position's own margin: an exit takes its share of that with it, as it
        takes its share of the margin. It belongs to margin health, drain and liquidation price.
    """

    unrealised_quote: float
    margin_quote: float


def funding_shares(fills: Iterable[tuple[float, float]], settled_quote: float) -> FundingShares:
    """Return the funding that belongs to the open part of a position.

    Parameters
    ----------
    fills : iterable of tuple of float
        In their order, for each fill the change of the position (base units, positive for an
        entry or addition, negative for an exit) and the funding settled between the fill before it
        and itself (quote units, negative when paid).
    settled_quote : float
        Funding settled since the last fill, quote units.

    Returns
    -------
    FundingShares
        Both shares are all of the funding where nothing was exited. NaN in, NaN out.

    Notes
    -----
    Formula: an exit of `x` out of `A` realises all funding up to it (freqtrade books it with the
    exit's profit) and leaves ``margin * (A - x) / A`` of the funding in the isolated margin.
    Margin 1000, 80.5 paid, half sold: nothing is unrealised, and 40.25 of the 500 of margin are
    gone, 8.05 %.
    """
    amount = unrealised_quote = margin_quote = 0.0
    for change, funding_quote in fills:
        unrealised_quote += funding_quote
        margin_quote += funding_quote
        if change < 0:
            unrealised_quote = 0.0
            left = amount + change
            margin_quote *= left / amount if 0 < left < amount else 0.0
        amount += change
    return FundingShares(unrealised_quote + settled_quote, margin_quote + settled_quote)


def realised_funding_quote(
    side: int,
    fills: Iterable[tuple[float, float]],
    *,
    realised_quote: float,
    entry_fee: float,
    exit_fee: float,
) -> float:
    """Return the funding within the realised profit of a position, from its orders' prices.

    For a position whose orders do not tell their funding (freqtrade's REST API does not).

    Parameters
    ----------
    side : int
        +1 long, -1 short.
    fills : iterable of tuple of float
        In their order, the change of the position (base units, negative for an exit) and the price.
    realised_quote : float
        Profit realised by the exits, fees and funding included, quote units.
    entry_fee, exit_fee : float
        Fractions of the notional.

    Returns
    -------
    float
        Quote units, negative when paid; 0.0 where nothing was exited. NaN in, NaN out.

    Raises
    ------
    ValueError
        For a bad side.

    Notes
    -----
    Formula: ``realised - sum(side*x*(exit - average) - x*(entry_fee*average + exit_fee*exit))``
    over the exits, with the average entry price at each.
    """
    check_side(side)
    amount = cost_quote = price_profit_quote = 0.0
    has_exited = False
    for change, price in fills:
        if change >= 0:
            amount += change
            cost_quote += change * price
            continue
        has_exited = True
        exited, average = -change, cost_quote / amount if amount > 0 else price
        fees_quote = exited * (entry_fee * average + exit_fee * price)
        price_profit_quote += side * exited * (price - average) - fees_quote
        amount += change
        cost_quote = amount * average
    return realised_quote - price_profit_quote if has_exited else 0.0

"""Positions, margin and income of the simulated exchange's one account."""

from dataclasses import dataclass
from enum import StrEnum


class MarginMode(StrEnum):
    """What stands behind a position: margin of its own, or the whole free wallet."""

    ISOLATED = "isolated"
    CROSS = "cross"


class IncomeKind(StrEnum):
    """What changed the wallet. The wallet is the sum of all incomes, deposits included."""

    DEPOSIT = "deposit"
    REALISED = "realised profit"
    FEE = "fee"
    FUNDING = "funding"
    LIQUIDATION_FEE = "liquidation fee"
    INSURANCE = "insurance"


@dataclass(frozen=True, kw_only=True)
class Income:
    """One change of the wallet.

    Parameters
    ----------
    income_id
        Number, from 1, rising with time.
    kind
        What it was. INSURANCE is what the exchange's fund paid of a loss beyond the margin.
    symbol
        The contract; empty for deposits.
    amount_quote
        Quote units, above 0 where the wallet grew.
    time_ms
        Milliseconds since 1970 UTC.
    fill_id
        The fill that it belongs to; None for funding and deposits.
    """

    income_id: int
    kind: IncomeKind
    symbol: str
    amount_quote: float
    time_ms: int
    fill_id: int | None = None


@dataclass(kw_only=True)
class ContractSettings:
    """What the account has chosen for a contract.

    Parameters
    ----------
    leverage
        Of new margin, 1 or above.
    margin_mode
        Isolated or cross.
    """

    leverage: float = 20
    margin_mode: MarginMode = MarginMode.CROSS


@dataclass(kw_only=True)
class Holding:
    """What is stored about an open position.

    Parameters
    ----------
    amount_base
        Size, base units, above 0 for a long and below 0 for a short.
    entry_price
        Average entry price, quote units.
    margin_quote
        Isolated wallet: margin put in, with funding; part of the wallet. 0 in cross margin.
    updated_ms
        Last change, milliseconds since 1970 UTC.
    """

    amount_base: float
    entry_price: float
    margin_quote: float
    updated_ms: int

    @property
    def side(self) -> int:
        """+1 long, -1 short."""
        return 1 if self.amount_base > 0.0 else -1


@dataclass(frozen=True, kw_only=True)
class Position:
    """An open position at the marks of the moment.

    Parameters
    ----------
    symbol
        The contract.
    amount_base
        Size, base units, above 0 for a long and below 0 for a short.
    entry_price, mark_price
        Quote units.
    notional_quote
        ``amount_base * mark_price``, signed, quote units.
    unrealised_quote
        Profit at the mark without fees, quote units.
    leverage
        As set for the contract.
    margin_mode
        Isolated or cross.
    isolated_wallet_quote
        Margin put in, with funding, quote units; 0 in cross margin.
    isolated_margin_quote
        The same with the unrealised profit; 0 in cross margin.
    initial_margin_quote
        Notional over leverage, quote units.
    maintenance_quote
        Maintenance margin by tier, quote units.
    liquidation_price
        Mark price of the liquidation, the other positions held still; 0 for none.
    adl_quantile
        Rank in the queue of auto-deleveraging, 0 (last) to 4 (first).
    updated_ms
        Last change, milliseconds since 1970 UTC.
    """

    symbol: str
    amount_base: float
    entry_price: float
    mark_price: float
    notional_quote: float
    unrealised_quote: float
    leverage: float
    margin_mode: MarginMode
    isolated_wallet_quote: float
    isolated_margin_quote: float
    initial_margin_quote: float
    maintenance_quote: float
    liquidation_price: float
    adl_quantile: int
    updated_ms: int


@dataclass(frozen=True, kw_only=True)
class AccountSummary:
    """The account at the marks of the moment, quote units.

    Parameters
    ----------
    wallet_quote
        Balance: all incomes. Isolated wallets are part of it.
    unrealised_quote
        Profit of all positions at the mark.
    margin_balance_quote
        Wallet and unrealised profit.
    position_margin_quote
        Initial margin of all positions.
    order_margin_quote
        Initial margin that open orders bind.
    maintenance_quote
        Maintenance margin of all positions.
    cross_wallet_quote
        The wallet without the isolated wallets.
    cross_unrealised_quote
        Profit of the positions in cross margin.
    available_quote
        What new orders may bind and what may be withdrawn, 0 or above.
    """

    wallet_quote: float
    unrealised_quote: float
    margin_balance_quote: float
    position_margin_quote: float
    order_margin_quote: float
    maintenance_quote: float
    cross_wallet_quote: float
    cross_unrealised_quote: float
    available_quote: float

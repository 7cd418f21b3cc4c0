"""What an account says about itself, and what the bot's database says of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from freqtrade_riskguard.risk.tiers import Tier
from freqtrade_riskguard.snapshot.exchange import BookedTrade, ExchangePosition, ExchangeStop


@dataclass(frozen=True, slots=True)
class Untold:
    """An answer that did not come.

    Attributes
    ----------
    why : str
        In words, with what to do.
    is_offered : bool
        Whether there is such a request at all.
    """

    why: str
    is_offered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRights:
    """What a key may do; None where that is not said.

    Attributes
    ----------
    trades_until : datetime or None
        When it ceases to trade.
    """

    trades_futures: bool | None
    withdraws: bool | None
    transfers: bool | None
    is_bound_to_addresses: bool | None
    trades_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClockReading:
    """The clock of this machine against that of the exchange.

    Attributes
    ----------
    ahead_seconds : float
        Negative where it is behind.
    uncertainty_seconds : float
        Half of what the request took.
    """

    ahead_seconds: float
    uncertainty_seconds: float


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account holds in the stake currency; `free_quote` is NaN where that is not said."""

    wallet_quote: float
    free_quote: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOrder:
    """An order on the exchange that is not filled.

    Attributes
    ----------
    price : float
        Its limit, or what triggers it; NaN for a market order.
    """

    order_id: str
    pair: str
    buys: bool
    amount: float
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSetup:
    """Which stop orders the exchange offers, and which the bot places.

    Attributes
    ----------
    offered : tuple of str
        Of limit and market.
    """

    offered: tuple[str, ...]
    offers_mark: bool
    on_exchange: bool
    kind: str
    price_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAccount:
    """An account as the exchange tells it.

    Attributes
    ----------
    used_tiers, exchange_tiers : mapping
        By pair: what is reckoned with here, and what holds for the account.
    own_pairs : frozenset of str or None
        The pairs that are this bot's affair; None for all.
    """

    key: KeyRights | Untold
    hedge_mode: bool | Untold
    multi_assets: bool | Untold
    clock: ClockReading | Untold
    balance: Balance | Untold
    used_tiers: Mapping[str, Sequence[Tier]]
    exchange_tiers: Mapping[str, Sequence[Tier]] | Untold
    positions: Sequence[ExchangePosition] | Untold
    stops: Sequence[ExchangeStop] | Untold
    orders: Sequence[WaitingOrder] | Untold
    stop_setup: StopSetup
    own_pairs: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class BookedAccount:
    """What the bot's database says of the account.

    Attributes
    ----------
    order_ids : frozenset of str
        Of all orders of open trades.
    profit_quote : float
        Booked so far, of closed trades and of closed parts.
    """

    trades: tuple[BookedTrade, ...]
    order_ids: frozenset[str]
    profit_quote: float

"""Orders, conditional orders and fills as the simulated exchange keeps them."""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Which way an order trades."""

    BUY = "buy"
    SELL = "sell"

    @property
    def sign(self) -> int:
        """+1 for a buy, -1 for a sell."""
        return 1 if self is Side.BUY else -1


class OrderType(StrEnum):
    """How an order is priced."""

    MARKET = "market"
    LIMIT = "limit"


class TimeInForce(StrEnum):
    """What becomes of the part of a limit order that does not fill at once."""

    GOOD_TILL_CANCELLED = "good till cancelled"
    IMMEDIATE_OR_CANCEL = "immediate or cancel"
    FILL_OR_KILL = "fill or kill"
    POST_ONLY = "post only"


class OrderStatus(StrEnum):
    """Where an order stands; the last three are ends."""

    OPEN = "open"
    PARTLY_FILLED = "partly filled"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Origin(StrEnum):
    """Who sent an order."""

    USER = "user"
    CONDITIONAL = "conditional order"
    LIQUIDATION = "liquidation"
    DELEVERAGING = "auto-deleveraging"


class ConditionalKind(StrEnum):
    """On which side of the price a conditional order waits."""

    STOP = "stop"
    TAKE_PROFIT = "take profit"


class ConditionalStatus(StrEnum):
    """Where a conditional order stands.

    TRIGGERED has its order, which may still wait; REJECTED was triggered, and its order refused.
    """

    OPEN = "open"
    TRIGGERED = "triggered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REJECTED = "rejected"


class PriceKind(StrEnum):
    """Which of the two prices of a contract."""

    LAST = "last"
    MARK = "mark"


OPEN_STATUSES = frozenset({OrderStatus.OPEN, OrderStatus.PARTLY_FILLED})


@dataclass(kw_only=True)
class Order:
    """A market or limit order.

    Parameters
    ----------
    order_id
        Number given by the exchange, from 1, rising with time.
    client_id
        Name given by the client; empty for none.
    symbol
        The contract.
    side
        Buy or sell.
    order_type
        Market or limit.
    quantity_base
        Ordered, base units, above 0.
    created_ms, updated_ms
        When it was sent and last changed, milliseconds since 1970 UTC.
    limit_price
        Worst price, quote units; None for a market order.
    time_in_force
        What becomes of the part that does not fill at once.
    reduce_only
        Whether it may only make the position smaller.
    origin
        Who sent it.
    conditional_id
        The conditional order that sent it, if one did.
    status
        Where it stands.
    filled_base
        Filled so far, base units.
    filled_quote
        Filled so far, quantity times price, quote units.
    fill_share
        Most of `quantity_base` that is ever filled, a fraction; below 1 the rest waits.
    rests_until_ms
        Nothing fills before, milliseconds since 1970 UTC.
    """

    order_id: int
    client_id: str
    symbol: str
    side: Side
    order_type: OrderType
    quantity_base: float
    created_ms: int
    updated_ms: int
    limit_price: float | None = None
    time_in_force: TimeInForce = TimeInForce.GOOD_TILL_CANCELLED
    reduce_only: bool = False
    origin: Origin = Origin.USER
    conditional_id: int | None = None
    status: OrderStatus = OrderStatus.OPEN
    filled_base: float = 0.0
    filled_quote: float = 0.0
    fill_share: float = 1.0
    rests_until_ms: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it may still fill."""
        return self.status in OPEN_STATUSES

    @property
    def average_price(self) -> float:
        """Average price of the fills, quote units; 0 before the first."""
        return self.filled_quote / self.filled_base if self.filled_base else 0.0


@dataclass(kw_only=True)
class ConditionalOrder:
    """A stop or take-profit that sends an order when its price is reached.

    Parameters
    ----------
    conditional_id
        Number given by the exchange, from 1; counted apart from orders.
    client_id
        Name given by the client; empty for none.
    symbol
        The contract.
    side
        Side of the order that it sends.
    kind
        A stop to sell waits below the price, a take-profit to sell above it; buys the other way.
    trigger_price
        Quote units.
    trigger_on
        Which price has to reach it.
    quantity_base
        Of the order that it sends, base units, above 0.
    created_ms, updated_ms
        When it was sent and last changed, milliseconds since 1970 UTC.
    limit_price
        Of the order that it sends, quote units; None sends a market order.
    reduce_only
        Whether that order may only make the position smaller.
    status
        Where it stands.
    order_id
        The order that it sent; None before.
    triggered_ms
        When, milliseconds since 1970 UTC; None before.
    """

    conditional_id: int
    client_id: str
    symbol: str
    side: Side
    kind: ConditionalKind
    trigger_price: float
    trigger_on: PriceKind
    quantity_base: float
    created_ms: int
    updated_ms: int
    limit_price: float | None = None
    reduce_only: bool = False
    status: ConditionalStatus = ConditionalStatus.OPEN
    order_id: int | None = None
    triggered_ms: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its price."""
        return self.status is ConditionalStatus.OPEN

    @property
    def waits_below(self) -> bool:
        """Whether the price has to fall to reach it."""
        return (self.side is Side.SELL) == (self.kind is ConditionalKind.STOP)


@dataclass(frozen=True, kw_only=True)
class Fill:
    """One trade of the account.

    Parameters
    ----------
    fill_id
        Number, from 1, rising with time.
    order_id
        The order that was filled.
    symbol
        The contract.
    side
        Buy or sell.
    quantity_base
        Base units, above 0.
    price
        Quote units.
    fee_quote
        Paid, quote units, 0 or above. Of a liquidation its fee, as far as margin was left.
    realised_quote
        Profit of the part that closed a position, without fees, quote units.
    maker
        Whether the order rested in the book.
    time_ms
        Milliseconds since 1970 UTC.
    """

    fill_id: int
    order_id: int
    symbol: str
    side: Side
    quantity_base: float
    price: float
    fee_quote: float
    realised_quote: float
    maker: bool
    time_ms: int

"""Market and limit orders: placed, asked for, cancelled."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from freqtrade_riskguard.replay.binance.arguments import (
    choice_of,
    integer_of,
    is_true,
    limit_of,
    number_of,
    required,
    span_of,
)
from freqtrade_riskguard.replay.intervals import DAY_MS
from freqtrade_riskguard.replay.matching import (
    ConditionalOrder,
    Order,
    OrderStatus,
    OrderType,
    Origin,
    Side,
    TimeInForce,
)
from freqtrade_riskguard.replay.requests import Query, RefusalError
from freqtrade_riskguard.replay.trading_account import TradingAccount

SIDES: Mapping[str, Side] = {"BUY": Side.BUY, "SELL": Side.SELL}
_LIFE: Mapping[str, TimeInForce] = {
    "GTC": TimeInForce.GOOD_TILL_CANCELLED,
    "IOC": TimeInForce.IMMEDIATE_OR_CANCEL,
    "FOK": TimeInForce.FILL_OR_KILL,
    "GTX": TimeInForce.POST_ONLY,
}
_LIFE_NAMES = {life: name for name, life in _LIFE.items()}
_TYPES: Mapping[str, OrderType] = {"MARKET": OrderType.MARKET, "LIMIT": OrderType.LIMIT}
_STATUSES: Mapping[OrderStatus, str] = {
    OrderStatus.OPEN: "NEW",
    OrderStatus.PARTLY_FILLED: "PARTIALLY_FILLED",
    OrderStatus.FILLED: "FILLED",
    OrderStatus.CANCELLED: "CANCELED",
    OrderStatus.EXPIRED: "EXPIRED",
}
# How the exchange names the orders that it sends itself.
_OWN_NAMES: Mapping[Origin, str] = {
    Origin.LIQUIDATION: "autoclose-",
    Origin.DELEVERAGING: "adl_autoclose-",
}

_WINDOW_TOO_LONG = -1127
_BAD_TYPE = -1116
UNKNOWN_TO_CANCEL = -2011
UNKNOWN = -2013
_NOT_POSITIVE = -4003
_HEDGED = -4061
_CONDITIONAL = -4120

WEEK_MS = 7 * DAY_MS
USUAL_ORDERS, MOST_ORDERS = 500, 1000
ALL_CANCELLED: Mapping[str, object] = {
    "code": 200,
    "msg": "The operation of cancel all open order is done.",
}

_Entry = TypeVar("_Entry")
_Placed = TypeVar("_Placed", Order, ConditionalOrder)


def place(account: TradingAccount, query: Query) -> object:
    """Answer a new market or limit order."""
    asked = required(query, "type")
    if asked not in _TYPES:
        if asked.startswith(("STOP", "TAKE_PROFIT", "TRAILING_STOP")):
            raise RefusalError(
                _CONDITIONAL,
                "Order type not supported for this endpoint. Please use the Algo Order API "
                "endpoints instead.",
            )
        raise RefusalError(_BAD_TYPE, "Invalid orderType.")
    order_type = _TYPES[asked]
    limited = order_type is OrderType.LIMIT
    symbol = account.symbol_of(query)
    order = account.engine.place_order(
        symbol,
        choice_of(query, "side", SIDES),
        quantity_of(query),
        order_type=order_type,
        limit_price=number_of(query, "price") if limited else None,
        time_in_force=choice_of(query, "timeInForce", _LIFE)
        if limited
        else TimeInForce.GOOD_TILL_CANCELLED,
        reduce_only=is_true(query, "reduceOnly"),
        client_id=query.get("newClientOrderId", ""),
        fill_share=account.fill_share(symbol),
    )
    if query.get("newOrderRespType", "ACK") == "ACK":
        # The order's arrival, and not yet what becomes of it.
        return {
            **_order(account, order),
            "status": "NEW",
            "avgPrice": "0.00",
            "executedQty": "0",
            "cumQty": "0",
            "cumQuote": "0",
        }
    return _order(account, order)


def fetch(account: TradingAccount, query: Query) -> object:
    """Answer one order."""
    return _order(account, _found(account, query, UNKNOWN))


def fetch_open(account: TradingAccount, query: Query) -> object:
    """Answer one order that must be open."""
    order = _found(account, query, UNKNOWN)
    if not order.is_open:
        raise RefusalError(UNKNOWN, "Order does not exist.")
    return _order(account, order)


def cancel(account: TradingAccount, query: Query) -> object:
    """Answer the end of one order."""
    order = _found(account, query, UNKNOWN_TO_CANCEL)
    return _order(account, account.engine.cancel_order(order.order_id))


def cancel_all(account: TradingAccount, query: Query) -> object:
    """Answer the end of all orders of a contract."""
    for order in account.engine.open_orders(account.symbol_of(query)):
        account.engine.cancel_order(order.order_id)
    return dict(ALL_CANCELLED)


def open_orders(account: TradingAccount, query: Query) -> object:
    """Answer the orders that are open."""
    found = account.engine.open_orders(account.symbol_or_none(query))
    return [_order(account, order) for order in remembered(account, found)]


def all_orders(account: TradingAccount, query: Query) -> object:
    """Answer all orders of a contract within a week, ended ones too."""
    found = remembered(account, account.engine.orders(account.symbol_or_none(query)))
    from_id = integer_of(query, "orderId")
    if from_id is not None:
        found = [order for order in found if order.order_id >= from_id]
    shown = within(account, query, [(order.created_ms, order) for order in found])
    return [_order(account, order) for order in shown]


def quantity_of(query: Query) -> float:
    """Return the quantity of a new order, and refuse what one-way mode has not."""
    if query.get("positionSide", "BOTH") != "BOTH":
        raise RefusalError(
            _HEDGED, "Order's position side does not match user's setting: one-way mode."
        )
    required(query, "quantity")
    quantity_base = number_of(query, "quantity") or 0.0
    if quantity_base <= 0.0:
        raise RefusalError(_NOT_POSITIVE, "Quantity less than or equal to zero.")
    return quantity_base


def within(
    account: TradingAccount, query: Query, entries: Sequence[tuple[int, _Entry]]
) -> list[_Entry]:
    """Return what of a history was asked for: the oldest from a time on, else the newest.

    Parameters
    ----------
    entries
        Times and what happened then, the oldest first.
    """
    limit = limit_of(query, usual=USUAL_ORDERS, most=MOST_ORDERS)
    start_ms, end_ms = span_of(query)
    if start_ms is not None and end_ms is not None and end_ms - start_ms > WEEK_MS:
        raise RefusalError(_WINDOW_TOO_LONG, "More than 168 hours between startTime and endTime.")
    if end_ms is None:
        now_ms = account.engine.now_ms
        end_ms = now_ms if start_ms is None else start_ms + WEEK_MS
    first_ms = end_ms - WEEK_MS if start_ms is None else start_ms
    found = [entry for time_ms, entry in entries if first_ms <= time_ms <= end_ms]
    return found[-limit:] if start_ms is None else found[:limit]


def remembered(account: TradingAccount, orders: Iterable[_Placed]) -> list[_Placed]:
    """Return those orders that the exchange admits to."""
    return [order for order in orders if not account.forgets(order.symbol)]


def _found(account: TradingAccount, query: Query, code: int) -> Order:
    symbol, number = account.symbol_of(query), integer_of(query, "orderId")
    order = (
        account.engine.order(number)
        if number is not None
        else account.engine.order_by_client_id(required(query, "origClientOrderId"))
    )
    if order is None or order.symbol != symbol or account.forgets(symbol):
        known = "Unknown order sent." if code == UNKNOWN_TO_CANCEL else "Order does not exist."
        raise RefusalError(code, known)
    return order


def _order(account: TradingAccount, order: Order) -> dict[str, Any]:
    filters = account.engine.contracts[order.symbol].filters
    price = f"{order.limit_price or 0.0:.{filters.price_decimals}f}"
    quantity, filled = (
        f"{size:.{filters.quantity_decimals}f}" for size in (order.quantity_base, order.filled_base)
    )
    kind = "MARKET" if order.order_type is OrderType.MARKET else "LIMIT"
    return {
        "orderId": order.order_id,
        "symbol": order.symbol,
        "status": _STATUSES[order.status],
        "clientOrderId": order.client_id
        or f"{_OWN_NAMES.get(order.origin, 'replay-')}{order.order_id}",
        "price": price,
        "avgPrice": f"{order.average_price:.8f}",
        "origQty": quantity,
        "executedQty": filled,
        "cumQty": filled,
        "cumQuote": f"{order.filled_quote:.8f}",
        "timeInForce": _LIFE_NAMES[order.time_in_force],
        "type": kind,
        "origType": kind,
        "reduceOnly": order.reduce_only,
        "closePosition": False,
        "side": order.side.upper(),
        "positionSide": "BOTH",
        "stopPrice": "0",
        "workingType": "CONTRACT_PRICE",
        "priceProtect": False,
        "priceMatch": "NONE",
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "goodTillDate": 0,
        "time": order.created_ms,
        "updateTime": order.updated_ms,
    }

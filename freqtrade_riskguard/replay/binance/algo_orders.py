"""Conditional orders, which Binance takes at an endpoint of their own: all stops are there."""

from collections.abc import Mapping
from typing import Any

from freqtrade_riskguard.replay.binance.arguments import (
    choice_of,
    integer_of,
    is_true,
    number_of,
    required,
)
from freqtrade_riskguard.replay.binance.orders import (
    ALL_CANCELLED,
    SIDES,
    UNKNOWN,
    UNKNOWN_TO_CANCEL,
    quantity_of,
    remembered,
    within,
)
from freqtrade_riskguard.replay.matching import (
    ConditionalKind,
    ConditionalOrder,
    ConditionalStatus,
    PriceKind,
)
from freqtrade_riskguard.replay.requests import Query, RefusalError
from freqtrade_riskguard.replay.trading_account import TradingAccount

# Which way it waits, and whether it sends a limit order.
_TYPES: Mapping[str, tuple[ConditionalKind, bool]] = {
    "STOP_MARKET": (ConditionalKind.STOP, False),
    "STOP": (ConditionalKind.STOP, True),
    "TAKE_PROFIT_MARKET": (ConditionalKind.TAKE_PROFIT, False),
    "TAKE_PROFIT": (ConditionalKind.TAKE_PROFIT, True),
}
_TYPE_NAMES = {what: name for name, what in _TYPES.items()}
_TRIGGERS: Mapping[str, PriceKind] = {
    "CONTRACT_PRICE": PriceKind.LAST,
    "MARK_PRICE": PriceKind.MARK,
}
_TRIGGER_NAMES = {kind: name for name, kind in _TRIGGERS.items()}
_STATUSES: Mapping[ConditionalStatus, str] = {
    ConditionalStatus.OPEN: "NEW",
    ConditionalStatus.TRIGGERED: "TRIGGERED",
    ConditionalStatus.CANCELLED: "CANCELED",
    ConditionalStatus.EXPIRED: "EXPIRED",
    ConditionalStatus.REJECTED: "REJECTED",
}
_BAD_TYPE = -1116
# Clients keep both kinds of orders in one table: a number must not be given twice.
_BEFORE_FIRST = 10**12


def place(account: TradingAccount, query: Query) -> object:
    """Answer a new conditional order."""
    asked = required(query, "type")
    if query.get("algoType") != "CONDITIONAL" or asked not in _TYPES or "closePosition" in query:
        raise RefusalError(
            _BAD_TYPE,
            "Invalid orderType. The replay exchange takes stops and take-profits of a quantity.",
        )
    kind, limited = _TYPES[asked]
    required(query, "triggerPrice")
    order = account.engine.place_conditional(
        account.symbol_of(query),
        choice_of(query, "side", SIDES),
        quantity_of(query),
        number_of(query, "triggerPrice") or 0.0,
        kind=kind,
        trigger_on=choice_of({"workingType": "CONTRACT_PRICE", **query}, "workingType", _TRIGGERS),
        limit_price=number_of(query, "price") if limited else None,
        reduce_only=is_true(query, "reduceOnly"),
        client_id=query.get("clientAlgoId", ""),
    )
    return _order(account, order)


def fetch(account: TradingAccount, query: Query) -> object:
    """Answer one conditional order."""
    return _order(account, _found(account, query, UNKNOWN, "Order does not exist."))


def cancel(account: TradingAccount, query: Query) -> object:
    """Answer the end of one conditional order."""
    order = _found(account, query, UNKNOWN_TO_CANCEL, "Unknown order sent.")
    account.engine.cancel_conditional(order.conditional_id)
    return {
        "algoId": _BEFORE_FIRST + order.conditional_id,
        "clientAlgoId": _name(order),
        "code": "200",
        "msg": "success",
    }


def cancel_all(account: TradingAccount, query: Query) -> object:
    """Answer the end of all conditional orders of a contract."""
    for order in account.engine.open_conditionals(account.symbol_of(query)):
        account.engine.cancel_conditional(order.conditional_id)
    return dict(ALL_CANCELLED)


def open_orders(account: TradingAccount, query: Query) -> object:
    """Answer the conditional orders that wait."""
    found = account.engine.open_conditionals(account.symbol_or_none(query))
    return [_order(account, order) for order in remembered(account, found)]


def all_orders(account: TradingAccount, query: Query) -> object:
    """Answer all conditional orders of a contract within a week, ended ones too."""
    found = remembered(account, account.engine.conditionals(account.symbol_of(query)))
    shown = within(account, query, [(order.created_ms, order) for order in found])
    return [_order(account, order) for order in shown]


def _found(account: TradingAccount, query: Query, code: int, message: str) -> ConditionalOrder:
    # Neither names the contract: the number suffices.
    number = integer_of(query, "algoId")
    order = (
        account.engine.conditional(number - _BEFORE_FIRST)
        if number is not None
        else account.engine.conditional_by_client_id(required(query, "clientAlgoId"))
    )
    if order is None or account.forgets(order.symbol):
        raise RefusalError(code, message)
    return order


def _order(account: TradingAccount, order: ConditionalOrder) -> dict[str, Any]:
    filters = account.engine.contracts[order.symbol].filters
    sent = None if order.order_id is None else account.engine.order(order.order_id)
    status = _STATUSES[order.status]
    if sent is not None and not sent.is_open:
        status = "FINISHED"
    limited = order.limit_price is not None
    return {
        "algoId": _BEFORE_FIRST + order.conditional_id,
        "clientAlgoId": _name(order),
        "algoType": "CONDITIONAL",
        "orderType": _TYPE_NAMES[order.kind, limited],
        "symbol": order.symbol,
        "side": order.side.upper(),
        "positionSide": "BOTH",
        "timeInForce": "GTC",
        "quantity": f"{order.quantity_base:.{filters.quantity_decimals}f}",
        "algoStatus": status,
        "actualOrderId": "" if sent is None else str(sent.order_id),
        "actualPrice": f"{0.0 if sent is None else sent.average_price:.8f}",
        "triggerPrice": f"{order.trigger_price:.{filters.price_decimals}f}",
        "price": f"{order.limit_price or 0.0:.{filters.price_decimals}f}",
        "icebergQuantity": None,
        "selfTradePreventionMode": "EXPIRE_MAKER",
        "workingType": _TRIGGER_NAMES[order.trigger_on],
        "priceMatch": "NONE",
        "closePosition": False,
        "priceProtect": False,
        "reduceOnly": order.reduce_only,
        "createTime": order.created_ms,
        "updateTime": order.updated_ms,
        "triggerTime": order.triggered_ms or 0,
        "goodTillDate": 0,
    }


def _name(order: ConditionalOrder) -> str:
    return order.client_id or f"replay-{order.conditional_id}"

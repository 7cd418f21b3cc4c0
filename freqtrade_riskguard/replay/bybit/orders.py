"""Orders and conditional orders, which Bybit keeps in one list: placed, asked for, cancelled.

A conditional order keeps its number when it has struck.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from freqtrade_riskguard.replay.bybit.arguments import (
    framed_at,
    number_of,
    page_of,
    refused,
    within,
)
from freqtrade_riskguard.replay.matching import (
    ConditionalKind,
    ConditionalOrder,
    ConditionalStatus,
    Order,
    OrderStatus,
    OrderType,
    Origin,
    PriceKind,
    Reason,
    RequestRefusedError,
    Side,
    TimeInForce,
)
from freqtrade_riskguard.replay.requests import Query, RefusalError
from freqtrade_riskguard.replay.trading_account import TradingAccount

_SIDES: Mapping[str, Side] = {"Buy": Side.BUY, "Sell": Side.SELL}
SIDE_NAMES = {side: name for name, side in _SIDES.items()}
_LIFE: Mapping[str, TimeInForce] = {
    "GTC": TimeInForce.GOOD_TILL_CANCELLED,
    "IOC": TimeInForce.IMMEDIATE_OR_CANCEL,
    "FOK": TimeInForce.FILL_OR_KILL,
    "PostOnly": TimeInForce.POST_ONLY,
}
_LIFE_NAMES = {life: name for name, life in _LIFE.items()}
_TYPES: Mapping[str, OrderType] = {"Market": OrderType.MARKET, "Limit": OrderType.LIMIT}
TYPE_NAMES = {order_type: name for name, order_type in _TYPES.items()}
_TRIGGERS: Mapping[str, PriceKind] = {"LastPrice": PriceKind.LAST, "MarkPrice": PriceKind.MARK}
_TRIGGER_NAMES = {kind: name for name, kind in _TRIGGERS.items()}
_STATUSES: Mapping[OrderStatus, str] = {
    OrderStatus.OPEN: "New",
    OrderStatus.PARTLY_FILLED: "PartiallyFilled",
    OrderStatus.FILLED: "Filled",
    OrderStatus.CANCELLED: "Cancelled",
    OrderStatus.EXPIRED: "Cancelled",
}
_CONDITIONAL_STATUSES: Mapping[ConditionalStatus, str] = {
    ConditionalStatus.OPEN: "Untriggered",
    ConditionalStatus.TRIGGERED: "Triggered",
    ConditionalStatus.CANCELLED: "Deactivated",
    ConditionalStatus.EXPIRED: "Deactivated",
    ConditionalStatus.REJECTED: "Rejected",
}
# Who has made an order.
CREATORS: Mapping[Origin, str] = {
    Origin.USER: "CreateByUser",
    Origin.CONDITIONAL: "CreateByUser",
    Origin.LIQUIDATION: "CreateByTakeOver_PassThrough",
    Origin.DELEVERAGING: "CreateByAdl_PassThrough",
}
_OPEN = frozenset({"New", "PartiallyFilled", "Untriggered", "Triggered"})
_RISING, _FALLING = "1", "2"
_RISING_CODE, _FALLING_CODE = 110092, 110093
_USUAL_ORDERS, _MOST_ORDERS, _REMEMBERED = 20, 50, 500
# Numbers are texts on Bybit, and one list holds both kinds.
_PLAIN, _CONDITIONAL = "00000001-0000-4000-8000-", "00000002-0000-4000-8000-"


def place(account: TradingAccount, query: Query) -> object:
    """Answer the number of a new order, and nothing that has become of it."""
    symbol, side = account.symbol_of(query), _SIDES.get(query.get("side", ""))
    order_type = _TYPES.get(query.get("orderType", ""))
    if side is None or order_type is None:
        raise refused("params error: side or orderType invalid")
    if query.get("positionIdx", "0") != "0":
        raise refused("position idx not match position mode")
    limited = order_type is OrderType.LIMIT
    limit_price = number_of(query, "price") if limited else None
    quantity_base, name = number_of(query, "qty") or 0.0, query.get("orderLinkId", "")
    reduce_only = query.get("reduceOnly", "false") == "true"
    if query.get("triggerPrice"):
        if limited and limit_price is None:
            raise RequestRefusedError(Reason.MISSING_PRICE, symbol)
        stop = _place_conditional(
            account,
            query,
            symbol,
            side,
            quantity_base,
            limit_price=limit_price,
            reduce_only=reduce_only,
            client_id=name,
        )
        return _placed(account, f"{_CONDITIONAL}{stop.conditional_id:012d}", name)
    life = _LIFE.get(query.get("timeInForce", "GTC" if limited else "IOC"))
    if life is None:
        raise refused("params error: timeInForce invalid")
    order = account.engine.place_order(
        symbol,
        side,
        quantity_base,
        order_type=order_type,
        limit_price=limit_price,
        time_in_force=life if limited else TimeInForce.GOOD_TILL_CANCELLED,
        reduce_only=reduce_only,
        client_id=name,
        fill_share=account.fill_share(symbol),
    )
    return _placed(account, number_text(account, order.order_id), name)


def cancel(account: TradingAccount, query: Query) -> object:
    """Answer the number of an order that was cancelled."""
    found = _found(account, query)
    if found is None:
        raise RequestRefusedError(Reason.UNKNOWN_ORDER, query.get("orderId", ""))
    if found.order is not None:
        account.engine.cancel_order(found.order.order_id)
    elif found.stop is not None:
        account.engine.cancel_conditional(found.stop.conditional_id)
    return _placed(account, found.number, found.asked.client_id)


def realtime(account: TradingAccount, query: Query) -> object:
    """Answer the orders that are open; of one that is named also how it has ended."""
    if _is_named(query):
        return _page(account, query, [found] if (found := _found(account, query)) else [])
    return _page(account, query, _remembered(account, query, is_open=True))


def history(account: TradingAccount, query: Query) -> object:
    """Answer the orders that have ended within a week, the newest first."""
    if _is_named(query):
        return _page(account, query, [found] if (found := _found(account, query)) else [])
    ended = _remembered(account, query, is_open=False)
    times = [(listed.asked.created_ms, listed) for listed in ended]
    return _page(account, query, within(account.engine.now_ms, query, times))


def number_text(account: TradingAccount, order_id: int) -> str:
    """Return the number by which Bybit knows an order: that of its conditional order, if any."""
    order = account.engine.order(order_id)
    if order is not None and order.conditional_id is not None:
        return f"{_CONDITIONAL}{order.conditional_id:012d}"
    return f"{_PLAIN}{order_id:012d}"


def is_conditional(arguments: Mapping[str, str]) -> bool:
    """Whether a new order waits for a price."""
    return bool(arguments.get("triggerPrice"))


def _is_named(query: Query) -> bool:
    return bool(query.get("orderId") or query.get("orderLinkId"))


def _place_conditional(
    account: TradingAccount,
    query: Query,
    symbol: str,
    side: Side,
    quantity_base: float,
    *,
    limit_price: float | None,
    reduce_only: bool,
    client_id: str,
) -> ConditionalOrder:
    direction, trigger_on = query.get("triggerDirection"), query.get("triggerBy", "LastPrice")
    if direction not in {_RISING, _FALLING}:
        raise refused("TriggerDirection invalid")
    if trigger_on not in _TRIGGERS:
        raise refused("The replay exchange triggers by LastPrice and MarkPrice")
    rises = direction == _RISING
    try:
        return account.engine.place_conditional(
            symbol,
            side,
            quantity_base,
            number_of(query, "triggerPrice") or 0.0,
            kind=ConditionalKind.STOP
            if (side is Side.BUY) == rises
            else ConditionalKind.TAKE_PROFIT,
            trigger_on=_TRIGGERS[trigger_on],
            limit_price=limit_price,
            reduce_only=reduce_only,
            client_id=client_id,
        )
    except RequestRefusedError as error:
        if error.reason is not Reason.WOULD_TRIGGER_IMMEDIATELY:
            raise
        code = _RISING_CODE if rises else _FALLING_CODE
        expected = (
            "Rising, but trigger_price <= current"
            if rises
            else ("Falling, but trigger_price >= current")
        )
        raise RefusalError(code, f"expect {expected}: {error.detail}", HTTPStatus.OK) from None


def _placed(account: TradingAccount, number: str, name: str) -> object:
    return framed_at(account.engine.now_ms, {"orderId": number, "orderLinkId": name})


@dataclass(frozen=True)
class _Listed:
    """A plain order, or a conditional one with the order that it has sent, if it has."""

    order: Order | None
    stop: ConditionalOrder | None = None

    @property
    def asked(self) -> Order | ConditionalOrder:
        """What the client has sent."""
        asked = self.stop or self.order
        assert asked is not None  # noqa: S101 - one of both is there
        return asked

    @property
    def number(self) -> str:
        """The number by which Bybit knows it."""
        if self.stop is not None:
            return f"{_CONDITIONAL}{self.stop.conditional_id:012d}"
        return f"{_PLAIN}{self.order.order_id if self.order else 0:012d}"

    @property
    def status(self) -> str:
        """Where it stands."""
        if self.order is None and self.stop is not None:
            return _CONDITIONAL_STATUSES[self.stop.status]
        return _STATUSES[self.order.status] if self.order else ""


def _found(account: TradingAccount, query: Query) -> _Listed | None:
    """Return the newest order of a number or name; None for none, and one that is forgotten."""
    number, name = query.get("orderId"), query.get("orderLinkId")
    for listed in _all(account, query)[::-1][:_REMEMBERED]:
        if listed.number == number if number else listed.asked.client_id == name:
            return None if account.forgets(listed.asked.symbol) else listed
    return None


def _all(account: TradingAccount, query: Query) -> list[_Listed]:
    """Return all orders of a contract, or of all, the oldest first."""
    engine, symbol = account.engine, account.symbol_or_none(query)
    stops = [
        _Listed(None if stop.order_id is None else engine.order(stop.order_id), stop)
        for stop in engine.conditionals(symbol)
    ]
    plain = [_Listed(order) for order in engine.orders(symbol) if order.conditional_id is None]
    return sorted((*plain, *stops), key=lambda listed: listed.asked.created_ms)


def _remembered(account: TradingAccount, query: Query, *, is_open: bool) -> list[_Listed]:
    wanted, status = query.get("orderFilter"), query.get("orderStatus")
    return [
        listed
        for listed in _all(account, query)
        if (listed.status in _OPEN) == is_open
        and status in {None, listed.status}
        and wanted in {None, "StopOrder" if listed.stop is not None else "Order"}
        and not account.forgets(listed.asked.symbol)
    ]


def _page(account: TradingAccount, query: Query, found: Sequence[_Listed]) -> object:
    """Answer a page of orders, the newest first."""
    shown, cursor = page_of(query, found[::-1], usual=_USUAL_ORDERS, most=_MOST_ORDERS)
    rows = [_row(account, listed) for listed in shown]
    return framed_at(
        account.engine.now_ms, {"category": "linear", "list": rows, "nextPageCursor": cursor}
    )


def _row(account: TradingAccount, listed: _Listed) -> dict[str, Any]:
    order, stop, asked = listed.order, listed.stop, listed.asked
    filters = account.engine.contracts[asked.symbol].filters
    filled_base = order.filled_base if order else 0.0
    # Of an order that has ended nothing is left, whatever was not filled.
    left_base = asked.quantity_base - filled_base if listed.status in _OPEN else 0.0
    fees_quote = sum(
        fill.fee_quote
        for fill in (account.engine.fills(asked.symbol) if filled_base else ())
        if order and fill.order_id == order.order_id
    )
    limited = asked.limit_price is not None
    return {
        "orderId": listed.number,
        "orderLinkId": asked.client_id,
        "symbol": asked.symbol,
        "side": SIDE_NAMES[asked.side],
        "orderType": "Limit" if limited else "Market",
        "price": f"{asked.limit_price or 0.0:.{filters.price_decimals}f}",
        "qty": f"{asked.quantity_base:.{filters.quantity_decimals}f}",
        "timeInForce": _LIFE_NAMES[order.time_in_force] if order and limited else "GTC",
        "orderStatus": listed.status,
        "createType": CREATORS[order.origin if order else Origin.USER],
        "cancelType": "UNKNOWN",
        "rejectReason": "EC_NoError",
        "avgPrice": f"{order.average_price:.8f}" if order and filled_base else "",
        "leavesQty": f"{left_base:.{filters.quantity_decimals}f}",
        "leavesValue": "0",
        "cumExecQty": f"{filled_base:.{filters.quantity_decimals}f}",
        "cumExecValue": f"{order.filled_quote if order else 0.0:.8f}",
        "cumFeeDetail": {account.quote: f"{fees_quote:.8f}"} if filled_base else {},
        "positionIdx": 0,
        "reduceOnly": asked.reduce_only,
        "closeOnTrigger": False,
        "tpslMode": "",
        "takeProfit": "",
        "stopLoss": "",
        "stopOrderType": "Stop" if stop else "",
        "triggerPrice": f"{stop.trigger_price:.{filters.price_decimals}f}" if stop else "",
        "triggerDirection": (2 if stop.waits_below else 1) if stop else 0,
        "triggerBy": _TRIGGER_NAMES[stop.trigger_on] if stop else "",
        "createdTime": str(asked.created_ms),
        "updatedTime": str((order or asked).updated_ms),
    }

"""Refusals in Bybit's numbers and words; it sends them with HTTP 200."""

from collections.abc import Mapping
from http import HTTPStatus

from freqtrade_riskguard.replay.matching import Reason, RequestRefusedError
from freqtrade_riskguard.replay.requests import RefusalError

LEVERAGE_NOT_MODIFIED = 110043

_REFUSALS: Mapping[Reason, tuple[int, str]] = {
    Reason.INSUFFICIENT_MARGIN: (110007, "ab not enough for new order"),
    Reason.WOULD_TRIGGER_IMMEDIATELY: (110093, "expect Falling, but trigger_price >= current"),
    Reason.REDUCE_ONLY: (110017, "current position is zero, cannot fix reduce-only order qty"),
    Reason.POST_ONLY: (110003, "PostOnly order would take liquidity"),
    Reason.MIN_NOTIONAL: (110094, "Order does not meet minimum order value"),
    Reason.MAX_QUANTITY: (10001, "The number of contracts exceeds maximum limit allowed"),
    Reason.LOT: (10001, "Qty invalid"),
    Reason.TICK: (110003, "Order price exceeds the allowable range."),
    Reason.MISSING_PRICE: (10001, "params error: price invalid"),
    Reason.NO_MARKET_PRICE: (110074, "This contract is not live"),
    Reason.NO_CONTRACT: (10001, "params error: symbol invalid"),
    Reason.UNKNOWN_CONTRACT: (10001, "params error: symbol invalid"),
    Reason.UNKNOWN_ORDER: (110001, "order not exists or too late to cancel"),
    Reason.DUPLICATE_CLIENT_ID: (110072, "OrderLinkedID is duplicate"),
    Reason.TOO_MANY_ORDERS: (
        110009,
        "The number of stop orders exceeds the maximum allowable limit",
    ),
    Reason.LEVERAGE: (10001, "leverage invalid"),
    Reason.POSITION_TOO_LARGE: (110013, "cannot set leverage due to risk limit level"),
    Reason.LEVERAGE_REDUCTION: (110013, "cannot reduce leverage of an open position"),
    Reason.NO_CHANGE: (110026, "Cross/isolated margin mode is not modified"),
    Reason.MARGIN_MODE_IN_USE: (
        110024,
        "You have an existing position, so position mode cannot be switched",
    ),
    Reason.NO_ISOLATED_POSITION: (10001, "position is zero, can not add margin"),
    Reason.MARGIN_IN_USE: (110012, "Insufficient available balance"),
}


def in_bybits_words(refused: RequestRefusedError) -> RefusalError:
    """Return as Bybit says it what the engine refuses; its numbers follow."""
    code, message = _REFUSALS[refused.reason]
    return RefusalError(code, f"{message} {refused.detail}", HTTPStatus.OK)

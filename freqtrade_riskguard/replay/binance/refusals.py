"""What the matching engine refuses, in Binance's codes and words."""

from collections.abc import Mapping

from freqtrade_riskguard.replay.matching import Reason, RequestRefusedError
from freqtrade_riskguard.replay.requests import RefusalError

_REFUSALS: Mapping[Reason, tuple[int, str]] = {
    Reason.INSUFFICIENT_MARGIN: (-2019, "Margin is insufficient."),
    Reason.WOULD_TRIGGER_IMMEDIATELY: (-2021, "Order would immediately trigger."),
    Reason.REDUCE_ONLY: (-2022, "ReduceOnly Order is rejected."),
    Reason.POST_ONLY: (
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected.",
    ),
    Reason.MIN_NOTIONAL: (
        -4164,
        "Order's notional must be no smaller than the minimum (unless you choose reduce only).",
    ),
    Reason.MAX_QUANTITY: (-4005, "Quantity greater than max quantity."),
    Reason.LOT: (-1111, "Precision is over the maximum defined for this asset."),
    Reason.TICK: (-4014, "Price not increased by tick size."),
    Reason.MISSING_PRICE: (-1102, "Mandatory parameter 'price' was not sent, was empty/null."),
    Reason.NO_MARKET_PRICE: (-1122, "Invalid symbol status."),
    Reason.NO_CONTRACT: (
        -1102,
        "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
    ),
    Reason.UNKNOWN_CONTRACT: (-1121, "Invalid symbol."),
    Reason.UNKNOWN_ORDER: (-2011, "Unknown order sent."),
    Reason.DUPLICATE_CLIENT_ID: (-4116, "ClientOrderId is duplicated."),
    Reason.TOO_MANY_ORDERS: (-2025, "Reach max open order limit."),
    Reason.LEVERAGE: (-4028, "Leverage is not valid."),
    Reason.POSITION_TOO_LARGE: (
        -2027,
        "Exceeded the maximum allowable position at current leverage.",
    ),
    Reason.LEVERAGE_REDUCTION: (
        -4161,
        "Leverage reduction is not supported in Isolated Margin Mode with open positions.",
    ),
    # Clients know it by these words, and by nothing else.
    Reason.NO_CHANGE: (-4046, "No need to change margin type."),
    Reason.MARGIN_MODE_IN_USE: (
        -4048,
        "Margin type cannot be changed if there exists position.",
    ),
    Reason.NO_ISOLATED_POSITION: (-4054, "Cannot add position margin: position is 0."),
    Reason.MARGIN_IN_USE: (-4051, "Isolated balance insufficient."),
}


def in_binances_words(refused: RequestRefusedError) -> RefusalError:
    """Return as Binance says it what the engine refuses; its numbers follow where they say more."""
    code, message = _REFUSALS[refused.reason]
    # These words are matched as a whole.
    exact = refused.reason in {Reason.NO_CHANGE, Reason.NO_CONTRACT, Reason.UNKNOWN_CONTRACT}
    return RefusalError(code, message if exact else f"{message} {refused.detail}")

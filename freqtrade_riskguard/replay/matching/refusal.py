"""Why the simulated exchange refuses a request."""

from enum import StrEnum


class Reason(StrEnum):
    """What a request was refused for."""

    INSUFFICIENT_MARGIN = "insufficient margin"
    WOULD_TRIGGER_IMMEDIATELY = "would trigger immediately"
    REDUCE_ONLY = "reduce-only would not reduce"
    POST_ONLY = "post-only would take"
    MIN_NOTIONAL = "below the smallest notional"
    MAX_QUANTITY = "above the largest quantity"
    LOT = "not a positive whole number of lots"
    TICK = "not a positive whole number of ticks"
    MISSING_PRICE = "a limit order without a price"
    NO_MARKET_PRICE = "the contract has no price yet"
    NO_CONTRACT = "no contract is named"
    UNKNOWN_CONTRACT = "no such contract"
    UNKNOWN_ORDER = "no such open order"
    DUPLICATE_CLIENT_ID = "client id is in use by an open order"
    TOO_MANY_ORDERS = "too many open orders"
    LEVERAGE = "leverage is not from 1 to the greatest of the brackets"
    POSITION_TOO_LARGE = "position above the bracket that the leverage allows"
    LEVERAGE_REDUCTION = "leverage of an open isolated position cannot be reduced"
    NO_CHANGE = "nothing to change"
    MARGIN_MODE_IN_USE = "margin mode cannot change with a position or open orders"
    NO_ISOLATED_POSITION = "no isolated position to add margin to or take it from"
    MARGIN_IN_USE = "margin that the position needs cannot be taken from it"


class RequestRefusedError(Exception):
    """The exchange refuses a request; nothing has changed.

    Parameters
    ----------
    reason
        What it is refused for.
    detail
        The numbers that decided, in words.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail

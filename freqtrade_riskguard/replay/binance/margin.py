"""Leverage, margin mode, and the margin of an isolated position: changed on request."""

from collections.abc import Mapping

from freqtrade_riskguard.replay.binance.arguments import choice_of, number_of, required
from freqtrade_riskguard.replay.matching import MarginMode, Reason, RequestRefusedError
from freqtrade_riskguard.replay.requests import Query, RefusalError
from freqtrade_riskguard.replay.trading_account import TradingAccount

_MARGIN_TYPES: Mapping[str, MarginMode] = {
    "ISOLATED": MarginMode.ISOLATED,
    "CROSSED": MarginMode.CROSS,
}
_DIRECTIONS: Mapping[str, int] = {"1": 1, "2": -1}
_BAD_LEVERAGE = -4028
_NOT_ENOUGH = -4050
_NOT_POSITIVE = -4055


def set_leverage(account: TradingAccount, query: Query) -> object:
    """Answer the leverage that a contract has now."""
    symbol, text = account.symbol_of(query), required(query, "leverage")
    leverage = number_of(query, "leverage") or 0.0
    if not leverage.is_integer():
        raise RefusalError(_BAD_LEVERAGE, f"Leverage {text} is not valid.")
    account.engine.set_leverage(symbol, int(leverage))
    return {
        "symbol": symbol,
        "leverage": int(leverage),
        "maxNotionalValue": f"{account.engine.max_notional(symbol):.0f}",
    }


def set_margin_mode(account: TradingAccount, query: Query) -> object:
    """Answer that a contract has another margin mode now."""
    symbol = account.symbol_of(query)
    account.engine.set_margin_mode(symbol, choice_of(query, "marginType", _MARGIN_TYPES))
    return {"code": 200, "msg": "success"}


def change_margin(account: TradingAccount, query: Query) -> object:
    """Answer that margin was moved to an isolated position, or back."""
    symbol, amount = account.symbol_of(query), number_of(query, "amount")
    sign = choice_of(query, "type", _DIRECTIONS)
    if amount is None or amount <= 0.0:
        raise RefusalError(_NOT_POSITIVE, "Amount must be positive.")
    try:
        account.engine.add_margin(symbol, sign * amount)
    except RequestRefusedError as refused:
        # An order that lacks margin has another code.
        if refused.reason is not Reason.INSUFFICIENT_MARGIN:
            raise
        raise RefusalError(_NOT_ENOUGH, f"Cross balance insufficient. {refused.detail}") from None
    return {
        "code": 200,
        "msg": "Successfully modify position margin.",
        "amount": amount,
        "type": 1 if sign > 0 else 2,
    }

"""What the unified account is worth, holds, and may do."""

from http import HTTPStatus
from typing import Any

from freqtrade_riskguard.replay.bybit.arguments import framed_at, refused
from freqtrade_riskguard.replay.bybit.refusals import LEVERAGE_NOT_MODIFIED
from freqtrade_riskguard.replay.matching import MarginMode, Position
from freqtrade_riskguard.replay.requests import Query, RefusalError
from freqtrade_riskguard.replay.trading_account import TradingAccount

_MARGIN_MODES = {"ISOLATED_MARGIN": MarginMode.ISOLATED, "REGULAR_MARGIN": MarginMode.CROSS}
_MODE_NAMES = {mode: name for name, mode in _MARGIN_MODES.items()}
_HEDGED = 110024
# The second version of the unified account.
_UNIFIED = 6
# Steps of leverage in one.
_STEPS = 100


def key_info(account: TradingAccount, _query: Query) -> object:
    """Answer what the key may do: trade contracts, and move no money away, unless set otherwise."""
    permissions: dict[str, list[str]] = {
        "ContractTrade": ["Order", "Position"] if account.key_trades else [],
        "Spot": [],
        "Wallet": ["Withdraw"] if account.key_withdraws else [],
        "Options": [],
        "Derivatives": ["DerivativesTrade"] if account.key_trades else [],
        "Exchange": [],
    }
    return framed_at(
        account.engine.now_ms,
        {
            "id": "1",
            "note": "replay",
            "apiKey": account.credentials.key,
            "readOnly": 0 if account.key_trades else 1,
            "secret": "",
            "permissions": permissions,
            "ips": ["127.0.0.1"],
            "type": 1,
            "unified": 0,
            "uta": 1,
            "isMaster": False,
        },
    )


def account_info(account: TradingAccount, _query: Query) -> object:
    """Answer the margin mode, which is one for all contracts."""
    return framed_at(
        account.engine.now_ms,
        {
            "marginMode": _MODE_NAMES[_margin_mode(account)],
            "updatedTime": str(account.engine.now_ms),
            "unifiedMarginStatus": _UNIFIED,
            "isMasterTrader": False,
            "spotHedgingStatus": "OFF",
        },
    )


def coins(account: TradingAccount, _query: Query) -> object:
    """Answer the coins of the wallet: ccxt asks for them as soon as it has a key."""
    return framed_at(
        account.engine.now_ms,
        {
            "rows": [
                {"name": coin, "coin": coin, "remainAmount": "0", "chains": []}
                for coin in (account.quote, *account.other_assets)
            ]
        },
    )


def wallet(account: TradingAccount, _query: Query) -> object:
    """Answer balance and margin."""
    found = account.engine.account()
    total = {
        "accountType": "UNIFIED",
        "totalEquity": _text(found.margin_balance_quote),
        "totalWalletBalance": _text(found.wallet_quote),
        "totalPerpUPL": _text(found.unrealised_quote),
        # Of an account in isolated margin these are not told.
        "totalMarginBalance": "",
        "totalAvailableBalance": "",
        "totalInitialMargin": "",
        "totalMaintenanceMargin": "",
        "accountIMRate": "",
        "accountMMRate": "",
        "accountLTV": "",
    }
    own = {
        "coin": account.quote,
        "equity": _text(found.margin_balance_quote),
        "usdValue": _text(found.margin_balance_quote),
        "walletBalance": _text(found.wallet_quote),
        "unrealisedPnl": _text(found.unrealised_quote),
        "totalPositionIM": _text(found.position_margin_quote),
        "totalPositionMM": _text(found.maintenance_quote),
        "totalOrderIM": _text(found.order_margin_quote),
    }
    others = [
        {"coin": coin, "equity": _text(amount), "walletBalance": _text(amount)}
        for coin, amount in account.other_assets.items()
    ]
    shared = {"availableToWithdraw": "", "locked": "0", "borrowAmount": "0", "accruedInterest": "0"}
    listed = [{**shared, **coin} for coin in (own, *others)]
    return framed_at(account.engine.now_ms, {"list": [{**total, "coin": listed}]})


def positions(account: TradingAccount, query: Query) -> object:
    """Answer the open positions; of a contract that is named also that there is none."""
    symbol = account.symbol_or_none(query)
    found = [_position(account, held) for held in account.engine.positions()]
    rows = [row for row in found if symbol in {None, row["symbol"]}]
    if symbol is not None and not rows:
        rows = [_no_position(account, symbol)]
    return framed_at(
        account.engine.now_ms, {"category": "linear", "list": rows, "nextPageCursor": ""}
    )


def set_leverage(account: TradingAccount, query: Query) -> object:
    """Set the leverage of a contract, which Bybit has in hundredths."""
    symbol, text = account.symbol_of(query), query.get("buyLeverage", "")
    if text != query.get("sellLeverage"):
        raise refused("params error: buyLeverage and sellLeverage must be equal in one-way mode")
    try:
        leverage = round(float(text) * _STEPS) / _STEPS
    except ValueError:
        raise refused("params error: leverage invalid") from None
    if leverage == account.engine.settings(symbol).leverage:
        raise RefusalError(LEVERAGE_NOT_MODIFIED, "leverage not modified", HTTPStatus.OK)
    account.engine.set_leverage(symbol, leverage)
    return framed_at(account.engine.now_ms, {})


def set_margin_mode(account: TradingAccount, query: Query) -> object:
    """Set the margin mode of the whole account; the one that it has already is no error."""
    mode = _MARGIN_MODES.get(query.get("setMarginMode", ""))
    if mode is None:
        raise refused("params error: setMarginMode invalid")
    if mode is not _margin_mode(account):
        # All or none: a contract in use refuses it for all.
        in_use = {held.symbol for held in account.engine.positions()} | {
            order.symbol for order in account.engine.open_orders()
        }
        for symbol in sorted(account.engine.contracts, key=lambda name: name not in in_use):
            account.engine.set_margin_mode(symbol, mode)
    return framed_at(account.engine.now_ms, {"reasons": []})


def set_position_mode(account: TradingAccount, query: Query) -> object:
    """Answer that positions are one-way; the account cannot be made to hold both sides here."""
    if query.get("mode") != "0":
        raise RefusalError(_HEDGED, "the replay exchange has one-way mode only", HTTPStatus.OK)
    return framed_at(account.engine.now_ms, {})


def _margin_mode(account: TradingAccount) -> MarginMode:
    return account.engine.settings(next(iter(account.engine.contracts))).margin_mode


def _position(account: TradingAccount, held: Position) -> dict[str, Any]:
    filters = account.engine.contracts[held.symbol].filters
    return {
        **_no_position(account, held.symbol),
        "side": "Buy" if held.amount_base > 0.0 else "Sell",
        "size": f"{abs(held.amount_base):.{filters.quantity_decimals}f}",
        "avgPrice": _text(held.entry_price),
        "positionValue": _text(abs(held.amount_base) * held.entry_price),
        "markPrice": _text(held.mark_price),
        "liqPrice": _text(held.liquidation_price) if held.liquidation_price else "",
        # Without the open profit, which ccxt adds.
        "positionBalance": _text(held.isolated_wallet_quote),
        "positionIM": _text(held.initial_margin_quote),
        "positionMM": _text(held.maintenance_quote),
        "unrealisedPnl": _text(held.unrealised_quote),
        "adlRankIndicator": held.adl_quantile,
        "createdTime": str(held.updated_ms),
        "updatedTime": str(held.updated_ms),
    }


def _no_position(account: TradingAccount, symbol: str) -> dict[str, Any]:
    settings = account.engine.settings(symbol)
    return {
        "positionIdx": 0,
        "symbol": symbol,
        "side": "",
        "size": "0",
        "avgPrice": "0",
        "positionValue": "",
        "tradeMode": 0,
        "autoAddMargin": 0,
        "positionStatus": "Normal",
        "leverage": f"{settings.leverage:g}",
        "markPrice": "",
        "liqPrice": "",
        "positionBalance": "0",
        "positionIM": "0",
        "positionMM": "0",
        "unrealisedPnl": "",
        "tpslMode": "Full",
        "stopLoss": "",
        "takeProfit": "",
        "trailingStop": "0",
        "adlRankIndicator": 0,
        "isReduceOnly": False,
        "createdTime": "0",
        "updatedTime": "0",
    }


def _text(amount: float) -> str:
    return f"{amount:.8f}"

"""What the account is worth, holds, and may do."""

from typing import Any

from freqtrade_riskguard.replay.matching import MarginMode, Position
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.replay.trading_account import TradingAccount

_MARGIN_NAMES = {MarginMode.ISOLATED: "isolated", MarginMode.CROSS: "cross"}
# A bracket without an end, in a document of whole numbers.
_NO_CAP = 10**15


def nothing(_account: TradingAccount, _query: Query) -> object:
    """Answer what spot and margin accounts have here."""
    return []


def position_mode(account: TradingAccount, _query: Query) -> object:
    """Answer whether a contract may be held long and short at once."""
    return {"dualSidePosition": account.hedge_mode}


def asset_mode(account: TradingAccount, _query: Query) -> object:
    """Answer whether other assets than the quote stand behind positions."""
    return {"multiAssetsMargin": account.multi_assets}


def permissions(account: TradingAccount, _query: Query) -> object:
    """Answer what the key may do: trade futures, and move no money away, unless set otherwise."""
    return {
        "ipRestrict": True,
        "createTime": 0,
        "enableReading": True,
        "enableFutures": account.key_trades,
        "enableWithdrawals": account.key_withdraws,
        "enableInternalTransfer": False,
        "permitsUniversalTransfer": False,
        "enableMargin": False,
        "enableSpotAndMarginTrading": False,
        "enableVanillaOptions": False,
        "enablePortfolioMarginTrading": False,
    }


def leverage_brackets(account: TradingAccount, query: Query) -> object:
    """Answer the tiers of maintenance margin and leverage."""
    return [
        {
            "symbol": symbol,
            "notionalCoef": 1.0,
            "brackets": [
                {
                    "bracket": number,
                    "initialLeverage": int(tier.max_leverage),
                    "notionalFloor": int(tier.floor_notional_quote),
                    "notionalCap": int(min(tier.cap_notional_quote, _NO_CAP)),
                    "maintMarginRatio": tier.maintenance_rate,
                    "cum": tier.maintenance_amount_quote,
                }
                for number, tier in enumerate(account.engine.contracts[symbol].tiers.tiers, 1)
            ],
        }
        for symbol in account.symbols_of(query)
    ]


def symbol_settings(account: TradingAccount, query: Query) -> object:
    """Answer leverage and margin mode by contract."""
    return [
        {
            "symbol": symbol,
            "marginType": _margin_type(settings.margin_mode),
            "isAutoAddMargin": False,
            "leverage": int(settings.leverage),
            "maxNotionalValue": _text(account.engine.max_notional(symbol)),
        }
        for symbol in account.symbols_of(query)
        for settings in (account.engine.settings(symbol),)
    ]


def summary(account: TradingAccount, _query: Query) -> object:
    """Answer balance and margin."""
    found = account.engine.account()
    figures = {
        "initialMargin": _text(found.position_margin_quote + found.order_margin_quote),
        "maintMargin": _text(found.maintenance_quote),
        "positionInitialMargin": _text(found.position_margin_quote),
        "openOrderInitialMargin": _text(found.order_margin_quote),
        "marginBalance": _text(found.margin_balance_quote),
        "walletBalance": _text(found.wallet_quote),
        "crossWalletBalance": _text(found.cross_wallet_quote),
        "crossUnPnl": _text(found.cross_unrealised_quote),
        "availableBalance": _text(found.available_quote),
        "maxWithdrawAmount": _text(found.available_quote),
    }
    unrealised = _text(found.unrealised_quote)
    totals = {f"total{name[0].upper()}{name[1:]}": text for name, text in figures.items()}
    return {
        **totals,
        "totalUnrealizedProfit": unrealised,
        "availableBalance": figures["availableBalance"],
        "maxWithdrawAmount": figures["maxWithdrawAmount"],
        "assets": [
            {
                "asset": account.quote,
                **figures,
                "unrealizedProfit": unrealised,
                # An asset that was never changed is left out by clients.
                "updateTime": account.engine.now_ms,
            },
            *(
                {
                    "asset": asset,
                    "walletBalance": _text(amount),
                    "marginBalance": _text(amount),
                    "availableBalance": _text(amount),
                    "initialMargin": _text(0.0),
                    "updateTime": account.engine.now_ms,
                }
                for asset, amount in account.other_assets.items()
            ),
        ],
        "positions": [
            _position(account, position, _EXTRA_V3) for position in account.engine.positions()
        ],
    }


def positions(account: TradingAccount, query: Query) -> object:
    """Answer the open positions, as version 3 does."""
    return [
        _position(account, position, _EXTRA_V3)
        for position in account.engine.positions()
        if query.get("symbol", position.symbol) == position.symbol
    ]


def positions_v2(account: TradingAccount, query: Query) -> object:
    """Answer the open positions, as version 2 does: with leverage and margin mode."""
    return [
        _position(account, position, _EXTRA_V2)
        for position in account.engine.positions()
        if query.get("symbol", position.symbol) == position.symbol
    ]


def adl_quantiles(account: TradingAccount, query: Query) -> object:
    """Answer the ranks in the queue of auto-deleveraging."""
    return [
        {
            "symbol": position.symbol,
            "adlQuantile": {"LONG": 0, "SHORT": 0, "BOTH": position.adl_quantile},
        }
        for position in account.engine.positions()
        if query.get("symbol", position.symbol) == position.symbol
    ]


_EXTRA_V2, _EXTRA_V3 = 2, 3


def _position(account: TradingAccount, position: Position, version: int) -> dict[str, Any]:
    filters = account.engine.contracts[position.symbol].filters
    margin = _text(position.initial_margin_quote)
    shared = {
        "symbol": position.symbol,
        "positionSide": "BOTH",
        "positionAmt": f"{position.amount_base:.{filters.quantity_decimals}f}",
        "entryPrice": _text(position.entry_price),
        "breakEvenPrice": _text(position.entry_price),
        "markPrice": _text(position.mark_price),
        "unRealizedProfit": _text(position.unrealised_quote),
        "liquidationPrice": _text(position.liquidation_price),
        "isolatedMargin": _text(position.isolated_margin_quote),
        "isolatedWallet": _text(position.isolated_wallet_quote),
        # Signed: clients read the side from it.
        "notional": _text(position.notional_quote),
        "updateTime": position.updated_ms,
    }
    if version == _EXTRA_V2:
        return {
            **shared,
            "leverage": f"{position.leverage:g}",
            "maxNotionalValue": _text(account.engine.max_notional(position.symbol)),
            "marginType": _MARGIN_NAMES[position.margin_mode],
            "isolated": position.margin_mode is MarginMode.ISOLATED,
            "isAutoAddMargin": "false",
            "adlQuantile": position.adl_quantile,
        }
    return {
        **shared,
        "marginAsset": account.quote,
        "initialMargin": margin,
        "maintMargin": _text(position.maintenance_quote),
        "positionInitialMargin": margin,
        "openOrderInitialMargin": "0",
        "adl": position.adl_quantile,
        "bidNotional": "0",
        "askNotional": "0",
    }


def _margin_type(mode: MarginMode) -> str:
    return "ISOLATED" if mode is MarginMode.ISOLATED else "CROSSED"


def _text(amount: float) -> str:
    return f"{amount:.8f}"

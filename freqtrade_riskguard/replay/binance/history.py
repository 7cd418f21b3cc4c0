"""Trades of the account, and all that has changed its balance."""

from collections.abc import Mapping
from typing import Any

from freqtrade_riskguard.replay.binance.arguments import integer_of
from freqtrade_riskguard.replay.binance.orders import within
from freqtrade_riskguard.replay.matching import Fill, Income, IncomeKind
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.replay.trading_account import TradingAccount

_INCOME_NAMES: Mapping[IncomeKind, str] = {
    IncomeKind.DEPOSIT: "TRANSFER",
    IncomeKind.REALISED: "REALIZED_PNL",
    IncomeKind.FEE: "COMMISSION",
    IncomeKind.FUNDING: "FUNDING_FEE",
    IncomeKind.LIQUIDATION_FEE: "INSURANCE_CLEAR",
    IncomeKind.INSURANCE: "INSURANCE_CLEAR",
}


def user_trades(account: TradingAccount, query: Query) -> object:
    """Answer the fills of a contract, of one order or within a week."""
    fills = account.engine.fills(account.symbol_of(query))
    order_id, from_id = integer_of(query, "orderId"), integer_of(query, "fromId")
    if order_id is not None:
        fills = [fill for fill in fills if fill.order_id == order_id]
    if from_id is not None:
        fills = [fill for fill in fills if fill.fill_id >= from_id]
    shown = within(account, query, [(fill.time_ms, fill) for fill in fills])
    return [_trade(account, fill) for fill in shown]


def incomes(account: TradingAccount, query: Query) -> object:
    """Answer what has changed the balance within a week, of a kind and a contract if asked for."""
    kind = query.get("incomeType")
    found = [
        income
        for income in account.engine.incomes(account.symbol_or_none(query))
        if kind in {None, _INCOME_NAMES[income.kind]}
    ]
    shown = within(account, query, [(income.time_ms, income) for income in found])
    return [_income(account, income) for income in shown]


def _trade(account: TradingAccount, fill: Fill) -> dict[str, Any]:
    filters = account.engine.contracts[fill.symbol].filters
    return {
        "symbol": fill.symbol,
        "id": fill.fill_id,
        "orderId": fill.order_id,
        "side": fill.side.upper(),
        "price": f"{fill.price:.{filters.price_decimals}f}",
        "qty": f"{fill.quantity_base:.{filters.quantity_decimals}f}",
        "quoteQty": f"{fill.quantity_base * fill.price:.8f}",
        "realizedPnl": f"{fill.realised_quote:.8f}",
        "commission": f"{fill.fee_quote:.8f}",
        "commissionAsset": account.quote,
        "marginAsset": account.quote,
        "time": fill.time_ms,
        "positionSide": "BOTH",
        "maker": fill.maker,
        "buyer": fill.side.sign > 0,
    }


def _income(account: TradingAccount, income: Income) -> dict[str, Any]:
    return {
        "symbol": income.symbol,
        "incomeType": _INCOME_NAMES[income.kind],
        "income": f"{income.amount_quote:.8f}",
        "asset": account.quote,
        "time": income.time_ms,
        "info": _INCOME_NAMES[income.kind],
        "tranId": income.income_id,
        "tradeId": "" if income.fill_id is None else str(income.fill_id),
    }

"""Executions of the account, funding among them, and all that has changed its balance."""

from collections.abc import Mapping
from typing import Any

from freqtrade_riskguard.replay.bybit.arguments import framed_at, page_of, within
from freqtrade_riskguard.replay.bybit.orders import (
    CREATORS,
    SIDE_NAMES,
    TYPE_NAMES,
    number_text,
)
from freqtrade_riskguard.replay.intervals import DAY_MS
from freqtrade_riskguard.replay.matching import Fill, Income, IncomeKind, Origin
from freqtrade_riskguard.replay.requests import Query
from freqtrade_riskguard.replay.trading_account import TradingAccount

_FUNDING = "Funding"
_EXECUTIONS: Mapping[Origin, str] = {
    Origin.USER: "Trade",
    Origin.CONDITIONAL: "Trade",
    Origin.LIQUIDATION: "BustTrade",
    Origin.DELEVERAGING: "AdlTrade",
}
_INCOMES: Mapping[IncomeKind, str] = {
    IncomeKind.DEPOSIT: "TRANSFER_IN",
    IncomeKind.REALISED: "TRADE",
    IncomeKind.FEE: "TRADE",
    IncomeKind.FUNDING: "SETTLEMENT",
    IncomeKind.LIQUIDATION_FEE: "LIQUIDATION",
    IncomeKind.INSURANCE: "LIQUIDATION",
}
_WITHDRAWAL = "TRANSFER_OUT"
_USUAL_EXECUTIONS, _MOST_EXECUTIONS = 50, 100
_USUAL_ENTRIES, _MOST_ENTRIES = 20, 50


def executions(account: TradingAccount, query: Query) -> object:
    """Answer fills and funding within a week, the newest first."""
    symbol, kind = account.symbol_or_none(query), query.get("execType")
    fills = [_execution(account, fill) for fill in account.engine.fills(symbol)]
    paid = [
        _funding(income)
        for income in account.engine.incomes(symbol)
        if income.kind is IncomeKind.FUNDING
    ]
    order_id = query.get("orderId")
    found = [
        (int(row["execTime"]), row)
        for row in sorted((*fills, *paid), key=lambda row: int(row["execTime"]))
        if kind in {None, row["execType"]} and order_id in {None, row["orderId"]}
    ]
    rows = within(account.engine.now_ms, query, found)
    shown, cursor = page_of(query, rows[::-1], usual=_USUAL_EXECUTIONS, most=_MOST_EXECUTIONS)
    return framed_at(
        account.engine.now_ms, {"category": "linear", "list": shown, "nextPageCursor": cursor}
    )


def transactions(account: TradingAccount, query: Query) -> object:
    """Answer what has changed the balance within a day, the newest first."""
    kind, balance_quote = query.get("type"), 0.0
    found = []
    for income in account.engine.incomes():
        balance_quote += income.amount_quote
        row = _transaction(account, income, balance_quote)
        if kind in {None, row["type"]}:
            found.append((income.time_ms, row))
    rows = within(account.engine.now_ms, query, found, DAY_MS)
    shown, cursor = page_of(query, rows[::-1], usual=_USUAL_ENTRIES, most=_MOST_ENTRIES)
    return framed_at(account.engine.now_ms, {"list": shown, "nextPageCursor": cursor})


def _execution(account: TradingAccount, fill: Fill) -> dict[str, Any]:
    filters = account.engine.contracts[fill.symbol].filters
    order = account.engine.order(fill.order_id)
    origin = order.origin if order else Origin.USER
    value_quote = fill.quantity_base * fill.price
    return {
        "symbol": fill.symbol,
        "execId": f"fill-{fill.fill_id}",
        "orderId": number_text(account, fill.order_id),
        "orderLinkId": order.client_id if order else "",
        "orderType": TYPE_NAMES[order.order_type] if order else "Market",
        "createType": CREATORS[origin],
        "side": SIDE_NAMES[fill.side],
        "execType": _EXECUTIONS[origin],
        "execPrice": f"{fill.price:.{filters.price_decimals}f}",
        "execQty": f"{fill.quantity_base:.{filters.quantity_decimals}f}",
        "execValue": f"{value_quote:.8f}",
        "execFee": f"{fill.fee_quote:.8f}",
        "feeRate": f"{fill.fee_quote / value_quote:.8f}",
        "feeCurrency": "",
        "isMaker": fill.maker,
        "execTime": str(fill.time_ms),
    }


def _funding(income: Income) -> dict[str, Any]:
    return {
        "symbol": income.symbol,
        "execId": f"funding-{income.income_id}",
        "orderId": "",
        "orderLinkId": "",
        "createType": "",
        "execType": _FUNDING,
        # A fee: above 0 where the account has paid.
        "execFee": f"{-income.amount_quote:.8f}",
        "execTime": str(income.time_ms),
    }


def _transaction(account: TradingAccount, income: Income, balance_quote: float) -> dict[str, Any]:
    amount = f"{income.amount_quote:.8f}"
    kind = _INCOMES[income.kind]
    if income.kind is IncomeKind.DEPOSIT and income.amount_quote < 0.0:
        kind = _WITHDRAWAL
    return {
        "id": str(income.income_id),
        "symbol": income.symbol,
        "category": "linear",
        "type": kind,
        "currency": account.quote,
        "change": amount,
        "cashFlow": amount if income.kind is IncomeKind.REALISED else "0",
        "funding": amount if income.kind is IncomeKind.FUNDING else "",
        "fee": f"{-income.amount_quote:.8f}" if income.kind is IncomeKind.FEE else "0",
        "cashBalance": f"{balance_quote:.8f}",
        "transactionTime": str(income.time_ms),
    }

"""Outcomes and decisions as tables for the terminal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table

from freqtrade_riskguard.analysis.closed_trade_figures import ClosedTradeFigures
from freqtrade_riskguard.folding_table import FoldingTable
from freqtrade_riskguard.formatting import percent, sum_of_money

UNKNOWN = "unknown"
# By fill stress: it leaves entries as they were.
_UNCHANGED = {"Trades", "Highest leverage", "Locks"}
_EXACT = "Losses of closed trades. Fills are exact in a backtest."


def outcome_table(
    title: str,
    outcomes: Mapping[str, ClosedTradeFigures | None],
    *,
    currency: str = "USDT",
    caption: str = _EXACT,
) -> Table:
    """Return one table with a column per outcome."""
    table = FoldingTable(title=title, caption=caption)
    table.add_column("")
    for name in outcomes:
        table.add_column(name, justify="right")
    for label, *cells in outcome_rows(outcomes.values(), currency):
        table.add_row(label, *cells)
    return table


def outcome_rows(outcomes: Iterable[ClosedTradeFigures | None], currency: str) -> list[list[str]]:
    """Return what each outcome says of the same figure: the figure's name, then a cell for each.

    What is not known (None) is called unknown, but for what bad fills do not change.
    """
    found = list(outcomes)
    rows: dict[str, Callable[[ClosedTradeFigures], str]] = {
        "Trades": lambda o: f"{o.trades:,}",
        "Highest leverage": lambda o: f"{o.max_leverage:g}x",
        "Liquidations": lambda o: str(o.liquidations),
        "Worst trade": lambda o: percent(o.worst_trade_ratio),
        "Worst day": lambda o: percent(o.worst_day_ratio),
        "Maximum drawdown": lambda o: percent(-o.max_drawdown_ratio),
        "Final balance": lambda o: f"{sum_of_money(o.final_balance_quote)} {currency}",
        "Locks": lambda o: UNKNOWN if o.locks is None else str(o.locks),
    }
    return [
        [label, *(_without(label) if each is None else figure(each) for each in found)]
        for label, figure in rows.items()
    ]


def _without(label: str) -> str:
    return "" if label in _UNCHANGED else UNKNOWN


def journal_table(title: str, records: Sequence[Mapping[str, Any]]) -> Table:
    """Return the decisions of a journal, a line each, in the order given."""
    table = FoldingTable(title=title)
    table.add_column("UTC", no_wrap=True)
    table.add_column("Question", no_wrap=True)
    table.add_column("Asked > given", no_wrap=True)
    table.add_column("Why")
    for record in records:
        pair = str(record["pair"]).split("/")[0]
        table.add_row(
            str(record["time"])[5:16].replace("T", " "),
            f"{pair} {record['side']} {record['question']}",
            f"{_number(record['asked'])} > {_number(record['answered'])}".strip(" >"),
            f"{record['rule']}: {record['why']}",
        )
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.5g}"

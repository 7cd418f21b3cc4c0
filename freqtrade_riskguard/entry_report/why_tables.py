"""The report of ``riskguard why``, for a terminal of 80 columns or more."""

from collections.abc import Iterator
from math import isfinite, isnan

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from freqtrade_riskguard.entry_report.table_format import amount, leverage, plain_table, price
from freqtrade_riskguard.entry_report.why_report import Explanation, RuleAnswer
from freqtrade_riskguard.formatting import money, percent, volatility_text

_BINDS, _WOULD = ">", "?"
_QUESTIONS = {
    "leverage": "How much leverage?",
    "stake": "How much stake?",
    "entry": "May it enter?",
    "stop": "Where is the stop?",
}


def show(console: Console, found: Explanation) -> None:
    """Print the answers by question, and the outcome last."""
    for line in _head(found):
        console.print(line)
    for question, title in _QUESTIONS.items():
        rows = [row for row in found.rules if row.question == question]
        if not rows:
            console.print(_not_asked(title, found))
            continue
        table = _table(title, rows)
        if table.row_count:
            console.print(table)
        head = "" if table.row_count else f"{title} "
        for quiet, silent in _silent(rows, question):
            console.print(Text.assemble((head, "bold"), f"{quiet}: {', '.join(silent)}.\n"))
            head = ""
    console.print(
        f"{_BINDS} decides, {_WOULD} would decide if enforced.", markup=False, style="dim"
    )
    for warning in found.warnings:
        console.print(Padding(Text.assemble(("Note: ", "bold"), warning), (0, 0, 0, 2)))
    for text in _outcome(found):
        console.print(text)


def _silent(rows: list[RuleAnswer], question: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the rules that do not decide: those that have looked at the entry, and the others."""
    silent = [row for row in rows if not _says(row)]
    judged = [
        f"{_name(row)} ({row.why})" if row.why else _name(row) for row in silent if not row.unjudged
    ]
    unjudged = [f"{_name(row)} ({row.unjudged})" for row in silent if row.unjudged]
    if judged:
        yield "No objection" if question == "entry" else "Not limiting", judged
    if unjudged:
        yield "Not judged", unjudged


def _head(found: Explanation) -> list[Text]:
    entry = found.entry
    funding = found.funding_rate_8h
    signal = {None: "not asked", True: f"yes ({found.enter_tag or 'no tag'})", False: "no"}
    trades = f", open trades {found.open_trades} ({found.database})" if found.database else ""
    wallet = f"{money(found.wallet_quote)} {found.stake_currency} ({found.wallet_origin})"
    evidence = [Text(f"Evidence: {found.evidence}.\n")] if found.evidence else []
    return [
        Text.assemble(
            (f"{entry.pair} {entry.side}", "bold"),
            f" at {price(entry.rate)}, {entry.time:%Y-%m-%d %H:%M} UTC (candles: {found.source})",
        ),
        Text(f"{found.strategy} on {found.exchange}, wallet {wallet}{trades}"),
        Text(
            f"Volatility {volatility_text(found.daily_volatility_ratio)}, regime {found.regime}; "
            f"funding {'unknown' if isnan(funding) else percent(funding, 3)} per 8 h; "
            f"edge {found.edge.replace('_', ' ')} ({found.closed_trades} closed trades); "
            f"signal now: {signal[found.signal]}\n"
        ),
        *evidence,
    ]


def _table(title: str, rows: list[RuleAnswer]) -> Table:
    table = plain_table(title, "", "Rule", "Says", "Why", right=("Says",), whole=("", "Rule"))
    for row in rows:
        if _says(row):
            mark = _BINDS if row.binds else _WOULD if row.would_bind else ""
            style = "bold yellow" if row.binds else ""
            table.add_row(mark, _name(row), _says(row), Text(row.why), style=style)
    return table


def _name(row: RuleAnswer) -> str:
    return row.rule if row.mode in {"enforce", "strategy"} else f"{row.rule} ({row.mode}s)"


def _says(row: RuleAnswer) -> str:
    if row.denies:
        return "no"
    if isfinite(row.factor):
        return f"x{row.factor:.3g}"
    if row.question == "leverage" and isfinite(row.limit):
        return f"{row.limit:.3g}x"
    if row.question == "stop" and isfinite(row.limit):
        return price(row.limit)
    if isfinite(row.limit):
        return money(row.limit)
    return "none" if row.question == "stop" else ""


def _not_asked(title: str, found: Explanation) -> Text:
    why = "the stake is 0" if found.guarded and found.enforcing else "no guard is in force"
    return Text(f"{title} Not asked: {why}.\n", style="dim")


def _outcome(found: Explanation) -> list[Text]:
    entry = found.entry
    given = Text(
        f"Leverage {leverage(entry.leverage)} of {leverage(entry.asked_leverage)} asked, stake "
        f"{amount(entry.stake_quote)} of {amount(entry.asked_stake_quote)}. "
        f"{_where('Stop', entry.stop_price, entry.stop_distance_ratio, f' ({entry.stop_rule})')} "
        f"{_where('Liquidation', entry.liquidation_price, entry.liquidation_distance_ratio, '')} "
        f"Planned loss {amount(entry.planned_loss_quote)} before gaps; a market move of "
        f"{percent(entry.worst_move_ratio, 0)} would take {amount(entry.worst_loss_quote)}."
    )
    if entry.refusal is None:
        return [given, Text("The entry would be made.", style="bold green")]
    if entry.stake_quote == 0:
        given.append(f" (Figures for the stake asked for, {amount(entry.planned_stake_quote)}.)")
    return [given, Text(f"NO TRADE: {entry.refusal}", style="bold red")]


def _where(what: str, value: float, distance_ratio: float, whose: str) -> str:
    if not isfinite(value):
        return f"No {what.lower()}."
    return f"{what} {price(value)}, {percent(distance_ratio)} away{whose}."

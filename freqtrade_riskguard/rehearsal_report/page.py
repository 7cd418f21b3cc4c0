"""A rehearsal as one HTML file that needs nothing else."""

from collections.abc import Iterable
from datetime import datetime

from freqtrade_riskguard.analysis.disclaimer import LIMITS
from freqtrade_riskguard.analysis.figure_list import picture_of
from freqtrade_riskguard.analysis.html_page import render
from freqtrade_riskguard.analysis.trade_tables import Column, DataTable
from freqtrade_riskguard.formatting import percent, side_text
from freqtrade_riskguard.rehearsal.record import Rehearsal
from freqtrade_riskguard.rehearsal.verdict import findings, worst_samples
from freqtrade_riskguard.rehearsal_report.equity_figure import equity_figure
from freqtrade_riskguard.rehearsal_report.figures import (
    TIME,
    account_rows,
    cents,
    decision_rows,
    fault_row,
    title,
    verdict_words,
)

_MINUTE_SECONDS = 60
_WORST = 20
_SIDES = {1: "long", -1: "short"}
_EQUITY = (
    "By the exchange: its own books, open profit at the mark price. Shaded: a fault strikes, or "
    "holds. Below: how much more the guard says, as a share."
)


def page(rehearsal: Rehearsal) -> str:
    """Return the HTML of a rehearsal."""
    drawn = equity_figure(rehearsal)
    equity = picture_of("equity", "What the account is worth", "after each loop", _EQUITY, drawn)
    return render(
        "rehearsal.html.j2",
        title=title(rehearsal),
        verdict=verdict_words(rehearsal),
        wrong=findings(rehearsal),
        pairs=", ".join(rehearsal.pairs),
        account=account_rows(rehearsal),
        faults=[fault_row(fault) for fault in rehearsal.faults],
        unbooked=[
            (each.pair, _time(each.since), _time(each.told), _time(each.closed))
            for each in rehearsal.unbooked
        ],
        restarts=[(_time(each.time), each.text) for each in rehearsal.restarts],
        decisions=decision_rows(rehearsal),
        events=_events(rehearsal),
        trades=_trades(rehearsal),
        messages=_table(
            "told",
            "Messages",
            (Column("When", "time", "UTC"), Column("Message", "name")),
            ((_minutes(message.time), message.text) for message in rehearsal.messages),
        ),
        differences=[
            (
                _time(sample.time),
                cents(sample.exchange_quote),
                cents(sample.guard_quote),
                percent(sample.difference_ratio, 3),
            )
            for sample in worst_samples(rehearsal.samples, _WORST)
        ],
        pictures={equity.name: equity},
        limits=LIMITS,
    )


def _events(rehearsal: Rehearsal) -> DataTable:
    columns = (
        Column("When", "time", "UTC"),
        Column("Question", "name"),
        Column("Rule", "name"),
        Column("Pair", "name"),
        Column("Side", "name"),
        Column("In force", "name"),
        Column("Reason", "name"),
    )
    rows = (
        (
            _minutes(decision.time),
            decision.question,
            decision.rule,
            "all" if decision.pair == "*" else decision.pair,
            _SIDES.get(decision.side, "both"),
            "yes" if decision.enforced else "observed",
            decision.why,
        )
        for decision in rehearsal.decisions
    )
    return _table("events", "Every decision in the journal", columns, rows)


def _trades(rehearsal: Rehearsal) -> DataTable:
    columns = (
        Column("Opened", "time", "UTC"),
        Column("Closed", "time", "UTC"),
        Column("Pair", "name"),
        Column("Side", "name"),
        Column("Leverage", "leverage"),
        Column("Open rate", "number"),
        Column("Close rate", "number"),
        Column("Profit", "money", rehearsal.currency),
        Column("Exit reason", "name"),
    )
    rows = (
        (
            _minutes(trade.open_time),
            None if trade.close_time is None else _minutes(trade.close_time),
            trade.pair,
            side_text(trade.side),
            trade.leverage,
            trade.open_rate,
            trade.close_rate,
            trade.profit_quote,
            trade.exit_reason,
        )
        for trade in rehearsal.trades
    )
    return _table("booked", "Trades that the bot has booked", columns, rows)


def _table(
    name: str,
    heading: str,
    columns: tuple[Column, ...],
    rows: Iterable[tuple[str | float | None, ...]],
) -> DataTable:
    return DataTable(name, heading, columns, tuple(rows), (0, False))


def _minutes(time: datetime) -> float:
    return time.timestamp() // _MINUTE_SECONDS


def _time(time: datetime | None) -> str:
    return "-" if time is None else f"{time:{TIME}}"

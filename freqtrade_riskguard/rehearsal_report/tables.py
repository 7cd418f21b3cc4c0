"""A rehearsal as tables in the terminal."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from freqtrade_riskguard.entry_report.table_format import plain_table
from freqtrade_riskguard.rehearsal.record import Rehearsal
from freqtrade_riskguard.rehearsal.verdict import findings
from freqtrade_riskguard.rehearsal_report.figures import (
    account_rows,
    decision_rows,
    fault_row,
    title,
    verdict_words,
)


def tables(rehearsal: Rehearsal) -> Iterator[RenderableType]:
    """Yield what the terminal shows."""
    yield Text(title(rehearsal), "bold")
    account = plain_table("The account", "", "")
    for row in account_rows(rehearsal):
        account.add_row(*row)
    yield account
    if rehearsal.faults:
        faults = plain_table("What went wrong", "Fault", "When (UTC)", "Struck", "From, to")
        for fault in rehearsal.faults:
            faults.add_row(*fault_row(fault))
        yield faults
    if rehearsal.decisions:
        decisions = plain_table(
            "What the guard decided", "Question", "Rule", "Times", right=("Times",)
        )
        for decided in decision_rows(rehearsal):
            decisions.add_row(*decided)
        yield decisions
    wrong = findings(rehearsal)
    yield Text(verdict_words(rehearsal), "bold red" if wrong else "bold green")
    for line in wrong:
        yield Text(f"! {line}", "red")

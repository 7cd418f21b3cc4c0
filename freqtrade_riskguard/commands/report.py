"""``riskguard report``: a backtest as one HTML page and a summary in the terminal."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console, RenderableType
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from freqtrade_riskguard.adapters.backtests.files import ResultError
from freqtrade_riskguard.adapters.backtests.journal import read_journal
from freqtrade_riskguard.analysis.account_words import fate_words
from freqtrade_riskguard.analysis.attribution import RuleEffect, doubled
from freqtrade_riskguard.analysis.disclaimer import LIMITS
from freqtrade_riskguard.analysis.html_report import page
from freqtrade_riskguard.analysis.report_data import Report, gather
from freqtrade_riskguard.analysis.result_analysis import ResultAnalysis, candles_words, caveats
from freqtrade_riskguard.analysis.summary_rows import halt_words, journal_words, summary_rows
from freqtrade_riskguard.analysis.survival_tables import verdict
from freqtrade_riskguard.analysis.tables import UNKNOWN
from freqtrade_riskguard.commands.exit_codes import fail
from freqtrade_riskguard.commands.result_arguments import examine_result
from freqtrade_riskguard.folding_table import FoldingTable
from freqtrade_riskguard.formatting import sum_of_money


def run(options: argparse.Namespace) -> int:
    """Read the results, write the page, and print the summary.

    Returns
    -------
    int
        Exit code: 0, or 2 where a result cannot be read or the page not written.
    """
    console, aside = Console(markup=False, emoji=False), Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    quiet = not aside.is_terminal
    try:
        with Progress(*columns, console=aside, transient=True, disable=quiet) as progress:
            task = progress.add_task("Reading", total=None)
            found = examine_result(
                options.result,
                options.strategy,
                user_dir=options.userdir,
                data_dir=options.datadir,
            )
            other = _other(options, found)
            progress.update(task, description="Estimating")
            report = gather(found, read_journal(found.result), other)
            progress.update(task, description="Drawing")
            output = options.output or _beside(found)
            write_page(report, output)
    except ResultError as error:
        return fail("report", error)
    for part in tables(report):
        console.print(part)
    console.print("Page:", Text(str(output), "bold"), soft_wrap=True)
    return 0


def write_page(report: Report, output: Path) -> None:
    """Write a report's page.

    Raises
    ------
    ResultError
        Where it cannot be written.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(page(report), encoding="utf-8")
    except OSError as error:
        reason = error.strerror or error
        raise ResultError(
            f"{output} cannot be written ({reason}): give another --output"
        ) from error


def tables(report: Report) -> Iterator[RenderableType]:
    """Yield what the terminal shows."""
    found = report.main.found
    result = found.result
    yield Text(f"{result.strategy}, {result.start:%Y-%m-%d} to {result.end:%Y-%m-%d}", "bold")
    yield Text(candles_words(found), "dim", overflow="fold")
    for line in (*fate_words(report.sides), *halt_words(report)):
        yield Text(line, "bold red")
    for side in report.sides:
        label = "" if report.against is None else f"{side.label}: "
        for doubt in caveats(side.found):
            yield Text(f"! {label}{doubt}", "yellow")
    yield _figures(report)
    if missing := journal_words(report):
        yield Text(missing, "yellow")
    enforced, observed = (report.effects_where(enforced=value) for value in (True, False))
    if enforced:
        yield _effects("What each rule did", enforced, report)
    if observed:
        yield _effects("What observing rules would have changed", observed, report)
    yield Text(report.main.excursions.recommendation)
    yield Text(f"In short: {verdict(found)}")
    yield Text(LIMITS, "italic")


def _figures(report: Report) -> Table:
    table = FoldingTable(title="The figures", caption="Trade and day: share of the account.")
    table.add_column("")
    table.add_column("Measured on")
    for side in report.sides:
        table.add_column(side.label, justify="right", overflow="fold")
    for row in summary_rows(report.sides):
        table.add_row(row.label, row.basis, *row.cells)
    return table


def _effects(title: str, effects: tuple[RuleEffect, ...], report: Report) -> Table:
    compared, currency = report.against is not None, report.main.found.result.currency
    table = FoldingTable(title=title)
    table.caption = (
        "Times: decisions; a signal that lasts is decided, and counted, on every candle. Trades: "
        f"changed or not entered. Loss avoided and profit forgone ({currency}) are estimates, "
        "each rule judged alone; the page explains how they are made, and `riskguard ablation` "
        "measures them. -: no trade was touched."
    )
    if any(UNKNOWN in _estimates(effect, compared=compared) for effect in effects):
        table.caption += (
            " Unknown: the other result or the candles lack what it takes."
            if compared
            else " Unknown: give --against a result without the guard."
        )
    if twins := doubled(effects):
        table.caption += f" {twins}"
    table.add_column("Question")
    table.add_column("Rule", overflow="fold")
    for name in ("Times", "Trades", "Avoided", "Forgone"):
        table.add_column(name, justify="right")
    for effect in effects:
        quotes = _estimates(effect, compared=compared)
        table.add_row(
            effect.question,
            effect.label,
            f"{effect.times:,}",
            f"{len(effect.trades) + len(effect.missed):,}",
            *quotes,
        )
    return table


def _estimates(effect: RuleEffect, *, compared: bool) -> tuple[str, str]:
    """Return loss avoided and profit forgone; a dash where no trade was touched."""
    if effect.estimated:
        return sum_of_money(effect.avoided_quote), sum_of_money(effect.forgone_quote)
    missing = effect.unknown or (effect.needs_comparison and not compared)
    unknown = UNKNOWN if missing else "-"
    return unknown, unknown


def _other(options: argparse.Namespace, found: ResultAnalysis) -> ResultAnalysis | None:
    if options.against is None:
        return None
    return examine_result(
        options.against,
        options.against_strategy,
        user_dir=options.userdir,
        data_dir=options.datadir or found.candles.folder,
        option="--against-strategy",
    )


def _beside(found: ResultAnalysis) -> Path:
    path = found.result.path
    return path.with_name(f"{path.stem}.{found.result.strategy}.html")

"""A report as one HTML file that needs nothing else."""

from collections.abc import Sequence

from freqtrade_riskguard.analysis.account_words import (
    ACCOUNT_TITLE,
    account_caption,
    account_rows,
    fate_words,
)
from freqtrade_riskguard.analysis.attribution import METHODS, RuleEffect, doubled
from freqtrade_riskguard.analysis.disclaimer import LIMITS
from freqtrade_riskguard.analysis.figure_list import pictures
from freqtrade_riskguard.analysis.headline import headline, tiles
from freqtrade_riskguard.analysis.html_page import render
from freqtrade_riskguard.analysis.monthly_returns import monthly_table
from freqtrade_riskguard.analysis.report_data import Report
from freqtrade_riskguard.analysis.result_analysis import caveats
from freqtrade_riskguard.analysis.summary_rows import halt_words, journal_words, summary_rows
from freqtrade_riskguard.analysis.survival_tables import verdict
from freqtrade_riskguard.analysis.tables import outcome_rows
from freqtrade_riskguard.analysis.trade_tables import pause_table, trade_tables
from freqtrade_riskguard.formatting import percent, sum_of_money


def page(report: Report) -> str:
    """Return the HTML of a report."""
    found = report.main.found
    result, compared = found.result, report.against is not None
    return render(
        "report.html.j2",
        title=_title(report),
        headline=headline(report),
        tiles=tiles(report.sides),
        monthly=monthly_table(report.sides),
        runs=[trade_tables(side, number) for number, side in enumerate(report.sides)],
        sides=report.sides,
        caveats=[
            _about(report, side.label, caveat)
            for side in report.sides
            for caveat in caveats(side.found, names_paths=False)
        ],
        halts=[*fate_words(report.sides), *halt_words(report)],
        rows=summary_rows(report.sides),
        stress_rows=outcome_rows(
            [found.outcome, *(s.outcome for s in found.stressed)], result.currency
        ),
        stress_names=["as filled", *("+" + percent(s.slippage_ratio, 0) for s in found.stressed)],
        account_rows=[] if found.account is None else list(account_rows(found.account)),
        account_title=ACCOUNT_TITLE,
        account_caption="" if found.account is None else account_caption(found.account),
        verdict=verdict(found),
        no_journal=journal_words(report),
        twins=doubled(report.effects),
        enforced=[_cells(effect, compared) for effect in report.effects_where(enforced=True)],
        observed=[_cells(effect, compared) for effect in report.effects_where(enforced=False)],
        methods=METHODS,
        compared=compared,
        pauses=pause_table(result.pauses) if result.pauses else None,
        pictures={picture.name: picture for picture in pictures(report)},
        limits=LIMITS,
        currency=result.currency,
    )


def _title(report: Report) -> str:
    labels = [side.label for side in report.sides]
    return " against ".join(dict.fromkeys(labels))


def _about(report: Report, label: str, caveat: str) -> str:
    return caveat if report.against is None else f"{label}: {caveat}"


def _cells(effect: RuleEffect, compared: bool) -> Sequence[str]:  # noqa: FBT001 - one of two words
    """Return a row: question, rule, net, avoided, forgone, trades, times."""
    touched = len(effect.trades) + len(effect.missed)
    names = [effect.question, effect.label]
    counts = [f"{touched:,}" if touched else "", f"{effect.times:,}"]
    unknown = f"{effect.unknown:,} unknown" if effect.unknown else ""
    if effect.needs_comparison and not compared:
        unknown = "needs --against"
    if not effect.estimated:
        return [*names, unknown, "", "", *counts]
    quotes = (effect.avoided_quote, effect.forgone_quote)
    net = sum_of_money(effect.net_quote, "+") + (f" ({unknown})" if unknown else "")
    return [*names, net, *(sum_of_money(quote) for quote in quotes), *counts]

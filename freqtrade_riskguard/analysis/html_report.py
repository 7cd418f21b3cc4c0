"""A report as one HTML file that needs nothing else."""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from freqtrade_riskguard.analysis.attribution import METHODS, RuleEffect, doubled
from freqtrade_riskguard.analysis.disclaimer import LIMITS
from freqtrade_riskguard.analysis.figure_list import pictures
from freqtrade_riskguard.analysis.headline import headline, tiles
from freqtrade_riskguard.analysis.monthly_returns import monthly_table
from freqtrade_riskguard.analysis.report_data import Report
from freqtrade_riskguard.analysis.result_analysis import caveats
from freqtrade_riskguard.analysis.summary_rows import halt_words, journal_words, summary_rows
from freqtrade_riskguard.analysis.survival_tables import verdict
from freqtrade_riskguard.analysis.tables import outcome_rows
from freqtrade_riskguard.analysis.trade_tables import pause_table, trade_tables
from freqtrade_riskguard.formatting import percent, sum_of_money

_SCRIPTS = ("figures.js", "tables.js")


def page(report: Report) -> str:
    """Return the HTML of a report."""
    environment = Environment(
        loader=PackageLoader("freqtrade_riskguard.analysis"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    scripts = [get_plotlyjs(), *(_source(environment, name) for name in _SCRIPTS)]
    found = report.main.found
    result, compared = found.result, report.against is not None
    return environment.get_template("report.html.j2").render(
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
        halts=halt_words(report),
        rows=summary_rows(report.sides),
        stress_rows=outcome_rows(
            [found.outcome, *(s.outcome for s in found.stressed)], result.currency
        ),
        stress_names=["as filled", *("+" + percent(s.slippage_ratio, 0) for s in found.stressed)],
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
        # Our own text and plotly's, no user's: nothing to escape.
        scripts=[Markup(script) for script in scripts],  # noqa: S704
        policy=_policy(scripts),
    )


def _source(environment: Environment, name: str) -> str:
    return environment.get_template(name).render()


def _policy(scripts: Sequence[str]) -> str:
    """Return a content security policy: these scripts and nothing else, no address of any kind."""
    hashes = (b64encode(sha256(script.encode()).digest()).decode() for script in scripts)
    allowed = " ".join(f"'sha256-{each}'" for each in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; form-action 'none'; base-uri 'none'"
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

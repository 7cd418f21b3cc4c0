"""The figures of a report, with their titles and captions."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan

import plotly.graph_objects as go
from markupsafe import Markup

from freqtrade_riskguard.analysis.captions import (
    DISTANCES,
    EQUITY,
    LEVERAGE,
    REACH,
    RULES,
    SURVIVAL,
    excursion_caption,
    funding_caption,
    hit_caption,
)
from freqtrade_riskguard.analysis.disclaimer import CANDLE_CLOSE, CLOSED, FILL_STRESS
from freqtrade_riskguard.analysis.figures.distances import distance_figure, reach_figure
from freqtrade_riskguard.analysis.figures.equity import equity_figure
from freqtrade_riskguard.analysis.figures.excursions import (
    excursion_figure,
    hit_rate_figure,
    is_in_atr,
)
from freqtrade_riskguard.analysis.figures.funding import funding_figure
from freqtrade_riskguard.analysis.figures.leverage import leverage_figure
from freqtrade_riskguard.analysis.figures.rules import rules_figure
from freqtrade_riskguard.analysis.figures.style import MOST_POINTS
from freqtrade_riskguard.analysis.figures.survival import survival_figure
from freqtrade_riskguard.analysis.report_data import Report


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure on the page.

    Attributes
    ----------
    caption : str
        What to read from it.
    basis : str
        What it was measured on.
    data : Markup
        JSON of the figure; ``<`` is escaped in it.
    """

    name: str
    title: str
    basis: str
    caption: str
    data: Markup
    height: int


def pictures(report: Report) -> Iterable[Picture]:
    """Yield every figure that there is something to draw in."""
    found, excursions = report.main.found, report.main.excursions
    result, trades = found.result, found.result.trades
    yield picture_of(
        "equity", "Equity and drawdown", f"{CLOSED}, {CANDLE_CLOSE}", EQUITY, equity_figure(report)
    )
    for name, title, enforced in (
        ("enforced", "Loss avoided and profit forgone, by rule", True),
        ("observed", "Loss and profit that rules in observe mode would have prevented", False),
    ):
        effects = report.effects_where(enforced=enforced)
        if any(effect.estimated for effect in effects):
            drawn = rules_figure(effects, result.currency)
            yield picture_of(name, title, f"{CLOSED}, estimates", RULES, drawn)
    drawn = leverage_figure(report)
    yield picture_of("leverage", "Leverage over time", "at entry", LEVERAGE, drawn, len(trades))
    yield picture_of(
        "excursions",
        "How far the market moved against trades, and what they made",
        CLOSED,
        excursion_caption(report),
        excursion_figure(trades, excursions),
        len(trades),
    )
    if is_in_atr(excursions):
        drawn = hit_rate_figure(excursions)
        title = "Trades that a stop would have ended"
        yield picture_of("hit_rates", title, CLOSED, hit_caption(report), drawn)
    if not all(map(isnan, excursions.stop_ratio)):
        drawn = distance_figure(trades, excursions)
        title = "Does the stop come before liquidation?"
        yield picture_of("distances", title, "at entry", DISTANCES, drawn, len(trades))
    title = "How far the market moved against trades"
    yield picture_of("reach", title, CLOSED, REACH, reach_figure(excursions))
    # In cross margin no position is liquidated alone: a table tells of the account.
    if found.account is None:
        drawn = survival_figure(found.survivals, found.outcome.max_leverage)
        basis = f"{CLOSED}, {FILL_STRESS}"
        yield picture_of("survival", "Liquidations by leverage", basis, SURVIVAL, drawn)
    if any(trade.known_funding_quote for trade in trades):
        yield picture_of(
            "funding", "Cumulative funding", CLOSED, funding_caption(report), funding_figure(result)
        )


def picture_of(
    name: str, title: str, basis: str, caption: str, drawn: go.Figure, trades: int = 0
) -> Picture:
    """Return a figure as the page takes it; of many trades the caption says how many it shows."""
    if trades > MOST_POINTS:
        caption += (
            f" Shown: {MOST_POINTS:,} of {trades:,} trades, the most extreme and a sample of the "
            "others."
        )
    height = int(drawn.layout.height)
    # It escapes what could end the element that it stands in.
    data = Markup(drawn.to_json())  # noqa: S704
    return Picture(name, title, basis, caption, data, height)

"""The pictures of a calibration."""

from collections.abc import Sequence
from math import expm1

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from freqtrade_riskguard.analysis.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    dress,
    figure,
)
from freqtrade_riskguard.calibration.answer import Answer, Judged
from freqtrade_riskguard.calibration.outlook import PATHS, drawn
from freqtrade_riskguard.formatting import percent

# Percentiles of the account: the outer and the inner band, and the middle.
_OUTER, _INNER, _MIDDLE = (5, 95), (25, 75), 50
_MOMENTS, _BINS = 16, 40
_OUTER_FILL, _INNER_FILL = "rgba(74,134,232,0.16)", "rgba(74,134,232,0.32)"
_MULTIPLES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0)
_TICKS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_DEEP = (0.3, 0.5, 0.9)
_PANEL_HEIGHT = 150


def fan_figure(judged: Judged) -> go.Figure:
    """Draw between which percentiles the account is after so many trades of a year."""
    record = judged.record
    moments = np.unique(np.linspace(1, record.length, _MOMENTS).astype(int))
    asked = [*_OUTER, *_INNER, _MIDDLE]
    bands = [np.ones(len(asked))]
    for length in moments:
        years = drawn(record, np.ones(1), length=int(length))
        bands.append(np.exp(np.percentile(years.log_growth[0], asked)))
    levels = dict(zip(asked, np.transpose(bands), strict=True))
    x = [0, *moments.tolist()]
    found = figure(x_title="trades of a year", y_title="account, start = 100 %", height=420)
    for (low, high), fill in ((_OUTER, _OUTER_FILL), (_INNER, _INNER_FILL)):
        name = f"{high - low} of 100 years"
        edge = {"x": x, "mode": "lines", "line": {"width": 0}, "legendgroup": name}
        found.add_scatter(y=levels[low], showlegend=False, hoverinfo="skip", **edge)
        found.add_scatter(
            y=levels[high], fill="tonexty", fillcolor=fill, name=name, hoverinfo="skip", **edge
        )
    found.add_scatter(
        x=x,
        y=levels[_MIDDLE],
        mode="lines",
        name="half end above",
        line={"color": BLUE, "width": 2},
        customdata=np.transpose([levels[low] for low in (*_OUTER, *_INNER)]),
        hovertemplate="%{x} trades: %{y:.1%}, half of all years %{customdata[2]:.1%} to "
        "%{customdata[3]:.1%}, 90 of 100 %{customdata[0]:.1%} to %{customdata[1]:.1%}"
        "<extra></extra>",
    )
    found.add_hline(y=1.0, line={"color": GREY, "dash": "dot", "width": 1})
    found.update_yaxes(tickformat=",.3~p")
    return found


def drawdown_figure(runs: Sequence[Judged], max_drawdown_ratio: float) -> go.Figure:
    """Draw how deep the worst drawdown of a year is, against the budget."""
    found = figure(x_title="deepest drawdown of a year", y_title="share of the years")
    years = [drawn(each.record, np.ones(1)).max_drawdown_ratio[0] for each in runs]
    furthest = max([max_drawdown_ratio, *(float(each.max()) for each in years)])
    edges = np.linspace(0.0, furthest, _BINS + 1)
    for judged, depths, colour in zip(runs, years, (BLUE, ORANGE), strict=False):
        counts, _ = np.histogram(depths, edges)
        found.add_bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts / depths.size,
            width=edges[1],
            name=judged.label,
            opacity=0.7,
            marker={"color": colour},
            hovertemplate="%{x:.1%}: %{y:.1%} of the years<extra>" + judged.label + "</extra>",
        )
    _budget(found, max_drawdown_ratio)
    found.update_layout(barmode="overlay", bargap=0)
    found.update_xaxes(tickformat=".0%", range=[0.0, 1.02 * furthest])
    found.update_yaxes(tickformat=".0%")
    return found


def leverage_figure(judged: Judged, max_drawdown_ratio: float, best: float | None) -> go.Figure:
    """Draw which share of the years survives by how much all sizes are multiplied."""
    years = drawn(judged.record, np.array(_MULTIPLES), paths=PATHS)
    found = figure(x_title="times its sizes at 1x", y_title="years that stay within it")
    limits = [max_drawdown_ratio, *(limit for limit in _DEEP if limit > max_drawdown_ratio)]
    looks = ((BLUE, "solid"), (GREEN, "dash"), (ORANGE, "dot"), (RED, "dashdot"))
    growth = np.expm1(np.median(years.log_growth, axis=1))
    for limit, (colour, dash) in zip(limits, looks, strict=False):
        name = f"drawdown of {percent(limit, 0)}"
        found.add_scatter(
            x=list(_MULTIPLES),
            y=np.mean(years.max_drawdown_ratio <= limit, axis=1),
            mode="lines+markers",
            name=name,
            line={"color": colour, "dash": dash, "width": 2},
            marker={"size": 5},
            customdata=growth,
            hovertemplate="%{x:g} times: %{y:.1%}; half of the years end above %{customdata:+.1%}"
            "<extra>" + name + "</extra>",
        )
    if best is not None:
        found.add_vline(x=best, line={"color": GREY, "dash": "dash", "width": 1.5})
        # Of a logarithmic axis an annotation wants the logarithm.
        found.add_annotation(
            x=float(np.log10(best)),
            y=0.12,
            yref="paper",
            text=f"most growth: {best:.1f}",
            showarrow=False,
            xanchor="left" if best < 1.0 else "right",
        )
    ends = np.log10([_MULTIPLES[0] / 1.1, _MULTIPLES[-1] * 1.1]).tolist()
    found.update_xaxes(
        type="log", range=ends, tickvals=list(_TICKS), ticktext=[f"{tick:g}" for tick in _TICKS]
    )
    found.update_yaxes(tickformat=".0%", range=[-0.03, 1.05])
    return found


def folds_figure(answer: Answer) -> go.Figure:
    """Draw profit and marked drawdown of each fold, in sample and out of sample."""
    found = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    names = [f"fold {number}" for number in range(1, len(answer.folds) + 1)]
    for place, (name, colour) in enumerate((("in sample", GREY), ("out of sample", BLUE))):
        runs = [fold[place] for fold in answer.folds]
        panels = (
            [each.profit_ratio for each in runs],
            [-each.marked_drawdown_ratio for each in runs],
        )
        for row, ratios in enumerate(panels, start=1):
            found.add_bar(
                x=names,
                y=ratios,
                name=name,
                legendgroup=name,
                showlegend=row == 1,
                marker={"color": colour},
                hovertemplate="%{x}, " + name + ": %{y:.1%}<extra></extra>",
                row=row,
                col=1,
            )
    dress(found, height=460)
    found.add_hline(
        y=-answer.max_drawdown_ratio,
        line={"color": RED, "dash": "dash", "width": 1.5},
        row=2,
        col=1,
    )
    found.update_yaxes(title_text="profit", tickformat=".0%", row=1, col=1)
    found.update_yaxes(title_text="drawdown", tickformat=".0%", row=2, col=1)
    return found


def around_figure(answer: Answer) -> go.Figure:
    """Draw what a year looks like with other values of each setting, a panel for each."""
    keys = list(answer.around)
    # Those of the panels' own axes must not lie on the next panel.
    gap = 60 / (_PANEL_HEIGHT * len(keys))
    found = make_subplots(rows=len(keys), cols=1, vertical_spacing=gap if len(keys) > 1 else 0.0)
    named: set[str] = set()
    for row, key in enumerate(keys, start=1):
        points = answer.around[key]
        found.add_scatter(
            x=[value for value, _ in points],
            y=[expm1(year.median_log_growth) for _, year in points],
            mode="lines",
            line={"color": GREY, "width": 1.5},
            hoverinfo="skip",
            showlegend=False,
            row=row,
            col=1,
        )
        for name, colour, symbol, wanted in (
            ("budget kept", BLUE, "circle", True),
            ("budget broken", RED, "x", False),
        ):
            shown = [point for point in points if point[1].is_within is wanted]
            if not shown:
                continue
            found.add_scatter(
                x=[value for value, _ in shown],
                y=[expm1(year.median_log_growth) for _, year in shown],
                mode="markers",
                name=name,
                legendgroup=name,
                showlegend=name not in named,
                marker={"color": colour, "symbol": symbol, "size": 8},
                customdata=[year.beyond_ratio for _, year in shown],
                hovertemplate=f"{key} %{{x:.4g}}: %{{y:+.1%}} a year, %{{customdata:.1%}} of the "
                "years beyond the budget<extra></extra>",
                row=row,
                col=1,
            )
            named.add(name)
        found.add_vline(
            x=answer.values[key],
            line={"color": GREY, "dash": "dash", "width": 1},
            row=row,
            col=1,
        )
    dress(found, height=_PANEL_HEIGHT * len(keys) + 60)
    for row, key in enumerate(keys, start=1):
        found.update_xaxes(title_text=key, row=row, col=1)
    found.update_yaxes(tickformat=".3~p")
    return found


def _budget(found: go.Figure, max_drawdown_ratio: float) -> None:
    found.add_vline(
        x=max_drawdown_ratio,
        line={"color": RED, "dash": "dash", "width": 1.5},
        annotation={"text": f"budget {percent(max_drawdown_ratio, 0)}"},
        annotation_position="top right",
    )

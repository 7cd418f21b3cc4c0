"""Equity and drawdown, with every pause and every step of a ladder."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from freqtrade_riskguard.analysis.account_words import liquidation_words
from freqtrade_riskguard.analysis.disclaimer import CANDLE_CLOSE, CLOSED
from freqtrade_riskguard.analysis.figures.style import (
    BLUE,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    dress,
    folded,
    moments,
    over_time,
    plain,
    stamps,
    thinned,
)
from freqtrade_riskguard.analysis.report_data import Examined, Report
from freqtrade_riskguard.backtest_result.candles import FloatArray

_MOST_MARKS = 500
_SHADE = 0.28

Span = tuple[datetime, datetime]


def equity_figure(report: Report) -> go.Figure:
    """Draw the account as a share of its start, and below it how far it is under its peak."""
    found = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.68, 0.32], vertical_spacing=0.05
    )
    _add_shades(found, report.main)
    if report.against is not None:
        _add_account(found, report.against, GREY, rank=2)
    _add_account(found, report.main, BLUE, rank=1)
    _add_marks(found, report)
    dress(found, height=540)
    found.update_yaxes(title_text="account, start = 100 %", tickformat=",.4~p", row=1, col=1)
    found.update_yaxes(title_text="below peak", tickformat=".0%", row=2, col=1)
    over_time(found, report.main.found.result)
    return found


def _add_shades(found: go.Figure, side: Examined) -> None:
    """Shade the time in which nothing could be entered, behind both panels."""
    result = side.found.result
    halts = [(halt.since, halt.until) for halt in side.halts if halt.enforced]
    pauses = [
        (pause.since, pause.until)
        for pause in result.pauses
        if pause.pair == "*"
        and pause.side == 0
        and not any(since <= pause.since < until for since, until in halts)
    ]
    for name, spans, colour in (("all entries paused", pauses, ORANGE), ("halted", halts, RED)):
        merged = _merged(spans, result.end)
        if not merged:
            continue
        # One line for any number of spans; each panel has an axis of its own for it, so that the
        # scale of the account may change.
        corners = [corner for since, until in merged for corner in (since, since, until, until)]
        for panel, (x_axis, y_axis) in enumerate((("x", "y3"), ("x2", "y4"))):
            found.add_scatter(
                x=stamps(corners),
                y=[0, 1, 1, 0] * len(merged),
                xaxis=x_axis,
                yaxis=y_axis,
                mode="lines",
                line={"width": 0},
                fill="tozeroy",
                fillcolor=_faint(colour),
                hoverinfo="skip",
                name=name,
                legendgroup=name,
                legendrank=4,
                showlegend=panel == 0,
            )
    for axis, below in (("yaxis3", "y"), ("yaxis4", "y2")):
        hidden = {"overlaying": below, "range": [0, 1], "visible": False, "fixedrange": True}
        found.update_layout({axis: hidden})


def _merged(spans: Iterable[Span], end: datetime) -> list[Span]:
    """Return spans until the end of the run, those that overlap as one."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if since >= end:
            continue
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], min(until, end)))
        else:
            found.append((since, min(until, end)))
    return found


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},{_SHADE})"


def _add_account(found: go.Figure, side: Examined, colour: str, *, rank: int) -> None:
    """Add the curves of one result; the first in the legend is drawn last."""
    result = side.found.result
    times = [result.start, *(trade.close_time for trade in result.trades), result.end]
    profits = [0.0, *(trade.profit_quote for trade in result.trades), 0.0]
    closed = result.starting_balance_quote + np.cumsum(profits)
    curves = [(CLOSED, stamps(times), closed, {"color": colour, "width": 2, "shape": "hv"})]
    if side.marked is not None and len(side.marked.opened_at):
        places = thinned(side.marked.equity_quote)
        shown = moments(side.marked.opened_at[places].tolist())
        thin = {"color": colour, "width": 1, "dash": "dot"}
        curves.append((CANDLE_CLOSE, shown, side.marked.equity_quote[places], thin))
    for basis, at, equity, line in curves:
        kept = thinned(equity)
        label = plain(side.label)
        name = label if basis == CLOSED else f"{label}, {basis}"
        common = {
            "x": [at[place] for place in kept],
            "mode": "lines",
            "line": line,
            "name": name,
            "legendgroup": label,
        }
        # A narrow screen has no room for four names; the caption tells dotted from solid.
        found.add_scatter(
            y=equity[kept] / result.starting_balance_quote,
            customdata=equity[kept],
            legendrank=rank,
            showlegend=basis == CLOSED,
            hovertemplate=f"%{{x}}: %{{y:,.1%}}, %{{customdata:,.0f}} {result.currency}",
            row=1,
            col=1,
            **common,
        )
        found.add_scatter(
            y=_below_peak(equity)[kept],
            showlegend=False,
            hovertemplate="%{x}: %{y:.1%}",
            row=2,
            col=1,
            **common,
        )


def _add_marks(found: go.Figure, report: Report) -> None:
    pauses = [
        (pause.since, f"{_scope(pause.pair)}{pause.why}")
        for pause in report.main.found.result.pauses
    ]
    observed = [
        (lock.time, f"{_scope(lock.pair)}{lock.rule}: {lock.why}")
        for lock in report.pauses_observed
    ]
    add = partial(_add_mark, found, report.main)
    add(pauses, ("pause of entries", "triangle-down", ORANGE))
    add(observed, ("would have paused", "triangle-down-open", ORANGE))
    for enforced, look in (
        (True, ("ladder step", "diamond", PURPLE)),
        (False, ("would have stepped", "diamond-open", PURPLE)),
    ):
        steps = report.ladder_steps(enforced=enforced)
        add([(step.time, f"{step.rule}, {step.question}: {step.why}") for step in steps], look)
    for side in report.sides:
        account = side.found.account
        if account is not None and (end := account.as_filled.as_traded) is not None:
            words = liquidation_words(account, side.found.result.currency)
            _add_mark(found, side, [(end.time, words)], ("account liquidated", "x", RED))


def _scope(pair: str) -> str:
    return "" if pair == "*" else f"{pair}: "


def _grouped(marks: Sequence[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """Return one mark per time; per day where there would be too many to see."""
    by_time: dict[datetime, list[str]] = {}
    for time, why in sorted(marks):
        by_time.setdefault(time, []).append(why)
    if len(by_time) > _MOST_MARKS:
        by_day: dict[datetime, list[str]] = {}
        for time, reasons in by_time.items():
            by_day.setdefault(time.replace(hour=0, minute=0, second=0), []).extend(reasons)
        by_time = by_day
    return [
        (time, reasons[0] + (f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""))
        for time, reasons in by_time.items()
    ]


def _add_mark(
    found: go.Figure,
    side: Examined,
    each: Sequence[tuple[datetime, str]],
    look: tuple[str, str, str],
) -> None:
    if not each:
        return
    marks = _grouped(each)
    name, symbol, colour = look
    result = side.found.result
    closes = np.array([trade.close_time.timestamp() for trade in result.trades])
    profits = np.cumsum([0.0, *(trade.profit_quote for trade in result.trades)])
    at = closes.searchsorted([time.timestamp() for time, _ in marks], side="right")
    found.add_scatter(
        x=stamps(time for time, _ in marks),
        y=1 + profits[at] / result.starting_balance_quote,
        mode="markers",
        name=name,
        legendrank=3,
        marker={"symbol": symbol, "color": colour, "size": 7, "line": {"width": 1}},
        hovertext=folded([why for _, why in marks]),
        hovertemplate="%{x}<br>%{hovertext}<extra></extra>",
        row=1,
        col=1,
    )


def _below_peak(equity: FloatArray) -> FloatArray:
    below: FloatArray = equity / np.maximum.accumulate(equity) - 1
    return below

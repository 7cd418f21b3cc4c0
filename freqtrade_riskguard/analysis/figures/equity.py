"""Equity and drawdown, with every pause and every step of a ladder."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from freqtrade_riskguard.analysis.candles import FloatArray
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
    stamps,
    thinned,
)
from freqtrade_riskguard.analysis.limits import CANDLE_CLOSE, CLOSED
from freqtrade_riskguard.analysis.report_data import Examined, Report

_MOST_MARKS = 500


def equity_figure(report: Report) -> go.Figure:
    """Draw the account over time, and below it how far it is under its peak."""
    found = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.68, 0.32], vertical_spacing=0.05
    )
    if report.against is not None:
        _add_account(found, report.against, GREY, rank=2)
    _add_account(found, report.main, BLUE, rank=1)
    _add_marks(found, report)
    for halt in report.halts:
        if halt.enforced:
            found.add_vline(
                x=_epoch_ms(halt.since), line={"color": RED, "dash": "dash", "width": 1.5}
            )
    dress(found, height=520)
    found.update_yaxes(title_text=report.main.found.result.currency, row=1, col=1)
    found.update_yaxes(title_text="below peak", tickformat=".0%", row=2, col=1)
    over_time(found, report.main.found.result)
    return found


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
        name = side.label if basis == CLOSED else f"{side.label}, {basis}"
        common = {
            "x": [at[place] for place in kept],
            "mode": "lines",
            "line": line,
            "name": name,
            "legendgroup": name,
        }
        # A narrow screen has no room for four names; the caption tells dotted from solid.
        found.add_scatter(
            y=equity[kept],
            legendrank=rank,
            showlegend=basis == CLOSED,
            hovertemplate="%{x}: %{y:,.0f}",
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
        y=result.starting_balance_quote + profits[at],
        mode="markers",
        name=name,
        legendrank=3,
        marker={"symbol": symbol, "color": colour, "size": 8, "line": {"width": 1}},
        hovertext=folded([why for _, why in marks]),
        hovertemplate="%{x}<br>%{hovertext}<extra></extra>",
        row=1,
        col=1,
    )


def _below_peak(equity: FloatArray) -> FloatArray:
    below: FloatArray = equity / np.maximum.accumulate(equity) - 1
    return below


def _epoch_ms(time: datetime) -> float:
    return time.timestamp() * 1000

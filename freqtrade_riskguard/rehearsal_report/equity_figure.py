"""The account by the exchange and by the guard, with faults, cuts and halts."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from freqtrade_riskguard.analysis.figures.style import (
    BLUE,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    dress,
    folded,
    stamps,
    thinned,
)
from freqtrade_riskguard.rehearsal.record import FaultRecord, Rehearsal

_SHADE = "rgba(224,123,40,0.25)"

Mark = tuple[datetime, str]


def equity_figure(rehearsal: Rehearsal) -> go.Figure:
    """Draw both equities, and below them how far the guard's is from the exchange's."""
    found = make_subplots(
        rows=2, cols=1, shared_xaxes=True, row_heights=[0.7, 0.3], vertical_spacing=0.05
    )
    _add_equities(found, rehearsal)
    _add_faults(found, rehearsal.faults, rehearsal)
    decisions = [decision for decision in rehearsal.decisions if decision.enforced]
    for name, questions, look in (
        ("cut", {"cut"}, ("diamond", PURPLE)),
        ("exit by the guard", {"exit"}, ("x", RED)),
        ("pause of entries", {"lock"}, ("triangle-down", ORANGE)),
    ):
        marks = [
            (decision.time, f"{decision.rule}: {decision.why}")
            for decision in decisions
            if decision.question in questions and not decision.halts
        ]
        _add_marks(found, rehearsal, name, marks, look)
    halts = [(d.time, f"{d.rule}: {d.why}") for d in decisions if d.halts]
    _add_marks(found, rehearsal, "halt", halts, ("square", RED))
    liquidated = [(each.time, each.pair) for each in rehearsal.liquidations]
    _add_marks(found, rehearsal, "liquidation", liquidated, ("star", RED))
    dress(found, height=560)
    found.update_yaxes(title_text=rehearsal.currency, tickformat=",.0f", row=1, col=1)
    found.update_yaxes(title_text="guard - exchange", tickformat=".2%", row=2, col=1)
    return found


def _add_equities(found: go.Figure, rehearsal: Rehearsal) -> None:
    samples = rehearsal.samples
    exchange = np.array([sample.exchange_quote for sample in samples], dtype=np.float64)
    guard = np.array([sample.guard_quote for sample in samples], dtype=np.float64)
    apart = np.array([sample.difference_ratio for sample in samples], dtype=np.float64)
    for name, values, line, row in (
        ("by the exchange", exchange, {"color": BLUE, "width": 2}, 1),
        ("by the guard", guard, {"color": GREY, "width": 1, "dash": "dot"}, 1),
        ("difference", apart, {"color": GREY, "width": 1}, 2),
    ):
        kept = thinned(values)
        found.add_scatter(
            x=stamps(samples[place].time for place in kept),
            # What the guard does not know is a gap.
            y=[None if np.isnan(values[place]) else float(values[place]) for place in kept],
            mode="lines",
            line=line,
            name=name,
            showlegend=row == 1,
            row=row,
            col=1,
        )


def _add_faults(found: go.Figure, faults: Sequence[FaultRecord], rehearsal: Rehearsal) -> None:
    """Shade the time in which a fault struck, or held; mark where it first did."""
    marks: list[Mark] = []
    for fault in faults:
        since = fault.first if fault.hits is not None else fault.since
        until = fault.last if fault.hits is not None else fault.until
        if since is None:
            continue
        marks.append((since, f"{fault.what} {fault.settings}"))
        found.add_vrect(
            x0=stamps([since])[0],
            x1=stamps([until or rehearsal.end])[0],
            fillcolor=_SHADE,
            line_width=0,
            layer="below",
        )
    _add_marks(found, rehearsal, "fault", marks, ("circle-open", ORANGE))


def _add_marks(
    found: go.Figure, rehearsal: Rehearsal, name: str, marks: Sequence[Mark], look: tuple[str, str]
) -> None:
    if not marks:
        return
    symbol, colour = look
    times = np.array([sample.time.timestamp() for sample in rehearsal.samples])
    places = times.searchsorted([time.timestamp() for time, _ in marks]).clip(0, len(times) - 1)
    found.add_scatter(
        x=stamps(time for time, _ in marks),
        y=[rehearsal.samples[place].exchange_quote for place in places],
        mode="markers",
        name=name,
        marker={"symbol": symbol, "color": colour, "size": 8, "line": {"width": 1}},
        hovertext=folded([why for _, why in marks]),
        hovertemplate="%{x}<br>%{hovertext}<extra></extra>",
        row=1,
        col=1,
    )

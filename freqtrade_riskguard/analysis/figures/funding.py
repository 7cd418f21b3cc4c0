"""Funding over time."""

import numpy as np
import plotly.graph_objects as go

from freqtrade_riskguard.analysis.figures.style import (
    BLUE,
    GREEN,
    ORANGE,
    figure,
    over_time,
    stamps,
    thinned,
)
from freqtrade_riskguard.backtest_result.result import Result


def funding_figure(result: Result) -> go.Figure:
    """Draw what funding has added up to, as trades closed: above 0 received, below paid."""
    found = figure(y_title=f"cumulative {result.currency}")
    for name, sides, colour, dash in (
        ("all", (1, -1), BLUE, "solid"),
        ("longs", (1,), GREEN, "dash"),
        ("shorts", (-1,), ORANGE, "dot"),
    ):
        trades = [trade for trade in result.trades if trade.side in sides]
        if not trades:
            continue
        total = np.cumsum([trade.known_funding_quote for trade in trades])
        kept = thinned(total)
        found.add_scatter(
            x=stamps(trades[place].close_time for place in kept),
            y=total[kept],
            mode="lines",
            name=name,
            line={"color": colour, "dash": dash, "width": 2, "shape": "hv"},
            hovertemplate="%{x}: %{y:,.2f}<extra>" + name + "</extra>",
        )
    found.update_yaxes(zeroline=True)
    over_time(found, result)
    return found

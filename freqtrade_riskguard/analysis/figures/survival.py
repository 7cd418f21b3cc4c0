"""Liquidated trades by leverage."""

from collections.abc import Sequence
from math import isnan

import plotly.graph_objects as go

from freqtrade_riskguard.analysis.figures.style import BLUE, GREY, ORANGE, PURPLE, RED, figure
from freqtrade_riskguard.analysis.leverage_survival import Survival
from freqtrade_riskguard.formatting import percent


def survival_figure(survivals: Sequence[Survival], used_leverage: float) -> go.Figure:
    """Draw the share of trades that each leverage would have lost."""
    found = figure(x_title="leverage", y_title="trades liquidated")
    looks = ((BLUE, "solid"), (ORANGE, "dash"), (PURPLE, "dot"), (RED, "dashdot"))
    for survival, (colour, dash) in zip(survivals, looks, strict=True):
        if not survival.liquidated:
            # Nothing is known of it: a line at 0 would say the contrary.
            continue
        exact = isnan(survival.slippage_ratio)
        name = "as filled" if exact else f"fill stress, {percent(survival.slippage_ratio, 0)}"
        found.add_scatter(
            x=list(survival.leverages),
            y=[survival.lost_ratio(index) for index in range(len(survival.liquidated))],
            mode="lines+markers",
            name=name,
            line={"color": colour, "dash": dash, "width": 2},
            marker={"size": 5},
            hovertemplate="%{x:g}x: %{y:.1%}<extra>" + name + "</extra>",
        )
    if used_leverage > 0:
        found.add_vline(
            x=used_leverage,
            line={"color": GREY, "dash": "dash", "width": 1.5},
            annotation={"text": f"used: up to {used_leverage:g}x"},
            annotation_position="top right",
        )
    found.update_xaxes(ticksuffix="x", tick0=2, dtick=2, range=[0.5, 20.5])
    found.update_yaxes(tickformat=".0%", rangemode="tozero")
    return found

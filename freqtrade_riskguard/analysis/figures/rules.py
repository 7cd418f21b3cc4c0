"""The estimated worth of each rule."""

from collections.abc import Sequence

import plotly.graph_objects as go

from freqtrade_riskguard.analysis.attribution import RuleEffect
from freqtrade_riskguard.analysis.figures.style import GREEN, ORANGE, figure, plain

_ROW_PIXELS, _FRAME_PIXELS = 30, 110


def rules_figure(effects: Sequence[RuleEffect], currency: str) -> go.Figure:
    """Draw loss avoided to the right and profit forgone to the left, a bar for each rule.

    Rules without an estimate are left out.
    """
    shown = [effect for effect in effects if effect.estimated > 0][::-1]
    found = figure(
        x_title=f"{currency}, estimate", height=_FRAME_PIXELS + _ROW_PIXELS * max(len(shown), 1)
    )
    names = [plain(f"{effect.rule} ({effect.question})") for effect in shown]
    sides = (
        ("loss avoided", [effect.avoided_quote for effect in shown], GREEN),
        ("profit forgone", [-effect.forgone_quote for effect in shown], ORANGE),
    )
    for name, quotes, colour in sides:
        found.add_bar(
            y=names,
            x=quotes,
            name=name,
            orientation="h",
            marker={"color": colour},
            hovertemplate="%{y}: %{x:,.0f}<extra>" + name + "</extra>",
        )
    found.update_layout(barmode="relative", bargap=0.35)
    found.update_yaxes(automargin=True, ticksuffix=" ")
    return found

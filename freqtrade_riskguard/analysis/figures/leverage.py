"""The leverage of every trade, and the rule that set it."""

from collections import Counter
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from freqtrade_riskguard.analysis.attribution.scene import Key, key_of
from freqtrade_riskguard.analysis.figures.style import (
    COLOURS,
    GREY,
    figure,
    folded,
    over_time,
    plain,
    sampled,
    stamps,
)
from freqtrade_riskguard.analysis.report_data import Report
from freqtrade_riskguard.engine.journal import Decision

_AS_ASKED, _OTHERS = "as asked", "other rules"


def leverage_figure(report: Report) -> go.Figure:
    """Draw a point per trade over time, in the colour of the limit that bound."""
    trades = report.main.found.result.trades
    caps = binding_caps(report)
    leverages = np.array([trade.leverage for trade in trades], dtype=np.float64)
    places = sampled(leverages)
    bound = [caps[key].rule if (key := key_of(trade)) in caps else _AS_ASKED for trade in trades]
    common = [rule for rule, _ in Counter(bound).most_common() if rule != _AS_ASKED]
    named = common[: len(COLOURS)]
    groups = [_AS_ASKED, *named, _OTHERS]
    found = figure(y_title="leverage")
    for group, colour in zip(groups, (GREY, *COLOURS[: len(named)], GREY), strict=True):
        shown = [
            place
            for place in places
            if bound[place] == group or (group == _OTHERS and bound[place] not in groups)
        ]
        if not shown:
            continue
        found.add_scatter(
            x=stamps(trades[place].open_time for place in shown),
            y=leverages[shown],
            mode="markers",
            name=plain(group),
            marker={"color": colour, "size": 7, "opacity": 0.8},
            hovertext=folded(
                [_words(trades[place].pair, caps.get(key_of(trades[place]))) for place in shown]
            ),
            hovertemplate="%{x}, %{y:.3g}x<br>%{hovertext}<extra></extra>",
        )
    found.update_yaxes(rangemode="tozero", ticksuffix="x")
    over_time(found, report.main.found.result)
    return found


def binding_caps(report: Report) -> Mapping[Key, Decision]:
    """Return the leverage decision that was in force at each entry; of several the last."""
    return {
        (decision.pair, decision.side, decision.time): decision
        for decision in report.decisions or ()
        if decision.question == "leverage" and decision.enforced
    }


def _words(pair: str, cap: Decision | None) -> str:
    return pair if cap is None else f"{pair}: asked {cap.asked:g}x ({cap.why})"

"""Where stops and liquidation were, and how far the market went."""

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from freqtrade_riskguard.analysis.excursions import Excursions
from freqtrade_riskguard.analysis.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    figure,
    plain,
    sampled,
    stamps,
)
from freqtrade_riskguard.backtest_result.candles import FloatArray
from freqtrade_riskguard.backtest_result.result import Trade

# What cannot be told from nothing, on an axis of powers of ten.
_NEAREST, _FURTHEST = 0.0005, 1.0
_TICKS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
_CURVE_POINTS = 200
_ROUNDING = 1e-9


def distance_figure(trades: tuple[Trade, ...], excursions: Excursions) -> go.Figure:
    """Draw a point per trade: its stop's distance against liquidation's."""
    stops, liquidations = excursions.stop_ratio, excursions.liquidation_ratio
    # Those whose stop is furthest beyond liquidation first.
    places = sampled(stops - liquidations)
    behind = stops >= liquidations
    found = figure(
        x_title="distance to the stop, % of entry price", y_title="distance to liquidation"
    )
    for name, chosen, colour in (
        ("stop comes first", ~behind, GREEN),
        ("liquidation comes first", behind, RED),
    ):
        shown = places[chosen[places]]
        if not len(shown):
            continue
        found.add_scatter(
            x=np.clip(stops[shown], _NEAREST, _FURTHEST),
            y=np.clip(liquidations[shown], _NEAREST, _FURTHEST),
            mode="markers",
            name=name,
            marker={"color": colour, "size": 6, "opacity": 0.7},
            hovertext=[
                f"{plain(trade.pair)} {trade.leverage:g}x, {when}<br>"
                f"liquidation {_words(liquidation)}"
                for trade, liquidation, when in zip(
                    (trades[place] for place in shown),
                    liquidations[shown],
                    stamps(trades[place].open_time for place in shown),
                    strict=True,
                )
            ],
            hovertemplate="%{hovertext}, stop %{x:.2%}<extra></extra>",
        )
    found.add_scatter(
        x=[_NEAREST, _FURTHEST],
        y=[_NEAREST, _FURTHEST],
        mode="lines",
        name="same distance",
        line={"color": GREY, "dash": "dot", "width": 1},
        hoverinfo="skip",
    )
    _log_axis(found.update_xaxes)
    _log_axis(found.update_yaxes, furthest="none")
    return found


def reach_figure(excursions: Excursions) -> go.Figure:
    """Draw the share of trades up to each distance: of the market's, the stop's, liquidation's."""
    found = figure(x_title="distance from the entry price", y_title="share of trades within it")
    endless = excursions.liquidation_ratio >= _FURTHEST
    liquidations = np.where(endless, np.inf, excursions.liquidation_ratio)
    liquidation = f"liquidation ({endless.sum():,} have none)"
    for name, values, colour, dash in (
        ("market moved against it", excursions.adverse_ratio, BLUE, "solid"),
        ("stop", excursions.stop_ratio, ORANGE, "dash"),
        (liquidation if endless.any() else "liquidation", liquidations, RED, "dot"),
    ):
        x, y = _curve(values)
        if not len(x):
            continue
        found.add_scatter(
            x=x,
            y=y,
            mode="lines",
            name=name,
            line={"color": colour, "dash": dash, "width": 2, "shape": "hv"},
            hovertemplate="%{y:.1%} of trades: up to %{x:.2%}<extra>" + name + "</extra>",
        )
    _log_axis(found.update_xaxes)
    found.update_yaxes(tickformat=".0%", range=[-0.03, 1.03])
    return found


def _curve(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return distances, and the share of the trades up to each; infinite ones are never reached."""
    known = np.sort(values[~np.isnan(values)])
    reached = int(np.isfinite(known).sum())
    if not reached:
        return known[:0], known[:0]
    shares = np.linspace(0.0, reached / len(known), min(_CURVE_POINTS, reached + 1))
    places = np.maximum(np.ceil(shares * len(known) - _ROUNDING).astype(np.int64) - 1, 0)
    return np.clip(known[places], _NEAREST, _FURTHEST), shares


def _words(liquidation_ratio: float) -> str:
    return "none" if liquidation_ratio >= _FURTHEST else f"{100 * liquidation_ratio:.2f} %"


def _log_axis(update: Callable[..., object], furthest: str = "") -> None:
    names = [f"{100 * tick:g} %" for tick in _TICKS]
    update(
        type="log",
        range=[float(np.log10(_NEAREST)), 0.04],
        tickvals=list(_TICKS),
        ticktext=[*names[:-1], furthest or names[-1]],
    )

"""How far trades went against their side, and how they ended."""

from math import isnan

import numpy as np
import plotly.graph_objects as go

from freqtrade_riskguard.analysis.excursions import Excursions
from freqtrade_riskguard.analysis.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    figure,
    plain,
    sampled,
    stamps,
)
from freqtrade_riskguard.backtest_result.result import Trade
from freqtrade_riskguard.formatting import side_text


def is_in_atr(excursions: Excursions) -> bool:
    """Return whether excursions can be measured in ATR: where it is known for any trade."""
    return not np.isnan(excursions.adverse_atr).all()


def excursion_figure(trades: tuple[Trade, ...], excursions: Excursions) -> go.Figure:
    """Draw a point per trade: how far it went against its side, and what it made."""
    in_atr = is_in_atr(excursions)
    adverse = excursions.adverse_atr if in_atr else excursions.adverse_ratio
    places = sampled(adverse)
    mae = "%{x:.3g} ATR" if in_atr else "%{x:.2%}"
    found = figure(
        x_title="worst move against the trade (MAE), " + ("ATR" if in_atr else "% of entry price"),
        y_title="profit, % of notional",
    )
    kinds = (
        ("won", excursions.won & ~excursions.censored, GREEN, "circle"),
        ("lost", ~excursions.won & ~excursions.censored, ORANGE, "x"),
        ("still open at the end", excursions.censored, PURPLE, "circle-open"),
    )
    for name, chosen, colour, symbol in kinds:
        shown = places[chosen[places]]
        if not len(shown):
            continue
        found.add_scatter(
            x=adverse[shown],
            y=excursions.return_ratio[shown],
            mode="markers",
            name=name,
            marker={"color": colour, "symbol": symbol, "size": 6, "opacity": 0.75},
            hovertext=[_words(trades[place]) for place in shown],
            hovertemplate="%{hovertext}<br>MAE " + mae + ", profit %{y:.2%}<extra></extra>",
        )
    found.update_xaxes(rangemode="tozero", tickformat=None if in_atr else ".1%")
    found.update_yaxes(tickformat=".1%", zeroline=True)
    if in_atr and not isnan(excursions.recommended_multiple):
        _mark(found, excursions.recommended_multiple)
    return found


def hit_rate_figure(excursions: Excursions) -> go.Figure:
    """Draw the share of winners and losers that a stop at each ATR multiple would have hit."""
    rates = excursions.hit_rates
    found = figure(x_title="stop distance, ATR", y_title="trades that it would have stopped")
    for name, shares, colour, dash in (
        (f"winners ({rates.winner_count:,})", rates.winners, GREEN, "solid"),
        (f"losers ({rates.loser_count:,})", rates.losers, ORANGE, "dash"),
    ):
        found.add_scatter(
            x=list(rates.multiples),
            y=[None if isnan(share) else share for share in shares],
            mode="lines+markers",
            name=name,
            line={"color": colour, "dash": dash, "width": 2},
            hovertemplate="%{x} ATR: %{y:.1%}<extra>" + name + "</extra>",
        )
    found.add_hline(y=0.15, line={"color": GREY, "dash": "dot", "width": 1})
    found.update_yaxes(tickformat=".0%", range=[-0.03, 1.03])
    if not isnan(excursions.recommended_multiple):
        _mark(found, excursions.recommended_multiple)
    return found


def _mark(found: go.Figure, multiple: float) -> None:
    found.add_vline(
        x=multiple,
        line={"color": BLUE, "dash": "dash", "width": 1.5},
        annotation={"text": f"recommended: {multiple:g} ATR", "font": {"color": BLUE}},
        annotation_position="top right",
        # Below the topmost line of the grid.
        annotation_yshift=-22,
    )


def _words(trade: Trade) -> str:
    (when,) = stamps([trade.open_time])
    return f"{plain(trade.pair)} {side_text(trade.side)} {trade.leverage:g}x, {when}"

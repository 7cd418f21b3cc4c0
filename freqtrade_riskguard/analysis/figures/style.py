"""The style of all figures, and how they stay small."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from itertools import pairwise
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from freqtrade_riskguard.backtest_result.candles import FloatArray, IntArray
from freqtrade_riskguard.backtest_result.result import Result

# Told apart by readers who do not see red and green, on white and on black.
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = (
    "#4a86e8", "#e07b28", "#1f9e89", "#d6475b", "#9a6fd0", "#8791a1",
)  # fmt: skip
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, RED, "#c2a016", "#3aa6c9")
# More points than this on a screen hide each other, and slow the page down.
MOST_POINTS = 2_000
_HOVER_WIDTH = 60


def figure(*, x_title: str = "", y_title: str = "", height: int = 380) -> go.Figure:
    """Return an empty figure in the common style; its colours are the page's."""
    return dress(go.Figure(), x_title=x_title, y_title=y_title, height=height)


def dress(
    found: go.Figure, *, x_title: str = "", y_title: str = "", height: int = 380
) -> go.Figure:
    """Return a figure the common style."""
    found.update_layout(
        # The default one repeats its many colours in every figure of the page.
        template=go.layout.Template(),
        height=height,
        # Axes take what their labels need.
        margin={"l": 12, "r": 20, "t": 8, "b": 12},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"family": "system-ui, -apple-system, Segoe UI, Roboto, sans-serif", "size": 12},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        showlegend=True,
        hovermode="closest",
        hoverlabel={"align": "left"},
        modebar={"bgcolor": "rgba(0,0,0,0)"},
    )
    found.update_xaxes(title_text=x_title or None, title_standoff=8, automargin=True)
    found.update_yaxes(title_text=y_title or None, title_standoff=8, automargin=True)
    return found


def over_time(found: go.Figure, result: Result) -> None:
    """Let the x axes reach over the whole of a backtest, so that figures can be compared."""
    margin = (result.end - result.start) / 100
    found.update_xaxes(range=stamps([result.start - margin, result.end + margin]))


def thinned(values: FloatArray, most: int = MOST_POINTS) -> IntArray:
    """Return the places of the points that draw the same line: the lowest and highest of each bit.

    NaN is never chosen.
    """
    count = len(values)
    if count <= most:
        return np.arange(count)
    edges = np.linspace(0, count, most // 2 + 1).astype(np.int64)
    kept = {0, count - 1}
    for start, end in pairwise(edges):
        part = values[start:end]
        if not np.isnan(part).all():
            kept |= {int(start + np.nanargmin(part)), int(start + np.nanargmax(part))}
    return np.array(sorted(kept), dtype=np.int64)


def sampled(worst: FloatArray, most: int = MOST_POINTS) -> IntArray:
    """Return the places of the points to show: a quarter of them the largest, the rest in between.

    The same for the same values; NaN is never chosen.
    """
    known = np.flatnonzero(~np.isnan(worst))
    if len(known) <= most:
        return known
    # Among equals no order: the first ones would all be of the same time.
    shuffled = np.random.default_rng(0).permutation(len(known))
    ranked = known[np.lexsort((shuffled, -worst[known]))]
    largest, rest = ranked[: most // 4], np.sort(ranked[most // 4 :])
    steps = np.linspace(0, len(rest) - 1, most - len(largest)).astype(np.int64)
    return np.sort(np.concatenate((largest, rest[steps])))


def moments(seconds: Iterable[float]) -> list[str]:
    """Return epoch seconds as a figure takes them."""
    return [datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%d %H:%M") for second in seconds]


def stamps(times: Iterable[datetime]) -> list[str]:
    """Return times as a figure takes them."""
    return [time.strftime("%Y-%m-%d %H:%M") for time in times]


def plain(text: str) -> str:
    """Return a text that others have written, so that a figure shows it as it stands."""
    return escape(text, quote=False)


def folded(texts: Sequence[str]) -> list[str]:
    """Return texts that others have written with line breaks, so that they fit beside the mouse."""
    return ["<br>".join(map(plain, wrap(text, _HOVER_WIDTH))) for text in texts]

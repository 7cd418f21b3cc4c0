"""Figures in the words of the tables."""

from math import isfinite, isnan

from rich.box import SIMPLE_HEAD
from rich.console import JustifyMethod
from rich.table import Table

from freqtrade_riskguard.folding_table import FoldingTable
from freqtrade_riskguard.formatting import money, percent

NOTHING = "-"
_NARROWEST = 79
_FAR = 100.0


def plain_table(
    title: str, *columns: str, right: tuple[str, ...] = (), whole: tuple[str, ...] = ()
) -> Table:
    """Return a table that is narrow enough for 80 columns, and folds below.

    Parameters
    ----------
    right : tuple of str
        Columns of figures.
    whole : tuple of str
        Columns whose words are not broken.
    """
    table = FoldingTable(
        title=title,
        box=SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
        title_justify="left",
        title_style="bold",
        # A title is broken at the width of its table.
        min_width=min(len(title), _NARROWEST),
        show_header=any(columns),
    )
    for column in columns:
        justify: JustifyMethod = "right" if column in right else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=column in whole)
    return table


def short_pair(pair: str, stake_currency: str) -> str:
    """Return ``BTC`` for ``BTC/USDT:USDT`` where USDT is what the bot stakes."""
    return pair.removesuffix(f"/{stake_currency}:{stake_currency}")


def price(value: float) -> str:
    """Return a price with six digits that matter."""
    return f"{value:.6g}" if isfinite(value) else NOTHING


def leverage(value: float) -> str:
    """Return e.g. ``2.4x``."""
    return NOTHING if isnan(value) else f"{value:g}x"


def amount(quote: float) -> str:
    """Return an amount, or a dash where it is unknown."""
    return money(quote) if isfinite(quote) else NOTHING


def away(price_: float, distance_ratio: float) -> str:
    """Return a price and, below it, how far away it is, e.g. ``58110`` and ``38.2 %``."""
    return f"{price(price_)}\n{percent(distance_ratio)}" if isfinite(price_) else "none"


def cover(value: float) -> str:
    """Return equity / maintenance margin, e.g. ``3.1x``; far away, digits do not matter."""
    if isnan(value):
        return "unknown"
    if not isfinite(value):
        return "no margin"
    return f"{value:.1f}x" if value < _FAR else f">{_FAR:g}x"

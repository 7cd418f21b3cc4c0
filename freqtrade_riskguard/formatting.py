"""Figures in the words of messages, the same in every rule."""

from math import floor, isfinite, isnan, log10
from typing import Literal

_WHOLE = 100.0  # from here on cents only distract
_WHOLE_SUM = 10.0
_MOST_DIGITS = 8  # of the smallest unit of BTC


def volatility_text(daily_volatility: float) -> str:
    """Return e.g. ``3.3 %/day``, or ``unknown``."""
    return (
        "unknown" if isnan(daily_volatility) else f"{daily_volatility:.1%}/day".replace("%", " %")
    )


def percent(ratio: float, digits: int = 1) -> str:
    """Return a ratio in per cent, e.g. ``-3.1 %``."""
    return f"{100 * ratio:.{digits}f} %"


def money(quote: float) -> str:
    """Return an amount with as many digits as matter, e.g. ``412`` or ``9.75``, or ``unknown``."""
    if not isfinite(quote):
        return "unknown"
    return f"{quote:.0f}" if abs(quote) >= _WHOLE else exact_money(quote)


def exact_money(quote: float) -> str:
    """Return an amount in cents, or to three digits where it is small, e.g. ``0.00412`` BTC."""
    digits = 2
    if isfinite(quote) and 0 < abs(quote) < 1:
        digits = min(max(2 - floor(log10(abs(quote))), 2), _MOST_DIGITS)
    whole, _, part = f"{quote:.{digits}f}".partition(".")
    return f"{whole}.{part.rstrip('0'):0<2}" if part else whole


def sum_of_money(quote: float, sign: str = "") -> str:
    """Return a sum with commas, e.g. ``12,480``; a small one as :func:`exact_money` has it.

    Parameters
    ----------
    sign : str
        ``"+"`` to show that of gains, too.
    """
    if quote == 0 or not abs(quote) < _WHOLE_SUM:
        return f"{quote:{sign},.0f}"
    return f"{sign if quote > 0 else ''}{exact_money(quote)}"


def currency(pair: str) -> str:
    """Return what a pair is settled in, e.g. ``USDT`` of ``BTC/USDT:USDT``."""
    return pair.rpartition(":")[2].rpartition("/")[2]


def base_currency(pair: str) -> str:
    """Return the coin of a pair, e.g. ``BTC`` of ``BTC/USDT:USDT``."""
    return pair.partition("/")[0]


def side_text(side: int) -> Literal["long", "short"]:
    """Return ``long`` or ``short``."""
    return "long" if side > 0 else "short"

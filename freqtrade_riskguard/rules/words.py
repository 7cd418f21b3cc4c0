"""Figures in the words of messages, the same in every rule."""

from math import isfinite, isnan

_WHOLE = 100.0  # from here on cents only distract


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
    return f"{quote:.0f}" if abs(quote) >= _WHOLE else f"{quote:.2f}"


def currency(pair: str) -> str:
    """Return what a pair is settled in, e.g. ``USDT`` of ``BTC/USDT:USDT``."""
    return pair.rpartition(":")[2].rpartition("/")[2]


def side_text(side: int) -> str:
    """Return ``long`` or ``short``."""
    return "long" if side > 0 else "short"

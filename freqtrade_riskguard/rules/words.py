"""Figures in the words of messages, the same in every rule."""

from math import isnan


def volatility_text(daily_volatility: float) -> str:
    """Return e.g. ``3.3 %/day``, or ``unknown``."""
    return (
        "unknown" if isnan(daily_volatility) else f"{daily_volatility:.1%}/day".replace("%", " %")
    )


def percent(ratio: float, digits: int = 1) -> str:
    """Return a ratio in per cent, e.g. ``-3.1 %``."""
    return f"{100 * ratio:.{digits}f} %"

"""Lots and ticks: whole steps of quantities and prices."""

import math

from freqtrade_riskguard.replay.filters import Filters
from freqtrade_riskguard.replay.matching.orders import Side

# A share of a step: what sums of floats are off by, and far less than any client means.
_TOLERANCE = 1e-6


def is_whole(number: float, decimals: int) -> bool:
    """Whether a number is a positive whole count of steps of ``10 ** -decimals``."""
    steps = number * 10.0**decimals
    return math.isfinite(steps) and round(steps) >= 1 and abs(steps - round(steps)) <= _TOLERANCE


def lots_down(quantity_base: float, filters: Filters) -> float:
    """Round a quantity down to whole lots, base units."""
    lots = math.floor(quantity_base * 10.0**filters.quantity_decimals + _TOLERANCE)
    return round(lots / 10.0**filters.quantity_decimals, filters.quantity_decimals)


def lots(quantity_base: float, filters: Filters) -> float:
    """Round a sum or difference of lots, base units, to what it means."""
    return round(quantity_base, filters.quantity_decimals)


def ticks_against(price: float, side: Side, filters: Filters) -> float:
    """Round a price to whole ticks against whoever trades: up for a buy, down for a sell."""
    scaled = price * 10.0**filters.price_decimals
    ticks = math.ceil(scaled - _TOLERANCE) if side is Side.BUY else math.floor(scaled + _TOLERANCE)
    return round(max(ticks, 1) / 10.0**filters.price_decimals, filters.price_decimals)


def tick(filters: Filters) -> float:
    """Return the smallest difference of two prices, quote units."""
    return 10.0**-filters.price_decimals


def lot(filters: Filters) -> float:
    """Return the smallest quantity, base units."""
    return 10.0**-filters.quantity_decimals

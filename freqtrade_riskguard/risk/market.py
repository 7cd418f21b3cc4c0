"""The market's own regime, by its move of one day, and how much more margin it asks for."""

from __future__ import annotations

import math
from enum import Enum


class MarketRegime(Enum):
    """State of the market; the value is the multiple of the margin requirement."""

    RANGE = 0.85
    NORMAL = 1.0
    SELL_OFF = 1.5
    CRISIS = 2.0

    @property
    def margin_multiple(self) -> float:
        """The factor on margin requirements."""
        return float(self.value)


def market_regime(
    daily_move: float,
    daily_volatility: float,
    *,
    range_ratio: float = 0.02,
    sell_off_ratio: float = 0.10,
    crisis_ratio: float = 0.20,
    crisis_volatility: float = 0.10,
) -> MarketRegime:
    """Return the market's regime.

    Parameters
    ----------
    daily_move : float
        Of the market over a day, fraction (-0.12 is a fall of 12 %).
    daily_volatility : float
        Fraction per day.
    range_ratio : float, default 0.02
        Moves smaller than this either way are a range.
    sell_off_ratio, crisis_ratio : float
        Falls beyond these are a sell-off (10 %) and a liquidity crisis (20 %).
    crisis_volatility : float, default 0.10
        Above it, a sell-off is a crisis.

    Returns
    -------
    MarketRegime
        CRISIS for a move that is NaN or infinite, and for a sell-off of unknown volatility (NaN).

    Raises
    ------
    ValueError
        Unless ``0 <= range < sell-off <= crisis``.
    """
    if not 0.0 <= range_ratio < sell_off_ratio <= crisis_ratio:
        raise ValueError(
            f"need 0 <= range < sell-off <= crisis, got {range_ratio}, {sell_off_ratio}, "
            f"{crisis_ratio}"
        )
    if not math.isfinite(daily_move) or daily_move < -crisis_ratio:
        return MarketRegime.CRISIS
    if daily_move < -sell_off_ratio:
        calm = daily_volatility <= crisis_volatility
        return MarketRegime.SELL_OFF if calm else MarketRegime.CRISIS
    return MarketRegime.RANGE if abs(daily_move) < range_ratio else MarketRegime.NORMAL

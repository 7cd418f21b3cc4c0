"""When an account in cross margin is liquidated while several prices move at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from freqtrade_riskguard.replay.candles import Floats
from freqtrade_riskguard.replay.matching.price_path import PricePath
from freqtrade_riskguard.risk.tiers import TierTable

# Halvings of a stretch of at most a day: below a millionth of a millisecond.
_HALVINGS = 50


@dataclass(frozen=True, kw_only=True)
class CrossLeg:
    """One position in cross margin.

    Parameters
    ----------
    path
        Its recorded mark price.
    factor
        What that is multiplied by.
    amount_base
        Size, base units, above 0 for a long and below 0 for a short.
    entry_price
        Average entry price, quote units.
    tiers
        Maintenance tiers of its contract.
    """

    path: PricePath
    factor: float
    amount_base: float
    entry_price: float
    tiers: TierTable

    def margin_left(self, prices: Floats) -> Floats:
        """Return unrealised profit less maintenance margin at mark prices, quote units."""
        profit = self.amount_base * (prices - self.entry_price)
        left: Floats = profit - self.tiers.maintenance_margin(np.abs(self.amount_base) * prices)
        return left


def first_shortfall_ms(
    wallet_quote: float, legs: Sequence[CrossLeg], after_ms: float, until_ms: float
) -> float | None:
    """Find when equity has first fallen to the maintenance margin of all positions.

    Between two corners of the paths all prices are straight, so that equity is straight and the
    maintenance margin, whose rate rises with the notional, bends upwards only: what is left has no
    low between two corners, and looking at the corners finds every shortfall.

    Parameters
    ----------
    wallet_quote
        Balance behind the positions, quote units.
    legs
        The positions, at least one.
    after_ms, until_ms
        From when to when, both included, milliseconds since 1970 UTC.

    Returns
    -------
    float or None
        Milliseconds since 1970 UTC with fractions; None where it does not happen.
    """
    corners = [leg.path.corners_ms(after_ms, until_ms) for leg in legs]
    times = np.unique(np.concatenate([[after_ms, until_ms], *corners]))
    # Behind the jump at each time, and before the jump at the next one.
    begins = np.stack([leg.path.prices_at(times) * leg.factor for leg in legs])
    ends = np.stack([leg.path.prices_before(times) * leg.factor for leg in legs])
    at_begins = _left(wallet_quote, legs, begins) <= 0.0
    at_ends = _left(wallet_quote, legs, ends)[1:] <= 0.0
    hits = np.flatnonzero(at_begins | np.append(at_ends, at_begins[-1]))
    if not hits.size:
        return None
    place = int(hits[0])
    begin_ms = float(times[place])
    if at_begins[place]:
        return begin_ms
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        prices = begins[:, place] + (ends[:, place + 1] - begins[:, place]) * middle
        if float(_left(wallet_quote, legs, prices[:, None])[0]) <= 0.0:
            high = middle
        else:
            low = middle
    return begin_ms + (float(times[place + 1]) - begin_ms) * high


def _left(wallet_quote: float, legs: Sequence[CrossLeg], prices: Floats) -> Floats:
    total = np.full(prices.shape[1], wallet_quote)
    for leg, own in zip(legs, prices, strict=True):
        total = total + leg.margin_left(own)
    return total

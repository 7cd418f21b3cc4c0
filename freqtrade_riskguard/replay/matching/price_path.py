"""The price of a contract over time as straight lines, to be searched for crossings."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from freqtrade_riskguard.replay.candles import Floats


@dataclass(frozen=True, kw_only=True)
class PricePath:
    """Straight lines in the order of time; between the end of one and the next the price stands.

    Parameters
    ----------
    begins_ms, ends_ms
        Of each line, milliseconds since 1970 UTC, with fractions.
    begin_prices, end_prices
        Quote units. Where the next line begins elsewhere than the last ended, the price jumps.
    """

    begins_ms: NDArray[np.float64]
    ends_ms: NDArray[np.float64]
    begin_prices: Floats
    end_prices: Floats

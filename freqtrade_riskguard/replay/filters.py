"""Trading filters of a contract (tick, lot, smallest order), read off its own candles.

Binance publishes prices in whole ticks and volumes in whole lots, so both steps can be seen in the
decimals of recorded candles. The steps found are powers of ten, and the finest of the recording
where the exchange changed them.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from freqtrade_riskguard.replay.data_folder import Contract

# No contract on Binance is quoted or counted finer than this.
MOST_DECIMALS = 8

# Binance's smallest order by notional, in quote units: 100 for BTC, 20 for ETH, 5 for the others.
MIN_NOTIONAL_QUOTE = {"BTC": 100, "ETH": 20}
MIN_NOTIONAL_DEFAULT_QUOTE = 5

# Large enough never to bind on a private account; on Binance one order of BTC may be 1000 BTC.
_MAX_ORDER_QUOTE = 10_000_000

# Room for the rounding of sums (volumes of resampled candles), far below any step.
_RELATIVE_TOLERANCE = 1e-14

# A float holds 15 digits: written with more than this many units, every number looks rounded.
_MOST_UNITS = 1e14


@dataclass(frozen=True, kw_only=True)
class Filters:
    """The steps and limits that orders of one contract keep to.

    Parameters
    ----------
    price_decimals
        Decimals of prices; one tick is ``10 ** -price_decimals`` quote units.
    quantity_decimals
        Decimals of order sizes; one lot is ``10 ** -quantity_decimals`` base units.
    min_notional_quote
        Smallest order, quote units.
    max_quantity_base
        Largest order, base units.
    """

    price_decimals: int
    quantity_decimals: int
    min_notional_quote: int
    max_quantity_base: int


def decimals(numbers: NDArray[np.float64]) -> int | None:
    """Count the decimals that are needed to write all numbers exactly.

    Parameters
    ----------
    numbers
        Prices or volumes, any shape; NaN and infinities are ignored.

    Returns
    -------
    int or None
        0 to 8; None where 8 do not suffice, so that the numbers were never rounded to a step.
        0 for no numbers at all.
    """
    finite = np.abs(numbers[np.isfinite(numbers)])
    for count in range(MOST_DECIMALS + 1):
        if np.any(finite * 10.0**count > _MOST_UNITS):
            return None
        if np.all(np.abs(finite - np.round(finite, count)) <= finite * _RELATIVE_TOLERANCE):
            return count
    return None


def derive_filters(
    coin: Contract, prices_quote: NDArray[np.float64], volumes_base: NDArray[np.float64]
) -> Filters:
    """Derive a contract's filters from its candles.

    Parameters
    ----------
    coin
        The contract.
    prices_quote
        Open, high, low and close prices, any shape, at least one above 0.
    volumes_base
        Volumes in base units, any shape.

    Returns
    -------
    Filters
        Tick and lot by the decimals that occur. Candles that were never rounded (made up, or
        converted) get five significant digits for prices, and the coarsest lot worth no more than
        the smallest order.
    """
    price_quote = float(np.nanmedian(prices_quote))
    magnitude = math.floor(math.log10(price_quote))
    min_notional_quote = MIN_NOTIONAL_QUOTE.get(coin.base, MIN_NOTIONAL_DEFAULT_QUOTE)

    price_decimals = decimals(prices_quote)
    if price_decimals is None:
        price_decimals = min(max(0, 4 - magnitude), MOST_DECIMALS)

    quantity_decimals = decimals(volumes_base) if np.any(volumes_base > 0) else None
    if quantity_decimals is None:
        lots_in_smallest_order = math.ceil(math.log10(price_quote / min_notional_quote))
        quantity_decimals = min(max(0, lots_in_smallest_order), MOST_DECIMALS)

    return Filters(
        price_decimals=price_decimals,
        quantity_decimals=quantity_decimals,
        min_notional_quote=min_notional_quote,
        max_quantity_base=10 ** max(0, math.ceil(math.log10(_MAX_ORDER_QUOTE / price_quote))),
    )

"""The venues that can be replayed, by freqtrade's names of them."""

from collections.abc import Mapping
from dataclasses import replace

from freqtrade_riskguard.replay.binance.api import BINANCE
from freqtrade_riskguard.replay.bitget.api import BITGET
from freqtrade_riskguard.replay.bybit.api import BYBIT
from freqtrade_riskguard.replay.gate.api import GATE
from freqtrade_riskguard.replay.hyperliquid.api import HYPERLIQUID
from freqtrade_riskguard.replay.krakenfutures.api import KRAKENFUTURES
from freqtrade_riskguard.replay.matching import MatchingRules
from freqtrade_riskguard.replay.okx.api import OKX
from freqtrade_riskguard.replay.venue_api import VenueApi

VENUES: Mapping[str, VenueApi] = {
    venue.name: venue for venue in (BINANCE, BYBIT, OKX, BITGET, GATE, HYPERLIQUID, KRAKENFUTURES)
}


def venue_named(name: str) -> VenueApi:
    """Return the interface of a venue.

    Raises
    ------
    ValueError
        For one that cannot be replayed.
    """
    if name not in VENUES:
        raise ValueError(f"the replay speaks as {', '.join(VENUES)}, and not as {name!r}")
    return VENUES[name]


def rules_of(name: str, *, slippage: float = 0.0) -> MatchingRules:
    """Return how a venue fills and what it charges.

    Parameters
    ----------
    slippage
        Fraction of the price by which market orders and stops fill worse than the best price.

    Raises
    ------
    ValueError
        For one that cannot be replayed, or takes no orders here.
    """
    private = venue_named(name).private
    if private is None:
        raise ValueError(f"the replay takes no orders as {name}")
    return replace(private.fees, slippage=slippage)

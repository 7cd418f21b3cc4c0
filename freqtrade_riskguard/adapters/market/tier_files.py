"""The maintenance tiers that freqtrade ships, and how it writes them."""

import json
from collections.abc import Iterable
from pathlib import Path

import freqtrade.exchange

from freqtrade_riskguard.risk import MarginTiers, TierTable
from freqtrade_riskguard.venues import market_tiers, venue_of

SHIPPED = "binance"


def shipped_tiers(exchange: str, pairs: Iterable[str]) -> dict[str, MarginTiers]:
    """Return the tiers of those pairs that freqtrade ships; of Binance's futures only."""
    if exchange.lower() != SHIPPED:
        return {}
    known = json.loads(shipped_file().read_text(encoding="utf-8"))
    venue = venue_of(SHIPPED)
    return {
        pair: market_tiers(venue, known[pair], {}, fallback_rate=0.0).tiers
        for pair in pairs
        if pair in known
    }


def shipped_brackets(pairs: Iterable[str]) -> dict[str, TierTable]:
    """Return the progressive tiers of those pairs of Binance's that freqtrade ships."""
    found = shipped_tiers(SHIPPED, pairs)
    return {pair: tiers for pair, tiers in found.items() if isinstance(tiers, TierTable)}


def shipped_file() -> Path:
    """Return the file of Binance's tiers, which comes with freqtrade."""
    return Path(freqtrade.exchange.__file__).parent / f"{SHIPPED}_leverage_tiers.json"

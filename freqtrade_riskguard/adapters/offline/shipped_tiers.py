"""The maintenance tiers that freqtrade ships, for positions of a bot that is elsewhere."""

import json
from collections.abc import Iterable
from pathlib import Path

import freqtrade.exchange

from freqtrade_riskguard.risk import TierTable

_SHIPPED = "binance"


def shipped_tiers(exchange: str, pairs: Iterable[str]) -> dict[str, TierTable]:
    """Return the tables of those pairs that freqtrade ships; of Binance's futures only."""
    if exchange.lower() != _SHIPPED:
        return {}
    file = Path(freqtrade.exchange.__file__).parent / f"{_SHIPPED}_leverage_tiers.json"
    known = json.loads(file.read_text(encoding="utf-8"))
    return {
        pair: TierTable.build(
            (
                row["minNotional"],
                row["maxNotional"],
                row["maintenanceMarginRate"],
                float(row["info"]["cum"]),
                row["maxLeverage"],
            )
            for row in known[pair]
        )
        for pair in pairs
        if pair in known
    }

"""The maintenance tiers that freqtrade ships, and how it writes them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import freqtrade.exchange

from freqtrade_riskguard.risk import TierTable

SHIPPED = "binance"


def shipped_tiers(exchange: str, pairs: Iterable[str]) -> dict[str, TierTable]:
    """Return the tables of those pairs that freqtrade ships; of Binance's futures only."""
    if exchange.lower() != SHIPPED:
        return {}
    known = json.loads(shipped_file().read_text(encoding="utf-8"))
    return {pair: tier_table(known[pair]) for pair in pairs if pair in known}


def shipped_file() -> Path:
    """Return the file of Binance's tiers, which comes with freqtrade."""
    return Path(freqtrade.exchange.__file__).parent / f"{SHIPPED}_leverage_tiers.json"


def tier_table(rows: Iterable[Mapping[str, Any]]) -> TierTable:
    """Return a pair's table from freqtrade's rows; the maintenance amount is derived if missing."""
    return TierTable.build(
        (
            row["minNotional"],
            row["maxNotional"],
            row["maintenanceMarginRate"],
            float(info["cum"]) if "cum" in (info := row.get("info") or {}) else None,
            row["maxLeverage"],
        )
        for row in rows
    )

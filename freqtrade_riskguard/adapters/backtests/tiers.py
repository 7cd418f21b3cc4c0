"""Maintenance tiers without an exchange: what freqtrade ships, or has kept beside the candles."""

from pathlib import Path
from typing import Any

from freqtrade_riskguard.adapters.backtests.files import ResultError
from freqtrade_riskguard.adapters.market.tier_files import SHIPPED, shipped_file, tier_table
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.bounded_json import MEGABYTE, parse_json, read_bytes
from freqtrade_riskguard.config.measurement import LiquidationSettings
from freqtrade_riskguard.risk import TierTable

_KEPT_IN = "futures"
_MOST_BYTES = 100 * MEGABYTE


def read_tiers(result: Result, folder: Path | None) -> ResultTiers:
    """Return the tiers of a result's pairs.

    freqtrade ships those of Binance, and keeps those of other exchanges beside their candles. For
    any other pair a flat maintenance rate is assumed, that of the configuration's default.

    Raises
    ------
    ResultError
        Where the file beside the candles is damaged.
    """
    flat = TierTable.flat(LiquidationSettings().fallback_maintenance_rate)
    path = _file(result, folder)
    if path is None:
        return ResultTiers({}, "none", flat, result.pairs)
    try:
        document: Any = parse_json(read_bytes(path, _MOST_BYTES))
        rows = document["data"] if path.parent.name == _KEPT_IN else document
        tables = {pair: tier_table(rows[pair]) for pair in result.pairs if pair in rows}
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ResultError(f"{path} is damaged: delete it, freqtrade writes it anew") from error
    unknown = tuple(pair for pair in result.pairs if pair not in tables)
    return ResultTiers(tables, str(path), flat, unknown)


def _file(result: Result, folder: Path | None) -> Path | None:
    """Return the file of the tiers: beside the candles, else with freqtrade; None for none."""
    kept = None if folder is None else folder / _KEPT_IN / f"leverage_tiers_{result.currency}.json"
    if kept is not None and kept.is_file():
        return kept
    return shipped_file() if result.exchange == SHIPPED else None

"""Maintenance tiers without an exchange: what freqtrade ships, or has kept beside the candles."""

from pathlib import Path
from typing import Any

from freqtrade_riskguard.adapters.backtests.files import ResultError
from freqtrade_riskguard.adapters.market.tier_files import SHIPPED, shipped_file
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.bounded_json import MEGABYTE, parse_json, read_bytes
from freqtrade_riskguard.config.measurement import LiquidationSettings
from freqtrade_riskguard.risk import TierTable
from freqtrade_riskguard.venues import market_tiers, venue_of

_KEPT_IN = "futures"
_MOST_BYTES = 100 * MEGABYTE
# No market of Hyperliquid's allows less.
_LEAST_MAX_LEVERAGE = 3.0


def read_tiers(result: Result, folder: Path | None) -> ResultTiers:
    """Return the tiers of a result's pairs, by the rule of its venue.

    freqtrade ships those of Binance, and keeps those of other exchanges beside their candles. For
    any other pair a flat maintenance rate is assumed: that of the configuration's default, or more
    where the venue's rule is of the market's greatest leverage.

    Raises
    ------
    ResultError
        Where the file beside the candles is damaged.
    """
    fallback_rate = LiquidationSettings().fallback_maintenance_rate
    venue, path = venue_of(result.exchange), _file(result, folder)
    rows: Any = {}
    found = {}
    try:
        if path is not None:
            document: Any = parse_json(read_bytes(path, _MOST_BYTES))
            rows = document["data"] if path.parent.name == _KEPT_IN else document
        for pair in result.pairs:
            # Markets are not kept: what a trade had is the least that its market allows.
            leverage = max(trade.leverage for trade in result.trades if trade.pair == pair)
            market = {"limits": {"leverage": {"max": max(leverage, _LEAST_MAX_LEVERAGE)}}}
            found[pair] = market_tiers(
                venue,
                rows.get(pair),
                market if venue.maintenance == "market" else {},
                fallback_rate=fallback_rate,
            )
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ResultError(f"{path} is damaged: delete it, freqtrade writes it anew") from error
    damaged = [market.why_careful for market in found.values() if market.is_damaged]
    if damaged:
        raise ResultError(f"{path} is damaged ({damaged[0]}): delete it, freqtrade writes it anew")
    return ResultTiers(
        tables={pair: market.tiers for pair, market in found.items()},
        source="none" if path is None else str(path),
        fallback=TierTable.flat(fallback_rate),
        unknown=tuple(
            pair
            for pair, market in found.items()
            if market.why_careful or venue.maintenance == "market"
        ),
        rule=venue.statement,
    )


def _file(result: Result, folder: Path | None) -> Path | None:
    """Return the file of the tiers: beside the candles, else with freqtrade; None for none."""
    kept = None if folder is None else folder / _KEPT_IN / f"leverage_tiers_{result.currency}.json"
    if kept is not None and kept.is_file():
        return kept
    return shipped_file() if result.exchange == SHIPPED else None

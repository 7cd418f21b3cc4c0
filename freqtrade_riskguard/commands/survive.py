"""``riskguard survive``: what badly filled stops, and other leverages, make of a backtest."""

import argparse
import json
import sys
from dataclasses import asdict, fields
from math import isnan
from typing import Any

from rich.console import Console

from freqtrade_riskguard.adapters.backtests.files import ResultError
from freqtrade_riskguard.analysis.account_record import account_record
from freqtrade_riskguard.analysis.closed_trade_figures import ClosedTradeFigures
from freqtrade_riskguard.analysis.disclaimer import CLOSED, FILL_STRESS, LIMITS
from freqtrade_riskguard.analysis.fill_stress import Stressed
from freqtrade_riskguard.analysis.leverage_survival import Survival
from freqtrade_riskguard.analysis.result_analysis import ResultAnalysis, caveats
from freqtrade_riskguard.analysis.survival_tables import tables
from freqtrade_riskguard.analysis.yearly_risk import (
    CONFIDENCE,
    DRAWDOWN_LIMITS,
    YearlyRisk,
    yearly_risk,
)
from freqtrade_riskguard.commands.exit_codes import fail
from freqtrade_riskguard.commands.result_arguments import examine_result


def run(options: argparse.Namespace) -> int:
    """Read the result, and print what it would have survived.

    Returns
    -------
    int
        Exit code: 0, or 2 where the result cannot be read.
    """
    try:
        with Console(stderr=True).status("Reading"):
            found = examine_result(
                options.result,
                options.strategy,
                user_dir=options.userdir,
                data_dir=options.datadir,
            )
    except ResultError as error:
        return fail("survive", error)
    year = yearly_risk(found.result, found.survivals[0])
    if options.json:
        sys.stdout.write(json.dumps(as_record(found, year), indent=2) + "\n")
        return 0
    console = Console(markup=False, emoji=False)
    for part in tables(found, year):
        console.print(part)
    return 0


def as_record(found: ResultAnalysis, year: YearlyRisk | None) -> dict[str, Any]:
    """Return all figures as plain values; what is not known is null."""
    result, candles, tiers = found.result, found.candles, found.tiers
    return {
        "result": str(result.path),
        "strategy": result.strategy,
        "start": result.start.isoformat(),
        "end": result.end.isoformat(),
        "currency": result.currency,
        "trades": len(result.trades),
        "censored_trades": result.censored,
        "candles": {
            "folder": None if candles.folder is None else str(candles.folder),
            "timeframe": candles.timeframe,
            "missing_pairs": list(candles.missing),
            "trades_without": found.extremes.recorded,
        },
        "doubts": caveats(found),
        "tiers": {
            "source": tiers.source,
            "rule": tiers.rule,
            "assumed_for": list(tiers.unknown),
        },
        "as_filled": {"basis": CLOSED, **asdict(found.outcome)},
        "fill_stress": [_stress_record(stressed) for stressed in found.stressed],
        "survival": [_survival_record(survival) for survival in found.survivals],
        **({} if found.account is None else {"account": account_record(found.account)}),
        "within_a_year": None if year is None else _year_record(year),
        "limits": LIMITS,
    }


def _year_record(year: YearlyRisk) -> dict[str, Any]:
    return {
        "basis": CLOSED,
        "trades": year.trades,
        "trades_per_year": year.trades_per_year,
        "paths": year.paths,
        "mean_block_trades": year.mean_block_trades,
        "confidence": CONFIDENCE,
        "by_leverage": [
            {
                "leverage": each.leverage,
                "median_growth_ratio": each.median_growth_ratio,
                "drawdowns": [
                    {"beyond_ratio": limit, **asdict(chance)}
                    for limit, chance in zip(DRAWDOWN_LIMITS, each.drawdowns, strict=True)
                ],
                "liquidation": asdict(each.liquidation),
            }
            for each in year.by_leverage
        ],
    }


def _stress_record(stressed: Stressed) -> dict[str, Any]:
    figures = (
        dict.fromkeys(field.name for field in fields(ClosedTradeFigures))
        if stressed.outcome is None
        else asdict(stressed.outcome)
    )
    return {
        "basis": FILL_STRESS,
        "slippage_ratio": stressed.slippage_ratio,
        "stops": stressed.stops,
        "stops_without_candle": stressed.unknown,
        "reason": stressed.why_unknown or None,
        **figures,
    }


def _survival_record(survival: Survival) -> dict[str, Any]:
    exact = isnan(survival.slippage_ratio)
    return {
        "basis": CLOSED if exact else FILL_STRESS,
        "slippage_ratio": None if exact else survival.slippage_ratio,
        "trades": survival.counted,
        "unknown_trades": survival.unknown,
        "reason": survival.why_unknown or None,
        "keeps_all": _or_null(survival.keeps_all),
        "keeps_99_percent": _or_null(survival.keeps_most),
        "by_leverage": None
        if survival.why_unknown
        else [
            {
                "leverage": leverage,
                "liquidated": count,
                "share": _or_null(survival.lost_ratio(index)),
            }
            for index, (leverage, count) in enumerate(
                zip(survival.leverages, survival.liquidated, strict=True)
            )
        ],
    }


def _or_null(value: float) -> float | None:
    return None if isnan(value) else value

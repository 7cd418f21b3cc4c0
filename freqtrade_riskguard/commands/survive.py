"""``riskguard survive``: what badly filled stops, and other leverages, make of a backtest."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, fields
from math import isnan
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from freqtrade_riskguard.adapters.backtests.files import ResultError
from freqtrade_riskguard.analysis.closed_trade_figures import ClosedTradeFigures
from freqtrade_riskguard.analysis.disclaimer import CLOSED, FILL_STRESS, LIMITS
from freqtrade_riskguard.analysis.fill_stress import Stressed
from freqtrade_riskguard.analysis.leverage_survival import Survival
from freqtrade_riskguard.analysis.result_analysis import ResultAnalysis, candles_words, caveats
from freqtrade_riskguard.analysis.tables import UNKNOWN, outcome_table
from freqtrade_riskguard.commands.exit_codes import fail
from freqtrade_riskguard.commands.result_arguments import examine_result
from freqtrade_riskguard.folding_table import FoldingTable
from freqtrade_riskguard.formatting import percent

_HELD = (
    "The same entries and exits at another leverage; a stop that depends on leverage would be "
    "elsewhere. Liquidation is taken 1 % before its computed price."
)


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
    if options.json:
        sys.stdout.write(json.dumps(as_record(found), indent=2) + "\n")
        return 0
    console = Console(markup=False, emoji=False)
    for part in tables(found):
        console.print(part)
    return 0


def tables(found: ResultAnalysis) -> Iterator[RenderableType]:
    """Yield what the terminal shows."""
    result = found.result
    yield Text(f"{result.strategy}, {result.start:%Y-%m-%d} to {result.end:%Y-%m-%d}", "bold")
    yield Text(str(result.path), "dim", overflow="fold")
    yield Text(candles_words(found), "dim", overflow="fold")
    for doubt in caveats(found):
        yield Text(f"! {doubt}", "yellow")
    names = [_name(stressed.slippage_ratio) for stressed in found.stressed]
    yield outcome_table(
        "Fill stress",
        {
            _name(): found.outcome,
            **dict(zip(names, (each.outcome for each in found.stressed), strict=True)),
        },
        currency=result.currency,
        caption=f"First column: {CLOSED}, stops filled exactly. Others: {FILL_STRESS}: stops, and "
        "what the guard cut off, filled that much beyond the worst of their candle; a trade beyond "
        "its liquidation price loses its whole margin. Trade and day: share of the account.",
    )
    if found.survivals[0].counted:
        yield _survival_table(found.survivals)
    yield Text.assemble(("In short: ", "bold"), verdict(found))
    yield Text(LIMITS, "italic")


def verdict(found: ResultAnalysis) -> str:
    """Return in a few sentences at which leverage no trade would have been liquidated."""
    exact, *_, worst = found.survivals
    slippage = percent(worst.slippage_ratio, 0)
    beyond = f"With stops filled {slippage} beyond the worst of their candle"
    if worst.why_unknown and not exact.why_unknown:
        stressed = f"{beyond}: unknown; {worst.why_unknown}."
    elif not worst.stops:
        stressed = "No trade ended at a stop, so worse fills of stops change nothing."
    else:
        stressed = f"{beyond} {_kept(worst)}."
    guarded = " and with the guard's stops in place" if found.is_guarded else ""
    return (
        f"With the backtest's own fills{guarded} {_kept(exact)}. {stressed} The backtest "
        f"used up to {found.outcome.max_leverage:g}x."
    )


def _kept(survival: Survival) -> str:
    if survival.why_unknown:
        return f"it is unknown which leverage would have been survived ({survival.why_unknown})"
    if survival.keeps_all < 1:
        return "at least one trade would have been liquidated at any leverage"
    left_out = f" ({survival.unknown:,} not counted)" if survival.unknown else ""
    return f"no trade{left_out} would have been liquidated at {_times(survival.keeps_all)} or less"


def _survival_table(survivals: tuple[Survival, ...]) -> Table:
    table = FoldingTable(title=f"Liquidated trades of {survivals[0].counted:,}, by leverage")
    unknown = survivals[-1].why_unknown
    table.caption = f"Unknown: {unknown}. {_HELD}" if unknown else _HELD
    table.add_column("Leverage", justify="right")
    for each in survivals:
        table.add_column(_name(each.slippage_ratio), justify="right")
    for index, leverage in enumerate(survivals[0].leverages):
        table.add_row(f"{leverage:g}x", *(_lost(each, index) for each in survivals))
    table.add_section()
    table.add_row("no trade liquidated up to", *(_times(each.keeps_all) for each in survivals))
    table.add_row("99 % of trades up to", *(_times(each.keeps_most) for each in survivals))
    return table


def _lost(survival: Survival, index: int) -> Text:
    if survival.why_unknown:
        return Text(UNKNOWN)
    count, share = survival.liquidated[index], survival.lost_ratio(index)
    if not count:
        return Text("0", "green")
    return Text(f"{count:,} ({percent(share)})", "yellow" if share <= 0.01 else "red")  # noqa: PLR2004


def _name(slippage_ratio: float | None = None) -> str:
    if slippage_ratio is None or isnan(slippage_ratio):
        return "as filled"
    return f"+ {percent(slippage_ratio, 0)}"


def _times(leverage: float) -> str:
    if isnan(leverage):
        return UNKNOWN
    if leverage < 1:
        return "less than 1x"
    # Rounded down: the figure itself must still be survived.
    return f"{int(leverage * 10) / 10:g}x"


def as_record(found: ResultAnalysis) -> dict[str, Any]:
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
        "tiers": {"source": tiers.source, "assumed_for": list(tiers.unknown)},
        "as_filled": {"basis": CLOSED, **asdict(found.outcome)},
        "fill_stress": [_stress_record(stressed) for stressed in found.stressed],
        "survival": [_survival_record(survival) for survival in found.survivals],
        "limits": LIMITS,
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

"""``riskguard survive``: what badly filled stops, and other leverages, make of a backtest."""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from math import isnan
from typing import Any

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from freqtrade_riskguard.adapters.results import ResultError
from freqtrade_riskguard.analysis.arguments import add_result_arguments, examine_result
from freqtrade_riskguard.analysis.examination import Examination, doubts
from freqtrade_riskguard.analysis.limits import CLOSED, FILL_STRESS, LIMITS
from freqtrade_riskguard.analysis.survivors import Survival
from freqtrade_riskguard.analysis.tables import outcome_table
from freqtrade_riskguard.command_line import fail
from freqtrade_riskguard.rules.words import percent

_EPILOG = """\
examples:
  riskguard survive
  riskguard survive user_data/backtest_results/backtest-result-2026-09-01_12-00-00.zip
  riskguard survive result.zip --strategy MyStrategy --datadir user_data/data/okx --json

exit codes: 0 done (whatever it found), 2 the result cannot be read
"""
_HELD = (
    "Each trade as it was entered and left, at another leverage; stops of the strategy that depend "
    "on leverage would move. Liquidation is taken 1 % before its computed price."
)


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "survive",
        help="what badly filled stops and other leverages would have made of a backtest",
        description="Fill stress of any freqtrade futures backtest, guarded or not: every stop is "
        "filled at the worst price of its candle and 1, 2 and 3 % beyond.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_result_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")
    parser.set_defaults(run=run)


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
    console = Console()
    for part in tables(found):
        console.print(part)
    return 0


def tables(found: Examination) -> Iterator[RenderableType]:
    """Yield what the terminal shows."""
    result = found.result
    yield Text(f"{result.strategy}, {result.start:%Y-%m-%d} to {result.end:%Y-%m-%d}", "bold")
    yield Text(str(result.path), "dim", overflow="fold")
    for doubt in doubts(found):
        yield Text(f"! {doubt}", "yellow")
    names = [_name(stressed.slippage_ratio) for stressed in found.stressed]
    yield outcome_table(
        "Fill stress",
        {
            _name(): found.outcome,
            **dict(zip(names, (each.outcome for each in found.stressed), strict=True)),
        },
        currency=result.currency,
        caption=f"First column: {CLOSED}, stops filled exactly. Others: {FILL_STRESS}, stops at "
        "the worst of their candle and that much beyond, what the guard has cut off too; past "
        "liquidation the margin is lost. "
        "Trade and day: share of the account.",
    )
    yield _survival_table(found.survivals)
    yield Text.assemble(("In short: ", "bold"), verdict(found))
    yield Text(LIMITS, "italic")


def verdict(found: Examination) -> str:
    """Return in a sentence which leverage would have kept every trade."""
    exact, *_, worst = found.survivals
    used = found.outcome.max_leverage
    return (
        f"every trade would have been kept from liquidation up to {_times(exact.keeps_all)} as "
        f"the backtest filled its stops, and up to {_times(worst.keeps_all)} with stops "
        f"{percent(worst.slippage_ratio, 0)} beyond the worst of their candle. The backtest used "
        f"up to {used:g}x."
    )


def _survival_table(survivals: tuple[Survival, ...]) -> Table:
    table = Table(title=f"Liquidated trades of {survivals[0].counted:,}, by leverage")
    table.caption = _HELD
    table.add_column("Leverage", justify="right")
    for each in survivals:
        table.add_column(_name(each.slippage_ratio), justify="right")
    for index, leverage in enumerate(survivals[0].leverages if survivals[0].counted else ()):
        table.add_row(f"{leverage:g}x", *(_lost(each, index) for each in survivals))
    table.add_section()
    table.add_row("keeps all", *(_times(each.keeps_all) for each in survivals))
    table.add_row("keeps 99 %", *(_times(each.keeps_most) for each in survivals))
    return table


def _lost(survival: Survival, index: int) -> Text:
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
        return "unknown"
    if leverage < 1:
        return "less than 1x"
    # Rounded down: the figure itself must still be survived.
    return f"{int(leverage * 10) / 10:g}x"


def as_record(found: Examination) -> dict[str, Any]:
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
        "tiers": {"source": tiers.source, "assumed_for": list(tiers.unknown)},
        "as_filled": {"basis": CLOSED, **asdict(found.outcome)},
        "fill_stress": [
            {
                "basis": FILL_STRESS,
                "slippage_ratio": stressed.slippage_ratio,
                "stops_without_candle": stressed.unknown,
                **asdict(stressed.outcome),
            }
            for stressed in found.stressed
        ],
        "survival": [_survival_record(survival) for survival in found.survivals],
        "limits": LIMITS,
    }


def _survival_record(survival: Survival) -> dict[str, Any]:
    exact = isnan(survival.slippage_ratio)
    return {
        "basis": CLOSED if exact else FILL_STRESS,
        "slippage_ratio": None if exact else survival.slippage_ratio,
        "trades": survival.counted,
        "unknown_trades": survival.unknown,
        "keeps_all": _or_null(survival.keeps_all),
        "keeps_99_percent": _or_null(survival.keeps_most),
        "by_leverage": [
            {
                "leverage": leverage,
                "liquidated": count,
                "share": _or_null(survival.lost_ratio(index)),
            }
            for index, (leverage, count) in enumerate(
                zip(survival.leverages, survival.liquidated, strict=False)
            )
        ],
    }


def _or_null(value: float) -> float | None:
    return None if isnan(value) else value

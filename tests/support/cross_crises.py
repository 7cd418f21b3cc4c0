"""Three crises in cross margin: what ruins the account bare, and leaves it alive guarded.

``python -m tests.support.cross_crises``, in the project's folder, runs all of them and prints a
table. It takes some minutes, and needs the real candles beside the project.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from freqtrade_riskguard.analysis.account_path import AccountLiquidation, account_paths
from freqtrade_riskguard.analysis.equity_curve import marked_equity
from freqtrade_riskguard.analysis.result_analysis import ResultAnalysis
from freqtrade_riskguard.commands.result_arguments import examine_result
from freqtrade_riskguard.formatting import percent, sum_of_money
from freqtrade_riskguard.risk import FilledTrade
from tests.support.freqtrade import backtest, strategy_files

# Timeframe, time range and slots of each: as many slots as it has pairs, 10x of the account in all.
CRISES: Mapping[str, tuple[str, str, int]] = {
    "ftx-2022": ("15m", "", 4),
    "covid-2020": ("1h", "", 1),
    "feb-2025": ("5m", "20250128-20250207", 2),
}
GUARDED = ("Moderate", "Seatbelt")
SLIPPAGE = 0.02
# With the stop of -99 % of the margin left away: in cross margin it would end a trade that isolated
# margin has liquidated long before, and the account would pay for it.
STRATEGIES = """
from reckless import Reckless
from freqtrade_riskguard import RiskGuard


class Held(Reckless):
    stoploss = -9.0


class Moderate(RiskGuard, Held):
    def __init__(self, config):
        config["riskguard"] = {**config["riskguard"], "profile": "moderate"}
        super().__init__(config)


class Seatbelt(RiskGuard, Held):
    def __init__(self, config):
        config["riskguard"] = {**config["riskguard"], "profile": "seatbelt"}
        super().__init__(config)
"""


def run_crisis(folder: Path, data: Path, crisis: str) -> Iterator[tuple[str, ResultAnalysis]]:
    """Yield each strategy's name with its result, the bare one first."""
    timeframe, timerange, slots = CRISES[crisis]
    how: dict[str, Any] = {
        "timeframe": timeframe,
        "args": ("--fee", "0.0005", *(("--timerange", timerange) if timerange else ())),
        "config": {"margin_mode": "cross", "max_open_trades": slots},
        "strategies": {**strategy_files("reckless"), "held.py": STRATEGIES},
    }
    bare = backtest(folder / "bare", data, "Held", riskguard=None, **how).succeeded()
    guarded = backtest(folder / "guarded", data, *GUARDED, riskguard={}, **how).succeeded()
    for run, names in ((bare, ("Held",)), (guarded, GUARDED)):
        for name in names:
            yield name, examine_result(None, name, user_dir=run.folder, data_dir=data)


def worst_exits(found: ResultAnalysis) -> AccountLiquidation | None:
    """Return how the account ends where every exit is filled at its candle's worst and beyond."""
    result, candles = found.result, found.candles
    exits: list[list[FilledTrade | None]] = []
    for trade, last in zip(result.trades, found.fills, strict=True):
        row: list[FilledTrade | None] = []
        for fill in trade.fills:
            pair = candles.by_pair[trade.pair]
            place = pair.holding(fill.time)
            worst = float((pair.low if trade.side > 0 else pair.high)[place])
            moved = replace(
                last, exit_price=fill.price, amount=fill.amount, stop_candle_worst_price=worst
            )
            row.append(None if fill.is_entry else moved)
        exits.append(row)
    ways = [(1.0, SLIPPAGE)]
    return account_paths(result, candles.by_pair, found.tiers, exits, ways).liquidations[1]


def table(crisis: str, results: Iterator[tuple[str, ResultAnalysis]]) -> Table:
    """Return what became of the account under each strategy."""
    shown = Table(title=f"{crisis} in cross margin, reckless at 10x")
    for column in ("", "Trades", "Leverage", "As filled", "Stops +2 %", "Every exit +2 %"):
        shown.add_column(column)
    for column in ("Worst day", "Worst day, closed trades", "Final balance"):
        shown.add_column(column, justify="right")
    for name, found in results:
        account = found.account
        assert account is not None
        by_slippage = {fate.slippage_ratio: fate for fate in account.fates[1:]}
        shown.add_row(
            name,
            f"{len(found.result.trades):,}",
            f"{account.max_leverage:.1f}x",
            _words(account.as_filled.as_traded),
            _words(by_slippage[SLIPPAGE].as_traded),
            _words(worst_exits(found)),
            percent(_worst_day_ratio(found)),
            percent(found.outcome.worst_day_ratio),
            sum_of_money(found.outcome.final_balance_quote),
        )
    return shown


def _worst_day_ratio(found: ResultAnalysis) -> float:
    """Return it marked at each candle's close: as the guard counts a day."""
    by_pair = found.candles.by_pair
    closes = {pair: (each.opened_at, each.close) for pair, each in by_pair.items()}
    return marked_equity(found.result, closes).worst_day_ratio


def _words(found: AccountLiquidation | None) -> str:
    if found is None:
        return "lives"
    return f"{found.time:%Y-%m-%d %H:%M} {percent(-found.loss_ratio, 0)}"


def main() -> None:
    """Run all crises, or those that are named."""
    console = Console(width=170)
    data = Path(__file__).parents[3] / "shared" / "data"
    for crisis in sys.argv[1:] or CRISES:
        with tempfile.TemporaryDirectory() as folder:
            console.print(table(crisis, run_crisis(Path(folder), data / crisis, crisis)))


if __name__ == "__main__":
    main()

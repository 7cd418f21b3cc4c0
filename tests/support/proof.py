"""The proof that the guard keeps accounts alive: the runs, and a table of what they did.

``python -m tests.support.proof``, in the project's folder, runs everything and prints the table.
"""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from freqtrade_riskguard.replay.scenarios import SCENARIOS, Scenario, write
from freqtrade_riskguard.rules.words import percent
from tests.risk.tiers import binance_tables
from tests.support.figures import Figures, figures, marked_figures, stressed_figures
from tests.support.freqtrade import Outcome, Run, backtest, strategy_files
from tests.support.market import Candles

WINDOWS: Mapping[str, str] = {"ftx-2022": "15m", "covid-2020": "1h", "feb-2025": "5m"}
RECKLESS = ("Reckless", "MostDangerous")
PROFILES = ("moderate", "seatbelt")
# When the fall began, until the last day before the one on which the candles end.
THE_FALL = "20221101-20221231"
_FEE = ("--fee", "0.0005")


def guarded_source(module: str, *names: str) -> str:
    """Return the source of ``Guarded<name>`` of each strategy."""
    twins = (f"class Guarded{name}(RiskGuard, {name}):\n    pass\n" for name in names)
    imports = f"from {module} import {', '.join(names)}\nfrom freqtrade_riskguard import RiskGuard"
    return "\n\n".join([imports, *twins])


@dataclass(frozen=True)
class Proven:
    """One backtest and the candles that it ran on, with its figures."""

    run: Run
    outcome: Outcome
    candles: Candles

    @cached_property
    def figures(self) -> Figures:
        """As freqtrade filled it; losses of closed trades."""
        return figures(self.outcome)

    @cached_property
    def stressed(self) -> Figures:
        """With every stop filled badly."""
        return stressed_figures(self.outcome, self.candles.extremes, binance_tables())

    @cached_property
    def marked(self) -> Figures:
        """With the account marked at every candle's close."""
        return marked_figures(self.outcome, self.candles.closes)

    @property
    def guard_errors(self) -> list[str]:
        """Errors of the guard; a strategy may have its own."""
        return [line for line in self.run.errors if "riskguard" in line.lower()]


def reckless_runs(folder: Path, data: Path, timeframe: str) -> dict[tuple[str, str], Proven]:
    """Return the reckless strategies bare and guarded, by profile (``"bare"``) and strategy."""
    files = strategy_files("reckless", "most_dangerous")
    twins = {
        "guarded_reckless.py": guarded_source("reckless", "Reckless"),
        "guarded_most_dangerous.py": guarded_source("most_dangerous", "MostDangerous"),
    }
    return _runs(folder, data, timeframe, (*RECKLESS, "RecklessAt1x"), RECKLESS, files, twins)


def earning_runs(
    folder: Path, data: Path, timeframe: str, name: str, *args: str
) -> dict[tuple[str, str], Proven]:
    """Return an earning strategy bare, at 1x and guarded, by profile and strategy."""
    files = strategy_files("earning")
    twins = {"guarded.py": guarded_source("earning", name)}
    return _runs(folder, data, timeframe, (name, f"{name}At1x"), (name,), files, twins, args)


def lasting_trend() -> Scenario:
    """Return six weeks of a calm market that climbs 5 % in three days and gives back 2 %."""
    day, level = 0.0, 1.0
    levels = [(day, level)]
    while day < 45:
        for days, ratio in ((3.0, 1.05), (1.5, 0.98)):
            day, level = day + days, level * ratio
            levels.append((day, level))
    return replace(SCENARIOS["calm_trend"], days=45, levels=tuple(levels), seed=2)


def figures_table(title: str, runs: Mapping[tuple[str, str], Proven]) -> Table:
    """Return one row per run."""
    table = Table(title=title, caption="Stressed: stops at the worst of their candle and 2 % more.")
    columns = (
        "",
        "Result",
        "Drawdown",
        "marked",
        "Trade",
        "Day",
        "marked",
        "Liq.",
        "Lev.",
        "Trades",
    )
    for name in (*columns, "Stressed", "Trade", "Day", "Liq."):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for (profile, name), proven in runs.items():
        closed, marked, stressed = proven.figures, proven.marked, proven.stressed
        table.add_row(
            f"{name}, {profile}",
            percent(closed.total_ratio),
            percent(closed.drawdown_ratio),
            percent(marked.drawdown_ratio),
            percent(closed.worst_trade_ratio),
            percent(closed.worst_day_ratio),
            percent(marked.worst_day_ratio),
            str(closed.liquidations),
            f"{closed.max_leverage:g}x",
            str(closed.entries),
            percent(stressed.total_ratio),
            percent(stressed.worst_trade_ratio),
            percent(stressed.worst_day_ratio),
            str(stressed.liquidations),
        )
    return table


def _runs(
    folder: Path,
    data: Path,
    timeframe: str,
    bare: tuple[str, ...],
    guarded: tuple[str, ...],
    files: Mapping[str, str],
    twins: Mapping[str, str],
    args: tuple[str, ...] = (),
) -> dict[tuple[str, str], Proven]:
    candles = Candles.read(data, timeframe)
    found: dict[tuple[str, str], Proven] = {}

    def add(profile: str, names: tuple[str, ...], prefix: str, **how: Any) -> None:
        for name in names:
            # Each in a process of its own: a failure of one must not hide in another's log.
            run = backtest(
                folder / f"{profile}-{name}",
                data,
                prefix + name,
                timeframe=timeframe,
                args=(*_FEE, *args),
                **how,
            )
            assert run.returncode == 0, run.log[-3000:]
            found[profile, name] = Proven(run, run.outcome, candles)

    add("bare", bare, "", strategies=files, riskguard=None)
    for profile in PROFILES:
        how = {"strategies": {**files, **twins}, "riskguard": {"profile": profile}}
        add(profile, guarded, "Guarded", **how)
    return found


def main(shared_data: Path) -> None:
    """Run everything and print the table of each market."""
    console = Console(width=170)
    with tempfile.TemporaryDirectory(prefix="riskguard-proof-") as name:
        work = Path(name)
        for window, timeframe in WINDOWS.items():
            runs = reckless_runs(work / window, shared_data / window, timeframe)
            console.print(figures_table(window, runs))
        data = write(lasting_trend(), work / "trend-data")
        console.print(
            figures_table("lasting trend", earning_runs(work / "trend", data, "5m", "TrendEarner"))
        )
        fall = ("--timerange", THE_FALL)
        data = shared_data / "ftx-2022"
        console.print(
            figures_table(
                "ftx-2022, the fall",
                earning_runs(work / "fall", data, "15m", "FallShorter", *fall),
            )
        )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data").resolve())

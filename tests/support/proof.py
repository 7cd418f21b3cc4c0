"""The proof that the guard keeps accounts alive: the runs, and tables of what they did.

``python -m tests.support.proof``, in the project's folder, runs every profile, prints the tables
and writes their figures into the pages that show them. It takes some ten minutes.
"""

import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from freqtrade_riskguard.config.profiles import PROFILES as EVERY_PROFILE
from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.replay.scenarios import SCENARIOS, Scenario, write
from tests.risk.tiers import binance_tables
from tests.support.figures import Figures, figures, marked_figures, stressed_figures
from tests.support.freqtrade import Outcome, Run, backtest_one_by_one, strategy_files
from tests.support.market import Candles

WINDOWS: Mapping[str, str] = {"ftx-2022": "15m", "covid-2020": "1h", "feb-2025": "5m"}
RECKLESS = ("Reckless", "MostDangerous")
PROFILES = ("moderate", "seatbelt")
# The strategies of the documents' tables, and what their rows call them.
BARE: Mapping[str, str] = {
    "Reckless": "bare at 10x",
    "RecklessAt1x": "bare at 1x",
    "TrendEarner": "bare at 5x",
    "TrendEarnerAt1x": "bare at 1x",
    "FallShorter": "bare at 5x",
    "FallShorterAt1x": "bare at 1x",
}
# Where each market's rows begin on the pages that show them.
MARKETS: Mapping[str, str] = {
    "ftx-2022": "FTX, Sep to Dec 2022, 15m",
    "covid-2020": "COVID, Jan to Apr 2020, 1h",
    "feb-2025": "Tariffs, 28 Jan to 24 Feb 2025, 5m",
    "TrendEarner": "Earns: follows a generated trend, 5m",
    "FallShorter": "Earns: shorts the fall of FTX, Nov to Dec 2022, 15m",
}
SHOWN_ON = ("README.md", "docs/profiles.md")
# When the fall began, until the last day before the one on which the candles end.
THE_FALL = "20221101-20221231"
_FEE = ("--fee", "0.0005")


# Each with a profile of its own, so that all of them run in one process.
_GUARDED = """
from {module} import {name}
from freqtrade_riskguard import RiskGuard


class {guarded}(RiskGuard, {name}):
    def __init__(self, config):
        config["riskguard"] = {{**config["riskguard"], "profile": "{profile}"}}
        super().__init__(config)
"""


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


def reckless_runs(
    folder: Path,
    data: Path,
    timeframe: str,
    names: Sequence[str] = RECKLESS,
    profiles: Iterable[str] = PROFILES,
) -> dict[tuple[str, str], Proven]:
    """Return the reckless strategies bare and guarded, by profile (``"bare"``) and strategy."""
    files = strategy_files("reckless", "most_dangerous")
    modules = {"Reckless": "reckless", "MostDangerous": "most_dangerous"}
    guarded = {name: modules[name] for name in names}
    bare = (*names, "RecklessAt1x")
    return _runs(folder, data, timeframe, bare, guarded, files, profiles=profiles)


def earning_runs(
    folder: Path,
    data: Path,
    timeframe: str,
    name: str,
    *args: str,
    profiles: Iterable[str] = PROFILES,
) -> dict[tuple[str, str], Proven]:
    """Return an earning strategy bare, at 1x and guarded, by profile and strategy."""
    files = strategy_files("earning")
    bare = (name, f"{name}At1x")
    return _runs(folder, data, timeframe, bare, {name: "earning"}, files, args, profiles)


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


def documented_rows(runs: Mapping[tuple[str, str], Proven]) -> dict[str, list[str]]:
    """Return each run's row in the documents: its cells by the first one."""
    found: dict[str, list[str]] = {}
    for (profile, name), proven in runs.items():
        closed, stressed = proven.figures, proven.stressed
        liquidated = f", {stressed.liquidations} liquidated" if stressed.liquidations else ""
        found[BARE[name] if profile == "bare" else f"`{profile}`"] = [
            percent(closed.total_ratio),
            percent(-closed.drawdown_ratio),
            percent(closed.worst_day_ratio),
            f"{closed.profit_per_drawdown:.1f}",
            str(closed.liquidations),
            f"{closed.max_leverage:g}x",
            f"{percent(stressed.total_ratio)}{liquidated}",
        ]
    return found


def shown_rows(text: str, market: str) -> dict[str, list[str]]:
    """Return the rows of a market on a page, in the form of :func:`documented_rows`."""
    cells = [line.strip("|").split("|") for line in _lines(text, market)]
    return {row[0].strip(): [cell.strip() for cell in row[1:]] for row in cells}


def write_rows(page: Path, market: str, rows: Mapping[str, Sequence[str]]) -> None:
    """Write figures into the rows that a page has of a market."""
    text = page.read_text(encoding="utf-8")
    for line in _lines(text, market):
        name = line.split("|")[1].strip()
        # A row may be on the page once for each market.
        head, rest = text.split(f"| **{market}** |", 1)
        new = f"| {' | '.join([name, *rows[name]])} |"
        text = f"{head}| **{market}** |{rest.replace(line, new, 1)}"
    page.write_text(text, encoding="utf-8")


def _lines(text: str, market: str) -> list[str]:
    (below,) = re.findall(
        rf"^\| \*\*{re.escape(market)}\*\* \|.*\n((?:\| [^*\n].*\n)+)", text, re.MULTILINE
    )
    return str(below).splitlines()


def _runs(
    folder: Path,
    data: Path,
    timeframe: str,
    bare: Sequence[str],
    guarded: Mapping[str, str],
    files: Mapping[str, str],
    args: Sequence[str] = (),
    profiles: Iterable[str] = PROFILES,
) -> dict[tuple[str, str], Proven]:
    candles = Candles.read(data, timeframe)
    found: dict[tuple[str, str], Proven] = {}

    def play(work: str, names: Mapping[tuple[str, str], str], **how: Any) -> None:
        run = backtest_one_by_one(
            folder / work,
            data,
            *names.values(),
            timeframe=timeframe,
            args=(*_FEE, *args),
            **how,
        )
        assert run.returncode == 0, run.log[-3000:]
        for key, name in names.items():
            # By itself: a failure of one must not hide in another's log.
            own = run.only(name)
            found[key] = Proven(own, own.outcome, candles)

    # In a process that knows nothing of the guard.
    play("bare", {("bare", name): name for name in bare}, strategies=files, riskguard=None)
    twins = {
        (profile, name): f"Guarded{name}{profile.title()}"
        for profile in profiles
        for name in guarded
    }
    sources = {
        f"{twin}.py": _GUARDED.format(
            module=guarded[name], name=name, guarded=twin, profile=profile
        )
        for (profile, name), twin in twins.items()
    }
    play("guarded", twins, strategies={**files, **sources}, riskguard={})
    return found


def main(shared_data: Path) -> None:
    """Run every profile, print each market's table and write its figures into the documents."""
    console = Console(width=170)

    def show(name: str, runs: Mapping[tuple[str, str], Proven]) -> None:
        console.print(figures_table(name, runs))
        for page in SHOWN_ON:
            write_rows(Path(page), MARKETS[name], documented_rows(runs))

    with tempfile.TemporaryDirectory(prefix="riskguard-proof-") as folder:
        work = Path(folder)
        for window, timeframe in WINDOWS.items():
            data, names = shared_data / window, ("Reckless",)
            show(window, reckless_runs(work / window, data, timeframe, names, EVERY_PROFILE))
        data = write(lasting_trend(), work / "trend-data")
        trend = earning_runs(work / "trend", data, "5m", "TrendEarner", profiles=EVERY_PROFILE)
        show("TrendEarner", trend)
        fall, data = ("--timerange", THE_FALL), shared_data / "ftx-2022"
        show(
            "FallShorter",
            earning_runs(work / "fall", data, "15m", "FallShorter", *fall, profiles=EVERY_PROFILE),
        )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data").resolve())

"""The demonstration: one strategy through a generated crash, bare and guarded.

Real ``freqtrade backtesting`` runs in processes of its own; nothing is downloaded. What is left of
it is the page that compares the guarded run with the bare one.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from freqtrade_riskguard.adapters.backtests.files import ResultError
from freqtrade_riskguard.adapters.backtests.journal import read_journal
from freqtrade_riskguard.analysis.report_data import gather
from freqtrade_riskguard.analysis.result_analysis import ResultAnalysis
from freqtrade_riskguard.analysis.tables import journal_table, outcome_table
from freqtrade_riskguard.commands.exit_codes import fail
from freqtrade_riskguard.commands.report import write_page
from freqtrade_riskguard.commands.result_arguments import examine_result
from freqtrade_riskguard.engine.journal import Decision
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.scenarios import SCENARIOS, write

STRATEGY = "RiskGuardSample"
_WALLET_QUOTE = 10_000
_LAST_DECISIONS = 10
_BARE, _AT_1X_NAME, _GUARDED = "bare at 10x", "bare at 1x", "guarded (asks 10x)"
# The fair baseline: protection must be more than the lack of leverage.
_AT_1X = f"""
from riskguard_sample import {STRATEGY}


class {STRATEGY}At1x({STRATEGY}):
    wanted_leverage = 1.0
"""


class DemoError(Exception):
    """The demonstration cannot run; the text says why, in one line."""


def run(scenario_name: str, strategies: Path, output: Path | None = None) -> int:
    """Run the demonstration, print its tables, and write its page.

    Parameters
    ----------
    scenario_name : str
        One of :data:`freqtrade_riskguard.replay.scenarios.SCENARIOS`.
    strategies : Path
        Folder of ``riskguard_sample.py``.
    output : Path, optional
        Where to write the page; by default ``plot/riskguard-demo.html`` beside that folder.

    Returns
    -------
    int
        Exit code: 0, or 2 where it could not run.
    """
    console = Console()
    try:
        with tempfile.TemporaryDirectory(prefix="riskguard-demo-") as folder:
            page = output or strategies.parent / "plot" / "riskguard-demo.html"
            _demonstrate(console, scenario_name, strategies, Path(folder), page)
    except (DemoError, ResultError) as error:
        return fail("demo", error)
    return 0


def _demonstrate(
    console: Console, scenario_name: str, strategies: Path, work: Path, page: Path
) -> None:
    sample = strategies / "riskguard_sample.py"
    if not sample.is_file():
        raise DemoError(
            f"{sample} is missing: run it in the project's folder, or give --strategies"
        )
    scenario = SCENARIOS[scenario_name]
    (work / "strategies").mkdir()
    shutil.copy(sample, work / "strategies")
    (work / "strategies" / "at_1x.py").write_text(_AT_1X, encoding="utf-8")
    journal = work / "journal.jsonl"
    guarded = {"profile": "moderate", "journal_file": str(journal)}
    runs: dict[str, tuple[str, dict[str, Any]]] = {
        _BARE: (STRATEGY, {"enabled": False}),
        _AT_1X_NAME: (f"{STRATEGY}At1x", {"enabled": False}),
        _GUARDED: (STRATEGY, guarded),
    }
    found: dict[str, ResultAnalysis] = {}
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"Generating {scenario.name}", total=len(runs) + 2)
        data = write(scenario, work / "data")
        progress.advance(task)
        with ReplayExchange(data) as exchange:
            for name, (strategy, settings) in runs.items():
                progress.update(task, description=f"freqtrade backtesting: {name}")
                found[name] = _backtest(exchange, data, work, strategy, settings)
                progress.advance(task)
        progress.update(task, description="Drawing")
        decisions = read_journal(found[_GUARDED].result) or ()
        labels = f"{scenario.name}, {_GUARDED}", _BARE
        report = gather(found[_GUARDED], decisions, found[_BARE], labels)
        write_page(report, page)
        progress.update(task, description="Done", advance=1)
    outcomes = {name: each.outcome for name, each in found.items()}
    console.print(outcome_table(f"{scenario.name}: {scenario.description}", outcomes))
    last = _last_decisions(decisions)
    console.print(journal_table("The guard's last decisions, repeated ones once", last))
    console.print("All of it, guarded against bare:", Text(str(page), "bold"), soft_wrap=True)


def _backtest(
    exchange: ReplayExchange, data: Path, work: Path, strategy: str, settings: dict[str, Any]
) -> ResultAnalysis:
    results = work / "results" / f"{strategy}-{settings.get('profile', 'bare')}"
    results.mkdir(parents=True)
    config = work / "config.json"
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    config.write_text(
        json.dumps(
            {
                "trading_mode": "futures",
                "margin_mode": "isolated",
                # Beyond liquidation: bare, the strategy is to be as reckless as many are.
                "stoploss": -0.99,
                "stake_currency": "USDT",
                "stake_amount": "unlimited",
                "max_open_trades": len(exchange.pairs),
                "dry_run": True,
                "dry_run_wallet": _WALLET_QUOTE,
                "entry_pricing": pricing,
                "exit_pricing": pricing,
                "pairlists": [{"method": "StaticPairList"}],
                "exchange": {
                    **exchange.config()["exchange"],
                    "pair_whitelist": list(exchange.pairs),
                },
                "riskguard": settings,
            }
        ),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "freqtrade", "backtesting", "--config", str(config)]
    command += ["--userdir", str(work), "--datadir", str(data), "--cache", "none"]
    command += ["--strategy-path", str(work / "strategies"), "--strategy", strategy]
    command += ["--enable-protections", "--export", "trades", "--backtest-directory", str(results)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        tail = " / ".join(deque((done.stdout + done.stderr).split("\n"), maxlen=4))
        raise DemoError(f"freqtrade backtesting of {strategy} failed: {tail}")
    return examine_result(results, strategy, user_dir=work, data_dir=data, needs_trades=False)


def _last_decisions(decisions: Iterable[Decision]) -> list[dict[str, Any]]:
    """Return the last decisions; of one that was repeated on every candle, the last."""
    latest = {
        (decision.pair, decision.side, decision.question, decision.rule): decision
        for decision in decisions
    }
    ordered = sorted(latest.values(), key=lambda decision: decision.time)
    return [decision.as_record() for decision in ordered[-_LAST_DECISIONS:]]

"""The demonstration: one strategy through a generated crash, bare and guarded.

Real ``freqtrade backtesting`` runs in processes of its own; nothing is downloaded.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from freqtrade_riskguard.adapters.results import read_outcome
from freqtrade_riskguard.analysis.outcome import Outcome
from freqtrade_riskguard.analysis.tables import journal_table, outcome_table
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.scenarios import SCENARIOS, write

STRATEGY = "RiskGuardSample"
_WALLET_QUOTE = 10_000
_LAST_DECISIONS = 10
# The fair baseline: protection must be more than the lack of leverage.
_AT_1X = f"""
from riskguard_sample import {STRATEGY}


class {STRATEGY}At1x({STRATEGY}):
    wanted_leverage = 1.0
"""


class DemoError(Exception):
    """The demonstration cannot run; the text says why, in one line."""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "demo",
        help="backtest the sample strategy through a crash, bare and guarded",
        epilog="Example: riskguard demo --scenario liquidation_cascade",
    )
    parser.add_argument(
        "--scenario",
        default="flash_crash",
        choices=sorted(SCENARIOS),
        help="what the market does (default: %(default)s)",
    )
    parser.add_argument(
        "--strategies",
        type=Path,
        default=Path("user_data/strategies"),
        help="folder of riskguard_sample.py (default: %(default)s)",
    )
    parser.set_defaults(run=lambda options: run(options.scenario, options.strategies))


def run(scenario_name: str, strategies: Path) -> int:
    """Run the demonstration and print its tables.

    Parameters
    ----------
    scenario_name : str
        One of :data:`freqtrade_riskguard.replay.scenarios.SCENARIOS`.
    strategies : Path
        Folder of ``riskguard_sample.py``.

    Returns
    -------
    int
        Exit code: 0, or 2 where it could not run.
    """
    console = Console()
    try:
        with tempfile.TemporaryDirectory(prefix="riskguard-demo-") as folder:
            _demonstrate(console, scenario_name, strategies, Path(folder))
    except DemoError as error:
        sys.stderr.write(f"riskguard demo: {error}\n")
        return 2
    return 0


def _demonstrate(console: Console, scenario_name: str, strategies: Path, work: Path) -> None:
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
        "bare at 10x": (STRATEGY, {"enabled": False}),
        "bare at 1x": (f"{STRATEGY}At1x", {"enabled": False}),
        "guarded (asks 10x)": (STRATEGY, guarded),
    }
    outcomes: dict[str, Outcome] = {}
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"Generating {scenario.name}", total=len(runs) + 1)
        data = write(scenario, work / "data")
        progress.advance(task)
        with ReplayExchange(data) as exchange:
            for name, (strategy, settings) in runs.items():
                progress.update(task, description=f"freqtrade backtesting: {name}")
                outcomes[name] = _backtest(exchange, data, work, strategy, settings)
                progress.advance(task)
        progress.update(task, description="Done")
    console.print(outcome_table(f"{scenario.name}: {scenario.description}", outcomes))
    # A backtest keeps off the journal of a running bot: it is beside the result.
    (kept,) = work.rglob("*.jsonl")
    decisions = _last_decisions(kept)
    console.print(journal_table("The guard's last decisions, repeated ones once", decisions))


def _backtest(
    exchange: ReplayExchange, data: Path, work: Path, strategy: str, settings: dict[str, Any]
) -> Outcome:
    results = work / "results" / f"{strategy}-{settings.get('profile', 'bare')}"
    results.mkdir(parents=True)
    config = work / "config.json"
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    config.write_text(
        json.dumps(
            {
                "trading_mode": "futures",
                "margin_mode": "isolated",
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
    return read_outcome(results, strategy)


def _last_decisions(journal: Path) -> list[dict[str, Any]]:
    """Return the last decisions; of one that was repeated on every candle, the last."""
    with journal.open(encoding="utf-8") as lines:
        latest = {
            (record["pair"], record["side"], record["question"], record["rule"]): record
            for record in map(json.loads, lines)
        }
    ordered = sorted(latest.values(), key=lambda record: str(record["time"]))
    return ordered[-_LAST_DECISIONS:]

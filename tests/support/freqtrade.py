"""The real ``freqtrade`` command in a process of its own, with an exchange on loopback."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from freqtrade_riskguard.replay import ReplayExchange
from tests.support import warm_freqtrade

SAMPLE = Path(__file__).parents[2] / "user_data" / "strategies" / "riskguard_sample.py"
MODERATE: Mapping[str, Any] = {"profile": "moderate"}
WALLET_QUOTE = 10_000
# By itself: where the environment decides which freqtrade that is.
FRESH = (sys.executable, "-m", "freqtrade")
_STRATEGIES = Path(__file__).parent / "strategies"
# Hundreds of short backtests run in one process, on a machine that does other things too.
_TIMEOUT_SECONDS = 900
_ONE_BY_ONE = Path(__file__).parent / "one_by_one.py"
_BEGINS = "Running backtesting for Strategy "

Record = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one strategy did in a backtest, as freqtrade exported it.

    Attributes
    ----------
    stats : dict
        freqtrade's statistics; of one backtest of many only what freqtrade counts anyway, and what
        it repeats of the configuration.
    """

    trades: tuple[Record, ...]
    locks: tuple[Record, ...]
    stats: Record

    @property
    def exit_reasons(self) -> set[str]:
        return {trade["exit_reason"] for trade in self.trades}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a command left behind: its exit code, all that it said, its results.

    Attributes
    ----------
    journal : tuple of dict
        Of all strategies; each line names its own.
    """

    returncode: int
    log: str
    folder: Path
    journal: tuple[Record, ...] = ()
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        (only,) = self.outcomes.values()
        return only

    @property
    def trades(self) -> tuple[Record, ...]:
        return self.outcome.trades

    @property
    def locks(self) -> tuple[Record, ...]:
        return self.outcome.locks

    @property
    def errors(self) -> list[str]:
        """The lines of the log that nobody wants to see in a good run."""
        return [
            line
            for line in self.log.splitlines()
            if (" - ERROR - " in line or "Traceback" in line)
            # freqtrade's analyses leave their exchange open, with a guard and without.
            and "asyncio - ERROR - Unclosed connector" not in line
        ]

    def decisions(self, question: str) -> list[Record]:
        """The journal's entries on a question."""
        return [record for record in self.journal if record["question"] == question]

    def only(self, strategy: str) -> "Run":
        """Return what concerns one strategy of several: all that was logged before them, too."""
        before, *logs = self.log.split(_BEGINS)
        (own,) = [log for log in logs if log.split(maxsplit=1)[0] == strategy]
        return replace(
            self,
            log=before + own,
            journal=tuple(record for record in self.journal if record["strategy"] == strategy),
            outcomes={strategy: self.outcomes[strategy]},
        )

    def succeeded(self) -> "Run":
        """Return itself, or fail with the end of the log."""
        assert self.returncode == 0, self.log[-3000:]
        assert not self.errors, self.log[-3000:]
        return self


def freqtrade(
    folder: Path,
    data: Path,
    command: str,
    *arguments: str,
    strategies: Mapping[str, str] | None = None,
    riskguard: Mapping[str, Any] | None = MODERATE,
    config: Mapping[str, Any] | None = None,
    executable: Sequence[str] = (),
    script: Path | None = None,
    venue: str = "binance",
) -> Run:
    """Run a freqtrade command in ``folder``, which becomes its user directory.

    Parameters
    ----------
    strategies
        File names and sources, beside the sample strategy.
    riskguard
        The ``riskguard`` block of the configuration; None for no such block. Its journal file is
        added.
    config
        Further settings, laid on top.
    executable
        What to call freqtrade with, where it is not the one that is installed beside the tests.
    script
        What calls freqtrade in its place.
    venue
        As what the exchange speaks.
    """
    (folder / "strategies").mkdir(parents=True)
    shutil.copy(SAMPLE, folder / "strategies")
    for name, source in (strategies or {}).items():
        (folder / "strategies" / name).write_text(source, encoding="utf-8")
    journal = folder / "journal.jsonl"
    with ReplayExchange(data, exchange=venue) as exchange:
        settings = {**futures_config(exchange), **(config or {})}
        if riskguard is not None:
            settings["riskguard"] = {"journal_file": str(journal), **riskguard}
        (folder / "config.json").write_text(json.dumps(settings), encoding="utf-8")
        arguments = (
            command,
            *("--userdir", str(folder), "--datadir", str(data)),
            *("--config", str(folder / "config.json")),
            *arguments,
        )
        # No line of the log is broken.
        environment = {**os.environ, "COLUMNS": "1000", "NO_COLOR": "1"}
        if executable:
            returncode, log = _run(folder, (*executable, *arguments), environment)
        else:
            returncode, log = warm_freqtrade.run(
                folder, arguments, environment, script=script, timeout_seconds=_TIMEOUT_SECONDS
            )
    return Run(
        returncode=returncode,
        log=log,
        folder=folder,
        journal=read_journal(folder),
        outcomes=_read_results(folder / "backtest_results"),
    )


def strategy_files(*stems: str) -> dict[str, str]:
    """Return the strategies of ``tests/support/strategies``, for ``freqtrade``'s ``strategies``."""
    return {
        f"{stem}.py": (_STRATEGIES / f"{stem}.py").read_text(encoding="utf-8") for stem in stems
    }


def backtest(
    folder: Path,
    data: Path,
    *strategy_names: str,
    timeframe: str = "5m",
    args: Sequence[str] = (),
    **how: Any,
) -> Run:
    """Run ``freqtrade backtesting``, with protections, on one strategy or several."""
    return freqtrade(
        folder,
        data,
        "backtesting",
        *("--strategy-list", *strategy_names),
        *("--timeframe", timeframe),
        *("--cache", "none", "--export", "trades", "--enable-protections"),
        *args,
        **how,
    )


def backtest_one_by_one(folder: Path, data: Path, *strategy_names: str, **how: Any) -> Run:
    """Run a backtest for each strategy, in one process and without freqtrade's statistics.

    One that crashes has no outcome, and the others go on; see tests/support/one_by_one.py.
    """
    run = backtest(folder, data, *strategy_names, script=_ONE_BY_ONE, **how)
    outcomes = {
        path.name.removesuffix(".outcome.json"): json.loads(path.read_text(encoding="utf-8"))
        for path in folder.glob("*.outcome.json")
    }
    return replace(
        run,
        outcomes={
            name: Outcome(
                trades=tuple(found["trades"]), locks=tuple(found["locks"]), stats=found["stats"]
            )
            for name, found in outcomes.items()
        },
    )


def futures_config(exchange: ReplayExchange) -> dict[str, Any]:
    """Return the configuration of a bot on all pairs of an exchange, without a guard."""
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    return {
        "trading_mode": "futures",
        "margin_mode": "isolated",
        "stake_currency": exchange.pairs[0].split(":")[1],
        "stake_amount": "unlimited",
        "max_open_trades": 4,
        "dry_run": True,
        "dry_run_wallet": WALLET_QUOTE,
        "entry_pricing": pricing,
        "exit_pricing": {**pricing},
        "pairlists": [{"method": "StaticPairList"}],
        "exchange": {**exchange.config()["exchange"], "pair_whitelist": list(exchange.pairs)},
    }


def read_journal(folder: Path) -> tuple[Record, ...]:
    """Return all that guards have written in a user directory."""
    records: list[Record] = []
    # A backtest keeps its journal beside its result, without one beside that of a running bot.
    kept = (folder / "backtest_results").glob("*.riskguard.jsonl")
    for path in sorted((*folder.glob("journal*.jsonl"), *kept)):
        with path.open(encoding="utf-8") as lines:
            records += [json.loads(line) for line in lines]
    return tuple(records)


def _run(folder: Path, command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        command,
        # Nothing of the project is on the path by accident.
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_SECONDS,
    )
    return done.returncode, done.stdout + done.stderr


def _read_results(folder: Path) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    for result in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(result) as archive:
            stats = json.loads(archive.read(result.with_suffix(".json").name))["strategy"]
        for name, figures in stats.items():
            found[name] = Outcome(
                trades=tuple(figures["trades"]), locks=tuple(figures["locks"]), stats=figures
            )
    return found

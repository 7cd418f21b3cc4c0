"""``riskguard rehearse``: days of live trading on the simulated exchange, in minutes."""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from freqtrade_riskguard.adapters.preview.bot_config import BotConfig, read_configuration
from freqtrade_riskguard.adapters.preview.errors import LogCollector, PreviewError, collected_log
from freqtrade_riskguard.adapters.preview.loaders import load_strategy
from freqtrade_riskguard.commands.arguments.rehearse import DEFAULT_FAULTS
from freqtrade_riskguard.commands.bot_arguments import request_of
from freqtrade_riskguard.commands.console import ProgressBar, working
from freqtrade_riskguard.commands.exit_codes import DANGER, FINE, fail
from freqtrade_riskguard.commands.page_file import require_writable, writable
from freqtrade_riskguard.rehearsal.record import Rehearsal
from freqtrade_riskguard.rehearsal.verdict import findings
from freqtrade_riskguard.rehearsal_report.page import page
from freqtrade_riskguard.rehearsal_report.tables import tables
from freqtrade_riskguard.replay.fault_rules import FaultError, Rule, read_faults

if TYPE_CHECKING:
    from freqtrade_riskguard.adapters.rehearsal.run import Plan

_COMMAND, _PAGE = "rehearse", "rehearsal.html"
_WALLET_QUOTE = 10_000.0
_STEP = timedelta(hours=1)
_PROMISE = (
    "Exchange, key and secret are the simulation's, on this machine; yours are not used, nor is "
    "your bot's database."
)


def run(options: argparse.Namespace) -> int:
    """Rehearse, print what happened; return 0, 1 where something did not hold, or 2."""
    console = Console(markup=False, emoji=False)
    console.print(_PROMISE)
    # It takes minutes, and whoever reads through a pipe is to know at once.
    console.file.flush()
    try:
        with collected_log() as log, working() as wait:
            done, folder = _rehearse(options, log, wait)
            wait.describe("Drawing")
            file = options.page or folder / _PAGE
            html = page(done)
            with writable(file):
                file.write_text(html, encoding="utf-8")
    except (PreviewError, FaultError) as error:
        return fail(_COMMAND, error)
    except ModuleNotFoundError as error:
        if error.name != "time_machine":
            raise
        return fail(
            _COMMAND,
            "the package time-machine is missing, which moves the bot's clock: pip install "
            '"time-machine>=2.16"',
        )
    for part in tables(done):
        console.print(part)
    console.print("Database, journal and log:", Text(str(folder), "bold"), soft_wrap=True)
    console.print("Page:", Text(str(file), "bold"), soft_wrap=True)
    return DANGER if findings(done) else FINE


def _rehearse(
    options: argparse.Namespace, log: LogCollector, wait: ProgressBar
) -> tuple[Rehearsal, Path]:
    # The one package that a bot does without.
    from freqtrade_riskguard.adapters.rehearsal.bot import require_guard
    from freqtrade_riskguard.adapters.rehearsal.run import Plan, rehearse

    found = read_configuration(request_of(options))
    if (found.config.get("freqai") or {}).get("enabled"):
        raise PreviewError("freqai is not rehearsed: its models would be those of the real bot")
    require_guard(load_strategy(found.config, log))
    length, folder = timedelta(days=options.days), _folder(options.output, found)
    plan = Plan(
        data=Path(options.datadir),
        folder=folder,
        start=options.start,
        length=length,
        wallet_quote=_wallet_quote(found),
        faults=_faults(options.faults),
    )
    if options.page is not None:
        # Nobody wants to hear of it an hour later.
        require_writable(options.page)
    wait.describe("Starting the bot")
    wait.set_total(int(length / _STEP))
    done = rehearse(found, plan, _Progress(plan, wait))
    return done, folder


def _folder(output: Path | None, found: BotConfig) -> Path:
    """Return a folder that is new, or empty: a database there would be another bot's."""
    if output is None:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        name = f"{found.config.get('strategy')}-{stamp}"
        return Path(found.config["user_data_dir"]) / "rehearsals" / name
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise PreviewError(f"--output {output} is there already: give a new folder")
    return output


def _wallet_quote(found: BotConfig) -> float:
    is_given = {"dry_run_wallet", "available_capital"} & found.config["original_config"].keys()
    given = found.config["dry_run_wallet"]
    if found.wallet_origin != "--wallet" and not is_given:
        return _WALLET_QUOTE
    if isinstance(given, dict):
        # freqtrade takes an amount of each currency, too.
        given = given.get(found.config["stake_currency"], 0.0)
    return float(given)


def _faults(given: str | None) -> Sequence[Rule] | None:
    """Return what goes wrong; None for one of each kind."""
    if given is None:
        return ()
    return None if given == DEFAULT_FAULTS else read_faults(Path(given))


class _Progress:
    """Tells how far the bot has come, in hours of its time."""

    def __init__(self, plan: "Plan", wait: ProgressBar) -> None:
        self._start, self._wait, self._hours = plan.start, wait, 0

    def __call__(self, now: datetime) -> None:
        hours = int((now - self._start) / _STEP)
        if hours > self._hours:
            self._wait.describe(f"The bot lives on {now:%Y-%m-%d}")
        for _ in range(hours - self._hours):
            self._wait.advance()
        self._hours = hours

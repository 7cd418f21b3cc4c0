"""``riskguard ablation``: what each rule costs and saves on a strategy, by real backtests."""

import argparse
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console

from freqtrade_riskguard.adapters.preview.bot_config import read_configuration
from freqtrade_riskguard.adapters.preview.errors import LogCollector, PreviewError, collected_log
from freqtrade_riskguard.adapters.reruns.backtests import Rerun, backtests
from freqtrade_riskguard.analysis.ablation import (
    ALWAYS_ON,
    AblationRun,
    Kind,
    ablation_run,
    ablation_table,
    alone,
    deciding_rules,
    observing,
    silent_rules,
)
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.commands.bot_arguments import request_of
from freqtrade_riskguard.commands.console import ProgressBar, working, write_json
from freqtrade_riskguard.commands.exit_codes import FINE, fail
from freqtrade_riskguard.config.schema import RULES

_COMMAND = "ablation"


@dataclass(frozen=True, slots=True)
class Ablation:
    """All backtests of a strategy.

    Attributes
    ----------
    result : Result
        The guarded one.
    never_decided : list of str
        Rules that enforce and have changed nothing: they cost and save nothing here.
    """

    result: Result
    runs: list[AblationRun]
    never_decided: list[str]


def run(options: argparse.Namespace) -> int:
    """Run the backtests, print their table; return 0, or 2 where they cannot be run."""
    try:
        with collected_log() as log, working() as wait:
            found = _ablate(options, log, wait)
    except PreviewError as error:
        return fail(_COMMAND, error)
    result = found.result
    if options.json:
        write_json(_record(found))
        return FINE
    console = Console(markup=False, emoji=False)
    days = f"{result.start:%Y-%m-%d} to {result.end:%Y-%m-%d}"
    console.print(ablation_table(f"{result.strategy}, {days}", found.runs))
    if found.never_decided:
        console.print("Never decided, not run:", ", ".join(found.never_decided))
    return FINE


def _ablate(options: argparse.Namespace, log: LogCollector, wait: ProgressBar) -> Ablation:
    found = read_configuration(request_of(options), for_backtest=True)
    raw: dict[str, Any] = dict(found.config.get("riskguard") or {})
    wait.describe("Loading candles")
    with backtests(found, log) as again:
        closes, runs = again.closes, []

        def rerun(kind: Kind, rule: str, settings: dict[str, Any]) -> Rerun:
            done = again.run(settings)
            figures = ablation_run(kind, rule, done.result, closes)
            runs.append(figures)
            return done

        wait.describe("Backtesting as it is")
        guarded = rerun("guarded", "", raw)
        if guarded.decisions is None:
            raise PreviewError("riskguard.enabled is false: there is nothing to take away")
        decided = deciding_rules(guarded.decisions)
        wait.set_total(2 * len(decided) + 1)
        wait.describe("Backtesting without the guard")
        rerun("bare", "", {**raw, "enabled": False})
        wait.advance()
        for rule in decided:
            if rule != ALWAYS_ON:
                wait.describe(f"Backtesting without {rule}")
                rerun("observing", rule, observing(raw, rule))
            wait.advance()
            wait.describe(f"Backtesting with {rule} alone")
            rerun("alone", rule, alone(raw, rule, again.own_rules))
            wait.advance()
    modes = {rule: found.settings.mode_of(rule) for rule in RULES}
    return Ablation(guarded.result, runs, silent_rules(decided, modes))


def _record(found: Ablation) -> dict[str, Any]:
    result = found.result
    return {
        "strategy": result.strategy,
        "start": result.start,
        "end": result.end,
        "runs": [
            {**asdict(run), "profit_per_drawdown": run.profit_per_drawdown} for run in found.runs
        ],
        "never_decided": found.never_decided,
    }

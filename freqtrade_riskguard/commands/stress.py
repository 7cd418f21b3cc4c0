"""``riskguard stress``: what a move of the whole market would do to the open positions."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from functools import partial

from rich.console import Console

from freqtrade_riskguard.commands.console import working, write_json
from freqtrade_riskguard.commands.exit_codes import DANGER, FINE, fail, warn
from freqtrade_riskguard.stress import tables as stress_tables
from freqtrade_riskguard.stress.checks import mistakes
from freqtrade_riskguard.stress.input import StressInput
from freqtrade_riskguard.stress.result import stress
from freqtrade_riskguard.stress.source import StressInputError, from_bot, from_file

_COMMAND = "stress"


def run(options: argparse.Namespace) -> int:
    """Stress an account; return 0 where it survives, 1 where not, 2 for bad input."""
    if options.schema:
        sys.stdout.write(json.dumps(StressInput.model_json_schema(), indent=2) + "\n")
        return FINE
    try:
        given = _given(options)
    except StressInputError as error:
        return fail(_COMMAND, error)
    report = stress(given)
    if options.json:
        write_json(asdict(report))
    else:
        stress_tables.show(Console(markup=False, emoji=False), report)
    return FINE if report.survives else DANGER


def _given(options: argparse.Namespace) -> StressInput:
    if options.multi_assets and options.url is None:
        raise StressInputError(
            "--multi-assets goes with --url only; in a file it is the key multi_assets"
        )
    if options.positions is not None:
        given = from_file(options.positions)
        found = list(mistakes(given))
        if found:
            raise StressInputError(f"{options.positions}: {'; '.join(found)}")
        return given
    with working() as wait:
        wait.describe(f"Asking {options.url}")
        return from_bot(
            options.url,
            os.environ,
            partial(warn, _COMMAND),
            multi_assets=options.multi_assets or None,
        )

"""``riskguard stress``: what a move of the whole market would do to the open positions."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from freqtrade_riskguard.advice import stress_tables
from freqtrade_riskguard.advice.shell import working, write_json
from freqtrade_riskguard.advice.stress_checks import mistakes
from freqtrade_riskguard.advice.stress_input import StressInput
from freqtrade_riskguard.advice.stress_result import stress
from freqtrade_riskguard.advice.stress_source import StressInputError, from_bot, from_file
from freqtrade_riskguard.command_line import DANGER, FINE, fail
from freqtrade_riskguard.watch.loading import PASSWORD, USERNAME

_COMMAND = "stress"
_EPILOG = f"""examples:
  export {USERNAME}=freqtrader {PASSWORD}=...
  riskguard stress --url http://127.0.0.1:8080
  riskguard stress --positions positions.json --json
  riskguard stress --schema > positions.schema.json

exit code: 0 the account survives, 1 it would not, or a position is beyond liquidation already,
2 bad input"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        _COMMAND,
        help="what a crash would do to your open positions, and what to close first",
        description="Moves the whole market by -20 to +20 % and shows what is left of the\n"
        "account, by its margin mode. Nothing is traded.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--url",
        help=f"a running bot's REST API; its user name and password in {USERNAME} and {PASSWORD}",
    )
    source.add_argument("--positions", type=Path, metavar="FILE", help="a JSON file, see --schema")
    source.add_argument(
        "--schema", action="store_true", help="print the JSON schema of that file, and stop"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document, for machines")
    parser.set_defaults(run=run)


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
    if options.positions is not None:
        given = from_file(options.positions)
        found = list(mistakes(given))
        if found:
            raise StressInputError(f"{options.positions}: {'; '.join(found)}")
        return given
    with working() as wait:
        wait.tell(f"Asking {options.url}")
        return from_bot(options.url, os.environ)

"""``riskguard stress``: what a move of the whole market would do to the open positions."""

import argparse
from pathlib import Path

from freqtrade_riskguard.commands.arguments.help_format import HelpFormat

_EPILOG = """examples:
  export RISKGUARD_WATCH_USERNAME=freqtrader RISKGUARD_WATCH_PASSWORD=...
  riskguard stress --url http://127.0.0.1:8080
  riskguard stress --positions positions.json --json
  riskguard stress --schema > positions.schema.json

exit code: 0 the account survives, 1 it would not, or a position is beyond liquidation already,
2 bad input"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "stress",
        help="what a crash would do to your open positions, and what to close first",
        description="Moves the whole market by -20 to +20 % and shows what is left of the\n"
        "account, by its margin mode. Nothing is traded.",
        formatter_class=HelpFormat,
        epilog=_EPILOG,
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--url",
        help="a running bot's REST API; its user name and password in RISKGUARD_WATCH_USERNAME and "
        "RISKGUARD_WATCH_PASSWORD",
    )
    source.add_argument("--positions", type=Path, metavar="FILE", help="a JSON file, see --schema")
    source.add_argument(
        "--schema", action="store_true", help="print the JSON schema of that file, and stop"
    )
    parser.add_argument(
        "--multi-assets",
        action="store_true",
        help="with --url: other coins stand behind the positions, too (cross margin in Binance's "
        "multi-assets mode; the API does not tell it)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document, for machines")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.stress import run

    return run(options)

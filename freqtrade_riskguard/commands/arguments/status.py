"""``riskguard status``: how far a running bot is from its limits, and what is locked."""

import argparse
from pathlib import Path

from freqtrade_riskguard.commands.arguments.bot import add_configuration_arguments
from freqtrade_riskguard.commands.arguments.help_format import HelpFormat

_EPILOG = """\
examples:
  riskguard status -c user_data/config.json
  riskguard status -c user_data/config.json --json
  riskguard status --url http://127.0.0.1:8080
  riskguard status -c user_data/config.json --notify
  riskguard status --notify watch.json --test-message
  riskguard status --schema

With --url, user name and password come from RISKGUARD_WATCH_USERNAME and
RISKGUARD_WATCH_PASSWORD. The API does not tell the guard's limits: -c tells more.

With --notify, addresses of Apprise come from RISKGUARD_WATCH_NOTIFY or a settings file of
riskguard watch. The same trouble is told once, and again after an hour.

exit codes: 0 healthy; 1 something is locked or beyond a warning; 2 nobody can tell, or the bot
cannot be read.
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "status",
        help="how far a running bot is from its limits, what is locked and what lifts it",
        description="Reads the database of a bot beside it, asks the exchange for prices and "
        "values the account as the guard does. It writes nothing and needs no key.",
        epilog=_EPILOG,
        formatter_class=HelpFormat,
    )
    add_configuration_arguments(parser, with_data=False)
    parser.add_argument(
        "--db-url", metavar="URL", help="database, where freqtrade trade is given one, too"
    )
    parser.add_argument("--url", help="ask the bot's REST API instead of its database")
    parser.add_argument("--json", action="store_true", help="one JSON document, for machines")
    parser.add_argument(
        "--schema", action="store_true", help="print the JSON schema of --json, and stop"
    )
    parser.add_argument(
        "--notify",
        nargs="?",
        type=Path,
        const=Path(),
        metavar="FILE",
        help="tell of trouble through Apprise, too: for a timer that runs this command",
    )
    parser.add_argument(
        "--test-message",
        action="store_true",
        help="send a test message to all addresses of --notify, and stop",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.status import run

    return run(options)

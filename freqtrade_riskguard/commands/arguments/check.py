"""``riskguard check``: a verdict on a bot before any money moves."""

import argparse

from freqtrade_riskguard.commands.arguments.bot import add_bot_arguments
from freqtrade_riskguard.commands.arguments.help_format import HelpFormat

_EPILOG = """examples:
  riskguard check -c config.json
  riskguard check -c config.json -c secrets.json -s MyStrategy --wallet 500
  riskguard check -c config.json --from-exchange --json

exit code: 0 no danger found, 1 danger, 2 bad input"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "check",
        help="a verdict on your bot before any money moves",
        description="Reads the bot's configuration as freqtrade does, loads the strategy, and\n"
        "shows what its guard would do now. It does not trade, and uses no API key.",
        formatter_class=HelpFormat,
        epilog=_EPILOG,
    )
    add_bot_arguments(parser)
    parser.add_argument(
        "--all-settings", action="store_true", help="list every setting, not only chosen ones"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.check import run

    return run(options)

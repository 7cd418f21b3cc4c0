"""``riskguard check``: a verdict on a bot before any money moves."""

import argparse

from freqtrade_riskguard.commands.arguments.bot import add_bot_arguments
from freqtrade_riskguard.commands.arguments.help_format import HelpFormat

_EPILOG = """examples:
  riskguard check -c config.json
  riskguard check -c config.json -c secrets.json -s MyStrategy --wallet 500
  riskguard check -c config.json --from-exchange --json
  riskguard check --live -c config.json -c secrets.json

exit code: 0 no danger found, 1 danger, 2 bad input, or with --live an answer is missing"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "check",
        help="a verdict on your bot before any money moves",
        description="Reads the bot's configuration as freqtrade does, loads the strategy, and\n"
        "shows what its guard would do now. It does not trade. The API key of a bot that\n"
        "trades for money asks for the balance, and with --live for all that has to be\n"
        "right on the exchange: nothing is changed there.",
        formatter_class=HelpFormat,
        epilog=_EPILOG,
    )
    add_bot_arguments(parser)
    parser.add_argument(
        "--all-settings", action="store_true", help="list every setting, not only chosen ones"
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="ask the exchange, too, whether the account is fit: the key's rights, modes, leverage "
        "brackets, clock, balance, positions and orders that no trade knows of; only reads",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.check import run

    return run(options)

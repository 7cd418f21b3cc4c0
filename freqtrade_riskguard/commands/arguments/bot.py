"""The arguments that say which bot a command is about, as freqtrade names them."""

import argparse

from freqtrade_riskguard.commands.arguments.values import positive


def add_configuration_arguments(parser: argparse.ArgumentParser, *, with_data: bool = True) -> None:
    """Add configuration, strategy and folders; that of the candles where it is asked for."""
    bot = parser.add_argument_group("the bot, as freqtrade's arguments of the same names")
    bot.add_argument(
        "-c",
        "--config",
        action="append",
        default=[],
        metavar="FILE",
        help="configuration; may be given several times (default: user_data/config.json)",
    )
    bot.add_argument(
        "-s", "--strategy", metavar="NAME", help="strategy class (default: the configuration's)"
    )
    bot.add_argument("--strategy-path", metavar="DIR", help="one more folder of strategies")
    bot.add_argument("--userdir", "--user-data-dir", metavar="DIR", help="default: user_data")
    if with_data:
        bot.add_argument("-d", "--datadir", metavar="DIR", help="folder of candles")


def add_bot_arguments(parser: argparse.ArgumentParser) -> None:
    """Add configuration, strategy, folders, and what to look at."""
    add_configuration_arguments(parser)
    look = parser.add_argument_group("what to look at")
    look.add_argument(
        "--wallet",
        type=positive,
        metavar="QUOTE",
        help="size of the account (default: dry_run_wallet, else available_capital)",
    )
    look.add_argument(
        "--from-exchange",
        action="store_true",
        help="use the newest candles of the exchange, even if there are candles on disk",
    )
    look.add_argument(
        "--no-database",
        action="store_true",
        help="ignore the bot's own trades and locks (read from an SQLite db_url; trades only if "
        "the candles are up to date)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document, for machines")

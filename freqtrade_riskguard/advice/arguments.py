"""The arguments that say which bot a command is about, as freqtrade names them."""

import argparse
from datetime import UTC, datetime

from freqtrade_riskguard.adapters.offline.configuration import Request


def add_bot_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what :func:`request_of` reads."""
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
    bot.add_argument("-d", "--datadir", metavar="DIR", help="folder of candles")
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


def request_of(options: argparse.Namespace) -> Request:
    """Return which bot is meant."""
    return Request(
        config_files=tuple(options.config),
        strategy=options.strategy,
        strategy_path=options.strategy_path,
        userdir=options.userdir,
        datadir=options.datadir,
        wallet_quote=options.wallet,
    )


def positive(text: str) -> float:
    """Return a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number above 0, got '{text}'")
    return number


def moment(text: str) -> datetime:
    """Return a time of UTC, from ``2025-02-03`` or ``2025-02-03T02:00``."""
    try:
        given = datetime.fromisoformat(text)
        return given.replace(tzinfo=given.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"must be a time like 2025-02-03T02:00 (UTC), got '{text}'"
        ) from None

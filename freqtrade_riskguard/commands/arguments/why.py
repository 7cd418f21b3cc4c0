"""``riskguard why``: what every rule says about one entry now, and which rule decides."""

import argparse

from freqtrade_riskguard.commands.arguments.bot import add_bot_arguments
from freqtrade_riskguard.commands.arguments.help_format import HelpFormat
from freqtrade_riskguard.commands.arguments.values import leverage, moment, positive

_EPILOG = """examples:
  riskguard why BTC/USDT:USDT long -c config.json
  riskguard why btc short -c config.json --leverage 5 --stake 200
  riskguard why ETH long -c config.json --at 2025-02-03T02:00 --json

exit code: 0 the entry would be made, 1 it would not, 2 bad input"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "why",
        help="what every rule says about one entry, and which rule decides",
        description="Asks the strategy and its guard for one entry, as freqtrade would at the\n"
        "last closed candle. It does not trade, and uses no API key.",
        formatter_class=HelpFormat,
        epilog=_EPILOG,
    )
    parser.add_argument("pair", metavar="PAIR", help="BTC/USDT:USDT, or BTC for short")
    parser.add_argument("side", choices=("long", "short"))
    add_bot_arguments(parser)
    entry = parser.add_argument_group("the entry")
    entry.add_argument("--leverage", type=leverage, help="instead of what the strategy asks for")
    entry.add_argument("--stake", type=positive, help="instead of what the bot would stake")
    entry.add_argument("--rate", type=positive, help="the price (default: the last close)")
    entry.add_argument("--tag", help="enter_tag (default: that of the strategy's signal)")
    entry.add_argument(
        "--at", type=moment, metavar="TIME", help="a past time (UTC); needs candles on disk"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.why import run

    return run(options)

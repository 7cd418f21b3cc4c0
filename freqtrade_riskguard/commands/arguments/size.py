"""``riskguard size``: how large a position may be, without a bot."""

import argparse

from freqtrade_riskguard.commands.arguments.help_format import HelpFormat

_EPILOG = """examples:
  riskguard size BTC/USDT:USDT long --entry 60000 --stop 57000 --equity 10000 --venue binance
  riskguard size ETH/USDT:USDT short --entry 3000 --stop 3120 --equity 5000 --venue bybit
    --leverage 3 --tiers tiers.json --json

exit code: 0 the rules allow it, 1 they do not, 2 bad input"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "size",
        help="how large a position may be: stake, liquidation, loss at the stop, leverage",
        description="A calculator by the guard's own rules. It needs no bot, no configuration and "
        "no network. Values are checked when it runs, so that a mistake is one line.",
        formatter_class=HelpFormat,
        epilog=_EPILOG,
    )
    parser.add_argument("pair", metavar="PAIR", help="a linear futures pair: BTC/USDT:USDT")
    parser.add_argument("side", metavar="SIDE", help="long or short")
    position = parser.add_argument_group("the position")
    position.add_argument("--entry", metavar="PRICE")
    position.add_argument("--stop", metavar="PRICE")
    position.add_argument("--equity", metavar="QUOTE", help="size of the account")
    position.add_argument("--venue", metavar="NAME", help="freqtrade's name of the exchange")
    position.add_argument(
        "--leverage", metavar="X", help="default: the largest that the rules allow"
    )
    rules = parser.add_argument_group("the rules")
    rules.add_argument(
        "--profile",
        metavar="NAME",
        help="conservative, moderate (default), aggressive or speculative",
    )
    rules.add_argument(
        "--risk", metavar="RATIO", help="loss at the stop / equity (default: 0.01, which is 1 %%)"
    )
    rules.add_argument(
        "--volatility",
        metavar="RATIO",
        help="daily, 0.03 is 3 %%: counts the caps by regime and by daily sigmas, too",
    )
    market = parser.add_argument_group("the market")
    market.add_argument("--fee", metavar="RATIO", help="taker fee (default: 0.0006)")
    market.add_argument(
        "--tiers",
        metavar="FILE",
        help="JSON of maintenance tiers in freqtrade's form (default: for Binance those that it "
        "ships)",
    )
    market.add_argument(
        "--contract-size", metavar="BASE", help="base units of a contract; tiers of OKX need it"
    )
    market.add_argument(
        "--market-leverage",
        metavar="X",
        help="the market's greatest leverage; Hyperliquid's maintenance margin follows from it",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document, for machines")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.size import run

    return run(options)

"""``riskguard ablation``: what each rule costs and saves on a strategy, by real backtests."""

import argparse

from freqtrade_riskguard.commands.arguments.bot import add_configuration_arguments
from freqtrade_riskguard.commands.arguments.help_format import HelpFormat
from freqtrade_riskguard.commands.arguments.values import positive

_EPILOG = """examples:
  riskguard ablation -c config.json --strategy MyStrategy --timerange 20240101-20240401
  riskguard ablation -c config.json --json

exit codes: 0 done, 2 bad input"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "ablation",
        help="what each rule costs and saves on your strategy, by real backtests",
        description="Backtests the guarded strategy as it is, without the guard, and for each\n"
        "rule that decided anything once with that rule only observing and once with\n"
        "that rule alone. All in one process, on candles loaded once.",
        formatter_class=HelpFormat,
        epilog=_EPILOG,
    )
    add_configuration_arguments(parser)
    parser.add_argument(
        "--timerange", metavar="RANGE", help="as of freqtrade backtesting, 20240101-20240401"
    )
    parser.add_argument(
        "--wallet",
        type=positive,
        metavar="QUOTE",
        help="size of the account (default: dry_run_wallet, else available_capital)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document, for machines")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.ablation import run

    return run(options)

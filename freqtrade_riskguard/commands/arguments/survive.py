"""``riskguard survive``: what badly filled stops, and other leverages, make of a backtest."""

import argparse

from freqtrade_riskguard.commands.arguments.help_format import HelpFormat
from freqtrade_riskguard.commands.arguments.result import add_result_arguments

_EPILOG = """\
examples:
  riskguard survive
  riskguard survive user_data/backtest_results/backtest-result-2026-09-01_12-00-00.zip
  riskguard survive result.zip --strategy MyStrategy --datadir user_data/data/okx --json

exit codes: 0 done (whatever it found), 2 the result cannot be read
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "survive",
        help="what badly filled stops and other leverages would have made of a backtest",
        description="Fill stress of any freqtrade futures backtest, guarded or not: every stop is "
        "filled 1, 2 and 3 % beyond the worst price of its candle, which needs the candles. "
        "And the chances of drawdowns and of liquidation within a year, by leverage.",
        epilog=_EPILOG,
        formatter_class=HelpFormat,
    )
    add_result_arguments(parser)
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.survive import run

    return run(options)

"""``riskguard rehearse``: days of live trading on the simulated exchange, in minutes."""

import argparse
from pathlib import Path

from freqtrade_riskguard.commands.arguments.bot import add_configuration_arguments
from freqtrade_riskguard.commands.arguments.help_format import HelpFormat
from freqtrade_riskguard.commands.arguments.values import moment, positive

DEFAULT_FAULTS = "default"
_DAYS = 14.0
# Where freqtrade keeps what it downloads from Binance.
_DATA = "user_data/data/binance"

_EPILOG = """\
examples:
  riskguard rehearse -c config.json --strategy MyStrategy --start 2025-02-03
  riskguard rehearse -c config.json --start 2025-02-03 --faults default --page page.html

It needs the package time-machine: pip install "time-machine>=2.16".

exit codes: 0 the guard held; 1 a liquidation, a position without a stop for more than two loops
while the exchange took orders, or another equity than the exchange's (0.2 %) for an hour; 2 it
could not run"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "rehearse",
        help="two weeks of live trading on the simulated exchange, in minutes",
        description="Runs your bot live (dry_run: false) through recorded candles, by a clock\n"
        "that is moved, on an exchange in the same process that takes orders and fails\n"
        "on command. Your keys are not used, no other machine is asked, and the\n"
        "database is a new one.",
        formatter_class=HelpFormat,
        epilog=_EPILOG,
    )
    add_configuration_arguments(parser, with_data=False)
    parser.add_argument(
        "--data",
        dest="datadir",
        default=_DATA,
        metavar="DIR",
        help="the recorded candles, a freqtrade data folder (default: %(default)s)",
    )
    parser.add_argument(
        "--start",
        type=moment,
        required=True,
        metavar="TIME",
        help="where in the candles to begin, UTC, such as 2025-02-03; three days before it are "
        "needed for the market's figures, or more for the strategy's",
    )
    parser.add_argument(
        "--days",
        type=positive,
        default=_DAYS,
        metavar="N",
        help="how many days (default: %(default)g)",
    )
    parser.add_argument(
        "--faults",
        metavar="FILE",
        help="what goes wrong on the exchange, as of `riskguard replay`; `default` for one of each "
        "kind (default: nothing)",
    )
    parser.add_argument(
        "--wallet",
        type=positive,
        metavar="QUOTE",
        help="size of the account (default: dry_run_wallet, else available_capital, else 10000)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="new folder for database, journal and log (default: one in user_data/rehearsals)",
    )
    parser.add_argument(
        "--page", type=Path, metavar="FILE", help="the page (default: rehearsal.html in --output)"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.rehearse import run

    return run(options)

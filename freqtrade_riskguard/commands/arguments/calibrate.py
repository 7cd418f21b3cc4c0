"""``riskguard calibrate``: the settings with the most growth within a drawdown."""

import argparse
from pathlib import Path

from freqtrade_riskguard.commands.arguments.bot import add_configuration_arguments
from freqtrade_riskguard.commands.arguments.help_format import HelpFormat
from freqtrade_riskguard.commands.arguments.values import positive, ratio, ticks

_EPILOG = """\
examples:
  riskguard calibrate -c config.json --strategy Mine --max-drawdown 0.20
  riskguard calibrate -c config.json --max-drawdown 0.15 --jobs 2 --timeout 60 \\
    --page answer.html \\
    --space max_leverage=1:5 --space kelly.fraction
  riskguard calibrate -c config.json --join postgresql://user:password@host/name

exit codes: 0 done (whatever the answer), 2 bad input, no candles, no trades, or a database that
cannot be used
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "calibrate",
        help="which settings let your account grow most within a drawdown that you can stand",
        description="Searches the guard's settings by real backtests, walk-forward: what is found "
        "on one part of the candles is judged on the part after it. All in one process, on candles "
        "loaded once; more workers may share the trials. Needs Optuna: pip install "
        '"freqtrade-riskguard[calibrate]".',
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
    search = parser.add_argument_group("the search")
    search.add_argument(
        "--max-drawdown",
        metavar="RATIO",
        help="the drawdown that you can stand, open trades at their worst: 0.20 is 20 %%",
    )
    search.add_argument(
        "--space",
        action="append",
        default=[],
        metavar="SETTING[=LOW:HIGH]",
        help="search only this setting, in this range; may be given again (default: all)",
    )
    search.add_argument(
        "--trials", type=ticks, default=40, metavar="N", help="for each part (default: %(default)s)"
    )
    search.add_argument(
        "--folds", type=ticks, default=3, metavar="N", help="parts to judge (default: %(default)s)"
    )
    search.add_argument(
        "--slippage",
        type=ratio,
        default=0.005,
        metavar="RATIO",
        help="how far beyond the worst price of its trade a stop is filled (default: %(default)s)",
    )
    search.add_argument(
        "--timeout", type=positive, metavar="MINUTES", help="search no longer than that"
    )
    search.add_argument("--seed", type=ticks, default=0, metavar="N", help="default: %(default)s")
    workers = parser.add_argument_group("workers")
    workers.add_argument(
        "--jobs", type=ticks, default=1, metavar="N", help="processes (default: %(default)s)"
    )
    workers.add_argument(
        "--study",
        metavar="URL",
        help="database of the trials: postgresql://... for workers on other machines too, or "
        "sqlite:///FILE for those of this one (default: such a file in the user directory)",
    )
    workers.add_argument(
        "--join", metavar="URL", help="help with what another machine has begun with --study"
    )
    parser.add_argument(
        "--evidence",
        type=Path,
        metavar="FILE",
        help="where the evidence is written (default: evidence/STRATEGY.json of the user "
        "directory)",
    )
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help="write the answer as one HTML page, too; tries further values of each setting around "
        "what was found (default: no page)",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.calibrate import run

    return run(options)

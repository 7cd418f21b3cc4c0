"""``riskguard evidence``: trades of backtests as evidence for Kelly."""

import argparse
from pathlib import Path

from freqtrade_riskguard.commands.arguments.help_format import HelpFormat
from freqtrade_riskguard.commands.arguments.values import period

_EPILOG = """\
examples:
  riskguard evidence result.zip --out-of-sample 20240401- -o user_data/evidence.json
  riskguard evidence spring.zip summer.zip --strategy Mine --out-of-sample 20240301-20240901 \\
    -o user_data/evidence.json

exit codes: 0 written, 2 a result cannot be used, or the file cannot be written
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "evidence",
        help="trades of backtests as evidence for Kelly, so that a proven strategy starts above 1x",
        description="Writes the returns of a strategy's backtest trades to a file for "
        "kelly.evidence_file. Only what was out of sample counts: candles that nobody "
        "looked at while the strategy and its parameters were chosen.",
        epilog=_EPILOG,
        formatter_class=HelpFormat,
    )
    parser.add_argument(
        "results",
        nargs="+",
        type=Path,
        metavar="RESULT",
        help="backtest results (zip) of freqtrade, of one version of the strategy",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="where to write"
    )
    parser.add_argument("--strategy", help="which, where a result has several")
    parser.add_argument(
        "--out-of-sample",
        type=period,
        action="append",
        default=[],
        metavar="RANGE",
        help="which days were out of sample, as a timerange of freqtrade: 20240401-20240701, "
        "20240401-; may be given again (default: none, so that no trade counts)",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.evidence import run

    return run(options)

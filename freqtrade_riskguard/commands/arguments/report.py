"""``riskguard report``: a backtest as one HTML page and a summary in the terminal."""

import argparse
from pathlib import Path

from freqtrade_riskguard.commands.arguments.help_format import HelpFormat
from freqtrade_riskguard.commands.arguments.result import add_result_arguments

_EPILOG = """\
examples:
  riskguard report
  riskguard report result.zip --strategy MyGuardedStrategy --output report.html
  riskguard report guarded.zip --against bare.zip

exit codes: 0 done, 2 a result cannot be read, or the page cannot be written
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "report",
        help="what a backtest, and the guard in it, has done: a page of figures and a summary",
        description="Report on any freqtrade futures backtest, as one HTML page that needs no "
        "network. With the journal beside the result it also tells what each rule did.",
        epilog=_EPILOG,
        formatter_class=HelpFormat,
    )
    add_result_arguments(parser)
    parser.add_argument(
        "--against", type=Path, metavar="RESULT", help="another result, to compare with"
    )
    parser.add_argument(
        "--against-strategy",
        metavar="STRATEGY",
        help="which of its strategies, where it has several",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE.html",
        help="where to write the page (default: beside RESULT)",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.report import run

    return run(options)

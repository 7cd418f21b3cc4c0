"""``riskguard demo``: one strategy through a generated crash, bare and guarded."""

import argparse
from pathlib import Path

from freqtrade_riskguard.commands.arguments.help_format import HelpFormat
from freqtrade_riskguard.replay.scenarios.library import SCENARIOS


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "demo",
        help="backtest the sample strategy through a crash, bare and guarded",
        epilog="example:\n  riskguard demo --scenario liquidation_cascade --output demo.html\n\n"
        "exit codes: 0 done, 2 it cannot run",
        formatter_class=HelpFormat,
    )
    parser.add_argument(
        "--scenario",
        default="flash_crash",
        choices=sorted(SCENARIOS),
        metavar="NAME",
        help=f"what the market does: {', '.join(sorted(SCENARIOS))} (default: %(default)s)",
    )
    parser.add_argument(
        "--strategies",
        type=Path,
        default=Path("user_data/strategies"),
        help="folder of riskguard_sample.py (default: %(default)s)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE.html",
        help="where to write the page that compares them (default: plot/riskguard-demo.html beside "
        "the folder of strategies, where freqtrade keeps its own)",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.demo import run

    return run(options.scenario, options.strategies, options.output)

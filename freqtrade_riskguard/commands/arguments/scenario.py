"""``riskguard scenario``: a made-up market as a data folder, for backtests of one's own."""

import argparse
from pathlib import Path

from freqtrade_riskguard.commands.arguments.help_format import HelpFormat
from freqtrade_riskguard.replay.scenarios.library import SCENARIOS


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    known = "\n".join(f"  {name}: {each.description}" for name, each in sorted(SCENARIOS.items()))
    parser = commands.add_parser(
        "scenario",
        help="write a generated market to disk, as a freqtrade data folder",
        epilog=f"scenarios:\n{known}\n\n"
        "example:\n  riskguard scenario flash_crash --output crash\n"
        "  riskguard replay --data crash\n\n"
        "exit codes: 0 written, 2 the folder cannot be written to",
        formatter_class=HelpFormat,
    )
    parser.add_argument("name", choices=sorted(SCENARIOS), metavar="NAME", help="see below")
    parser.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="DIR",
        help="a new or empty folder, so that real and generated candles are never mixed",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.scenario import run

    return run(options.name, options.output)

"""The ``riskguard`` command."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from freqtrade_riskguard.analysis import demo
from freqtrade_riskguard.replay import command
from freqtrade_riskguard.replay.scenarios import SCENARIOS


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, or 2 where it could not do what was asked."""
    options = _parser().parse_args(argv)
    if options.command == "replay":
        return command.run(options.data, options.port)
    return demo.run(options.scenario, options.strategies)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="riskguard", description="Keeps a leveraged freqtrade bot alive."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    replay = commands.add_parser(
        "replay",
        help="an exchange on this machine that serves a data folder to freqtrade",
        epilog="Example: riskguard replay --data user_data/data/binance",
    )
    replay.add_argument("--data", type=Path, required=True, help="a freqtrade data folder")
    replay.add_argument("--port", type=int, default=0, help="port; a free one where left out")
    show = commands.add_parser(
        "demo",
        help="backtest the sample strategy through a crash, bare and guarded",
        epilog="Example: riskguard demo --scenario liquidation_cascade",
    )
    show.add_argument(
        "--scenario",
        default="flash_crash",
        choices=sorted(SCENARIOS),
        help="what the market does (default: %(default)s)",
    )
    show.add_argument(
        "--strategies",
        type=Path,
        default=Path("user_data/strategies"),
        help="folder of riskguard_sample.py (default: %(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

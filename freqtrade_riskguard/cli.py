"""The ``riskguard`` command."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, or 2 where it could not do what was asked."""
    parser = _parser()
    options = parser.parse_args(argv)
    # The commands import what they need: `riskguard --help` does not wait for freqtrade.
    if options.command == "replay":
        from freqtrade_riskguard.replay import command  # noqa: PLC0415

        return command.run(options.data, options.port)
    from freqtrade_riskguard.analysis import demo  # noqa: PLC0415

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
    demo = commands.add_parser(
        "demo",
        help="backtest the sample strategy through a crash, bare and guarded",
        epilog="Example: riskguard demo --scenario liquidation_cascade",
    )
    demo.add_argument(
        "--scenario",
        default="flash_crash",
        choices=[
            "calm_trend",
            "flash_crash",
            "slow_grind",
            "funding_squeeze",
            "liquidation_cascade",
        ],
        help="what the market does (default: %(default)s)",
    )
    demo.add_argument(
        "--strategies",
        type=Path,
        default=Path("user_data/strategies"),
        help="folder of riskguard_sample.py (default: %(default)s)",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())

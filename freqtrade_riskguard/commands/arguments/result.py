"""The arguments that say which backtest a command is about."""

import argparse
from pathlib import Path


def add_result_arguments(parser: argparse.ArgumentParser) -> None:
    """Add RESULT and where to look for it and its candles."""
    parser.add_argument(
        "result",
        nargs="?",
        type=Path,
        metavar="RESULT",
        help="a backtest result (zip) of freqtrade, or a folder of them, of which the newest is "
        "taken (default: the newest of the user directory)",
    )
    parser.add_argument("--strategy", help="which, where the result has several")
    parser.add_argument(
        "--userdir",
        type=Path,
        default=Path("user_data"),
        help="freqtrade's user directory (default: %(default)s)",
    )
    parser.add_argument(
        "--datadir",
        type=Path,
        help="folder of the candles (default: data/<exchange> of the user directory)",
    )

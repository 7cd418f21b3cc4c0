"""``riskguard replay``: an exchange on this machine, from a folder of candles."""

import argparse
from pathlib import Path

from freqtrade_riskguard.commands.arguments.help_format import HelpFormat

# Where freqtrade keeps what it downloads from Binance.
DATA = Path("user_data/data/binance")

_EXAMPLES = """\
examples:
  riskguard replay --write replay.json
      for backtests, hyperopt and all else that needs markets but no fresh candles; give
      freqtrade the file as the last --config

  riskguard replay --start 2025-02-03 --write replay.json
      a rehearsal: `freqtrade trade --dry-run` runs through February 2025 in real time

--start moves the recording by whole steps of 8 hours (or of its candles, where they are longer),
so that candles and funding keep their hours: the replay begins within 8 hours after the time
given, and prints when. When the recording ends, bots see stale candles.

exit codes: 0 stopped by Ctrl-C or SIGTERM, 2 could not start
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "replay",
        help="an exchange on this machine that serves a data folder to freqtrade",
        epilog=_EXAMPLES,
        formatter_class=HelpFormat,
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=DATA,
        metavar="DIR",
        help="a freqtrade data folder (default: %(default)s)",
    )
    parser.add_argument("--port", type=int, default=0, help="default: any free port")
    parser.add_argument(
        "--start",
        metavar="TIME",
        help="replay the recording from this time on as if it were now: a date or a date and time "
        "in UTC, such as 2025-02-03 or 2025-02-03T14:30 (default: the recording keeps its times)",
    )
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FILE",
        help="write the configuration to this file instead of printing it",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.replay import run

    return run(options.data, options.port, options.start, options.write)

"""``riskguard replay``: an exchange on this machine, from a folder of candles."""

import argparse
from pathlib import Path

from freqtrade_riskguard.commands.help_format import HelpFormat

_EXAMPLES = """\
examples:
  riskguard replay --data user_data/data/binance
      for backtests, hyperopt and everything else that wants markets and no fresh candles

  riskguard replay --data user_data/data/binance --start 2025-02-03 --port 8099
      a rehearsal: `freqtrade trade --dry-run` lives through February 2025 in real time

--start moves the recording by whole steps of 8 hours (or of its candles, where they are longer),
so that candles and funding keep their hours: the replay begins within 8 hours after the moment
given, and says at which. When the recording ends, bots see stale candles.

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
    parser.add_argument("--data", type=Path, required=True, help="a freqtrade data folder")
    parser.add_argument("--port", type=int, default=0, help="port; a free one where left out")
    parser.add_argument(
        "--start",
        metavar="TIME",
        help="show the recording from this moment on as if it were now: a date or date and time, "
        "UTC, as in 2025-02-03 or 2025-02-03T14:30; left out, it keeps its own times",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.replay.command import run

    return run(options.data, options.port, options.start)

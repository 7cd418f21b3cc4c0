"""`riskguard replay`: serve a data folder to a bot until told to stop."""

import argparse
import signal
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from freqtrade_riskguard.command_line import fail
from freqtrade_riskguard.replay.clock import wall_clock_ms
from freqtrade_riskguard.replay.folder import DataFolderError
from freqtrade_riskguard.replay.server import ReplayExchange
from freqtrade_riskguard.replay.shift import Shift, find_shift

_POLL_SECONDS = 0.5

_EXAMPLES = """\
examples:
  riskguard replay --data user_data/data/binance
      for backtests, hyperopt and everything else that wants markets and no fresh candles

  riskguard replay --data user_data/data/binance --start 2025-02-03 --port 8099
      a rehearsal: `freqtrade trade --dry-run` lives through February 2025 in real time, as if it
      were now

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
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="a freqtrade data folder")
    parser.add_argument("--port", type=int, default=0, help="port; a free one where left out")
    parser.add_argument(
        "--start",
        metavar="TIME",
        help="show the recording from this moment on as if it were now: a date or date and time, "
        "UTC, as in 2025-02-03 or 2025-02-03T14:30; left out, it keeps its own times",
    )
    parser.set_defaults(run=lambda options: run(options.data, options.port, options.start))


def run(data: Path, port: int, start: str | None = None) -> int:
    """Serve a data folder until Ctrl-C or SIGTERM, telling how to use it.

    Must be called in the main thread, because it listens to signals.

    Parameters
    ----------
    data
        A freqtrade data folder or its ``futures`` folder.
    port
        TCP port on 127.0.0.1; 0 takes a free one.
    start
        Moment of the recording to show as now, in ISO format, UTC where it names no time zone;
        None leaves the recording at its own times.

    Returns
    -------
    int
        Exit code: 0 when stopped, 2 when folder, port or moment cannot be used.
    """
    # Listening for signals comes first: one that arrives during the start still ends it properly.
    stop = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in signals}
    try:
        shift = None if start is None else find_shift(data, _moment(start), wall_clock_ms())
        shift_ms = 0 if shift is None else shift.shift_ms
        with ReplayExchange(data, port=port, shift_ms=shift_ms) as exchange:
            _explain(exchange, shift)
            # Waiting in pieces keeps Ctrl-C alive on Windows too.
            while not stop.wait(_POLL_SECONDS):
                pass
    except DataFolderError as error:
        return fail("replay", str(error))
    except (OSError, OverflowError) as error:
        return fail("replay", f"cannot listen on port {port}: {error}")
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise DataFolderError(
            f"--start is a moment as in 2025-02-03 or 2025-02-03T14:30, not {text!r}"
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _explain(exchange: ReplayExchange, shift: Shift | None) -> None:
    console = Console()
    console.print(
        f"Replay exchange on [bold]{exchange.url}[/bold] with {', '.join(exchange.pairs)}"
    )
    if shift is not None:
        now, end = (f"{moment:%Y-%m-%d %H:%M}" for moment in (shift.tape_time, shift.end))
        console.print(
            f"The recording's {now} UTC is shown as now; it goes on until {end} UTC, "
            f"{_duration(shift.end - shift.tape_time)} from here."
        )
    console.print("Save this as replay.json and give it to freqtrade as one more --config:")
    console.print_json(data=exchange.config())
    console.print("Ctrl-C stops it.")
    # Whoever reads through a pipe is waiting for the address.
    console.file.flush()


def _duration(length: timedelta) -> str:
    hours, rest = divmod(int(length.total_seconds()), 3600)
    return f"{hours // 24} days {hours % 24} hours {rest // 60} minutes"

"""`riskguard replay`: serve a data folder to a bot until told to stop."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from rich.console import Console

from freqtrade_riskguard.replay.folder import DataFolderError
from freqtrade_riskguard.replay.server import ReplayExchange

# Exit code of a command that could not start, as of argparse.
_USAGE_ERROR = 2

_POLL_SECONDS = 0.5


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "replay",
        help="an exchange on this machine that serves a data folder to freqtrade",
        epilog="Example: riskguard replay --data user_data/data/binance",
    )
    parser.add_argument("--data", type=Path, required=True, help="a freqtrade data folder")
    parser.add_argument("--port", type=int, default=0, help="port; a free one where left out")
    parser.set_defaults(run=lambda options: run(options.data, options.port))


def run(data: Path, port: int) -> int:
    """Serve a data folder until Ctrl-C or SIGTERM, telling how to use it.

    Must be called in the main thread, because it listens to signals.

    Parameters
    ----------
    data
        A freqtrade data folder or its ``futures`` folder.
    port
        TCP port on 127.0.0.1; 0 takes a free one.

    Returns
    -------
    int
        Exit code: 0 when stopped, 2 when the folder or the port cannot be used.
    """
    # Listening for signals comes first: one that arrives during the start still ends it properly.
    stop = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in signals}
    try:
        with ReplayExchange(data, port=port) as exchange:
            _explain(exchange)
            # Waiting in pieces keeps Ctrl-C alive on Windows too.
            while not stop.wait(_POLL_SECONDS):
                pass
    except DataFolderError as error:
        return _fail(str(error))
    except (OSError, OverflowError) as error:
        return _fail(f"cannot listen on port {port}: {error}")
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0


def _explain(exchange: ReplayExchange) -> None:
    console = Console()
    console.print(
        f"Replay exchange on [bold]{exchange.url}[/bold] with {', '.join(exchange.pairs)}"
    )
    console.print("Save this as replay.json and give it to freqtrade as one more --config:")
    console.print_json(data=exchange.config())
    console.print("Ctrl-C stops it.")
    # Whoever reads through a pipe is waiting for the address.
    console.file.flush()


def _fail(reason: str) -> int:
    sys.stderr.write(f"riskguard replay: {reason}\n")
    return _USAGE_ERROR

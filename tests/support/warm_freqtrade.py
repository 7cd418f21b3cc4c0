"""freqtrade's command in a process of its own, forked from one that has imported freqtrade already.

Importing takes longer than most backtests of tests. The process that forks knows nothing of the
guard, so that of a bare strategy does not either. Each line that it reads asks for one command, and
it answers with the exit code.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

# What freqtrade imports at once, what it imports when it comes to a backtest, and what strategies
# and guards import of it.
_MODULES = (
    "freqtrade.main",
    "freqtrade.optimize.backtesting",
    "freqtrade.optimize.optimize_reports",
    "freqtrade.data.history.datahandlers.featherdatahandler",
    "freqtrade.exchange.check_exchange",
    "freqtrade.freqtradebot",
    "pyarrow.feather",
    "talib.abstract",
)


def run(
    folder: Path,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    script: Path | None,
    timeout_seconds: int,
) -> tuple[int, str]:
    """Run freqtrade's command, or a script in its place; return exit code and what it said."""
    outputs = [folder / "stdout.txt", folder / "stderr.txt"]
    asked = {
        "folder": str(folder),
        "arguments": list(arguments),
        "environment": dict(environment),
        "outputs": [str(path) for path in outputs],
        "script": str(script) if script else None,
        "timeout_seconds": timeout_seconds,
    }
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    server.stdin.write(json.dumps(asked) + "\n")
    server.stdin.flush()
    answer = server.stdout.readline()
    # Nothing comes from one that has died.
    assert answer, f"exit code {server.wait()}"
    code = int(answer)
    return code, "".join(path.read_text(encoding="utf-8") for path in outputs)


@cache
def _server() -> "subprocess.Popen[str]":
    server = subprocess.Popen(
        [sys.executable, "-P", __file__],
        # Read at import: no line of the log is broken.
        env={**os.environ, "COLUMNS": "1000", "NO_COLOR": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(server.communicate)
    return server


def _serve() -> dict[str, Any]:
    """Fork for each command; return what is asked for, in the forks alone."""
    for name in _MODULES:
        importlib.import_module(name)
    # Modules stay: no look for garbage in a fork has to go through them, or copy their pages.
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            asked: dict[str, Any] = json.loads(line)
            return asked
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{code}\n")
        sys.stdout.flush()
    sys.exit()


def _become(asked: dict[str, Any]) -> None:
    """Take on what a process has of its own, and run."""
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    for number, path in enumerate((os.devnull, *asked["outputs"])):
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, number)
        os.close(file)
    # A command that hangs is killed.
    signal.alarm(asked["timeout_seconds"])
    sys.argv = [asked["script"] or "freqtrade", *asked["arguments"]]
    if asked["script"]:
        runpy.run_path(asked["script"], run_name="__main__")
    else:
        runpy.run_module("freqtrade", run_name="__main__")


if __name__ == "__main__":
    _become(_serve())

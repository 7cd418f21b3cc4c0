"""A command of ``riskguard`` beside a bot that runs in this process, by the same virtual clock.

It runs in a fork: freqtrade holds its database and its trades in globals.
"""

import contextlib
import io
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from freqtrade_riskguard.cli import main

_FORK = multiprocessing.get_context("fork")
_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command has printed, and its exit code."""

    code: int
    out: str
    err: str


def riskguard(argv: Sequence[str]) -> Ended:
    """Run a command to its end."""
    ours, theirs = _FORK.Pipe()
    process = _FORK.Process(target=_run, args=(list(argv), theirs), daemon=True)
    process.start()
    assert ours.poll(_SECONDS), "the command does not end"
    found: Ended = ours.recv()
    process.join(_SECONDS)
    return found


def _run(argv: list[str], answer: Connection) -> None:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(argv)
    answer.send(Ended(code, out.getvalue(), err.getvalue()))

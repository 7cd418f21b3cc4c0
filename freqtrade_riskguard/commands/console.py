"""How the commands speak: a bar for a wait, JSON for machines."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from datetime import datetime
from math import isfinite
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class ProgressBar:
    """Shows on a terminal what takes time.

    Parameters
    ----------
    bar : Progress
        Not shown anywhere else.
    """

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("Reading the configuration", total=None)

    def describe(self, doing: str) -> None:
        """Say what is being done."""
        self._bar.update(self._task, description=doing)

    def set_total(self, total: int) -> None:
        """Say of how many steps the rest consists."""
        self._bar.update(self._task, total=total, completed=0)

    def advance(self) -> None:
        """Go on by a step."""
        self._bar.advance(self._task)


@contextmanager
def working() -> Iterator[ProgressBar]:
    """Show a bar on standard error, and keep what a strategy prints off standard output."""
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    hidden = not console.is_terminal
    with (
        Progress(*columns, console=console, transient=True, disable=hidden) as bar,
        redirect_stdout(sys.stderr),
    ):
        yield ProgressBar(bar)


def write_json(document: Mapping[str, Any]) -> None:
    """Write one JSON document to standard output; unknown and endless numbers become null."""
    sys.stdout.write(json.dumps(_plain(document), indent=2, ensure_ascii=False) + "\n")


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return value

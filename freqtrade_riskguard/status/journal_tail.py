"""The last decisions of a guard, from the end of its journal."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from freqtrade_riskguard.status.model import DecisionStatus

_MOST_BYTES = 256 * 1024
_KEPT = 10


def last_decisions(journal: Path | None, most: int = _KEPT) -> tuple[DecisionStatus, ...] | None:
    """Return the last decisions, the newest first; None where there is no journal to read.

    A guard makes the file with its first decision: until then there are none.
    Only the end of the file is read. A line that is no decision is left out: the bot may be
    writing the last one now.
    """
    if journal is None:
        return None
    try:
        with journal.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _MOST_BYTES))
            lines = file.read(_MOST_BYTES).split(b"\n")
    except FileNotFoundError:
        return ()
    except OSError:
        return None
    # The first line may be the rest of one.
    whole = lines if size <= _MOST_BYTES else lines[1:]
    found: list[DecisionStatus] = []
    for decision in _decisions(whole[::-1]):
        found.append(decision)
        if len(found) == most:
            break
    return tuple(found)


def _decisions(lines: list[bytes]) -> Iterator[DecisionStatus]:
    for line in lines:
        try:
            record: Any = json.loads(line)
            yield DecisionStatus(
                time=record["time"],
                pair=record["pair"],
                side=record["side"],
                question=record["question"],
                rule=record["rule"],
                is_enforced=record["enforced"],
                reason=record["why"],
            )
        except (ValueError, TypeError, KeyError, ValidationError, RecursionError):
            continue

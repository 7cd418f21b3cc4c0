"""What the guard of a bot has decided, from its journal: how often, and what lately."""

import json
import logging
from collections import Counter, deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from freqtrade_riskguard.status.model import DecisionStatus, Text
from freqtrade_riskguard.watch.web.history import Mark, MarkKind

logger = logging.getLogger(__name__)

# Of what has come since the last look; the rest is read at the next ones.
_MOST_BYTES = 4 * 1024 * 1024
_LONGEST_NAME = 100
# Names come from a file: no more rules than this are told apart.
_MOST_RULES = 500
_LATEST = 10
# What takes something away from a trade that is open; locks are told by the bot itself.
_ACTS: Mapping[str, MarkKind] = {"cut": "cut", "exit": "exit"}
_MOST_ACTS = 100


class DecisionCount(BaseModel):
    """How often a rule has decided on a question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Text
    question: Text
    is_enforced: bool
    count: int


class JournalCounts:
    """Counts the lines of a journal as they come; those of before are counted too.

    Parameters
    ----------
    path : Path
        May come later, and begin anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_bytes = 0
        self._rest = b""
        self._counts: Counter[tuple[str, str, bool]] = Counter()
        self._failed = False
        # As they are read: most are never shown.
        self._latest: deque[Any] = deque(maxlen=_LATEST)
        self._acts: deque[Any] = deque(maxlen=_MOST_ACTS)

    @property
    def latest(self) -> tuple[DecisionStatus, ...]:
        """The last decisions that were read, the newest first."""
        found = map(_decision, reversed(self._latest))
        return tuple(made for made in found if made is not None)

    def take_acts(self) -> tuple[Mark, ...]:
        """Return cuts and exits that were read since the last call, the oldest first."""
        found = [_decision(self._acts.popleft()) for _ in range(len(self._acts))]
        return tuple(
            Mark(
                time=made.time,
                kind=_ACTS[made.question],
                text=f"{made.pair}: {made.question} by {made.rule}: {made.reason}",
            )
            for made in found
            if made is not None
        )

    def counted(self) -> tuple[DecisionCount, ...] | None:
        """Return what has been counted by now; None where the journal cannot be read."""
        try:
            self._go_on()
        except OSError as error:
            if not self._failed:
                logger.warning("journal %s cannot be read: %s", self._path, error.strerror)
            self._failed = True
            return None
        self._failed = False
        return tuple(
            DecisionCount(rule=rule, question=question, is_enforced=enforced, count=count)
            for (rule, question, enforced), count in sorted(self._counts.items())
        )

    def _go_on(self) -> None:
        with self._path.open("rb") as file:
            size = file.seek(0, 2)
            if size < self._read_bytes:
                # Another file, or emptied.
                self._read_bytes, self._rest = 0, b""
                self._counts.clear()
                self._latest.clear()
            file.seek(self._read_bytes)
            new = file.read(_MOST_BYTES)
        self._read_bytes += len(new)
        *lines, rest = (self._rest + new).split(b"\n")
        # A line without an end is none of the guard's.
        self._rest = rest if len(rest) < _MOST_BYTES else b""
        for line in lines:
            self._count(line)

    def _count(self, line: bytes) -> None:
        try:
            record: Any = json.loads(line)
            names = str(record["rule"])[:_LONGEST_NAME], str(record["question"])[:_LONGEST_NAME]
            key = (*names, bool(record["enforced"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        self._latest.append(record)
        if key[1] in _ACTS and key[2]:
            self._acts.append(record)
        if key in self._counts or len(self._counts) < _MOST_RULES:
            self._counts[key] += 1


def _decision(record: Any) -> DecisionStatus | None:  # noqa: ANN401 - a line of a file
    """Return a line as a decision; None where it is none."""
    try:
        return DecisionStatus(
            time=record["time"],
            pair=record["pair"],
            side=record["side"],
            question=record["question"],
            rule=record["rule"],
            is_enforced=record["enforced"],
            reason=record["why"],
        )
    except (TypeError, KeyError, ValidationError):
        return None

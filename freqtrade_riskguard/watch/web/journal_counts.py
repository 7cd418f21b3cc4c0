"""How often each rule of a bot has decided, counted from the journal of its guard."""

import json
import logging
from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from freqtrade_riskguard.status.model import Text

logger = logging.getLogger(__name__)

# Of what has come since the last look; the rest is read at the next ones.
_MOST_BYTES = 4 * 1024 * 1024
_LONGEST_NAME = 100
# Names come from a file: no more rules than this are told apart.
_MOST_RULES = 500


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
        if key in self._counts or len(self._counts) < _MOST_RULES:
            self._counts[key] += 1

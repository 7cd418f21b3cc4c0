"""The record of every decision that bound, or that would have bound."""

import json
import logging
from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import isnan, nan
from pathlib import Path
from typing import Any, Literal, Protocol, TextIO

logger = logging.getLogger(__name__)

Question = Literal["leverage", "stake", "entry", "cancel", "stop", "cut", "exit", "lock", "alert"]
# Asked again as long as a signal or a trade lasts; the other questions are answered by events.
_LASTING = frozenset[Question]({"leverage", "stake", "entry", "stop"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One answer that differed from what was asked for.

    Attributes
    ----------
    asked, answered : float
        Leverage, stake in quote currency or stop price, by ``question``; NaN where it has none.
    enforced : bool
        False where the rule only observes: then nothing was changed.
    why : str
        The rule's reason with the numbers that decided.
    until : datetime or None
        When a lock ends; None for whatever is no lock.
    halts : bool
        Whether a lock stops all trading until a person lifts it, or for long.
    """

    time: datetime
    pair: str
    side: int
    question: Question
    rule: str
    asked: float = nan
    answered: float = nan
    enforced: bool = True
    why: str
    until: datetime | None = None
    halts: bool = False

    def as_record(self) -> dict[str, Any]:
        """Return plain values for a JSON line; unknown numbers become null."""
        record = asdict(self)
        record["time"] = self.time.isoformat()
        record["until"] = None if self.until is None else self.until.isoformat()
        record["side"] = {1: "long", -1: "short"}.get(self.side, "both")
        for key in ("asked", "answered"):
            if isnan(record[key]):
                record[key] = None
        return record


class DecisionListener(Protocol):
    """Counts what is recorded, also what the journal's memory has no room for any more."""

    def add(self, decision: Decision) -> None:
        """Count a decision."""

    def clear(self) -> None:
        """Begin anew."""


class Journal:
    """The last decisions in memory and, where configured, all of them as JSON lines in a file.

    Parameters
    ----------
    path : Path, optional
        File to append to. A file that cannot be written is reported once and then left alone:
        the journal must never stand between the bot and a decision.
    size : int
        How many decisions to keep in memory.
    """

    def __init__(self, path: Path | None = None, *, size: int = 10_000) -> None:
        self._recent: deque[Decision] = deque(maxlen=size)
        self._path = path
        self._file: TextIO | None = None
        self._label: dict[str, str] = {}
        self._counts: DecisionListener | None = None
        self._repeat_after = timedelta(0)
        self._last: dict[tuple[str, int, Question, str], Decision] = {}
        self._recorded: dict[tuple[str, int, Question, str], datetime] = {}
        self._stays: dict[tuple[str, int, Question, str, bool], Hashable] = {}

    def __getstate__(self) -> dict[str, Any]:
        """Leave the open file behind: hyperopt's workers get their own copy."""
        return {**self.__dict__, "_file": None}

    def __iter__(self) -> Iterator[Decision]:
        """Iterate over the decisions in memory, oldest first."""
        return iter(self._recent)

    def __len__(self) -> int:
        """Return the number of decisions in memory."""
        return len(self._recent)

    def latest(self, pair: str, side: int, question: Question, since: datetime) -> Decision | None:
        """Return the newest decision on a question since a time; None for none."""
        found = [
            decision
            for key, decision in self._last.items()
            if key[:3] == (pair, side, question) and decision.time >= since
        ]
        return max(found, key=lambda decision: decision.time, default=None)

    def record(self, decision: Decision, stays: Hashable = None) -> bool:
        """Add a decision, unless it repeats one of the same rule too soon.

        An event is never a repetition: of two cuts within a candle both are recorded.

        Parameters
        ----------
        stays : hashable, optional
            What the decision is about, where the same may be asked for again and again: while that
            is the same, the decision stays and is recorded once, however long that takes.

        Returns
        -------
        bool
            Whether it was news.
        """
        key = (decision.pair, decision.side, decision.question, decision.rule)
        self._last[key] = decision
        if stays is not None:
            same = (*key, decision.enforced)
            if self._stays.get(same) == stays:
                return False
            self._stays[same] = stays
        recorded = self._recorded.get(key)
        is_soon = recorded is not None and decision.time - recorded < self._repeat_after
        if is_soon and stays is None and decision.question in _LASTING:
            return False
        self._recorded[key] = decision.time
        self._recent.append(decision)
        if self._counts is not None:
            self._counts.add(decision)
        if self._path is not None:
            self._write(decision)
        return True

    def start_run(
        self,
        path: Path | None,
        *,
        anew: bool,
        repeat_after: timedelta = timedelta(0),
        strategy: str = "",
        counts: DecisionListener | None = None,
    ) -> None:
        """Begin a record: forget what is in memory, and write to ``path`` from now on.

        Parameters
        ----------
        path : Path or None
            None writes no file.
        anew : bool
            Empty the file, rather than go on at its end.
        repeat_after : timedelta
            A decision that is the same as the last on its question is recorded again after this.
        strategy : str
            Named in every line of the file: several strategies may share one.
        counts : DecisionListener, optional
            Told of every decision that is recorded.
        """
        self._repeat_after = repeat_after
        self._label = {"strategy": strategy} if strategy else {}
        self._counts = counts
        self.clear()
        self.close()
        self._path = path
        if anew:
            self._open(anew=True)

    def clear(self) -> None:
        """Forget what is in memory; the file stays."""
        self._last.clear()
        self._recorded.clear()
        self._stays.clear()
        self._recent.clear()
        if self._counts is not None:
            self._counts.clear()

    def close(self) -> None:
        """Close the file; the next decision opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, decision: Decision) -> None:
        try:
            if self._file is None:
                self._open()
            if self._file is not None:
                self._file.write(json.dumps(self._label | decision.as_record()) + "\n")
                self._file.flush()
        except (OSError, TypeError, ValueError) as error:
            # Also what JSON does not know, from a strategy's own rule.
            self._give_up(error)

    def _open(self, *, anew: bool = False) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            if anew:
                self._path.write_bytes(b"")
            # Appending, whoever began the file: the strategies of a backtest share it, and each may
            # write once more after the others. Opened for writing it would write over their lines.
            self._file = self._path.open("a", encoding="utf-8")
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        logger.error("RiskGuard no longer writes its journal to %s: %s", self._path, error)
        self._path = self._file = None

"""How accounts went since the guardian was started, in a bounded number of points and marks."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from freqtrade_riskguard.status.model import Figure, Text

# A chart is not wider on any screen that has something else on it.
_MOST_POINTS = 720
_MOST_MARKS = 100

MarkKind = Literal["lock", "halt", "cut", "exit", "guardian"]


class Point(BaseModel):
    """What an account was worth from one time until the next point. None where nobody told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time: float = Field(description="epoch seconds")
    equity_quote: Figure = Field(description="the latest")
    lowest_quote: Figure
    drawdown_ratio: Figure = Field(description="the deepest fall from the peak")


class Mark(BaseModel):
    """What happened to an account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time: datetime
    kind: MarkKind
    text: Text


class AccountHistory(BaseModel):
    """The account of a bot, or of all bots together, since the guardian was started."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    name: Text
    points: tuple[Point, ...]
    marks: tuple[Mark, ...] = Field(description="the oldest first")


@dataclass
class _Track:
    points: list[Point]
    marks: deque[Mark]
    gap_seconds: float


class Histories:
    """Keeps accounts in a bounded memory: what is long ago is kept more coarsely.

    One thread adds, another reads.

    Parameters
    ----------
    gap_seconds : float
        Between two points, as long as there is room for all; then it doubles.
    most_points : int
        Of each account.
    """

    def __init__(self, gap_seconds: float, most_points: int = _MOST_POINTS) -> None:
        self._gap_seconds, self._most = gap_seconds, most_points
        self._tracks: dict[str, _Track] = {}
        self._using = threading.Lock()

    def add(
        self, name: str, time: float, equity_quote: float | None, drawdown_ratio: float | None
    ) -> None:
        """Note what an account is worth at a time, epoch seconds."""
        new = Point(
            time=time,
            equity_quote=equity_quote,
            lowest_quote=equity_quote,
            drawdown_ratio=drawdown_ratio,
        )
        with self._using:
            track = self._track(name)
            points = track.points
            # Also where a clock is set back.
            if points and time - points[-1].time < track.gap_seconds:
                points[-1] = _merged(points[-1], new)
                return
            points.append(new)
            if len(points) > self._most:
                whole = len(points) // 2 * 2
                pairs = zip(points[0:whole:2], points[1:whole:2], strict=True)
                track.points = [*(_merged(*pair) for pair in pairs), *points[whole:]]
                track.gap_seconds *= 2

    def mark(self, name: str, marks: Iterable[Mark]) -> None:
        """Note what happened to an account; the latest hundred are kept."""
        with self._using:
            known = self._track(name).marks
            merged = sorted([*known, *marks], key=lambda mark: mark.time)
            known.clear()
            known.extend(merged)

    def of(self, name: str) -> AccountHistory | None:
        """Return the history of an account; None where there is none."""
        with self._using:
            if name not in self._tracks:
                return None
            track = self._tracks[name]
            points, marks = tuple(track.points), tuple(track.marks)
        return AccountHistory(name=name, points=points, marks=marks)

    def _track(self, name: str) -> _Track:
        return self._tracks.setdefault(
            name, _Track([], deque(maxlen=_MOST_MARKS), self._gap_seconds)
        )


def _merged(earlier: Point, later: Point) -> Point:
    return Point(
        time=earlier.time,
        equity_quote=earlier.equity_quote if later.equity_quote is None else later.equity_quote,
        lowest_quote=_known(min, earlier.lowest_quote, later.lowest_quote),
        drawdown_ratio=_known(max, earlier.drawdown_ratio, later.drawdown_ratio),
    )


def _known(choose: Callable[..., float | None], *values: float | None) -> float | None:
    return choose((value for value in values if value is not None), default=None)

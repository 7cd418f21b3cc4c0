"""Walk-forward: a range of time in parts, each of them judged by what was found before it."""

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Fold:
    """What is searched on, and what the answer is judged on: the part right after it."""

    training: Span
    test: Span


def folds(start: datetime, end: datetime, count: int) -> list[Fold]:
    """Cut a range into ``count + 1`` equal parts; each but the first is a test of all before it."""
    length = (end - start) / (count + 1)
    borders = [start + number * length for number in range(count + 1)] + [end]
    return [Fold((start, border), (border, after)) for border, after in pairwise(borders[1:])]

"""Parsers of argument values: each reads a text, or says what it must be."""

import argparse
from datetime import UTC, datetime


def positive(text: str) -> float:
    """Return a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number above 0, got '{text}'")
    return number


def ratio(text: str) -> float:
    """Return a fraction from 0 to below 1."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0.0 <= number < 1.0:
        raise argparse.ArgumentTypeError(f"must be a fraction from 0 to below 1, got '{text}'")
    return number


def ticks(text: str) -> int:
    """Return a whole number, 0 or above."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number, 0 or above, got '{text}'")
    return int(text)


def moment(text: str) -> datetime:
    """Return a time of UTC, from ``2025-02-03`` or ``2025-02-03T02:00``."""
    try:
        given = datetime.fromisoformat(text)
        return given.replace(tzinfo=given.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"must be a time like 2025-02-03T02:00 (UTC), got '{text}'"
        ) from None


def leverage(text: str) -> float:
    """Return a leverage: a number of 1 or more."""
    number = positive(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got '{text}'")
    return number


def period(text: str) -> tuple[datetime | None, datetime | None]:
    """Return start and end (not within) of a range of days, ``20240401-20240701``; None: open."""
    days = text.split("-")
    try:
        start, end = (_day(day) for day in days)
    except ValueError:
        start = end = None
    if (start is None and end is None) or (start and end and start >= end):
        raise argparse.ArgumentTypeError(
            f"must be a range of days like 20240401-20240701 or 20240401-, got '{text}'"
        )
    return start, end


def _day(text: str) -> datetime | None:
    return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC) if text else None

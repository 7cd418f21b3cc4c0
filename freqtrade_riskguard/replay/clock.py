"""The clocks an exchange may run by: the machine's, one that is set, one that was moved."""

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def wall_clock_ms() -> int:
    """Return the machine's time, milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def to_ms(moment: datetime) -> int:
    """Return a moment in milliseconds since 1970 UTC, rounded down.

    Raises
    ------
    ValueError
        If the moment has no time zone: which moment it is would depend on the machine.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a time needs a time zone, got {moment.isoformat()}")
    # Whole microseconds, not floats: a boundary of candles must not be missed by a rounding.
    return (moment - _EPOCH) // _MILLISECOND


def to_datetime(moment_ms: int) -> datetime:
    """Return milliseconds since 1970 as a moment in UTC."""
    return _EPOCH + moment_ms * _MILLISECOND


class VirtualClock:
    """A clock that stands still until it is moved, for tests and simulations.

    Calling it gives milliseconds since 1970 UTC, so it fits wherever ``now_ms`` is asked for. It
    may be moved by one thread while others read it, forwards and backwards.

    Parameters
    ----------
    start
        Where it stands at first; with a time zone.
    """

    def __init__(self, start: datetime) -> None:
        self._now_ms = to_ms(start)

    def __call__(self) -> int:
        """Return the time, milliseconds since 1970 UTC."""
        return self._now_ms

    @property
    def time(self) -> datetime:
        """The time as a moment in UTC."""
        return to_datetime(self._now_ms)

    def move_to(self, moment: datetime) -> None:
        """Set the clock to a moment with a time zone; parts of a millisecond are dropped."""
        self._now_ms = to_ms(moment)


class ShiftedClock:
    """A clock that begins at a chosen moment and runs as fast as the machine's.

    Parameters
    ----------
    start
        What it shows when it is made; with a time zone.
    """

    def __init__(self, start: datetime) -> None:
        self._ahead_ms = to_ms(start) - wall_clock_ms()

    def __call__(self) -> int:
        """Return the time, milliseconds since 1970 UTC."""
        return wall_clock_ms() + self._ahead_ms

    @property
    def time(self) -> datetime:
        """The time as a moment in UTC."""
        return to_datetime(self())

"""When pauses end, and how that is said."""

from datetime import UTC, datetime, timedelta

_DAY = timedelta(days=1)
_EPOCH = datetime.fromtimestamp(0, UTC)


def window_end(time: datetime, length: timedelta) -> datetime:
    """Return the end of the window that holds ``time``.

    Windows follow each other from 00:00 UTC on, the day's last one ending with the day; windows
    longer than a day are counted from 1970. So an end is the same whenever within a window it is
    asked for, before a restart and after it.

    Parameters
    ----------
    time : datetime
        Aware.
    length : timedelta
        Of a window; zero or less gives ``time`` itself.
    """
    if length <= timedelta(0):
        return time
    midnight = time.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start = _EPOCH if length > _DAY else midnight
    end = start + ((time - start) // length + 1) * length
    return end if length > _DAY else min(end, midnight + _DAY)


def lock_until(end: datetime) -> datetime:
    """Return what a lock must be told, so that entries are free again at ``end``.

    freqtrade rounds lock ends up by a whole candle, also those on a boundary.
    """
    return end - timedelta(seconds=1)


def end_text(end: datetime, now: datetime) -> str:
    """Return e.g. ``16:00 UTC``, with the date where that is not today; 00:00 is today's end."""
    end, midnight = end.astimezone(UTC), window_end(now, _DAY)
    return f"{end:%H:%M} UTC" if end <= midnight else f"{end:%Y-%m-%d %H:%M} UTC"

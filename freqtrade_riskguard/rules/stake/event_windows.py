"""Known times of trouble: smaller stakes, or none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from freqtrade_riskguard.config.entry_sections import EventWindow
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Account, Entry


@dataclass(frozen=True, slots=True)
class EventWindows:
    """From a window's start until its end: the stake times its factor; the smallest of several."""

    name: ClassVar[str] = "event_windows"

    windows: Sequence[EventWindow]

    def stake_factor(self, entry: Entry) -> Cap | None:
        """Return the factor of the window that the entry falls into, or nothing."""
        caps = (Cap(window.factor, _why(window)) for window in self._open(entry.time))
        return min(caps, key=lambda cap: cap.limit, default=None)

    def denial(self, entry: Entry) -> str | None:
        """Return the window that allows no entries, or None."""
        return self._closed(entry.time)

    def pause_reason(self, account: Account) -> str | None:
        """Return the window that allows no entries, or None."""
        return self._closed(account.time)

    def _closed(self, time: datetime) -> str | None:
        return next((_why(window) for window in self._open(time) if window.factor == 0), None)

    def _open(self, time: datetime) -> Iterator[EventWindow]:
        return (window for window in self.windows if window.start <= time < window.end)


def _why(window: EventWindow) -> str:
    share = f"stakes x{window.factor:g}" if window.factor > 0 else "no entries"
    return f"{window.name}: {share} until {window.end:%Y-%m-%d %H:%M} UTC"

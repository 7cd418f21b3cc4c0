"""Known times of trouble: smaller stakes, or none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config_types import Moment, RuleSection, Section, Share
from freqtrade_riskguard.rules.base import Cap
from freqtrade_riskguard.snapshot import Account, Entry


class EventWindow(Section):
    """Multiplies stakes by ``factor`` from ``start`` until ``end``; 0 blocks entries."""

    name: str = Field(description="name shown in messages and the journal")
    start: Moment = Field(
        description="start, such as 2026-12-16T18:00; UTC unless a time zone is given"
    )
    end: Moment = Field(description="end, after the start")
    factor: Share = Field(
        default=0.0, description="stakes are multiplied by this; 0 blocks entries"
    )

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end <= self.start:
            msg = f"end must be after start ({self.start.isoformat()}), got {self.end.isoformat()}"
            raise ValueError(msg)
        return self


class EventWindowsConfig(RuleSection):
    """Smaller stakes, or no entries, around known events: rate decisions, expiries, forks."""

    # A file has lists; a frozen configuration has tuples.
    windows: Annotated[tuple[EventWindow, ...], Field(strict=False)] = Field(
        default=(),
        description="list of windows, each with a `name`, a `start`, an `end` and a `factor`",
    )


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

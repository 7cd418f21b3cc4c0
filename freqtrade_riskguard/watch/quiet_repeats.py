"""What is told of trouble that lasts: once, and then seldom, with how often it came meanwhile."""

import json
import time
from collections.abc import Callable

from freqtrade_riskguard.watch.events import Event, What

# States that last, told again and again in other words: once, and then seldom.
_LASTING: tuple[What, ...] = (
    *("still_open", "order_failed", "restarted", "silent", "stalled"),
    *("credentials", "settings", "state_file", "fault"),
)
# After these the next trouble of a bot is another one.
_ENDING = frozenset[What]({"recovered", "lifted", "stopped"})
Key = tuple[str, str, str]


class QuietRepeats:
    """Knows what was told, and when.

    Parameters
    ----------
    repeat_seconds : float
        How long the same trouble of the same bot is not told again.
    now : callable
        Seconds.
    """

    def __init__(self, repeat_seconds: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._repeat_seconds, self._now = repeat_seconds, now
        self._told: dict[Key, float] = {}
        self._quiet: dict[Key, int] = {}

    def __bool__(self) -> bool:
        """Whether trouble was told that has not ended."""
        return bool(self._told)

    def clear(self) -> None:
        """Forget what was told: all is well."""
        self._told.clear()
        self._quiet.clear()

    def news(self, event: Event, about: str | None = None) -> str | None:
        """Return what to say of an event; None for nothing new.

        Parameters
        ----------
        about : str, optional
            What names the same trouble, where its text may change meanwhile.
        """
        if event.what in _ENDING:
            for told in [key for key in self._told if key[0] == event.bot]:
                del self._told[told]
                self._quiet.pop(told, None)
        # What lasts is told in other words each time, with figures that grow.
        if about is None:
            about = "" if event.what in _LASTING else event.text
        key = (event.bot, event.what, about)
        time_seconds = self._now()
        since = self._told.get(key)
        # A clock that has gone back tells nothing of how long ago it was.
        if since is not None and 0 <= time_seconds - since < self._repeat_seconds:
            self._quiet[key] = self._quiet.get(key, 0) + 1
            return None
        self._forget(time_seconds)
        self._told[key] = time_seconds
        times = self._quiet.pop(key, 0)
        again = f" (and {times} times more since it was last told)" if times else ""
        return f"{event}{again}"

    def as_text(self) -> str:
        """Return what was told as JSON, for another process to go on with."""
        told = [[*key, since, self._quiet.get(key, 0)] for key, since in self._told.items()]
        return json.dumps(told)

    def read(self, text: str) -> None:
        """Go on with what another process was told; a text that is none tells of nothing."""
        try:
            for bot, what, about, since, times in json.loads(text):
                key = (str(bot), str(what), str(about))
                self._told[key] = float(since)
                if times:
                    self._quiet[key] = int(times)
        except (ValueError, TypeError, OverflowError, RecursionError):
            self.clear()

    def _forget(self, time_seconds: float) -> None:
        """Drop what is old enough to be told again and was not asked for: memory is bounded."""
        old = [
            key
            for key, since in self._told.items()
            if time_seconds - since >= self._repeat_seconds and key not in self._quiet
        ]
        for key in old:
            del self._told[key]

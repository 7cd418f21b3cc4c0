"""An alarm that is raised at the first sign, and then hourly for as long as it lasts."""

from collections.abc import Collection, Hashable
from datetime import datetime, timedelta

_AGAIN = timedelta(hours=1)


class RepeatedAlarm:
    """Says when something that lasts is (again) news.

    What comes and goes within the hour is told once: a line that is unsteady must not drown the
    rest.
    """

    def __init__(self) -> None:
        self._told: dict[Hashable, datetime] = {}

    def is_due(self, about: Hashable, time: datetime) -> bool:
        """Whether this is to be told now; it then counts as told."""
        told = self._told.get(about)
        if told is not None and timedelta(0) <= time - told < _AGAIN:
            return False
        self._told[about] = time
        return True

    def keep(self, subjects: Collection[Hashable]) -> None:
        """Forget all but these: what is over is news when it comes again."""
        self._told = {about: told for about, told in self._told.items() if about in subjects}

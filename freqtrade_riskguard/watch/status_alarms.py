"""What ``riskguard status`` tells people of, from run to run."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path

from freqtrade_riskguard.bounded_json import MEGABYTE, UnreadableError, read_bytes
from freqtrade_riskguard.status.model import GuardStatus
from freqtrade_riskguard.watch.apprise_channel import AppriseChannel
from freqtrade_riskguard.watch.events import Event
from freqtrade_riskguard.watch.quiet_repeats import QuietRepeats

_FIGURES = re.compile(r"[\d.,]+")
# The locks are told one by one.
_LOCKS_COUNTED = " in force"
_UNKNOWN = "unknown"


class StatusAlarms:
    """Tells of trouble once, and again after a while, whichever process looks.

    Parameters
    ----------
    channel : AppriseChannel
        What of it was told lately is taken from the file.
    repeats : QuietRepeats
        The channel's.
    file : Path
        What was told of this bot. One that is missing or damaged has told nothing.
    """

    def __init__(self, channel: AppriseChannel, repeats: QuietRepeats, file: Path) -> None:
        self._channel, self._repeats, self._file = channel, repeats, file
        try:
            repeats.read(read_bytes(file, MEGABYTE).decode())
        except (UnreadableError, UnicodeDecodeError):
            return

    def test(self, text: str) -> Iterator[tuple[str, str | None]]:
        """Send a text to each address by itself; yield what it is called, and why it failed."""
        return self._channel.test(text)

    def tell(self, status: GuardStatus, most_seconds: float) -> str | None:
        """Tell what is wrong, or that nothing is any more; return why it did not arrive."""
        troubles = dict(_troubles(status))
        for about, text in troubles.items():
            event = Event(bot=status.bot.name, what="breach", level=logging.ERROR, text=text)
            self._channel.tell(event, about)
        if not troubles and self._repeats:
            text = "healthy again: nothing is locked, nothing is beyond a warning"
            event = Event(bot=status.bot.name, what="recovered", level=logging.INFO, text=text)
            self._repeats.clear()
            self._channel.say(str(event))
        return self._deliver(most_seconds)

    def tell_failure(self, bot: str, text: str, most_seconds: float) -> str | None:
        """Tell that nobody can say how the bot stands; return why that did not arrive."""
        self._channel.tell(Event(bot=bot, what="silent", level=logging.ERROR, text=text))
        return self._deliver(most_seconds)

    def _deliver(self, most_seconds: float) -> str | None:
        self._channel.close(most_seconds)
        if self._channel.waiting:
            # Not kept as told: the next run tells it again.
            return "an alarm was not delivered: the next run sends it again"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(self._repeats.as_text(), encoding="utf-8")
        except OSError as error:
            return f"{self._file} cannot be written ({error.strerror}): each run tells the same"
        return None


def _troubles(status: GuardStatus) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a text for people; the same trouble has the same name each time."""
    for lock in status.locks or ():
        about = "all pairs" if lock.pair == "*" else lock.pair
        side = "" if lock.side == "both" else f" {lock.side}"
        yield f"lock {about}{side} {lock.reason}", f"{about}{side}: {lock.reason}"
    for warning in status.warnings:
        if not warning.endswith(_LOCKS_COUNTED):
            yield _FIGURES.sub("#", warning), warning
    # The REST API never tells the guard's limits: that is no trouble of the bot.
    if status.unknown and (status.source == "database" or status.equity.equity_quote is None):
        yield _UNKNOWN, f"nobody can tell: {', '.join(status.unknown)}"

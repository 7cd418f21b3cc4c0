"""Alarms where people are, through Apprise: Telegram, Discord, e-mail, ntfy and many others.

It has a thread of its own: who hangs or refuses must never hold up a stop.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any

from pydantic import SecretStr

from freqtrade_riskguard.watch.events import Event
from freqtrade_riskguard.watch.quiet_repeats import QuietRepeats

logger = logging.getLogger(__name__)

# Of addresses that are away for long, the latest events.
_MOST_WAITING = 100
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 5.0, 900.0
_LONGEST_BODY = 3_000
_MISSING = "notify needs Apprise: pip install apprise"


class ChannelError(ValueError):
    """Nothing can be sent; the text says why, without any address: they hold tokens."""


class AppriseChannel:
    """Sends events to addresses of Apprise.

    Parameters
    ----------
    addresses : sequence of SecretStr
        As Apprise writes them, such as ``tgram://...``.
    repeats : QuietRepeats
        Knows what was told lately.

    Raises
    ------
    ChannelError
        Where Apprise is not installed, or does not know an address.
    """

    def __init__(self, addresses: Sequence[SecretStr], repeats: QuietRepeats) -> None:
        self._targets = [_target(place, each) for place, each in enumerate(addresses)]
        self._repeats = repeats
        self._waiting: deque[str] = deque(maxlen=_MOST_WAITING)
        self._in_flight = 0
        self._changed = threading.Condition()
        self._ends = False
        self._thread = threading.Thread(target=self._run, name="riskguard-notify", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many messages are not delivered yet."""
        with self._changed:
            return len(self._waiting) + self._in_flight

    def tell(self, event: Event, about: str | None = None) -> None:
        """Have an event sent, unless it was told lately; it takes no time.

        Parameters
        ----------
        about : str, optional
            What names the same trouble, where its text may change meanwhile.
        """
        with self._changed:
            text = self._repeats.news(event, about)
        if text is not None:
            self.say(text)

    def say(self, text: str) -> None:
        """Have a text sent; it takes no time."""
        with self._changed:
            self._waiting.append(text)
            self._changed.notify_all()

    def close(self, seconds: float) -> None:
        """End; what waits has so many seconds to be delivered."""
        until = time.monotonic() + seconds
        with self._changed:
            while self._waiting or self._in_flight:
                left = until - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            self._ends = True
            self._changed.notify_all()
        self._thread.join(max(0.0, until - time.monotonic()))

    def test(self, text: str) -> Iterator[tuple[str, str | None]]:
        """Send a text to each address by itself; yield what it is called, and why it failed."""
        for name, target in self._targets:
            yield name, self._failure(target, text)

    def _run(self) -> None:
        pause_seconds = _FIRST_PAUSE_SECONDS
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ends)
                if self._ends:
                    return
                messages = list(self._waiting)
                self._waiting.clear()
                self._in_flight = len(messages)
            failed = self._send(messages)
            with self._changed:
                self._in_flight = 0
                if failed:
                    # Those that came meanwhile are newer.
                    room = _MOST_WAITING - len(self._waiting)
                    self._waiting.extendleft(reversed(messages[len(messages) - room :]))
                self._changed.notify_all()
                if failed:
                    self._changed.wait_for(lambda: self._ends, pause_seconds)
            pause_seconds = (
                min(2 * pause_seconds, _LONGEST_PAUSE_SECONDS) if failed else _FIRST_PAUSE_SECONDS
            )

    def _send(self, messages: Sequence[str]) -> bool:
        """Send messages as one; return whether nobody took it."""
        text = "\n".join(messages)
        failures = [(name, self._failure(target, text)) for name, target in self._targets]
        for name, why in failures:
            if why is not None:
                logger.warning("%s %s", name, why)
        return all(why is not None for _, why in failures)

    def _failure(self, target: Any, text: str) -> str | None:  # noqa: ANN401 - Apprise's
        """Return why an address did not take a text; Apprise's own words may hold the address."""
        try:
            taken = target.notify(title="riskguard", body=text[-_LONGEST_BODY:])
        # Whatever a service of somebody does, the guardian goes on.
        except Exception as error:  # noqa: BLE001
            return f"failed ({type(error).__name__})"
        return None if taken else "did not take the message"


def _target(place: int, address: SecretStr) -> tuple[str, Any]:
    """Return an address of Apprise, with a name that tells nothing of it."""
    try:
        apprise = import_module("apprise")
    except ImportError:
        raise ChannelError(_MISSING) from None
    target = apprise.Apprise()
    name = f"notify[{place}]"
    if not target.add(address.get_secret_value()):
        raise ChannelError(
            f"{name} is no address that Apprise knows: see https://github.com/caronc/apprise/wiki"
        )
    return name, target

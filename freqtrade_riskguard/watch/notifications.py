"""The guardian's messages: into the log at once, to a webhook at the end of a poll."""

import logging
import threading
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import requests
from pydantic import SecretStr

from freqtrade_riskguard.rest_api.address import DirectSession
from freqtrade_riskguard.watch.apprise_channel import AppriseChannel
from freqtrade_riskguard.watch.events import Event, What

logger = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 5.0
# A redirect would turn a post into a question: nobody would be told.
_REDIRECTS = 300
# Of a hook that is away for long, the latest events.
_MOST_WAITING = 100
# Discord refuses a longer content.
_LONGEST_CONTENT = 2_000


class Notifier:
    """Tells events to the log and, where there is one, to a webhook.

    Parameters
    ----------
    webhook : SecretStr or None
        Address that takes a POST. It often holds a token of its own, so it is never shown.
    channel : AppriseChannel, optional
        Told of all, too; it has a thread of its own.
    """

    def __init__(self, webhook: SecretStr | None, channel: AppriseChannel | None = None) -> None:
        self._webhook = webhook
        self._channel = channel
        self._waiting: deque[Event] = deque(maxlen=_MOST_WAITING)
        self._failure: str | None = None
        self._complaints: dict[tuple[str, What], str] = {}
        # Bots are told their orders in threads of their own.
        self._counting = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    @property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """How often each kind of event was told, by bot."""
        with self._counting:
            return dict(self._counts)

    @property
    def waiting(self) -> int:
        """How many events are not delivered yet."""
        return len(self._waiting) + (self._channel.waiting if self._channel is not None else 0)

    def notify(self, event: Event) -> None:
        """Log an event, and keep it for the webhook."""
        logger.log(event.level, "%s", event)
        with self._counting:
            self._counts[event.bot, event.what] += 1
        self._waiting.append(event)
        if self._channel is not None:
            self._channel.tell(event)

    def report_problem(self, bot: str, what: What, text: str | None) -> None:
        """Tell what is wrong unless it was told before; None for nothing wrong any more."""
        if text is None:
            self._complaints.pop((bot, what), None)
        elif self._complaints.get((bot, what)) != text:
            self._complaints[bot, what] = text
            self.notify(Event(bot=bot, what=what, level=logging.ERROR, text=text))

    def flush(self) -> None:
        """Post what has not been posted yet, in one attempt; what fails waits for the next call."""
        if self._webhook is None:
            self._waiting.clear()
            return
        # Whoever tells meanwhile is in another thread.
        events = [self._waiting.popleft() for _ in range(len(self._waiting))]
        if not events:
            return
        failure = post(self._webhook, events)
        if failure is not None:
            oldest = max(0, len(events) + len(self._waiting) - _MOST_WAITING)
            self._waiting.extendleft(reversed(events[oldest:]))
            if failure != self._failure:
                logger.error("webhook %s: posted again at the next poll", failure)
        elif self._failure is not None:
            logger.warning("webhook works again")
        self._failure = failure


def post(webhook: SecretStr, events: Iterable[Event]) -> str | None:
    """Post events to a webhook; return why it failed, without the address."""
    try:
        with DirectSession() as session:
            # Nobody reads what it answers, however long that is.
            response = session.post(
                webhook.get_secret_value(),
                json=_message(events),
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
                stream=True,
            )
    # Whatever is wrong with it, it must not keep the guardian from its next poll. The texts of
    # requests repeat the address, also in a traceback.
    except (requests.RequestException, ValueError) as error:
        return f"failed ({type(error).__name__})"
    status = response.status_code
    return f"answers HTTP {status}" if status >= _REDIRECTS else None


def _message(events: Iterable[Event]) -> dict[str, Any]:
    text = "\n".join(map(str, events))
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        # Slack and what is made like it read the one, Discord the other.
        "text": text,
        "content": text[:_LONGEST_CONTENT],
        "events": [event.as_record() for event in events],
    }

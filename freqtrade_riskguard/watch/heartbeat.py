"""Whether a bot is there: it answers, it accepts the password, and its loop moves."""

import logging
from typing import Literal

from freqtrade_riskguard.rest_api.bot_status import BotStatus
from freqtrade_riskguard.rest_api.errors import BotCredentialsError, BotError
from freqtrade_riskguard.watch.events import Event
from freqtrade_riskguard.watch.messages import counted, trades_text

Trouble = Literal["silent", "credentials", "stalled"]

# A wrong password is not tried again and again: 31 polls of 10 seconds are five minutes.
_POLLS_WITHOUT_PASSWORD = 30


class Heartbeat:
    """Whether one bot answers. Forgotten when the guardian ends.

    Parameters
    ----------
    name : str
    missed_polls : int
        In a row without an answer, before the alarm.
    stalled_seconds : float or None
        How long the loop may stand still before the alarm; None for no such alarm.
    """

    def __init__(self, name: str, missed_polls: int, stalled_seconds: float | None) -> None:
        self._name = name
        self._missed_polls = missed_polls
        self._stalled_seconds = stalled_seconds
        self._missed = 0
        self._skips = 0
        self._loop: tuple[int | None, float] | None = None
        self.trouble: Trouble | None = None

    def should_poll(self) -> bool:
        """Return whether to ask the bot in this poll; counts the polls it is left out."""
        self._skips = max(0, self._skips - 1)
        return not self._skips

    def on_response(self, status: BotStatus, time_seconds: float) -> tuple[Event, ...]:
        """Take an answer; return what changed."""
        self._missed = 0
        # By the guardian's own clock: that of the bot's machine may differ.
        if self._loop is None or status.last_loop != self._loop[0] or not status.handles_trades:
            self._loop = (status.last_loop, time_seconds)
        stood_seconds = time_seconds - self._loop[1]
        if self._stalled_seconds is not None and stood_seconds >= self._stalled_seconds:
            text = (
                f"answers, but its loop has stood still for {stood_seconds:.0f} s with "
                f"{trades_text(len(status.trades))} open: see its log, restart it"
            )
            return self._change("stalled", text)
        if self.trouble is None:
            return ()
        text = f"answers again: {status.state}, {trades_text(len(status.trades))} open"
        self.trouble = None
        return (Event(bot=self._name, what="recovered", level=logging.WARNING, text=text),)

    def on_failure(self, error: BotError, open_trades: int | None) -> tuple[Event, ...]:
        """Take a failure; return what changed.

        Parameters
        ----------
        open_trades : int or None
            How many it had when last seen; None where it never was.
        """
        if isinstance(error, BotCredentialsError):
            self._skips = _POLLS_WITHOUT_PASSWORD
            return self._change("credentials", f"{error}. {LOGIN_REMEDY}")
        self._missed += 1
        if self._missed < self._missed_polls:
            return ()
        last = "never seen" if open_trades is None else f"seen with {trades_text(open_trades)} open"
        polls = counted(self._missed, "poll")
        return self._change("silent", f"no usable answer in {polls}: {error}. Last: {last}")

    def _change(self, trouble: Trouble, text: str) -> tuple[Event, ...]:
        if self.trouble == trouble:
            return ()
        self.trouble = trouble
        return (Event(bot=self._name, what=trouble, level=logging.ERROR, text=text),)


LOGIN_REMEDY = (
    "Give the username and password of its api_server configuration, in the settings file or as "
    "RISKGUARD_WATCH_USERNAME and RISKGUARD_WATCH_PASSWORD"
)

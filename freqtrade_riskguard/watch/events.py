"""What the guardian tells of."""

import logging
from dataclasses import dataclass
from typing import Any, Literal

from freqtrade_riskguard.sanitize import escaped

What = Literal[
    "breach",  # a limit is reached
    "stopped",  # entries are stopped and no trade is open
    "still_open",  # trades could not be closed for a while
    "order_failed",  # the bot did not take an order
    "restarted",  # a bot that is held began again by itself
    "lifted",  # a person, or the end of the day, let a bot trade again
    "silent",  # no answer for several polls
    "stalled",  # it answers, and its loop stands still
    "credentials",  # it refuses the password
    "recovered",  # it answers again
    "account",  # money came or went, or another database
    "settings",  # what the limits cannot be held with
    "state_file",  # what is remembered could not be written
    "fault",  # the guardian's own
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change that somebody should know of.

    Attributes
    ----------
    level : int
        As in :mod:`logging`.
    """

    bot: str
    what: What
    level: int
    text: str

    def __str__(self) -> str:
        """Return it as one line."""
        return escaped(f"{self.bot}: {self.text}")

    def as_record(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "bot": self.bot,
            "what": self.what,
            "level": logging.getLevelName(self.level),
            "text": escaped(self.text),
        }

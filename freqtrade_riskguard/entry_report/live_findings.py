"""What is found at a look at an account, and what the verdict on it goes by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from freqtrade_riskguard.adapters.preview.account_facts import BookedAccount, LiveAccount, Untold
from freqtrade_riskguard.config_types import Orphans
from freqtrade_riskguard.entry_report.entry_figures import EntryFigures

Status = Literal["ok", "note", "danger", "unknown"]

BY_HAND = "Look at it on the exchange yourself."


@dataclass(frozen=True, slots=True)
class LiveFinding:
    """One look at the account.

    Attributes
    ----------
    subject : str
        What was looked at.
    status : str
        ``ok``; ``note`` (good to know); ``danger`` (not fit); ``unknown`` (no answer, and without
        it nobody can say).
    found : str
        What is so.
    remedy : str
        What to do; empty where nothing is, or where another danger says so.
    """

    subject: str
    status: Status
    found: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateInput:
    """All that the verdict on an account goes by.

    Attributes
    ----------
    entries : sequence of EntryFigures
        What the bot would enter now.
    capital_quote : float or None
        ``available_capital``.
    now : datetime
        By this machine's clock.
    """

    account: LiveAccount
    booked: BookedAccount | Untold
    entries: Sequence[EntryFigures]
    currency: str
    capital_quote: float | None
    orphans: Orphans
    now: datetime
    is_cross: bool = False


def untold(subject: str, answer: Untold) -> LiveFinding:
    """Return what a missing answer means: without it nobody can say, or a person has to look."""
    if answer.is_offered:
        return LiveFinding(subject, "unknown", f"not told: {answer.why}")
    return LiveFinding(subject, "note", f"not told: {answer.why}.", BY_HAND)

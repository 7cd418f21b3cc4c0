"""Notifications of a running bot: each event once, and refused entries once an hour."""

from collections import Counter, deque
from datetime import date, datetime, timedelta
from math import isnan

from freqtrade_riskguard.engine.journal import Decision, Question
from freqtrade_riskguard.engine.lock_origins import is_given_by_others
from freqtrade_riskguard.formatting import money, side_text

# What happens seldom, and is news each time.
_EVENTS = frozenset[Question]({"cancel", "lock", "cut", "exit", "alert"})
_SUMMARY_EVERY = timedelta(hours=1)
_NAMED = 10
# Nobody may have been there to send them.
_KEPT = 100


class Notifications:
    """Collects what the journal records, until it is sent.

    Only what was enforced: what a rule observes changes nothing, and is in the journal.

    Parameters
    ----------
    bot : str
        Its name, at the head of every message.
    """

    def __init__(self, bot: str) -> None:
        self._bot = bot
        self._news: deque[str] = deque(maxlen=_KEPT)
        self._refused: dict[str, str] = {}
        self._made: Counter[tuple[date, Question]] = Counter()
        self._summed_up: datetime | None = None
        self._troubled: datetime | None = None

    def add(self, decision: Decision) -> None:
        """Take up a decision."""
        # Of its protections freqtrade tells by itself.
        if not decision.enforced or is_given_by_others(decision.rule):
            return
        refuses = decision.question == "entry" or decision.answered == 0
        is_refusal = refuses and decision.question not in _EVENTS
        self._made[decision.time.date(), "entry" if is_refusal else decision.question] += 1
        if decision.question in _EVENTS:
            self._news.append(f"{self._bot}: {_event(decision)}")
        elif is_refusal:
            self._refused[f"{decision.pair} {side_text(decision.side)}"] = decision.rule

    def report_valuation_failure(self, time: datetime) -> bool:
        """Take up that the account could not be valued; return whether that is (again) news."""
        last = self._troubled
        if last is not None and time - last < _SUMMARY_EVERY:
            return False
        self._troubled = time
        self._news.append(
            f"{self._bot}: RiskGuard cannot value the account: no entries, and its limits are NOT "
            "watched. Stops remain. The log has the error."
        )
        return True

    def report(self, text: str) -> None:
        """Take up a message of its own."""
        self._news.append(f"{self._bot}: {text}")

    def clear(self) -> None:
        """Begin anew."""
        self._news.clear()
        self._refused.clear()
        self._made.clear()

    def drain_counts(self) -> Counter[tuple[date, Question]]:
        """Return how often the guard has decided what, by UTC day, and forget it.

        An entry, leverage or stake that was refused counts as ``entry``.
        """
        made, self._made = self._made, Counter()
        return made

    def drain(self, time: datetime) -> list[str]:
        """Return what is to be sent now, and forget it."""
        due = list(self._news)
        self._news.clear()
        last = self._summed_up
        if self._refused and (last is None or time - last >= _SUMMARY_EVERY):
            due.append(f"{self._bot}: {_summary(self._refused)}")
            self._refused.clear()
            self._summed_up = time
        return due


def _event(decision: Decision) -> str:
    if decision.pair == "*":
        # What concerns the account is a sentence of its own.
        return decision.why
    about = decision.pair if decision.side == 0 else f"{decision.pair} {side_text(decision.side)}"
    if decision.question in ("cancel", "lock", "alert") or isnan(decision.answered):
        return f"{about}: {decision.why} ({decision.rule})"
    left = (
        "closed"
        if decision.answered == 0
        else f"cut from {money(decision.asked)} to {money(decision.answered)} of margin"
    )
    return f"{about}: {left}: {decision.why} ({decision.rule})"


def _summary(refused: dict[str, str]) -> str:
    named = [f"{entry} ({rule})" for entry, rule in list(refused.items())[:_NAMED]]
    more = f" and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
    return f"entries refused: {', '.join(named)}{more}. Next summary: in an hour at the earliest."

"""What a guardian knows after a poll, as plain data: made once, then only read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from freqtrade_riskguard.status.limits import day_limit
from freqtrade_riskguard.status.model import (
    DecisionStatus,
    Drawdown,
    Figure,
    GuardStatus,
    LockStatus,
    LossLimit,
    Text,
)
from freqtrade_riskguard.watch.fleet_account import fleet_figures
from freqtrade_riskguard.watch.guardian import Guardian
from freqtrade_riskguard.watch.messages import lift
from freqtrade_riskguard.watch.notifications import Notifier
from freqtrade_riskguard.watch.settings import FLEET, WatchSettings
from freqtrade_riskguard.watch.watched_status import fall_limit, limit_mode, watched_status
from freqtrade_riskguard.watch.web.guard_document import GuardDocument
from freqtrade_riskguard.watch.web.history import Histories, Mark, MarkKind
from freqtrade_riskguard.watch.web.journal_counts import DecisionCount, JournalCounts


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BotView(_Part):
    """A bot at the latest poll."""

    name: Text
    trouble: Text | None = Field(description="what is wrong with it; null for nothing")
    is_answering: bool
    holds: tuple[Text, ...] = Field(description="why the guardian stops it")
    lift: Text | None = Field(default=None, description="what lifts its holds; null for none")
    status: GuardStatus | None = Field(description="null where it does not answer")
    decisions: tuple[DecisionCount, ...] | None = Field(
        description="of its guard, by rule; null where no journal is named"
    )
    last_decisions: tuple[DecisionStatus, ...] | None = Field(
        default=None, description="the newest first; null where no journal is named"
    )
    guard: GuardStatus | None = Field(
        default=None,
        description="what riskguard status has written of it; null where no file is named",
    )


class FleetView(_Part):
    """All bots together."""

    trouble: Text | None
    currency: Text
    equity_quote: Figure
    day: LossLimit
    drawdown: Drawdown
    gross_exposure_ratio: Figure
    max_gross_ratio: Figure = Field(default=None, description="null for no limit")


class EventCount(_Part):
    """How often the guardian has told of something since it was started."""

    bot: Text
    what: Text
    count: int


class GuardianHealth(_Part):
    """The guardian itself."""

    started: datetime
    polls: int
    failed_polls: int
    last_poll_seconds: Figure = Field(description="how long the latest poll took")
    every_seconds: float
    events: tuple[EventCount, ...]
    waiting_messages: int = Field(description="not delivered yet")


class WatchView(_Part):
    """All that the guardian shows. Its version changes when a field is taken away."""

    version: Literal[1]
    time: datetime
    bots: tuple[BotView, ...]
    fleet: FleetView | None = Field(description="null for a single bot")
    guardian: GuardianHealth


class Viewer:
    """Makes the views of a guardian, one after each poll.

    Parameters
    ----------
    journals : mapping
        By name of a bot, where its guard writes its journal on this machine.
    documents : mapping
        By name of a bot, what its own guard says of itself.
    histories : Histories
        Where each view is noted.
    """

    def __init__(
        self,
        guardian: Guardian,
        notifier: Notifier,
        settings: WatchSettings,
        journals: Mapping[str, JournalCounts],
        started: float,
        *,
        documents: Mapping[str, GuardDocument],
        histories: Histories,
    ) -> None:
        self._guardian, self._notifier, self._settings = guardian, notifier, settings
        self._journals, self._documents = journals, documents
        self._histories = histories
        # What is in force of each bot, and marked.
        self._marked: dict[str, frozenset[tuple[MarkKind, str]]] = {}
        self._started = datetime.fromtimestamp(started, UTC)
        self._polls = self._failed_polls = 0

    def view(self, time_seconds: float, took_seconds: float, *, polled: bool) -> WatchView:
        """Return what is known now.

        Parameters
        ----------
        took_seconds : float
            How long the poll took.
        polled : bool
            Whether it came to its end.
        """
        self._polls += 1
        self._failed_polls += not polled
        view = WatchView(
            version=1,
            time=datetime.fromtimestamp(time_seconds, UTC),
            bots=tuple(self._bot(name, time_seconds) for name in self._guardian.names),
            fleet=self._fleet(),
            guardian=GuardianHealth(
                started=self._started,
                polls=self._polls,
                failed_polls=self._failed_polls,
                last_poll_seconds=took_seconds,
                every_seconds=self._settings.every_seconds,
                events=tuple(
                    EventCount(bot=bot, what=what, count=count)
                    for (bot, what), count in sorted(self._notifier.counts.items())
                ),
                waiting_messages=self._notifier.waiting,
            ),
        )
        self._note(view, time_seconds)
        return view

    def _note(self, view: WatchView, time_seconds: float) -> None:
        for bot in view.bots:
            status = bot.status
            equity_quote = None if status is None else status.equity.equity_quote
            drawdown_ratio = None if status is None else status.drawdown.drawdown_ratio
            self._histories.add(bot.name, time_seconds, equity_quote, drawdown_ratio)
            self._histories.mark(bot.name, self._marks(bot, view.time))
        if view.fleet is not None:
            fleet = view.fleet
            self._histories.add(
                FLEET, time_seconds, fleet.equity_quote, fleet.drawdown.drawdown_ratio
            )

    def _marks(self, bot: BotView, time: datetime) -> list[Mark]:
        """Return what has happened to a bot since the view before."""
        before = self._marked.get(bot.name, frozenset())
        locks = None if bot.status is None else bot.status.locks
        # Of a bot that does not tell its locks those of before are still in force.
        found = {one for one in before if one[0] != "guardian"} if locks is None else set()
        found |= {_lock_mark(lock) for lock in locks or ()}
        found |= {("guardian", text) for text in bot.holds}
        self._marked[bot.name] = frozenset(found)
        journal = self._journals.get(bot.name)
        return [
            *(Mark(time=time, kind=kind, text=text) for kind, text in sorted(found - before)),
            *(() if journal is None else journal.take_acts()),
        ]

    def _bot(self, name: str, time_seconds: float) -> BotView:
        guardian, journal = self._guardian, self._journals.get(name)
        document = self._documents.get(name)
        seen, known = guardian.answered.get(name), guardian.remembered.bots.get(name)
        status = None
        if seen is not None:
            status = watched_status(
                seen,
                time_seconds,
                name=name,
                track=None if known is None else known.track,
                limits=guardian.limits[name],
            )
        return BotView(
            name=name,
            trouble=guardian.trouble(name),
            is_answering=seen is not None,
            holds=() if known is None else tuple(hold.text for hold in known.holds),
            lift=lift(name, known) if known is not None and known.holds else None,
            status=status,
            decisions=None if journal is None else journal.counted(),
            last_decisions=None if journal is None else journal.latest,
            guard=None if document is None else document.latest(),
        )

    def _fleet(self) -> FleetView | None:
        guardian, fleet = self._guardian, self._guardian.remembered.fleet
        if fleet is None or len(guardian.names) == 1:
            return None
        bots = {name: guardian.remembered.bots[name] for name in fleet.members}
        figures, limits = fleet_figures(fleet, bots), guardian.limits[FLEET]
        day = limits.daily_loss_limit
        return FleetView(
            trouble=guardian.trouble(FLEET),
            currency=figures.currency,
            equity_quote=fleet.track.equity_quote,
            day=day_limit(fleet.track, day, limit_mode(limits, day)),
            drawdown=fall_limit(fleet.track, limits),
            gross_exposure_ratio=figures.gross_exposure,
            max_gross_ratio=limits.gross_exposure,
        )


def _lock_mark(lock: LockStatus) -> tuple[MarkKind, str]:
    where = "" if lock.pair == "*" else f"{lock.pair}: "
    # The guard writes the number of its lock there later: it is the same lock all the same.
    reason, _, _ = lock.reason.partition(" Lift: ")
    return "halt" if lock.is_halt else "lock", f"{where}{reason}"

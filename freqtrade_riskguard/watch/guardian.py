"""One poll: look at every bot, judge the accounts, stop what has to be stopped."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from freqtrade_riskguard.rest_api.bot_status import BotStatus
from freqtrade_riskguard.rest_api.errors import BotError
from freqtrade_riskguard.watch.bot import Bot
from freqtrade_riskguard.watch.enforcement import enforce_limits, join_fleet, judge_fleet
from freqtrade_riskguard.watch.equity_accounting import update_account
from freqtrade_riskguard.watch.events import Event, What
from freqtrade_riskguard.watch.fleet_account import book_fleet
from freqtrade_riskguard.watch.heartbeat import Heartbeat
from freqtrade_riskguard.watch.notifications import Notifier
from freqtrade_riskguard.watch.settings import FLEET, WatchedBot, WatchSettings
from freqtrade_riskguard.watch.setup_checks import (
    currencies_differ,
    password_refused,
    shared_account,
)
from freqtrade_riskguard.watch.state import BotState
from freqtrade_riskguard.watch.state_file import StateFile, StateFileError
from freqtrade_riskguard.watch.stop_state import (
    Orders,
    advance,
    required_orders,
    reset,
    reset_fleet,
)
from freqtrade_riskguard.watch.worker_pool import WorkerPool

logger = logging.getLogger(__name__)

# A look is five questions; a bot that is slow at each is given up before it delays the others.
_LOOK_TIMEOUTS = 3.0


class CannotBeginError(Exception):
    """The first poll shows that the settings are wrong; the text names the bot and the remedy."""


class Guardian:
    """Watches bots and stops them.

    Parameters
    ----------
    settings : WatchSettings
    bots : sequence of WatchedBot
    file : StateFile
    notifier : Notifier
        Told of every change.
    stop : threading.Event
        Set to end: nothing is retried any more.
    now : callable
        Epoch seconds.

    Raises
    ------
    StateFileError
        Where the file cannot be read or written.
    """

    def __init__(
        self,
        settings: WatchSettings,
        bots: Sequence[WatchedBot],
        file: StateFile,
        notifier: Notifier,
        stop: threading.Event,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self.limits = {bot.name: bot.limits for bot in bots}
        if len(bots) > 1:
            self.limits[FLEET] = settings.fleet
        self._bots = {
            bot.name: Bot(bot, settings, stop, with_locks=settings.page is not None) for bot in bots
        }
        self._heartbeats = {
            name: Heartbeat(name, settings.missed_polls, settings.stalled_seconds)
            for name in self._bots
        }
        # One that is slow to show itself is given its orders all the same.
        self._lookouts = WorkerPool(self._bots)
        self._pool = WorkerPool(self._bots)
        self._file = file
        self._notifier = notifier
        self._now = now
        remembered = file.load()
        file.save(remembered)
        self.remembered = remembered
        self.seen: dict[str, BotStatus] = {}
        self._begun = False
        # What the last poll saw, and on what it failed itself: bots, or all of them together.
        self._looked: dict[str, BotStatus] = {}
        self._faults: set[str] = set()
        # Came to the bots and went from them in this poll.
        self._moved_quote = 0.0

    @property
    def names(self) -> tuple[str, ...]:
        """The bots that are watched."""
        return tuple(self._bots)

    def trouble(self, name: str) -> str | None:
        """Return what is wrong with a bot, or all together; None where it is watched and trades.

        It is not there; the guardian failed on it, so that nobody holds it against its limits; or
        it is stopped.
        """
        fault = "fault" if name in self._faults else None
        if name == FLEET:
            return fault
        bot = self.remembered.bots.get(name)
        held = bot.phase if bot is not None and bot.phase != "free" else None
        return self._heartbeats[name].trouble or fault or held

    @property
    def answered(self) -> Mapping[str, BotStatus]:
        """What the bots answered that answered the latest poll."""
        return self._looked

    @property
    def closing(self) -> bool:
        """Whether a bot that answers is still being stopped."""
        return any(self.trouble(name) == "closing" for name in self._bots)

    def poll(self) -> None:
        """Look, judge and act, once.

        Raises
        ------
        CannotBeginError
            At the first poll only; later the same is an alarm.
        """
        before, self._looked, self._faults = self._looked, {}, set()
        self._safely(FLEET, self._reset)
        answers = self._look()
        looked = {name: answer for name, answer in answers.items() if isinstance(answer, BotStatus)}
        if not self._begun:
            self._check(answers, looked)
            self._begun = True
        self.seen |= looked
        self._looked = looked
        self._moved_quote = 0.0
        for name, answer in answers.items():
            if isinstance(answer, BotError):
                self._unheard(name, answer)
            else:
                self._safely(name, partial(self._heard, name, answer, before.get(name)))
        self._safely(FLEET, self._judge_fleet)
        # Before acting: a guardian that dies meanwhile goes on where it was.
        self._save()
        self._act(looked)
        for name in {*self._bots, FLEET} - self._faults:
            self._notifier.report_problem(name, "fault", None)

    def close(self) -> None:
        """Wait for what is under way."""
        self._lookouts.close()
        self._pool.close()

    def _look(self) -> dict[str, BotStatus | BotError]:
        asked = {
            name: bot.look
            for name, bot in self._bots.items()
            if self._heartbeats[name].should_poll()
        }
        return self._lookouts.run(asked, self._settings.timeout_seconds * _LOOK_TIMEOUTS)

    def _check(
        self, answers: Mapping[str, BotStatus | BotError], looked: Mapping[str, BotStatus]
    ) -> None:
        currencies = {name: status.currency for name, status in looked.items()}
        if wrong := password_refused(answers) or currencies_differ(currencies):
            raise CannotBeginError(wrong)
        if advice := shared_account(looked):
            self._warn(FLEET, "settings", advice)

    def _heard(self, name: str, status: BotStatus, before: BotStatus | None) -> None:
        self._tell(self._heartbeats[name].on_response(status, self._now()))
        booked = update_account(self.remembered.bots.get(name), status, self._now())
        self._moved_quote += booked.moved_quote
        if booked.anew:
            self._warn(name, "account", "has another database: its account begins anew")
        elif booked.moved_quote:
            text = f"account changed by {booked.moved_quote:+.0f} {status.currency}"
            self._warn(name, "account", f"{text} not from this bot")
        patience_polls = self._settings.missed_polls
        bot, followed = advance(name, booked.state, status, patience_polls, before)
        bot, judged = enforce_limits(name, bot, self.limits[name])
        self._remember({name: bot})
        self._tell((*followed, *judged))

    def _unheard(self, name: str, error: BotError) -> None:
        bot = self.remembered.bots.get(name)
        trades = None if bot is None else len(bot.open_trades)
        self._tell(self._heartbeats[name].on_failure(error, trades))

    def _judge_fleet(self) -> None:
        bots = {name: bot for name, bot in self.remembered.bots.items() if name in self._bots}
        if len(self._bots) == 1 or not bots:
            return
        wrong = currencies_differ({name: bot.currency for name, bot in bots.items()})
        self._notifier.report_problem(FLEET, "settings", wrong)
        if wrong:
            self._faults.add(FLEET)
            return
        fleet = self.remembered.fleet
        bots, joined = join_fleet(fleet, bots)
        gone = [
            self.remembered.bots[name].track.equity_quote
            for name in (fleet.members if fleet is not None else ())
            if name in self.remembered.bots and name not in bots
        ]
        fleet = book_fleet(
            fleet,
            bots,
            gone_quote=sum(gone),
            moved_quote=self._moved_quote,
            time_seconds=self._now(),
        )
        fleet, bots, events = judge_fleet(fleet, bots, self._settings.fleet)
        self.remembered = self.remembered.model_copy(update={"fleet": fleet})
        self._remember(bots)
        self._tell((*joined, *events))

    def _act(self, looked: Mapping[str, BotStatus]) -> None:
        tasks = {}
        for name, heartbeat in self._heartbeats.items():
            bot = self.remembered.bots.get(name)
            if bot is None or heartbeat.trouble == "credentials":
                continue
            order = required_orders(bot, looked.get(name))
            if order.stop_entries or order.close_all:
                tasks[name] = partial(self._safely, name, partial(self._carry_out, name, order))
        if tasks:
            self._pool.run(tasks, self._settings.timeout_seconds * _LOOK_TIMEOUTS)

    def _carry_out(self, name: str, order: Orders) -> None:
        """Return a bot its orders, in its own thread; the next look shows what came of them."""
        failed: list[str] = []
        for wanted, give, what in (
            # Entries first, or what is closed would be opened again.
            (order.stop_entries, self._bots[name].stop_entries, "stop entries"),
            (order.close_all, self._bots[name].close_all, "close its trades"),
        ):
            try:
                if wanted:
                    give()
            except BotError as error:
                failed.append(f"could not {what}: {error}")
        text = f"{'; '.join(failed)}. Tried again at the next poll" if failed else None
        self._notifier.report_problem(name, "order_failed", text)

    def _reset(self) -> None:
        for name in sorted(self._file.take_resets()):
            if name == FLEET:
                self.remembered = reset_fleet(self.remembered)
            elif name in self.remembered.bots:
                self._remember({name: reset(self.remembered.bots[name], "own")})
            text = "reset by a person: its peak is its present equity. /start lets it trade"
            self._warn(name, "lifted", text)

    def _save(self) -> None:
        try:
            self._file.save(self.remembered)
        except StateFileError as error:
            # To guard without a memory is better than not to guard.
            self._notifier.report_problem(FLEET, "state_file", str(error))
            self._faults.add(FLEET)
        else:
            self._notifier.report_problem(FLEET, "state_file", None)

    def _remember(self, bots: Mapping[str, BotState]) -> None:
        known = {**self.remembered.bots, **bots}
        self.remembered = self.remembered.model_copy(update={"bots": known})

    def _safely(self, name: str, step: Callable[[], None]) -> None:
        """Take a step; one that fails must not keep the others from being taken."""
        try:
            step()
        except Exception as error:
            logger.exception("%s: the guardian failed on it", name)
            self._faults.add(name)
            text = f"the guardian failed on it ({type(error).__name__}, see its log) and goes on"
            self._notifier.report_problem(name, "fault", text)

    def _tell(self, events: Iterable[Event]) -> None:
        for event in events:
            self._notifier.notify(event)

    def _warn(self, name: str, what: What, text: str) -> None:
        self._notifier.notify(Event(bot=name, what=what, level=logging.WARNING, text=text))

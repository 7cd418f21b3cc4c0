"""One run of a bot or backtest: its state, and the way from freqtrade's questions to the guard."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from freqtrade.persistence import LocalTrade, Trade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.bot.account_manager import AccountManager
from freqtrade_riskguard.adapters.bot.daily_summary import DailySummary
from freqtrade_riskguard.adapters.bot.entry_tracker import EntryTracker
from freqtrade_riskguard.adapters.bot.error_guard import ErrorGuard
from freqtrade_riskguard.adapters.bot.journal_file import begin_journal
from freqtrade_riskguard.adapters.bot.log_messages import startup_message
from freqtrade_riskguard.adapters.bot.notifications import Notifications
from freqtrade_riskguard.adapters.bot.own_closes import close_unattended
from freqtrade_riskguard.adapters.bot.stop_manager import StopManager
from freqtrade_riskguard.adapters.bot.strategy_answers import UnusableAnswers
from freqtrade_riskguard.adapters.bot.strategy_hooks import conviction, target_price
from freqtrade_riskguard.adapters.live.monitor import LiveMonitor
from freqtrade_riskguard.adapters.market.contracts import venue_of_bot
from freqtrade_riskguard.adapters.market.snapshots import SnapshotBuilder
from freqtrade_riskguard.adapters.persistence.state_store import (
    DatabaseStore,
    InMemoryStore,
    StateStore,
)
from freqtrade_riskguard.adapters.run_mode import is_cross, is_running_bot
from freqtrade_riskguard.adapters.startup.checks import check_pairs
from freqtrade_riskguard.adapters.startup.custom_rules import own_rules
from freqtrade_riskguard.adapters.startup.database import check_database
from freqtrade_riskguard.adapters.startup.evidence import read_evidence
from freqtrade_riskguard.adapters.startup.exchange_safety import check_safety
from freqtrade_riskguard.adapters.startup.hyperopt_parameters import check_parameters, tuned
from freqtrade_riskguard.adapters.startup.margin_top_up import note_no_exchange
from freqtrade_riskguard.adapters.startup.open_profit import check_open_profit
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.config.loading import for_margin_mode
from freqtrade_riskguard.engine.cross_account import CrossAccount
from freqtrade_riskguard.engine.guard import Guard
from freqtrade_riskguard.engine.journal import Journal
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.evidence.record import EvidenceRecord
from freqtrade_riskguard.evidence.weighting import statement
from freqtrade_riskguard.formatting import side_text
from freqtrade_riskguard.rules import Rule
from freqtrade_riskguard.snapshot import Account, Entry

logger = logging.getLogger(__name__)

VALUING_ACCOUNT = ("*", "valuing the account; entries are blocked until it succeeds")


class Session:
    """State of one run. It is begun anew at every start, and when a backtest's time jumps back.

    Parameters
    ----------
    configured : RiskGuardConfig
        The guard's configuration, before hyperopt's parameters.
    runner_class : type of RuleRunner
        Asks the rules.

    Attributes
    ----------
    settings : RiskGuardConfig
        What holds in this run.
    runner : RuleRunner
        Where the rules are asked in this run.
    guard : Guard
        Who answers in this run.
    active : bool
        Whether any rule is asked at all.
    enforcing : bool
        Whether any rule may change what the bot does.
    memory : StateStore
        What a restart finds again.
    live : LiveMonitor
        What the exchange says, of a bot that trades for money.
    evidence : EvidenceRecord or None
        Trades of backtests that count for Kelly; read at a start.
    unusable : UnusableAnswers
        Told what a strategy answers that cannot be used.
    """

    def __init__(
        self, configured: RiskGuardConfig, runner_class: type[RuleRunner] = RuleRunner
    ) -> None:
        self._configured = configured
        self._runner_class = runner_class
        self._guard_class = Guard
        self.journal = Journal()
        self._messages = Notifications("")
        self._reported: set[tuple[str, str]] = set()
        self.unusable = UnusableAnswers()
        self.evidence: EvidenceRecord | None = None
        self._account: Account | None = None
        self._is_valued = False
        self._set_up(configured, InMemoryStore(), ())

    def start(self, strategy: IStrategy) -> None:
        """Begin a run of the bot or of a backtest; files are read again."""
        check_pairs(self._configured, strategy)
        self.evidence = read_evidence(self._configured, strategy)
        if is_running_bot(strategy.config):
            check_database()
            check_open_profit(strategy)
        self._view.restart()
        self.reset(
            strategy, DatabaseStore() if is_running_bot(strategy.config) else InMemoryStore()
        )
        self._messages = Notifications(strategy.config.get("bot_name", "freqtrade"))
        begin_journal(self.journal, self.settings, strategy, self._messages, self._note_last_locks)
        logger.info("RiskGuard: %s", startup_message(self.settings))
        logger.info("RiskGuard: %s.", venue_of_bot(strategy).statement)
        if self.evidence is not None:
            logger.info("RiskGuard: %s.", statement(self.evidence, self.settings.kelly))
        if "riskguard" not in strategy.config:
            logger.warning(
                "RiskGuard: the configuration has no 'riskguard' block; profile seatbelt is used."
            )
        check_safety(self.settings, strategy, self.guard)
        note_no_exchange(self.settings, strategy)

    def build_with(self, runner_class: type[RuleRunner], guard_class: type[Guard]) -> None:
        """Ask rules through these from the next run on; a preview records what they say."""
        self._runner_class, self._guard_class = runner_class, guard_class

    def apply_parameters(self, strategy: IStrategy) -> None:
        """Take up the strategy's parameters, which freqtrade loads after it has started it."""
        check_parameters(strategy)
        self.reset(strategy, self.memory)

    def reset(self, strategy: IStrategy, memory: StateStore) -> None:
        """Begin with what is in ``memory``: nothing, or what a run before this one has kept."""
        settings = for_margin_mode(
            tuned(self._configured, strategy), is_cross=is_cross(strategy.config)
        )
        self._set_up(settings, memory, own_rules(strategy))

    def _set_up(self, settings: RiskGuardConfig, memory: StateStore, rules: Sequence[Rule]) -> None:
        self.settings = settings
        self.active = settings.observing_or_enforcing
        self.enforcing = settings.enforcing
        self.memory = memory
        self.account = None
        self._last_loop: datetime | None = None
        self._asked: tuple[str, int, datetime, int, int] | None = None
        self._draft: Entry | None = None
        self._reported.clear()
        runner = self.runner = self._runner_class(settings, self.journal, rules)
        self._view = SnapshotBuilder(settings, memory)
        self.guard = self._guard_class(runner)
        self.live = LiveMonitor(settings, memory, self.journal)
        self._summary = DailySummary(settings, memory) if settings.daily_summary else None
        self.entries = EntryTracker(settings, self.guard, self.journal, self.live.pause_reason)
        cross = CrossAccount()
        self.stops = StopManager(self.guard, self._view, self.entries, memory, cross)
        self.account_manager = AccountManager(
            settings, runner, self._view, self.entries, self.stops, memory, cross, self.evidence
        )

    @property
    def account(self) -> Account | None:
        """The account as of the start of this loop; None while it is not known."""
        if self._account is None and self._is_valued:
            self._account = self.account_manager.account
        return self._account

    @account.setter
    def account(self, account: Account | None) -> None:
        self._account, self._is_valued = account, account is not None

    def reporting(self, pair: str, task: str) -> ErrorGuard:
        """Swallow an error of ours, loudly: once per pair and task, with its traceback.

        Whoever uses this has set the safe answer before.
        """
        return ErrorGuard(self._reported, (pair, task))

    def on_loop(self, strategy: IStrategy, time: datetime) -> None:
        """Value the account once per loop: locks, cuts and exits that the rules require."""
        # Nothing may be decided on the figures of an earlier loop.
        self.account = None
        live = is_running_bot(strategy.config)
        if not live and (self._last_loop is None or time <= self._last_loop):
            # The next backtest or epoch in this process, on the same strategy object.
            self.reset(strategy, InMemoryStore())
            self.journal.clear()
        self._last_loop = time
        self.entries.is_live = live
        unattended: list[Trade] = []
        # A backtest has no exchange to look at.
        if live:
            with self.reporting("*", "comparing the exchange with the trades; entries pause"):
                self.live.begin_loop(strategy, time)
            task = "looking for trades that freqtrade missed; its own stops and exits remain"
            # A guard that only observes is asked for no exits.
            if self.enforcing:
                with self.reporting("*", task):
                    unattended = self.live.unattended(strategy, time)
        try:
            self.account_manager.refresh(strategy, time, self.live.found)
            self._is_valued = True
            if live:
                with self.reporting("*", "noting what was settled; it is settled again"):
                    self.live.note_valued()
            if unattended:
                close_unattended(strategy, unattended, self.account_manager, self.live, time)
            if live and self.account is not None:
                with self.reporting("*", "adding margin; cuts and closes go on without it"):
                    is_closing = self.account_manager.is_closing
                    self.live.add_margin(strategy, self.account, is_closing, time)
        except Exception:
            # Told and logged again as long as it lasts: no limit is watched meanwhile.
            if live and self._messages.report_valuation_failure(time):
                self._reported.discard(VALUING_ACCOUNT)
            raise
        finally:
            if live:
                with self.reporting("*", "summing up the day; it is tried again in every loop"):
                    self._sum_up(strategy)
                with self.reporting("*", "sending messages; they are in the log"):
                    self._send(strategy, time)

    def _note_last_locks(self, records: Sequence[dict[str, Any]]) -> None:
        self.account_manager.actions.note_last_locks(records)

    def _sum_up(self, strategy: IStrategy) -> None:
        if self._summary is not None and self.account is not None:
            self._summary.update(strategy, self.account, self._messages)

    def _send(self, strategy: IStrategy, time: datetime) -> None:
        for message in self._messages.drain(time):
            if strategy.dp is not None:
                strategy.dp.send_msg(message, always_send=True)

    def mark(self, strategy: IStrategy, trade: LocalTrade, time: datetime) -> float:
        """Return the price that an open trade is valued at."""
        return self._view.marks(strategy, [trade], time)[0]

    def expect_run(self) -> None:
        """Begin anew with the next loop, whatever its time is: it is of another backtest."""
        self._last_loop = None

    def resume(self, strategy: IStrategy, memory: StateStore, time: datetime) -> None:
        """Go on with what an earlier run had kept, as a running bot does after a restart."""
        self.reset(strategy, memory)
        self._last_loop = time

    def entry(
        self,
        strategy: IStrategy,
        *,
        pair: str,
        side: int,
        rate: float,
        time: datetime,
        leverage: float,
        stake_quote: float,
        enter_tag: str | None,
        adds_to: int = 0,
    ) -> Entry:
        """Return the snapshot for an entry.

        Raises
        ------
        RuntimeError
            While the account is not known, an open trade has no stop of ours, or a lock could not
            be written, for whatever reason: then nothing may be entered.
        """
        if self.account is None:
            msg = "the account could not be valued in this loop"
            raise RuntimeError(msg)
        self.stops.require_protected(time)
        waiting = self.account_manager.actions.pending_lock(pair, side)
        if waiting is not None:
            msg = f"a lock that could not be written yet: {waiting.why}"
            raise RuntimeError(msg)
        account = self.account_manager.before_entry(strategy, self.account, time, adds_to)
        asked = (pair, side, time, adds_to, len(account.positions))
        if asked != self._asked or self._draft is None:
            self._asked, self._draft = (
                asked,
                self._build_entry(strategy, account, asked, rate, enter_tag),
            )
        return replace(
            self._draft,
            account=account,
            rate=rate,
            leverage=leverage,
            stake_quote=stake_quote,
            enter_tag=enter_tag,
        )

    def _build_entry(
        self,
        strategy: IStrategy,
        account: Account,
        asked: tuple[str, int, datetime, int, int],
        rate: float,
        enter_tag: str | None,
    ) -> Entry:
        """Look at what leverage, stake and consent of one entry have in common."""
        pair, side, time, adds_to, _ = asked
        question = {
            "pair": pair,
            "side": side_text(side),
            "rate": rate,
            "current_time": time,
            "enter_tag": enter_tag,
        }
        portfolio = None
        is_asked = self.settings.needs_portfolio or pair in self.settings.pairs
        if is_asked or account.margin_mode == "cross":
            others = (p.market.pair for p in account.positions if p.trade_id != adds_to)
            portfolio = self._view.portfolio(strategy, (*others, pair), time)
        return Entry(
            time=time,
            market=self._view.entry_market(strategy, pair, time),
            account=account,
            edge=self.account_manager.trade_history.edge(pair, time),
            side=side,
            rate=rate,
            leverage=1.0,
            stake_quote=0.0,
            own_stop_ratio=abs(strategy.stoploss),
            conviction=conviction(strategy, question),
            target_price=target_price(strategy, question),
            history=self.account_manager.trade_history.history(pair, time),
            portfolio=portfolio,
            adds_to=adds_to,
        )

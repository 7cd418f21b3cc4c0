"""Values the account once per loop of the bot, and asks what its rules require."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache, partial
from math import isnan

from freqtrade.exchange import timeframe_to_minutes
from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.equity import Equity
from freqtrade_riskguard.adapters.account.funding_payments import FundingPayments
from freqtrade_riskguard.adapters.account.trade_history import TradeHistory
from freqtrade_riskguard.adapters.account.trades import open_trades, trade_side
from freqtrade_riskguard.adapters.account.waiting_orders import (
    as_if_filled,
    filled_part,
    filled_position,
    is_entered,
    waiting_quote,
)
from freqtrade_riskguard.adapters.account.wallet import free_quote, wallet_quote
from freqtrade_riskguard.adapters.bot.action_enforcer import ActionEnforcer
from freqtrade_riskguard.adapters.bot.calm_loops import CalmLook, CalmLoops, slots, whitelist
from freqtrade_riskguard.adapters.bot.entry_tracker import EntryTracker
from freqtrade_riskguard.adapters.bot.limit_exits import LimitExits
from freqtrade_riskguard.adapters.bot.stop_manager import StopManager
from freqtrade_riskguard.adapters.live.transfers import transferred_quote
from freqtrade_riskguard.adapters.market.snapshots import SnapshotBuilder
from freqtrade_riskguard.adapters.persistence.ladder_state import LadderState
from freqtrade_riskguard.adapters.persistence.state_store import StateStore
from freqtrade_riskguard.adapters.run_mode import is_cross, trades_real_money
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.engine.account_monitor import AccountMonitor
from freqtrade_riskguard.engine.calm import CalmSearch
from freqtrade_riskguard.engine.cross_account import CrossAccount
from freqtrade_riskguard.engine.reconciliation import AGREED, Reconciled
from freqtrade_riskguard.engine.required_actions import NO_EXIT_PRICE, ExitPrice, nearer_exit
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.evidence.record import EvidenceRecord
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Position


class AccountManager:
    """The account once per loop, and the prices at which positions must be closed.

    Parameters
    ----------
    settings : RiskGuardConfig
        The bot's configuration.
    runner : RuleRunner
        Where the rules are asked.
    view : SnapshotBuilder
        Looks at freqtrade.
    entries : EntryTracker
        Knows with which ATR an entry was decided.
    stops : StopManager
        Told which trades are open.
    memory : StateStore
        What a restart finds again.
    cross : CrossAccount
        Told where the account is liquidated, in cross margin.

    Attributes
    ----------
    trade_history : TradeHistory
        What closed trades teach.
    actions : ActionEnforcer
        Puts into force what the rules require.
    reductions : Reductions
        Cuts and closes under way.
    """

    def __init__(
        self,
        settings: RiskGuardConfig,
        runner: RuleRunner,
        view: SnapshotBuilder,
        entries: EntryTracker,
        stops: StopManager,
        memory: StateStore,
        cross: CrossAccount,
        evidence: EvidenceRecord | None = None,
    ) -> None:
        self._settings, self._cross, self._evidence = settings, cross, evidence
        self._view, self._entries, self._stops, self._memory = view, entries, stops, memory
        lookbacks = settings.circuit_breaker.lookback_hours, settings.funding_breaker.lookback_hours
        self._keep = timedelta(days=1) + 2 * timedelta(hours=max(lookbacks))
        self._levels = LadderState(memory)
        self._monitor = AccountMonitor(runner, self._levels.get)
        self.actions = ActionEnforcer(self._monitor, self._levels, entries, runner.journal, memory)
        self.reductions = self.actions.reductions
        self._equity = Equity(
            memory, partial(self._monitor.note_alert, "equity"), transferred_quote
        )
        self.trade_history = TradeHistory(settings, evidence)
        self._funding_lookback = timedelta(hours=settings.funding_breaker.lookback_hours)
        self._payments = FundingPayments(self._funding_lookback, memory)
        self._closed: list[ClosedTrade] = []
        self._enforcing = settings.enforcing
        self._limits_price = self._monitor.limits_price()
        self._refreshed: datetime | None = None
        self._closed_at: deque[tuple[datetime, int]] = deque()
        self._positions: dict[int, Position] = {}
        self._limit_exits = LimitExits(view, self._equity, self.reductions)
        self._floors_reached: set[str] = set()
        self._exit_prices: dict[int, ExitPrice] = {}
        self._account: Account | None = None
        self._exchange = AGREED
        search = CalmSearch(runner, self._levels.get, self._monitor.equity_floor)
        self._calm = CalmLoops(search, view, self._equity, entries, stops, self.actions)
        self._look: CalmLook | None = None

    @property
    def account(self) -> Account | None:
        """The account as of the start of this loop; None before the first."""
        self._take_up_look()
        return self._account

    def refresh(self, strategy: IStrategy, time: datetime, exchange: Reconciled = AGREED) -> None:
        """Value the account, and put into force what its rules ask for.

        Parameters
        ----------
        exchange : Reconciled
            What the exchange holds beside the trades.
        """
        if self._refreshed is not None and time < self._refreshed:
            # A clock that was ahead has let go of what is still to be looked back at.
            self._begin_history()
        self._refreshed, self._exchange = time, exchange
        # Until the account is valued: what fails on the way must not lose them.
        self._closed += self.trade_history.update(time)
        trades = open_trades()
        self._look = None
        # What a backtest closed, within a candle too, is new to the rules.
        if not (self._closed or self._floors_reached or exchange is not AGREED):
            self._look = self._calm.look(strategy, time, trades, self._payments)
        if self._look is not None:
            self._forget((), time)
            self.actions.note_locks_of_others(time)
            self._limit_exits.begin(*self._look.limits())
            return
        self._levels.watch(trades)
        self._stops.prune({trade.id for trade in trades})
        self.reductions.watch(trades)
        entered = [t for t in trades if is_entered(t) and t.id not in exchange.lost_trades]
        marks = self._view.marks(strategy, entered, time)
        exchange = self._exchange = self._view.with_marks(strategy, exchange, entered, marks, time)
        value = partial(self._equity.update, strategy, time, entered, marks, exchange)
        track = value()
        if self.actions.has_halt_ended(time):
            # The halt last: where the bot dies in between, its end is found once more.
            self._equity.rebase_peak(time)
            self.actions.end_halt(trades, time)
            track = value()
        self._positions = {
            trade.id: self._position(strategy, trade, mark, time)
            for trade, mark in zip(entered, marks, strict=True)
        }
        funding_paid_quote = self._payments.update(time, trades, self._closed)
        self._forget(self._closed, time)
        self._closed = []
        account = Account(
            time=time,
            equity_quote=track.equity_quote,
            wallet_quote=wallet_quote(strategy),
            free_quote=free_quote(strategy),
            day_start_equity_quote=track.day_start_quote,
            week_start_equity_quote=track.week_start_quote,
            peak_equity_quote=track.peak_quote,
            open_trades=len(trades) - len(exchange.lost_trades),
            slots=slots(strategy),
            funding_paid_quote=funding_paid_quote,
            basis="live" if self._entries.is_live else "candle close",
            positions=tuple(self._positions.values()),
            candle=_length(strategy.timeframe),
            out_of_reach=self._entries.out_of_reach(
                partial(whitelist, strategy), is_flat=not trades
            ),
            floors_reached=frozenset(self._floors_reached),
            margin_mode="cross" if is_cross(strategy.config) else "isolated",
            hedge_correlation=self._settings.liquidation.hedge_correlation,
            other_collateral_quote=exchange.other_collateral_quote,
            beside=self._view.unbooked_positions(strategy, exchange.mismatches, time),
        ).with_liquidation()
        self._cross.update(account)
        found = self._monitor.evaluate(account, self.trade_history.recent)
        self.actions.enforce(found, account, trades)
        self.actions.note_locks_of_others(time)
        self._floors_reached.clear()
        self._account = account
        if not self._enforcing:
            for trade in trades:
                position = self._positions.get(trade.id)
                if position is not None:
                    self._stops.observe(trade, position, time)
        floor = self._monitor.equity_floor(account)
        self._limit_exits.begin(floor, account.equity_quote, entered, marks)
        if self._limits_price:
            # What has just been cut will not lose that much any more.
            left = {
                number: replace(position, amount=amount)
                for number, position in self._positions.items()
                if (amount := self.reductions.target_amount(number, position.amount)) > 0
            }
            after = replace(account, positions=tuple(left.values()))
            # What is being closed needs no price.
            self._exit_prices = dict.fromkeys(self._positions, NO_EXIT_PRICE) | {
                number: self._monitor.exit_price(position, after)
                for number, position in left.items()
            }
        # Of a running bot anything may have changed meanwhile. A rule that has failed has found a
        # lock: it is asked again in every loop.
        is_quiet = not (found.locks or found.reductions or found.levels or self._limits_price)
        if is_quiet and not self._entries.is_live and exchange is AGREED:
            self._calm.seek(account, floor, trades, self.trade_history.recent)

    def _begin_history(self) -> None:
        """Know nothing of closed trades and of funding: the next look reads them again."""
        self.trade_history = TradeHistory(self._settings, self._evidence)
        self._payments = FundingPayments(self._funding_lookback, self._memory)
        self._closed = []

    def exit_price(
        self, strategy: IStrategy, trade: LocalTrade, rate: float, time: datetime
    ) -> ExitPrice:
        """Return where a trade must be closed before the next loop; also one of this loop.

        Parameters
        ----------
        rate : float
            The price now; of a backtest, the candle's open.
        """
        is_live = self._entries.is_live
        at_floor = self._limit_exits.price(strategy, trade, rate, time, is_live=is_live)
        return nearer_exit(trade_side(trade), at_floor, self._rule_price(strategy, trade, time))

    def _rule_price(self, strategy: IStrategy, trade: LocalTrade, time: datetime) -> ExitPrice:
        """Return the price that a rule has named for this trade."""
        if not self._limits_price:
            return NO_EXIT_PRICE
        known = self._exit_prices.get(trade.id)
        if known is None and self.account is not None:
            account = self.current(strategy, self.account, time)
            known = self._monitor.exit_price(self._positions[trade.id], account)
            self._exit_prices[trade.id] = known
        return known or NO_EXIT_PRICE

    def is_closing(self, trade_id: int) -> bool:
        """Whether the guard is closing a trade."""
        return self.reductions.exit_tag(trade_id) is not None

    def mark(self, trade_id: int) -> float | None:
        """Return the price that a trade is valued at in this loop; None where it is not held."""
        self._take_up_look()
        position = self._positions.get(trade_id)
        return None if position is None else position.rate

    def record_exit(
        self, strategy: IStrategy, trade: LocalTrade, at: ExitPrice, time: datetime
    ) -> None:
        """Record that a trade is closed at its exit price."""
        self._floors_reached.add(at.rule)
        self._take_up_look()
        position = self._position(strategy, trade, trade.open_rate, time)
        self._monitor.record_exit(position, at, time)

    def current(
        self, strategy: IStrategy, account: Account, time: datetime, adds_to: int = 0
    ) -> Account:
        """Return the account of this loop with what other entries have taken of it since.

        Entry orders that wait, of additions too, count as if they were filled. But for those of the
        trade that is added to: they make room for what is added.
        """
        self._take_up_look()
        positions, waiting = [], 0.0
        for trade in open_trades():
            known = self._positions.get(trade.id)
            held, _ = filled_part(trade)
            if held <= 0:
                known = self._position(strategy, trade, trade.open_rate, time)
            elif known is None or known.amount != held:
                # What is lost at a price is shared by one more: nearer for all of them.
                self._exit_prices.clear()
                rate = trade.open_rate if known is None else known.rate
                known = self._positions[trade.id] = self._position(strategy, trade, rate, time)
            if trade.id == adds_to:
                positions.append(known)
                continue
            position = as_if_filled(known, trade)
            if trade.amount <= 0:
                # It has freqtrade's stop only: the guard sets its own with the first fill.
                position = replace(position, stop_price=self._stops.first(position))
            positions.append(position)
            waiting += waiting_quote(trade)
        # An exchange holds the margin of orders; freqtrade's own wallet knows of positions only.
        is_held = trades_real_money(strategy.config)
        free = free_quote(strategy) - (0.0 if is_held else waiting)
        now = replace(account, positions=tuple(positions), free_quote=free)
        return now.with_liquidation()

    def _take_up_look(self) -> None:
        """Build the account of a calm loop, where somebody asks for it."""
        if self._look is not None:
            self._account, self._look = self._look.account(), None
            self._positions = {p.trade_id: p for p in self._account.positions}

    def before_entry(
        self, strategy: IStrategy, account: Account, time: datetime, adds_to: int = 0
    ) -> Account:
        """Return the account as `current`, with what the exchange holds beyond the trades.

        It takes of every cap. No rule cuts or closes it.
        """
        now = self.current(strategy, account, time, adds_to)
        if not now.beside:
            return now
        return replace(now, positions=(*now.positions, *now.beside), beside=()).with_liquidation()

    def _position(
        self, strategy: IStrategy, trade: LocalTrade, rate: float, time: datetime
    ) -> Position:
        before = self._positions.get(trade.id)
        report = self._exchange.report(trade.id)
        if (
            before is not None
            and (before.amount, before.margin_quote, before.open_rate) == filled_position(trade)
            # Until it is known it is looked for again.
            and not isnan(before.market.atr)
        ):
            return self._view.position_now(strategy, trade, rate, time, before, report)
        return self._view.position(strategy, trade, rate, time, self._entries.entry_atr, report)

    def _forget(self, closed: Sequence[ClosedTrade], time: datetime) -> None:
        """Drop what is kept of trades that no rule looks back at any more."""
        self._closed_at.extend((time, trade.trade_id) for trade in closed)
        while self._closed_at and time - self._closed_at[0][0] > self._keep:
            self._memory.forget(self._closed_at.popleft()[1])


@cache
def _length(timeframe: str) -> timedelta:
    """Return how long a candle is: of a name always the same, so that nothing makes it stale."""
    return timedelta(minutes=timeframe_to_minutes(timeframe))

"""Loops of a backtest in which nothing was traded or paid, and no rule can act: told cheaply."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from math import inf, isnan, nan

from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.equity import Equity
from freqtrade_riskguard.adapters.account.funding_payments import FundingPayments
from freqtrade_riskguard.adapters.account.trades import OpenProfit
from freqtrade_riskguard.adapters.account.wallet import free_quote, wallet_quote
from freqtrade_riskguard.adapters.bot.action_enforcer import ActionEnforcer
from freqtrade_riskguard.adapters.bot.entry_tracker import EntryTracker
from freqtrade_riskguard.adapters.bot.stop_manager import StopManager
from freqtrade_riskguard.adapters.market.snapshots import SnapshotBuilder
from freqtrade_riskguard.engine.calm import Calm, CalmSearch
from freqtrade_riskguard.engine.required_actions import EquityFloor
from freqtrade_riskguard.risk import EquityTrack
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Position

# What decides about a trade's position, but for its price and its stop.
_Figures = tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class _WholeLook:
    """The last whole look at the account, and what holds from it on.

    Attributes
    ----------
    calm : Calm
        Where no rule acts.
    floor : EquityFloor
        At which equity positions must be closed.
    funding_until : float
        Until when (epoch seconds) the funding to come of all positions stays what it is.
    """

    calm: Calm
    account: Account
    floor: EquityFloor
    funding_until: float
    trades: tuple[LocalTrade, ...]
    figures: tuple[_Figures, ...]
    profits: tuple[OpenProfit, ...]

    def lasts(self, trades: Sequence[LocalTrade], time: datetime) -> bool:
        """Whether the open trades are the same, and nothing of them was filled or paid."""
        if time >= self.calm.until or time.timestamp() >= self.funding_until:
            return False
        if len(trades) != len(self.trades):
            return False
        for trade, known, figures in zip(trades, self.trades, self.figures, strict=True):
            if trade is not known or _figures(trade) != figures:
                return False
        return True


@dataclass(frozen=True, slots=True)
class CalmLook:
    """What a calm loop has seen: enough for its account, which is built where somebody asks."""

    before: _WholeLook
    time: datetime
    track: EquityTrack
    marks: Sequence[float]
    stops: Sequence[float]
    wallet_quote: float
    free_quote: float
    slots: float
    funding_paid_quote: float

    def limits(self) -> tuple[EquityFloor, float, Sequence[LocalTrade], Sequence[float]]:
        """Return the floor of the equity, the equity, and the trades with their marks."""
        return self.before.floor, self.track.equity_quote, self.before.trades, self.marks

    def account(self) -> Account:
        """Return the account as of the start of the loop."""
        seen = zip(self.before.account.positions, self.marks, self.stops, strict=True)
        return replace(
            self.before.account,
            time=self.time,
            equity_quote=self.track.equity_quote,
            wallet_quote=self.wallet_quote,
            free_quote=self.free_quote,
            day_start_equity_quote=self.track.day_start_quote,
            week_start_equity_quote=self.track.week_start_quote,
            peak_equity_quote=self.track.peak_quote,
            slots=self.slots,
            funding_paid_quote=self.funding_paid_quote,
            positions=tuple(_moved(position, mark, stop) for position, mark, stop in seen),
        )


class CalmLoops:
    """Takes note of the equity, and no more, as long as no rule can act.

    Parameters
    ----------
    search : CalmSearch
        Finds how far prices and equity may move.
    view : SnapshotBuilder
        Knows the prices.
    equity : Equity
        Counts the equity, in every loop.
    entries : EntryTracker
        Knows which pairs are out of reach.
    stops : StopManager
        Knows whether stops follow the market.
    actions : ActionEnforcer
        Knows whether anything is still to be done.
    """

    def __init__(
        self,
        search: CalmSearch,
        view: SnapshotBuilder,
        equity: Equity,
        entries: EntryTracker,
        stops: StopManager,
        actions: ActionEnforcer,
    ) -> None:
        self._search, self._view, self._equity = search, view, equity
        self._entries, self._stops, self._actions = entries, stops, actions
        self._before: _WholeLook | None = None

    def seek(
        self,
        account: Account,
        floor: EquityFloor,
        trades: Sequence[LocalTrade],
        closed: Sequence[ClosedTrade],
    ) -> None:
        """See, after a whole look, how far the market may move until the next one.

        Parameters
        ----------
        floor : EquityFloor
            At which equity of the account positions must be closed.
        closed : sequence of ClosedTrade
            What the breakers look back at.
        """
        if len(account.positions) < len(trades) or not self._actions.is_done:
            return
        if any(order.ft_is_open for trade in trades for order in trade.orders):
            return
        # Until its ATR is known a position is looked at anew.
        if any(isnan(position.market.atr) for position in account.positions):
            return
        calm = self._search.find(account, closed) if self._stops.are_settled(trades) else None
        if calm is not None:
            until = [self._view.funding_known_until(trade.pair) for trade in trades]
            self._before = _WholeLook(
                calm=calm,
                account=account,
                floor=floor,
                funding_until=min(until, default=inf),
                trades=tuple(trades),
                figures=tuple(map(_figures, trades)),
                profits=tuple(map(OpenProfit.of, trades)),
            )

    def look(
        self,
        strategy: IStrategy,
        time: datetime,
        trades: Sequence[LocalTrade],
        payments: FundingPayments,
    ) -> CalmLook | None:
        """Return what a loop sees in which no rule acts; None where all must be looked at."""
        before, self._before = self._before, None
        if before is None or not before.lasts(trades, time) or self._actions.has_halt_ended(time):
            return None
        marks = self._view.marks(strategy, trades, time)
        if not before.calm.holds_at(marks):
            return None
        if self._entries.out_of_reach(partial(whitelist, strategy), is_flat=not trades):
            return None
        profits = [profit.at(mark) for profit, mark in zip(before.profits, marks, strict=True)]
        track = self._equity.update(strategy, time, trades, marks, profits_quote=profits)
        if not before.calm.holds_with(track.equity_quote):
            return None
        self._before = before
        return CalmLook(
            before=before,
            time=time,
            track=track,
            marks=marks,
            stops=[trade.stop_loss or nan for trade in trades],
            wallet_quote=wallet_quote(strategy),
            free_quote=free_quote(strategy),
            slots=slots(strategy),
            funding_paid_quote=payments.update(time, trades, ()),
        )


def whitelist(strategy: IStrategy) -> list[str]:
    """Return the pairs that the bot trades now."""
    if strategy.dp is None:
        msg = "freqtrade has not attached its data yet"
        raise RuntimeError(msg)
    return strategy.dp.current_whitelist()


def slots(strategy: IStrategy) -> float:
    """Return how many trades the bot may have open; infinite for no limit."""
    allowed = float(strategy.max_open_trades)
    return inf if allowed < 0 else allowed


def _figures(trade: LocalTrade) -> _Figures:
    return (
        trade.amount,
        trade.stake_amount,
        trade.open_rate,
        trade.funding_fees,
        trade.liquidation_price,
        trade.realized_profit,
        len(trade.orders),
    )


def _moved(position: Position, mark: float, stop_price: float) -> Position:
    return position.at(
        mark,
        funding=position.funding,
        funding_quote=position.funding_quote,
        exchange_liquidation_price=position.exchange_liquidation_price,
        stop_price=stop_price,
        report=position.report,
    )

"""What a bot that trades for money looks at beside its rules: the exchange itself."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from math import nan

from freqtrade.persistence import LocalTrade, Order, Trade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import open_trades, trade_side
from freqtrade_riskguard.adapters.live.adl_watch import AdlWatch
from freqtrade_riskguard.adapters.live.bot_access import close_at_market
from freqtrade_riskguard.adapters.live.closed_on_exchange import ClosedOnExchange
from freqtrade_riskguard.adapters.live.exchange_view import REFUSALS, ExchangeView
from freqtrade_riskguard.adapters.live.margin_top_up import MarginTopUps
from freqtrade_riskguard.adapters.live.other_collateral import OtherCollateral
from freqtrade_riskguard.adapters.live.reconciler import Reconciler
from freqtrade_riskguard.adapters.live.stop_watch import MISSING_STOP, StopWatch
from freqtrade_riskguard.adapters.market.contracts import exchange_of
from freqtrade_riskguard.adapters.persistence.state_store import StateStore
from freqtrade_riskguard.adapters.run_mode import trades_real_money
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.engine.journal import Decision, Journal
from freqtrade_riskguard.engine.reconciliation import AGREED, Reconciled
from freqtrade_riskguard.formatting import side_text
from freqtrade_riskguard.snapshot import Account
from freqtrade_riskguard.snapshot.exchange import PositionReport

logger = logging.getLogger(__name__)

RECONCILIATION = "reconciliation"
_ADL_RANK, _MARGIN_TOP_UP, _COLLATERAL = "adl_rank", "margin_top_up", "collateral"


class LiveMonitor:
    """The exchange beside the database; silent unless the bot trades for money.

    Parameters
    ----------
    settings : RiskGuardConfig
        The bot's configuration.
    memory : StateStore
        What a restart finds again.
    journal : Journal
        Where it stands what was found.
    """

    def __init__(self, settings: RiskGuardConfig, memory: StateStore, journal: Journal) -> None:
        self._journal = journal
        self._view = ExchangeView()
        self._reconciler = Reconciler(
            settings.orphans, memory, self._alert, enforcing=settings.enforcing
        )
        self._stops = StopWatch(self._reconciler.stands, self._alert)
        self._closed = ClosedOnExchange(memory, self._note_close)
        self._adl = None if settings.adl == "off" else AdlWatch(self._note_rank)
        self._margin = MarginTopUps(settings, memory, self._note_margin)
        self._collateral = OtherCollateral(self._note_collateral)
        self._is_enforced = settings.mode == "enforce"
        self._reports: dict[int, PositionReport] = {}
        self._is_live = False
        self._has_failed = False
        self._exited: set[int] = set()

    def begin_loop(self, strategy: IStrategy, time: datetime) -> None:
        """Look at the exchange; entries pause until that has succeeded."""
        self._is_live = trades_real_money(strategy.config)
        if not self._is_live:
            return
        self._has_failed = True
        for trade in open_trades():
            if _is_beyond_liquidation(trade, self._rate(strategy, trade, refresh=False)):
                self._reconciler.outcomes.doubt(trade.pair, time)
        self._reconciler.look(strategy, time)
        trades = open_trades()
        self._closed.update(strategy, [trade.id for trade in trades], time)
        self._exited &= {trade.id for trade in trades}
        if self._adl is not None:
            self._adl.look(
                strategy, trades, lambda trade: self._rate(strategy, trade, refresh=False), time
            )
        self._margin.update(strategy, trades, self._reconciler.positions, time)
        self._collateral.look(strategy, time)
        self._reports = {trade.id: self._report(trade) for trade in trades}
        self._has_failed = False

    def _report(self, trade: LocalTrade) -> PositionReport:
        leads = None if self._adl is None else self._adl.leads(trade.id)
        return PositionReport(self._margin.added_quote(trade), leads)

    def add_margin(
        self,
        strategy: IStrategy,
        account: Account,
        is_closing: Callable[[int], bool],
        time: datetime,
    ) -> None:
        """Add margin where a position comes near liquidation, and the settings say so."""
        if self._is_live and not self._has_failed:
            self._margin.look(strategy, account, is_closing, time)

    def unattended(self, strategy: IStrategy, time: datetime) -> list[Trade]:
        """Return the trades that freqtrade could not look after in the loop before; once a loop."""
        if not self._is_live:
            return []
        found = self._stops.begin_loop(open_trades(), time)
        for trade in found:
            self._rate(strategy, trade, refresh=True)
        return found

    @property
    def found(self) -> Reconciled:
        """What the exchange holds beside the trades."""
        if not self._is_live:
            return AGREED
        return replace(
            self._reconciler.found,
            reports=self._reports,
            other_collateral_quote=self._collateral.quote,
        )

    def note_valued(self) -> None:
        """Take note that the account was valued with what was found."""
        if self._is_live:
            self._reconciler.note_valued()

    def pause_reason(self, pair: str) -> str | None:
        """Return why nothing may be entered on a pair; None where it may."""
        if not self._is_live:
            return None
        if self._has_failed:
            return "the exchange could not be compared with the trades, see the log"
        return self._reconciler.pause_reason(pair)

    def allow_entry(self, pair: str, time: datetime) -> None:
        """Take note that freqtrade will make an entry now."""
        if self._is_live:
            self._reconciler.outcomes.allow_entry(pair, time)

    def allow_exit(self, trade: LocalTrade, time: datetime) -> None:
        """Take note that freqtrade will make an exit now."""
        if self._is_live:
            self._reconciler.outcomes.allow_exit(trade, time)

    def note_asked(self, trade: LocalTrade) -> None:
        """Take note that freqtrade asks for the exits of a trade."""
        self._stops.note_asked(trade)

    def lacks_stop(self, strategy: IStrategy, trade: LocalTrade, time: datetime) -> bool:
        """Whether a position should have a stop on the exchange, and none is known to stand."""
        return self._is_live and self._stops.is_missing(strategy, trade, time)

    def is_beyond_missing_stop(self, trade: LocalTrade, rate: float) -> bool:
        """Whether the market has passed the stop of a trade, and no order stands there."""
        is_beyond = trade_side(trade) * (rate - (trade.stop_loss or nan)) <= 0
        return is_beyond and not self._reconciler.stands(trade)

    def note_stop_exit(self, trade: LocalTrade, time: datetime) -> None:
        """Record, once, that the bot closes a trade itself since no stop order stands."""
        if trade.id not in self._exited:
            self._exited.add(trade.id)
            why = f"the stop at {trade.stop_loss:g} is reached, and no stop order stands"
            self._record(trade, MISSING_STOP, time, why)

    def close(
        self, strategy: IStrategy, trade: Trade, rate: float, tag: str, time: datetime
    ) -> None:
        """Close a trade by an order of the guard's own; what fails is tried in the next loop."""
        logger.warning(
            "RiskGuard: %s: closing it by an order of the guard's own (%s)", trade.pair, tag
        )
        try:
            close_at_market(strategy, trade, rate, tag)
        except REFUSALS as error:
            self._alert(time, f"{trade.pair}: the guard's own order to close it failed: {error}")

    def cancel_rest(
        self, strategy: IStrategy, trade: LocalTrade, order: Order, time: datetime
    ) -> None:
        """Cancel what is left of an entry whose filled part freqtrade holds for too small to exit.

        It leaves such an order open, and the position has no stop for as long as that waits. An
        exit that only reduces may be of any size.
        """
        least_quote = exchange_of(strategy).get_min_pair_stake_amount(
            trade.pair, trade.open_rate, strategy.stoploss
        )
        filled_quote = (trade.amount + order.safe_filled) * trade.open_rate
        if least_quote is None or filled_quote >= least_quote:
            return
        try:
            self._view.cancel(strategy, order.order_id, trade.pair)
        except REFUSALS as error:
            self._alert(
                time, f"{trade.pair}: the rest of a partly filled entry is NOT cancelled: {error}"
            )

    @staticmethod
    def _rate(strategy: IStrategy, trade: LocalTrade, *, refresh: bool) -> float:
        """Return the price that a trade would be closed at; NaN where the exchange gives none."""
        try:
            rate = exchange_of(strategy).get_rate(
                trade.pair, side="exit", is_short=trade.is_short, refresh=refresh
            )
        except REFUSALS as error:
            logger.warning("RiskGuard: no price of %s: %s", trade.pair, error)
            return nan
        return float(rate)

    def _alert(self, time: datetime, why: str) -> None:
        self._note_account(RECONCILIATION, time, why)

    def _note_rank(self, trade: LocalTrade, time: datetime, why: str) -> None:
        logger.warning("RiskGuard: %s %s: %s", trade.pair, side_text(trade_side(trade)), why)
        self._journal.record(
            Decision(
                time=time,
                pair=trade.pair,
                side=trade_side(trade),
                question="alert",
                rule=_ADL_RANK,
                why=why,
            )
        )

    def _note_margin(
        self, trade: LocalTrade, time: datetime, asked: float, answered: float, why: str
    ) -> None:
        self._journal.record(
            Decision(
                time=time,
                pair=trade.pair,
                side=trade_side(trade),
                question="alert",
                rule=_MARGIN_TOP_UP,
                asked=asked,
                answered=answered,
                enforced=self._is_enforced,
                why=why,
            )
        )

    def _note_collateral(self, time: datetime, why: str) -> None:
        self._note_account(_COLLATERAL, time, why)

    def _note_account(self, rule: str, time: datetime, why: str) -> None:
        logger.warning("RiskGuard: %s", why)
        self._journal.record(
            Decision(time=time, pair="*", side=0, question="alert", rule=rule, why=why)
        )

    def _note_close(self, time: datetime, trade: Trade, rule: str, why: str) -> None:
        logger.warning("RiskGuard: %s: %s", trade.pair, why)
        self._record(trade, rule, time, why)

    def _record(self, trade: LocalTrade, rule: str, time: datetime, why: str) -> None:
        self._journal.record(
            Decision(
                time=time,
                pair=trade.pair,
                side=trade_side(trade),
                question="exit",
                rule=rule,
                asked=trade.stake_amount,
                answered=0.0,
                why=why,
            )
        )


def _is_beyond_liquidation(trade: LocalTrade, rate: float) -> bool:
    """Whether a trade may be liquidated already."""
    return trade_side(trade) * (rate - (trade.liquidation_price or nan)) <= 0

"""Entry orders that wait while entries pause: they are cancelled. Exits never are."""

import logging
from collections.abc import Iterator
from datetime import datetime

from freqtrade.persistence import LocalTrade, Order
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.adapters.account.waiting_orders import cancellation
from freqtrade_riskguard.adapters.bot.session import Session
from freqtrade_riskguard.adapters.live.monitor import RECONCILIATION
from freqtrade_riskguard.adapters.persistence.pair_locks import blocking_lock_reason
from freqtrade_riskguard.adapters.run_mode import trades_real_money
from freqtrade_riskguard.engine.guard import EntryPause
from freqtrade_riskguard.engine.lock_origins import lock_origin

logger = logging.getLogger(__name__)

# The rule that ends an entry order with its first fill.
PARTLY_FILLED = "partly_filled"


def is_cancelled(
    session: Session, strategy: IStrategy, trade: LocalTrade, order: Order, time: datetime
) -> bool:
    """Whether an entry order must go; what pauses its pair and side is told once.

    Raises
    ------
    RuntimeError
        While the account is not known: then nothing may be entered.
    """
    pauses = list(_pauses(session, trade, time))
    is_partly_filled = order.safe_filled > 0 and order.safe_remaining > 0
    if trades_real_money(strategy.config) and is_partly_filled:
        why = "it is filled in part, and has no stop before its order is over"
        pauses.append(EntryPause(PARTLY_FILLED, enforced=session.enforcing, why=why))
    if not pauses:
        return False
    pause = next((pause for pause in pauses if pause.enforced), pauses[0])
    told = cancellation(trade, order, pause, time)
    if session.journal.record(told, order.order_id) and session.entries.is_live:
        logger.warning("RiskGuard: %s: %s", trade.pair, told.why)
    if pause.enforced and trades_real_money(strategy.config) and is_partly_filled:
        session.live.cancel_rest(strategy, trade, order, time)
    return pause.enforced


def _pauses(session: Session, trade: LocalTrade, time: datetime) -> Iterator[EntryPause]:
    # Also locks of protections, of the strategy and of people: nobody may enter there.
    reason = blocking_lock_reason(trade.pair, trade_side(trade), time)
    if reason is not None:
        yield EntryPause(lock_origin(reason), enforced=session.enforcing, why=reason)
    waiting = session.account_manager.actions.pending_lock(trade.pair, trade_side(trade))
    if waiting is not None:
        yield EntryPause(waiting.rule, enforced=True, why=waiting.why)
    unsettled = session.live.pause_reason(trade.pair)
    if unsettled is not None:
        yield EntryPause(RECONCILIATION, enforced=session.enforcing, why=unsettled)
    rule = session.account_manager.reductions.ordered_by(trade.id)
    if rule is not None:
        yield EntryPause(rule, enforced=True, why=f"the position is being cut or closed by {rule}")
    if session.account is None:
        msg = "the account could not be valued in this loop"
        raise RuntimeError(msg)
    yield from session.guard.pauses(trade.pair, session.account)

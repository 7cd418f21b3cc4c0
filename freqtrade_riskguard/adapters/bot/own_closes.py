"""Closes what freqtrade cannot look after: exits that it is never asked to make."""

from collections.abc import Sequence
from datetime import datetime

from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.adapters.bot.account_manager import AccountManager
from freqtrade_riskguard.adapters.live.monitor import LiveMonitor
from freqtrade_riskguard.adapters.live.stop_watch import MISSING_STOP
from freqtrade_riskguard.backtest_result.result import GUARD_TAG


def close_unattended(
    strategy: IStrategy,
    trades: Sequence[Trade],
    manager: AccountManager,
    live: LiveMonitor,
    time: datetime,
) -> None:
    """Close each trade that must be closed now, where no exit of it is on its way.

    Parameters
    ----------
    trades : sequence of Trade
        Those that freqtrade could not look after in its last loop.
    """
    for trade in trades:
        is_exiting = any(order.ft_order_side == trade.exit_side for order in trade.open_orders)
        rate = manager.mark(trade.id)
        if not trade.is_open or trade.amount <= 0 or is_exiting or rate is None:
            continue
        tag = manager.reductions.exit_tag(trade.id)
        limit = manager.exit_price(strategy, trade, rate, time)
        if tag is None and trade_side(trade) * (rate - limit.price) <= 0:
            manager.record_exit(strategy, trade, limit, time)
            tag = GUARD_TAG + limit.rule
        if tag is None and live.is_beyond_missing_stop(trade, rate):
            live.note_stop_exit(trade, time)
            tag = GUARD_TAG + MISSING_STOP
        if tag is not None:
            live.close(strategy, trade, rate, tag, time)

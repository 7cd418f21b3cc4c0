"""What a strategy's callbacks are shown of a trade: none of the guard's own orders.

A strategy counts its exits (``trade.nr_of_successful_exits``) and takes a cut for its own first
one. freqtrade deep-copies a trade before each callback, and Python lets an object say how it is
copied: of a trade that the guard has cut, the copy leaves the guard's orders out. The trade itself
keeps them, and one that was never cut is copied as ever.
"""

from copy import deepcopy
from functools import partial
from typing import Any

from freqtrade.persistence import LocalTrade, Order, Trade
from sqlalchemy.orm.attributes import set_committed_value

from freqtrade_riskguard.backtest_result.result import GUARD_TAG, OWN_CUT_SUFFIX

_HOOK = "__deepcopy__"


def hide_guard_orders(trade: LocalTrade) -> None:
    """Have copies of a trade leave out the orders with which the guard has cut or closed it."""
    trade.__dict__[_HOOK] = partial(_copy_without_guard_orders, trade)


def _copy_without_guard_orders(trade: LocalTrade, memo: dict[int, Any]) -> LocalTrade:
    hook = trade.__dict__.pop(_HOOK)
    try:
        copied = deepcopy(trade, memo)
    finally:
        trade.__dict__[_HOOK] = hook
    shown = [order for order in copied.orders if not _is_guards(order)]
    if isinstance(copied, Trade):
        # No event of the database's: the copy belongs to no session.
        set_committed_value(copied, "orders", shown)
    else:
        copied.orders = shown
    return copied


def _is_guards(order: Order) -> bool:
    tag = order.ft_order_tag or ""
    return tag.startswith(GUARD_TAG) and not tag.endswith(OWN_CUT_SUFFIX)

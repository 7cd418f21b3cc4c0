"""The orders by which a running bot's guard has cut and closed trades."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from freqtrade.persistence import Order, Trade
from sqlalchemy import select

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.backtest_result.result import CUT_SUFFIX, GUARD_TAG


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardOrder:
    """A filled order of the guard's.

    Attributes
    ----------
    side : int
        Of the position that it made smaller: +1 long, -1 short.
    amount : float
        Base units that it took out.
    price : float
        What they were filled at.
    fee_quote : float
        What that cost.
    is_cut : bool
        Whether the position was to go on, smaller.
    """

    pair: str
    side: int
    amount: float
    price: float
    fee_quote: float
    is_cut: bool


def guard_orders(start: datetime, end: datetime) -> Sequence[GuardOrder]:
    """Return what the guard's orders have taken out from ``start`` until before ``end``."""
    wanted = select(Order).where(
        Order.ft_order_tag.startswith(GUARD_TAG, autoescape=True),
        Order.order_filled_date >= start,
        Order.order_filled_date < end,
    )
    return [
        GuardOrder(
            pair=order.ft_pair,
            side=trade_side(order.trade),
            amount=order.safe_filled,
            price=order.safe_price,
            fee_quote=order.safe_filled * order.safe_price * (order.trade.fee_close or 0.0),
            is_cut=str(order.ft_order_tag).endswith(CUT_SUFFIX),
        )
        for order in Trade.session.scalars(wanted)
        if order.safe_filled > 0
    ]

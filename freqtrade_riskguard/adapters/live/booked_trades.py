"""The open trades of freqtrade's database, as they are compared with the exchange."""

from collections.abc import Collection
from math import nan

from freqtrade.persistence import LocalTrade, Order, Trade
from freqtrade.strategy import IStrategy
from sqlalchemy import or_, select

from freqtrade_riskguard.adapters.account.trades import open_trades, trade_side
from freqtrade_riskguard.adapters.account.waiting_orders import (
    filled_position,
    sold_amount,
    waiting_orders,
)
from freqtrade_riskguard.adapters.market.contracts import lot_of
from freqtrade_riskguard.snapshot.exchange import BookedTrade


def booked_trade(trade: LocalTrade) -> BookedTrade:
    """Return what a trade says about its position."""
    amount, _, price = filled_position(trade)
    held = amount - sold_amount(trade)
    entries = waiting_orders(trade)
    exits = [
        order
        for order in trade.orders
        if order.ft_is_open and order.ft_order_side not in (trade.entry_side, "stoploss")
    ]
    return BookedTrade(
        trade_id=trade.id,
        pair=trade.pair,
        side=trade_side(trade),
        amount=held,
        entering=sum(order.safe_remaining for order in entries),
        exiting=sum(order.safe_remaining for order in exits),
        lot=lot_of(trade),
        price=price,
        fee_ratio=trade.fee_open or 0.0,
        stop_ids=frozenset(str(order.order_id) for order in trade.open_sl_orders),
        stop_price=trade.stop_loss or nan,
    )


def stops_that_are_over(order_ids: Collection[str]) -> frozenset[str]:
    """Return which stop orders are the bot's own, and over by its database.

    A cancellation whose answer was lost may have been refused, and a trade may have been closed
    while its stop could not be cancelled: then the order still stands.
    """
    if not order_ids:
        return frozenset()
    is_over = or_(Order.ft_is_open.is_(False), Trade.is_open.is_(False))
    own = (
        select(Order.order_id)
        .join(Trade, Trade.id == Order.ft_trade_id)
        .where(Order.order_id.in_(order_ids), Order.ft_order_side == "stoploss", is_over)
    )
    return frozenset(Order.session.scalars(own))


def own_pairs(strategy: IStrategy) -> frozenset[str] | None:
    """Return the pairs that are this bot's affair; None for all: the account is its own."""
    if "available_capital" not in strategy.config or strategy.dp is None:
        return None
    held = (trade.pair for trade in open_trades())
    return frozenset((*strategy.dp.current_whitelist(), *held))

"""Orders that wait: entries count as if they were filled, exits with what they have sold."""

from dataclasses import replace
from datetime import datetime

from freqtrade.persistence import LocalTrade, Order

from freqtrade_riskguard.engine.guard import EntryPause
from freqtrade_riskguard.engine.journal import Decision
from freqtrade_riskguard.formatting import currency, money
from freqtrade_riskguard.snapshot import Position


def waiting_orders(trade: LocalTrade) -> list[Order]:
    """Return the entry orders of a trade that are not filled, or only in part."""
    return [o for o in trade.orders if o.ft_is_open and o.ft_order_side == trade.entry_side]


def rest_quote(trade: LocalTrade, order: Order) -> float:
    """Return the margin that an order will still take once it is filled."""
    notional_quote = order.safe_remaining * order.safe_placement_price
    return float(notional_quote / (trade.leverage or 1.0))


def waiting_quote(trade: LocalTrade) -> float:
    """Return the margin that freqtrade does not count yet: of open orders, filled parts too.

    A trade that was never filled has the margin of its order from the start.
    """
    if trade.amount <= 0:
        return 0.0
    return sum(_worth_quote(order) for order in waiting_orders(trade)) / (trade.leverage or 1.0)


def filled_part(trade: LocalTrade) -> tuple[float, float]:
    """Return amount and margin of what is filled, open orders that are filled in part included."""
    amount, margin_quote = trade.amount, trade.stake_amount if trade.amount > 0 else 0.0
    for order in waiting_orders(trade):
        amount += order.safe_filled
        margin_quote += order.safe_filled * order.safe_price / (trade.leverage or 1.0)
    return amount, margin_quote


def filled_position(trade: LocalTrade) -> tuple[float, float, float]:
    """Return amount, margin and average price of what is filled.

    Of a trade that has nothing yet, the margin and the price that its entry was made with.
    """
    orders = [order for order in waiting_orders(trade) if order.safe_filled > 0]
    if not orders:
        return trade.amount, trade.stake_amount, trade.open_rate
    amount, margin_quote = filled_part(trade)
    filled_quote = sum(order.safe_filled * order.safe_price for order in orders)
    return amount, margin_quote, (trade.amount * trade.open_rate + filled_quote) / amount


def partial_profit_quote(trade: LocalTrade, mark: float) -> float:
    """Return what open orders' fills so far add to the profit of what freqtrade counts, at a price.

    freqtrade counts a fill only when its order is over: what an entry has bought wins and loses
    with the price already, and what an exit has sold does so no more.
    """
    # Asked for every trade and candle, and nearly always nothing waits.
    if not any(order.ft_is_open for order in trade.orders):
        return 0.0
    side, profit_quote = (-1 if trade.is_short else 1), 0.0
    for order in waiting_orders(trade):
        filled = order.safe_filled
        if filled > 0:
            fees = (trade.fee_open or 0.0) * order.safe_price + (trade.fee_close or 0.0) * mark
            profit_quote += filled * (side * (mark - order.safe_price) - fees)
    still_held = sum(_exit_quote(trade, filled, mark) for filled, _ in _sold(trade))
    return float(profit_quote + sold_profit_quote(trade) - still_held)


def sold_profit_quote(trade: LocalTrade) -> float:
    """Return the profit of what open exit orders have sold so far, less the fees of selling it."""
    return sum(_exit_quote(trade, filled, price) for filled, price in _sold(trade))


def sold_amount(trade: LocalTrade) -> float:
    """Return the base units that open exit orders have sold so far."""
    return sum(filled for filled, _ in _sold(trade))


def _sold(trade: LocalTrade) -> list[tuple[float, float]]:
    """Return amount and price of what each open exit order has sold so far, a stop order's too."""
    orders = [o for o in trade.orders if o.ft_is_open and o.ft_order_side != trade.entry_side]
    return [(order.safe_filled, order.safe_price) for order in orders if order.safe_filled > 0]


def _exit_quote(trade: LocalTrade, amount: float, price: float) -> float:
    side = -1 if trade.is_short else 1
    profit = side * (price - trade.open_rate) - (trade.fee_close or 0.0) * price
    return float(amount * profit)


def is_entered(trade: LocalTrade) -> bool:
    """Whether anything of a trade was filled, if only part of an order that still waits."""
    return trade.amount > 0 or any(order.safe_filled > 0 for order in waiting_orders(trade))


def as_if_filled(position: Position, trade: LocalTrade) -> Position:
    """Return the position of a trade as it will be when its entry orders are filled.

    What waits is worth what will be paid for it: the mark is the average of the position's own and
    of the orders' prices, so that notional, profit and the way to the stop are those of both.

    Parameters
    ----------
    position : Position
        What is filled, parts of open orders included.
    """
    orders = waiting_orders(trade)
    held = position.amount
    if held > 0 and not orders:
        return position
    if held <= 0 and not orders:
        # Between an order and the one that replaces it.
        amount = trade.stake_amount * (trade.leverage or 1.0) / trade.open_rate
        return replace(position, amount=amount)
    amount = held + sum(order.safe_remaining for order in orders)
    if amount <= 0:
        return position
    added_quote = sum(order.safe_remaining * order.safe_placement_price for order in orders)
    margin_quote = added_quote / (trade.leverage or 1.0)
    return replace(
        position,
        amount=amount,
        margin_quote=margin_quote + (position.margin_quote if held > 0 else 0.0),
        open_rate=(held * position.open_rate + added_quote) / amount,
        rate=(held * position.rate + added_quote) / amount,
    )


def cancellation(trade: LocalTrade, order: Order, pause: EntryPause, time: datetime) -> Decision:
    """Return what is recorded of an entry order that a pause cancels, or would cancel."""
    kind = "addition" if trade.amount > 0 else "entry"
    quote, what = rest_quote(trade, order), "cancelled" if pause.enforced else "would be cancelled"
    return Decision(
        time=time,
        pair=trade.pair,
        side=-1 if trade.is_short else 1,
        question="cancel",
        rule=pause.rule,
        asked=quote,
        answered=0.0,
        enforced=pause.enforced,
        why=f"waiting {kind} of {money(quote)} {currency(trade.pair)} {what}: {pause.why}",
    )


def _worth_quote(order: Order) -> float:
    """Return the notional of an order once it is filled."""
    rest_notional_quote = order.safe_remaining * order.safe_placement_price
    return float(order.safe_filled * order.safe_price + rest_notional_quote)

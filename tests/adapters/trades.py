"""Real freqtrade trades, as a backtest makes them."""

from datetime import timedelta

from freqtrade.persistence import LocalTrade, Order, Trade

from tests.factories import NOON, PAIR


def open_trade(
    trade_id=1,
    *,
    pair=PAIR,
    short=False,
    rate=100.0,
    stake=1_000.0,
    leverage=10.0,
    fee=0.0,
    kind=LocalTrade,
):
    """Return an open trade; its entry is filled two hours before noon."""
    trade = kind(
        id=trade_id,
        pair=pair,
        base_currency=pair.split("/")[0],
        stake_currency="USDT",
        exchange="binance",
        open_rate=rate,
        open_date=NOON - timedelta(hours=2),
        stake_amount=stake,
        amount=0.0,
        amount_requested=stake * leverage / rate,
        fee_open=fee,
        fee_close=fee,
        is_open=True,
        is_short=short,
        leverage=leverage,
        amount_precision=0.001,
        price_precision=0.01,
        precision_mode=4,
        precision_mode_price=4,
        contract_size=1.0,
        trading_mode="futures",
        orders=[],
    )
    trade.adjust_stop_loss(trade.open_rate, -0.99, initial=True)
    # An exchange fills lots.
    fill(trade, trade.entry_side, round(stake * leverage / rate, 3), rate, trade.open_date)
    return trade


def booked_trade(trade_id=1, **kwargs):
    """Return an open trade that a running bot has in its database."""
    trade = open_trade(trade_id, kind=Trade, **kwargs)
    Trade.session.add(trade)
    Trade.commit()
    return trade


def found_again(trade_id=1):
    """Return a trade as a new start of the bot reads it from its database."""
    (trade,) = Trade.get_trades([Trade.id == trade_id]).all()
    return trade


def waiting_trade(trade_id=1, **kwargs):
    """Return a trade whose entry order has not been filled."""
    trade = open_trade(trade_id, **kwargs)
    order = trade.orders[0]
    order.filled, order.remaining = 0.0, order.amount
    order.status, order.ft_is_open, order.order_filled_date = "open", True, None
    trade.amount = 0.0
    return trade


def wait(trade, amount, rate, *, filled=0.0, date=NOON, side=None):
    """Have a trade's next order wait, filled in part; freqtrade counts nothing of it yet.

    It is an entry order unless another side is given.
    """
    in_database, side = isinstance(trade, Trade), side or trade.entry_side
    order = Order(
        id=None if in_database else len(trade.orders) + 1,
        ft_trade_id=trade.id,
        ft_is_open=True,
        ft_pair=trade.pair,
        order_id=f"{trade.id}-{len(trade.orders) + 1}",
        symbol=trade.pair,
        ft_order_side=side,
        side=side,
        order_type="limit",
        status="open",
        order_date=date,
        ft_price=rate,
        price=rate,
        ft_amount=amount,
        amount=amount,
        filled=filled,
        remaining=amount - filled,
    )
    if not in_database:
        order._trade_bt = trade
    trade.orders.append(order)
    trade.recalc_trade_from_orders()
    return order


def fill(trade, side, amount, rate, date):
    """Fill an order of a trade as backtesting does."""
    in_database = isinstance(trade, Trade)
    order = Order(
        id=None if in_database else len(trade.orders) + 1,
        ft_trade_id=trade.id,
        ft_is_open=True,
        ft_pair=trade.pair,
        order_id=f"{trade.id}-{len(trade.orders) + 1}",
        symbol=trade.pair,
        ft_order_side=side,
        side=side,
        order_type="market",
        status="open",
        order_date=date,
        order_filled_date=date,
        ft_price=rate,
        price=rate,
        average=rate,
        ft_amount=amount,
        amount=amount,
        filled=0,
        remaining=amount,
    )
    if not in_database:
        order._trade_bt = trade
    trade.orders.append(order)
    order.close_bt_order(date, trade)
    trade.recalc_trade_from_orders()


def close_trade(trade, rate, date):
    """Close a trade in full."""
    fill(trade, trade.exit_side, trade.amount, rate, date)
    trade.close_date = date
    trade.close(rate, show_msg=False)
    LocalTrade.close_bt_trade(trade)


def closed_trade(trade_id, *, profit_ratio, date, **kwargs):
    """Return a trade that is over, with a profit as a ratio of its notional."""
    trade = open_trade(trade_id, **kwargs)
    LocalTrade.add_bt_trade(trade)
    side = -1 if trade.is_short else 1
    close_trade(trade, trade.open_rate * (1 + side * profit_ratio), date)
    return trade

"""The record of a bot that has traded for long: closed trades with orders, booked in bulk."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from freqtrade.persistence import Order, Trade
from freqtrade.persistence.custom_data import _CustomData
from sqlalchemy import insert

PAIRS = tuple(f"C{number}/USDT:USDT" for number in range(40))
# 10,000 of notional on 1,000 of margin.
STAKE_QUOTE, LEVERAGE, RATE = 1_000.0, 10.0, 100.0
HELD = timedelta(hours=2)
_AT_ONCE = 5_000
# Of the notional: wins and losses by turns, so that no streak and no halt comes of them.
RETURNS = (0.004, -0.003, 0.002, -0.0025)

Row = dict[str, Any]


def book_closed_trades(
    count: int, *, first: datetime, last: datetime, pairs: Sequence[str] = PAIRS
) -> None:
    """Book closed trades, evenly spread over the time, in the database that is open.

    Each has an entry, an exit, and what the guard keeps of one that paid funding.
    """
    step = (last - first) / max(count - 1, 1)
    begin = 1 + (Trade.session.query(Trade.id).count())
    numbers = iter(range(begin, begin + count))
    while chunk := list(islice(numbers, _AT_ONCE)):
        trades = [_trade(number, first + step * (number - begin), pairs) for number in chunk]
        Trade.session.execute(insert(Trade), trades)
        Trade.session.execute(insert(Order), [order for row in trades for order in _orders(row)])
        Trade.session.execute(insert(_CustomData), [_kept(row) for row in trades])
    Trade.session.commit()


def _trade(number: int, closed: datetime, pairs: Sequence[str]) -> Row:
    pair, side = pairs[number % len(pairs)], 1 if number % 3 else -1
    profit_ratio = RETURNS[number // len(pairs) % len(RETURNS)]
    return {
        "id": number,
        "exchange": "binance",
        "pair": pair,
        "base_currency": pair.partition("/")[0],
        "stake_currency": "USDT",
        "is_open": False,
        "fee_open": 0.0,
        "fee_close": 0.0,
        "open_rate": RATE,
        "close_rate": RATE * (1 + side * profit_ratio),
        "close_profit": profit_ratio * LEVERAGE,
        "close_profit_abs": profit_ratio * LEVERAGE * STAKE_QUOTE,
        "stake_amount": STAKE_QUOTE,
        "max_stake_amount": STAKE_QUOTE,
        "amount": STAKE_QUOTE * LEVERAGE / RATE,
        "open_date": closed - HELD,
        "close_date": closed,
        "trading_mode": "FUTURES",
        "amount_precision": 0.001,
        "price_precision": 0.01,
        "precision_mode": 4,
        "precision_mode_price": 4,
        "contract_size": 1.0,
        "leverage": LEVERAGE,
        "is_short": side < 0,
        "funding_fees": -0.5,
    }


def _orders(trade: Row) -> Iterator[Row]:
    sides = ("sell", "buy") if trade["is_short"] else ("buy", "sell")
    for side, rate, date in zip(
        sides,
        (trade["open_rate"], trade["close_rate"]),
        (trade["open_date"], trade["close_date"]),
        strict=True,
    ):
        yield {
            "ft_trade_id": trade["id"],
            "ft_is_open": False,
            "ft_pair": trade["pair"],
            "ft_order_side": side,
            "ft_amount": trade["amount"],
            "ft_price": rate,
            "order_id": f"{trade['id']}-{side}",
            "status": "closed",
            "symbol": trade["pair"],
            "order_type": "market",
            "side": side,
            "price": rate,
            "average": rate,
            "amount": trade["amount"],
            "filled": trade["amount"],
            "remaining": 0.0,
            "cost": trade["amount"] * rate,
            "order_date": date,
            "order_filled_date": date,
        }


def _kept(trade: Row) -> Row:
    paid = [[trade["close_date"].timestamp() - 60, 0.5]]
    return {
        "ft_trade_id": trade["id"],
        "cd_key": "riskguard_payments",
        "cd_type": "str",
        "cd_value": f'{{"seen": -0.5, "paid": {paid}}}',
        "created_at": trade["open_date"],
    }

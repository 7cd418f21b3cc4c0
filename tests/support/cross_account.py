"""An account in cross margin, gone through candle by candle: where it is liquidated.

Everything is read from freqtrade's exported trades and the candles; nothing is asked of the guard.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from tests.risk.tiers import binance_rows, marginal_maintenance
from tests.support.freqtrade import WALLET_QUOTE, Record

FEE = 0.0005


@dataclass(frozen=True, slots=True)
class AccountLiquidation:
    """The first moment at which the account could not have gone on.

    Attributes
    ----------
    time : datetime
        Opening of the candle.
    equity_quote : float
        At the worst prices of that candle, all positions together.
    loss_ratio : float
        Of what the account had at its start.
    """

    time: datetime
    equity_quote: float
    loss_ratio: float


@dataclass(frozen=True, slots=True)
class _Held:
    """What is held of a trade at a time: amount, average price, and what it has booked already."""

    amount: float
    price: float
    booked_quote: float


def account_liquidation(
    trades: Sequence[Record], candles: Mapping[str, pd.DataFrame]
) -> AccountLiquidation | None:
    """Return the first candle at whose worst prices equity is at most maintenance; None for none.

    In each candle every position stands at its own worst price: a long at the low, a short at the
    high. Positions that are closed within it still count, but at worst at the price of their exit:
    there they were gone. Funding is left out.
    """
    worst = {
        (pair, side): dict(
            zip(frame.index.to_pydatetime(), frame["low" if side > 0 else "high"], strict=True)
        )
        for pair, frame in candles.items()
        for side in (1, -1)
    }
    opened = min((_time(trade["open_timestamp"]) for trade in trades), default=None)
    times = sorted({time for one in worst.values() for time in one})
    for time in times if opened is not None else ():
        if time < opened:
            continue
        open_now = [trade for trade in trades if _is_open(trade, time)]
        equity = WALLET_QUOTE + sum(
            trade["profit_abs"] for trade in trades if _time(trade["close_timestamp"]) < time
        )
        owed = 0.0
        for trade in open_now:
            side = -1 if trade["is_short"] else 1
            held = _held(trade, time, side)
            price = worst[trade["pair"], side].get(time, held.price)
            if _time(trade["close_timestamp"]) == time:
                price = side * max(side * price, side * trade["close_rate"])
            notional = held.amount * price
            equity += held.booked_quote + side * held.amount * (price - held.price) - FEE * notional
            owed += marginal_maintenance(binance_rows()[trade["pair"]], notional)
        if open_now and equity <= owed:
            return AccountLiquidation(time, equity, 1 - equity / WALLET_QUOTE)
    return None


def _time(timestamp: float) -> datetime:
    return datetime.fromtimestamp(timestamp / 1000, UTC)


def _is_open(trade: Record, time: datetime) -> bool:
    return _time(trade["open_timestamp"]) <= time <= _time(trade["close_timestamp"])


def _held(trade: Record, time: datetime, side: int) -> _Held:
    """Return what is held after all fills before ``time``, and those of entries at it."""
    amount, price, booked = 0.0, 0.0, 0.0
    for order in sorted(trade["orders"], key=lambda one: one["order_filled_timestamp"]):
        filled = _time(order["order_filled_timestamp"])
        if filled > time or (filled == time and not order["ft_is_entry"]):
            continue
        booked -= FEE * order["amount"] * order["safe_price"]
        if order["ft_is_entry"]:
            price = amount * price + order["amount"] * order["safe_price"]
            amount += order["amount"]
            price /= amount
        else:
            booked += side * order["amount"] * (order["safe_price"] - price)
            amount -= order["amount"]
    return _Held(amount, price, booked)

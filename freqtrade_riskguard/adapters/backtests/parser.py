"""freqtrade's statistics of a backtest as plain values."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import nan
from pathlib import Path

from freqtrade_riskguard.adapters.backtests.record_bounds import (
    Record,
    RecordError,
    check_positive,
    check_times,
    check_trade,
)
from freqtrade_riskguard.backtest_result.result import (
    EXIT_SETTINGS,
    Fill,
    RecordedLock,
    Result,
    Trade,
)

_SIDES = {"long": 1, "short": -1}

# What no figure can do without, and what would be wrong if it were guessed.
_STATS = {
    "starting_balance": "no loss can be put in relation to the account",
    "stake_currency": "amounts would have no unit",
    "stake_amount": "whether stakes grow with the account is not known",
    "timeframe": "its candles cannot be found",
    "backtest_start": "the time that it covers is not known",
    "backtest_end": "the time that it covers is not known",
    "trading_mode": "whether it had leverage is not known",
}
_TRADE = {
    "pair": "the market is not known",
    "is_short": "a fall of the price could be a profit or a loss",
    "open_date": "the time that it was open is not known",
    "close_date": "the time that it was open is not known",
    "open_rate": "its liquidation price is not known",
    "stake_amount": "its margin is not known",
    "leverage": "its margin and liquidation price are not known",
    "profit_abs": "its result is not known",
    "exit_reason": "a stop or a liquidation could not be told from any other exit",
    "fee_open": "losses would look smaller than they are",
    "fee_close": "losses would look smaller than they are",
}
# A trade without orders is taken for one entry and one exit.
_WITHOUT_ORDERS = {
    "amount": "its size is not known",
    "close_rate": "the price of its exit is not known",
}
_ORDER = {
    "safe_price": "the price of the fill is not known",
    "amount": "the size of the fill is not known",
    "ft_is_entry": "an entry could not be told from an exit",
}


def result_of(
    name: str,
    stats: Record,
    trades: Sequence[Record],
    *,
    path: Path = Path(),
    config: Record | None = None,
) -> Result:
    """Return one strategy's part of freqtrade's statistics as a result.

    Raises
    ------
    RecordError
        Where a field is missing without which a figure would be wrong.
    """
    _require(stats, _STATS, "the result")
    parsed = sorted(
        (_trade(record, f"trade {number}") for number, record in enumerate(trades, start=1)),
        key=lambda trade: trade.close_time,
    )
    balance = float(stats["starting_balance"])
    check_positive(balance, "starting_balance", "the result")
    start, end = _moment(stats["backtest_start"]), _moment(stats["backtest_end"])
    check_times({"backtest_start": start, "backtest_end": end}, "the result")
    return Result(
        path=path,
        strategy=name,
        currency=stats["stake_currency"],
        timeframe=stats["timeframe"],
        timeframe_detail=stats.get("timeframe_detail") or "",
        start=start,
        end=end,
        starting_balance_quote=balance,
        trades=tuple(parsed),
        pauses=tuple(map(_pause, stats.get("locks") or ())),
        has_locks=stats.get("locks") is not None,
        compounds=stats["stake_amount"] == "unlimited",
        margin_mode=str((config or {}).get("margin_mode") or stats.get("margin_mode") or ""),
        config=config or {},
        exits={name: stats.get(name) for name in EXIT_SETTINGS},
    )


def _require(record: Record, fields: Mapping[str, str], what: str) -> None:
    for field, consequence in fields.items():
        if record.get(field) in {None, ""}:
            raise RecordError(f"{what} has no {field}, so {consequence}")


def _trade(record: Record, what: str) -> Trade:
    orders = record.get("orders") or ()
    filled = [order for order in orders if order.get("order_filled_timestamp")]
    _require(record, _TRADE if filled else _TRADE | _WITHOUT_ORDERS, what)
    for number, order in enumerate(filled, start=1):
        _require(order, _ORDER, f"order {number} of {what}")
    trade = _parsed(record, filled)
    check_trade(record, filled, trade, what)
    return trade


def _parsed(record: Record, filled: Sequence[Record]) -> Trade:
    opened, closed = _moment(record["open_date"]), _moment(record["close_date"])
    exit_price = record.get("close_rate")
    fills = tuple(map(_fill, filled))
    if not fills:
        amount = float(record["amount"])
        entry = Fill(opened, float(record["open_rate"]), amount, is_entry=True)
        fills = (entry, Fill(closed, float(record["close_rate"]), amount, is_entry=False))
    return Trade(
        pair=str(record["pair"]),
        side=-1 if record["is_short"] else 1,
        open_time=opened,
        close_time=closed,
        entry_price=float(record["open_rate"]),
        exit_price=fills[-1].price if exit_price is None else float(exit_price),
        stake_quote=_stake_quote(record, fills),
        leverage=float(record["leverage"]),
        profit_quote=float(record["profit_abs"]),
        exit_reason=str(record["exit_reason"]),
        fills=fills,
        enter_tag=str(record.get("enter_tag") or ""),
        has_orders=bool(filled),
        fee_open=float(record["fee_open"]),
        fee_close=float(record["fee_close"]),
        funding_quote=_number(record.get("funding_fees")),
        first_stop_price=_number(record.get("initial_stop_loss_abs")),
        last_stop_price=_number(record.get("stop_loss_abs")),
        lowest_price=_number(record.get("min_rate")),
        highest_price=_number(record.get("max_rate")),
    )


def _stake_quote(record: Record, fills: Sequence[Fill]) -> float:
    """Return the initial margin of all entries; ``stake_amount`` is what partial exits left."""
    if stored := record.get("max_stake_amount"):
        return float(stored)
    if len(fills) == 2:  # noqa: PLR2004 - one entry and one exit: nothing was taken off
        return float(record["stake_amount"])
    notional = sum(fill.price * fill.amount for fill in fills if fill.is_entry)
    return notional / float(record["leverage"])


def _fill(order: Record) -> Fill:
    return Fill(
        time=datetime.fromtimestamp(order["order_filled_timestamp"] / 1000, tz=UTC),
        price=float(order["safe_price"]),
        amount=float(order["amount"]),
        is_entry=bool(order["ft_is_entry"]),
        tag=str(order.get("ft_order_tag") or ""),
    )


def _pause(record: Record) -> RecordedLock:
    since = _moment(record["lock_time"])
    return RecordedLock(
        since=since,
        until=_moment(record["lock_end_time"]),
        pair=record.get("pair", "*"),
        side=_SIDES.get(record.get("side", "*"), 0),
        why=record.get("reason") or "",
    )


def _moment(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _number(value: float | None) -> float:
    return nan if value is None else float(value)

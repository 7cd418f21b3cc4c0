"""freqtrade's statistics of a backtest as plain values."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite, nan
from pathlib import Path
from typing import Any

from freqtrade_riskguard.analysis.result import Fill, Pause, Result, Trade

_SIDES = {"long": 1, "short": -1}

Record = Mapping[str, Any]


def result_of(
    name: str,
    stats: Record,
    trades: Sequence[Record],
    *,
    path: Path = Path(),
    config: Record | None = None,
) -> Result:
    """Return one strategy's part of freqtrade's statistics as a result."""
    parsed = sorted(map(_trade, trades), key=lambda trade: trade.close_time)
    balance = float(stats["starting_balance"])
    if not (isfinite(balance) and balance > 0):
        raise ValueError(f"a starting balance of {balance:g}")
    return Result(
        path=path,
        strategy=name,
        currency=stats.get("stake_currency", "USDT"),
        timeframe=stats.get("timeframe", "5m"),
        timeframe_detail=stats.get("timeframe_detail") or "",
        start=_moment(stats["backtest_start"]) if "backtest_start" in stats else _first(parsed),
        end=_moment(stats["backtest_end"]) if "backtest_end" in stats else _last(parsed),
        starting_balance_quote=balance,
        trades=tuple(parsed),
        pauses=tuple(map(_pause, stats.get("locks") or ())),
        compounds=stats.get("stake_amount", "unlimited") == "unlimited",
        config=config or {},
    )


def _trade(record: Record) -> Trade:
    trade = _parsed(record)
    sizes: tuple[float, ...] = (trade.entry_price, trade.stake_quote, trade.leverage)
    sizes += tuple(number for fill in trade.fills for number in (fill.price, fill.amount))
    if not all(isfinite(size) and size > 0 for size in sizes):
        raise ValueError(f"trade of {trade.pair} at {trade.open_time} has no price or size")
    numbers = (trade.exit_price, trade.profit_quote, trade.funding_quote)
    if not all(map(isfinite, (*numbers, trade.fee_open, trade.fee_close))):
        raise ValueError(
            f"trade of {trade.pair} at {trade.open_time} has a profit, price or cost that is no "
            "number"
        )
    return trade


def _parsed(record: Record) -> Trade:
    closed = _moment(record["close_date"])
    exit_price = record.get("close_rate")
    orders = record.get("orders") or ()
    fills = tuple(_fill(order) for order in orders if order.get("order_filled_timestamp"))
    if not fills:
        opened, amount = _moment(record["open_date"]), float(record["amount"])
        entry = Fill(opened, float(record["open_rate"]), amount, is_entry=True)
        fills = (entry, Fill(closed, float(record["close_rate"]), amount, is_entry=False))
    return Trade(
        pair=record["pair"],
        side=-1 if record.get("is_short") else 1,
        open_time=_moment(record["open_date"]),
        close_time=closed,
        entry_price=float(record["open_rate"]),
        exit_price=fills[-1].price if exit_price is None else float(exit_price),
        stake_quote=float(record.get("max_stake_amount") or record["stake_amount"]),
        leverage=float(record.get("leverage") or 1.0),
        profit_quote=float(record["profit_abs"]),
        exit_reason=record.get("exit_reason") or "",
        fills=fills,
        fee_open=float(record.get("fee_open") or 0.0),
        fee_close=float(record.get("fee_close") or 0.0),
        funding_quote=float(record.get("funding_fees") or 0.0),
        first_stop_price=_number(record.get("initial_stop_loss_abs")),
        last_stop_price=_number(record.get("stop_loss_abs")),
        lowest_price=_number(record.get("min_rate")),
        highest_price=_number(record.get("max_rate")),
    )


def _fill(order: Record) -> Fill:
    return Fill(
        time=datetime.fromtimestamp(order["order_filled_timestamp"] / 1000, tz=UTC),
        price=float(order["safe_price"]),
        amount=float(order["amount"]),
        is_entry=bool(order["ft_is_entry"]),
        tag=order.get("ft_order_tag") or "",
    )


def _pause(record: Record) -> Pause:
    since = _moment(record["lock_time"])
    return Pause(
        since=since,
        until=_moment(record["lock_end_time"]) if "lock_end_time" in record else since,
        pair=record.get("pair", "*"),
        side=_SIDES.get(record.get("side", "*"), 0),
        why=record.get("reason") or "",
    )


def _moment(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _number(value: float | None) -> float:
    return nan if value is None else float(value)


def _first(trades: Sequence[Trade]) -> datetime:
    return min((trade.open_time for trade in trades), default=datetime.fromtimestamp(0, UTC))


def _last(trades: Sequence[Trade]) -> datetime:
    return max((trade.close_time for trade in trades), default=datetime.fromtimestamp(0, UTC))

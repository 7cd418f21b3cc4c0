"""Checks the trades of a stored backtest: no figure is computed from an impossible one."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isclose, isfinite, isnan
from typing import Any

from freqtrade_riskguard.backtest_result.result import Trade

Record = Mapping[str, Any]

# From the first block of Bitcoin on.
_EARLIEST, _LATEST = datetime(2009, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# Above any price, amount or account in any currency, and far below where sums overflow.
_LARGEST = 1e18
_LARGEST_LEVERAGE = 1_000.0
_LARGEST_FEE = 1.0
# Rounding to contracts and price steps is far less.
_SAME_STAKE = 0.1


class RecordError(ValueError):
    """A result with a field missing or unusable; the message names it and repeats no value."""


def check_positive(value: float, field: str, what: str) -> None:
    """Refuse a size that is not above 0, or that nothing is as large as.

    Raises
    ------
    RecordError
        With the field's name.
    """
    if not value > 0:
        raise RecordError(f"{what} has {_a(field)} that is not above 0")
    check_size(value, field, what)


def check_size(value: float, field: str, what: str) -> None:
    """Refuse a number that is none, or that nothing is as large as.

    Raises
    ------
    RecordError
        With the field's name.
    """
    if not isfinite(value):
        raise RecordError(f"{what} has {_a(field)} that is not a number")
    if abs(value) > _LARGEST:
        raise RecordError(f"{what} has {_a(field)} of an impossible size")


def check_times(times: Mapping[str, datetime], what: str) -> None:
    """Refuse times outside of 2009 to 2100, and a second one before the first.

    Raises
    ------
    RecordError
        With the field's name.
    """
    for field, time in times.items():
        if not _EARLIEST <= time < _LATEST:
            raise RecordError(f"{what} has {_a(field)} outside of 2009 to 2100")
    (first, since), (last, until) = times.items()
    if until < since:
        raise RecordError(f"{what} has {_a(last)} before its {first}")


def check_trade(record: Record, filled: Sequence[Record], trade: Trade, what: str) -> None:
    """Refuse a trade that cannot have been.

    Parameters
    ----------
    record, filled
        The trade and its filled orders as they are stored.
    trade : Trade
        The same, parsed.
    what : str
        What messages call it.

    Raises
    ------
    RecordError
        With the name of the field that is impossible.
    """
    check_times({"open_date": trade.open_time, "close_date": trade.close_time}, what)
    positive = {
        "open_rate": trade.entry_price,
        "close_rate": trade.exit_price,
        "stake_amount": trade.stake_quote,
        "leverage": trade.leverage,
    }
    for field, value in positive.items():
        check_positive(value, field, what)
    if trade.leverage > _LARGEST_LEVERAGE:
        raise RecordError(f"{what} has a leverage above {_LARGEST_LEVERAGE:,.0f}")
    for field, fee in {"fee_open": trade.fee_open, "fee_close": trade.fee_close}.items():
        check_size(fee, field, what)
        if abs(fee) >= _LARGEST_FEE:
            raise RecordError(f"{what} has {_a(field)} of 100 % or more")
    check_size(trade.profit_quote, "profit_abs", what)
    # What is not stored is unknown; what is stored must be a number.
    if record.get("funding_fees") is not None:
        check_size(trade.funding_quote, "funding_fees", what)
    _check_levels(trade, what)
    _check_fills(trade, what, has_orders=bool(filled))
    _check_stake(trade, what, has_orders=bool(filled))


def _a(field: str) -> str:
    return f"a{'n' if field[0] in 'aeio' else ''} {field}"


def _check_levels(trade: Trade, what: str) -> None:
    levels = {
        "initial_stop_loss_abs": trade.first_stop_price,
        "stop_loss_abs": trade.last_stop_price,
        "min_rate": trade.lowest_price,
        "max_rate": trade.highest_price,
    }
    for field, price in levels.items():
        if not isnan(price):
            check_size(price, field, what)


def _check_fills(trade: Trade, what: str, *, has_orders: bool) -> None:
    for number, fill in enumerate(trade.fills, start=1):
        name = f"order {number} of {what}" if has_orders else what
        check_positive(fill.price, "safe_price", name)
        check_positive(fill.amount, "amount", name)
        if not _EARLIEST <= fill.time < _LATEST:
            raise RecordError(f"{name} has an order_filled_timestamp outside of 2009 to 2100")


def _check_stake(trade: Trade, what: str, *, has_orders: bool) -> None:
    """Refuse a margin that its entries cannot have come to."""
    if not has_orders:
        return
    notional = sum(fill.price * fill.amount for fill in trade.fills if fill.is_entry)
    stake = notional / trade.leverage
    if notional and not isclose(stake, trade.stake_quote, rel_tol=_SAME_STAKE):
        raise RecordError(
            f"{what} has a stake_amount that does not fit its orders: "
            "amount * price / leverage of its entries is more than 10 % off"
        )

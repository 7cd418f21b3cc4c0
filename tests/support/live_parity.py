"""A bot that trades beside a dry run and a backtest on the same candles: the same trades.

Everything of a trade must be equal but for what `ALLOWED` lists, each with its reason.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from tests.support.bot import CANDLE
from tests.support.freqtrade import Record

BACKTEST, DRY_RUN = "backtest", "dry run"
_STOPS = frozenset({"stop_loss", "trailing_stop_loss"})
_AMOUNT_RATIO, _STOP_FILL_RATIO = 0.02, 0.003
_SAME = (
    *("pair", "is_short", "leverage", "open_rate", "amount"),
    *("initial_stop_loss_abs", "stop_loss_abs", "close_rate", "exit_reason"),
)


@dataclass(frozen=True)
class Difference:
    """What differs of one trade, and why it may; None for a reason where it may not."""

    trade: str
    what: str
    other: Any
    live: Any
    reason: str | None

    def __str__(self) -> str:
        """Return it as a line."""
        return f"{self.trade}: {self.what} {self.other} and {self.live} ({self.reason})"


Allows: TypeAlias = Callable[[Record, Record, datetime], bool]


def _at_the_stop(other: Record, live: Record, _: datetime) -> bool:
    return other["exit_reason"] in _STOPS and live["exit_reason"] == "stoploss_on_exchange"


def _is_filled_near(other: Record, live: Record, end: datetime) -> bool:
    apart = abs(other["close_rate"] / live["close_rate"] - 1)
    return _at_the_stop(other, live, end) and apart <= _STOP_FILL_RATIO


def _is_cut_off(other: Record, live: Record, end: datetime) -> bool:
    return live["is_open"] and _time(other, "close_timestamp") >= end


def _is_a_lot_or_so_apart(other: Record, live: Record, _: datetime) -> bool:
    return bool(abs(other["amount"] / live["amount"] - 1) <= _AMOUNT_RATIO)


# By what a bot that trades is compared with, and what of a trade.
ALLOWED: Mapping[tuple[str, str], Sequence[tuple[Allows, str]]] = {
    (BACKTEST, "exit_reason"): (
        (_at_the_stop, "freqtrade has a name of its own for a stop that the exchange fills"),
        (_is_cut_off, "a backtest closes at its end what a bot keeps"),
    ),
    (BACKTEST, "close_rate"): ((_is_cut_off, "a backtest closes at its end what a bot keeps"),),
    (BACKTEST, "closed in"): ((_is_cut_off, "a backtest closes at its end what a bot keeps"),),
    (DRY_RUN, "exit_reason"): (
        (_at_the_stop, "freqtrade has a name of its own for a stop that the exchange fills"),
    ),
    (DRY_RUN, "close_rate"): (
        (_is_filled_near, "a dry run sells at what it finds when it looks, behind its stop"),
    ),
    (DRY_RUN, "amount"): (
        (_is_a_lot_or_so_apart, "other fills of stops left another account and day's limit"),
    ),
}


def differences(
    others: Sequence[Record], live: Sequence[Record], *, of: str, end: datetime
) -> list[Difference]:
    """Compare trades with those of a bot that trades, the oldest first.

    Parameters
    ----------
    others, live : sequence of dict
        Trades; as many of each.
    of : str
        What the others are of: `BACKTEST` or `DRY_RUN`.
    end : datetime
        Of both.
    """
    found = []
    in_order = (sorted(trades, key=_key) for trades in (others, live))
    for other, ours in zip(*in_order, strict=True):
        facts = {what: (other[what], ours[what]) for what in _SAME}
        for moment in ("open", "close"):
            name = f"{moment}_timestamp"
            # It acts some seconds after a candle has begun, where a backtest acts as it begins.
            facts[f"{moment}d in"] = (_candle(other, name), _candle(ours, name))
        for what, (theirs, own) in facts.items():
            if theirs == own:
                continue
            reasons = ALLOWED.get((of, what), ())
            reason = next((why for allows, why in reasons if allows(other, ours, end)), None)
            trade = f"{ours['pair']} {ours['open_date']}"
            found.append(Difference(trade, what, theirs, own, reason))
    return found


def _key(trade: Record) -> tuple[str, datetime | None]:
    return trade["pair"], _candle(trade, "open_timestamp")


def _candle(trade: Record, name: str) -> datetime | None:
    """Return the beginning of the candle of a moment; None while it has not come."""
    if trade[name] is None:
        return None
    time = _time(trade, name)
    return time - (time - datetime.min.replace(tzinfo=UTC)) % CANDLE


def _time(trade: Record, name: str) -> datetime:
    return datetime.fromtimestamp(trade[name] / 1000, UTC)

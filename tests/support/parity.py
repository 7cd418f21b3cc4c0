"""A backtest and a running bot on the same candles: the same decisions, but for what is listed.

What differs, and why:

* **When.** A backtest acts when a candle begins, a running bot at its next look: within seconds, or
  within the candle where that is when the price came by. A lock is therefore given some minutes
  later; freqtrade lets it end with the candle that it ends in, so what waits for it may enter one
  candle later.
* **Fill prices.** A backtest fills a stop at its price and a return at the exact ratio, a running
  bot at what it finds when it looks.
* **Stakes**, by what fills have made of the account.
* **The first candle** of a backtest is not traded, and what is open at its end is closed.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from tests.support.freqtrade import Record

CANDLE = timedelta(minutes=5)
# One candle, and the few seconds until the bot looks.
TIME_TOLERANCE = CANDLE + timedelta(seconds=10)
STAKE_TOLERANCE = 0.02
# Of the distances from the entry; entries may be a candle apart.
STOP_TOLERANCE = 0.002
FILL_TOLERANCE = 0.003
# A cut is rounded to the exchange's lots.
CUT_TOLERANCE = 0.1


def assert_same_trades(tested: Sequence[Record], ran: Sequence[Record], *, end: datetime) -> None:
    """Compare the trades of a backtest with those of a bot."""
    in_order = [sorted(trades, key=_key) for trades in (tested, ran)]
    assert [_key(trade)[:2] for trade in in_order[0]] == [_key(trade)[:2] for trade in in_order[1]]
    for backtested, live in zip(*in_order, strict=True):
        _assert_same_entry(backtested, live)
        if _time(backtested, "close_timestamp") < end:
            _assert_same_exit(backtested, live)


def assert_same_locks(tested: Sequence[Record], ran: Sequence[Record], *, end: datetime) -> None:
    """Compare the locks of a backtest, but for those at its end, with those of a bot."""
    given = [lock for lock in tested if _time(lock, "lock_timestamp") < end]
    for backtested, live in zip(given, ran, strict=True):
        assert (backtested["pair"], backtested["side"]) == (live["pair"], live["side"])
        for moment, candles in (("lock_timestamp", 2), ("lock_end_timestamp", 3)):
            apart = abs(_time(backtested, moment) - _time(live, moment))
            assert apart <= candles * TIME_TOLERANCE, (backtested, live)


def unmatched(tested: Sequence[Record], ran: Sequence[Record]) -> Iterator[Record]:
    """Yield the decisions of either side that the other has not made within one candle."""
    for ours, others in pairwise((tested, ran, tested)):
        left = list(others)
        for decision in ours:
            match = next((other for other in left if _is_same(decision, other)), None)
            if match is None:
                yield decision
            else:
                left.remove(match)


def _is_same(one: Record, other: Record) -> bool:
    facts = ("pair", "side", "question", "rule", "enforced")
    apart = datetime.fromisoformat(one["time"]) - datetime.fromisoformat(other["time"])
    return all(one[name] == other[name] for name in facts) and abs(apart) <= TIME_TOLERANCE


def _assert_same_entry(backtested: Record, live: Record) -> None:
    apart = abs(_time(backtested, "open_timestamp") - _time(live, "open_timestamp"))
    assert apart <= TIME_TOLERANCE, (backtested, live)
    if apart < CANDLE:
        # At the price of the same moment.
        assert live["open_rate"] == backtested["open_rate"]
    assert live["leverage"] == backtested["leverage"]
    stakes = [trade["orders"][0]["cost"] for trade in (backtested, live)]
    assert _differs(*stakes) <= STAKE_TOLERANCE, (backtested, live)
    stops = [trade["stop_loss_abs"] / trade["open_rate"] for trade in (backtested, live)]
    assert _differs(*stops) <= STOP_TOLERANCE, (backtested, live)


def _assert_same_exit(backtested: Record, live: Record) -> None:
    assert live["exit_reason"] == backtested["exit_reason"]
    apart = abs(_time(backtested, "close_timestamp") - _time(live, "close_timestamp"))
    # A return that is reached within a candle is seen when it ends.
    assert apart <= 2 * TIME_TOLERANCE, (backtested, live)
    if backtested["exit_reason"] == "stop_loss":
        assert _differs(backtested["close_rate"], live["close_rate"]) <= FILL_TOLERANCE
    cuts = [_exits(trade) for trade in (backtested, live)]
    assert [tag for tag, _ in cuts[0]] == [tag for tag, _ in cuts[1]], (backtested, live)
    for (_, one), (_, other) in zip(*cuts, strict=True):
        assert abs(one - other) <= CUT_TOLERANCE


def _exits(trade: Record) -> list[tuple[str, float]]:
    """Return the reason of each exit, and the share of the position that it took out."""
    entry, *exits = trade["orders"]
    return [(order["ft_order_tag"], order["amount"] / entry["amount"]) for order in exits]


def _differs(one: float, other: float) -> float:
    return abs(one - other) / abs(one)


def _key(trade: Record) -> tuple[str, bool, int]:
    return trade["pair"], trade["is_short"], trade["open_timestamp"]


def _time(record: Record, name: str) -> datetime:
    return datetime.fromtimestamp(record[name] / 1000, UTC)

"""The rules that pause entries."""

from pathlib import Path

import pytest

from tests.support.cases.case import Case
from tests.support.cases.scripts import climb, crash, holds, lasts, let_nobody_in
from tests.support.scripted import BTC, ETH, Enter, Script, Seen, entries_while_locked, jan

EIGHT_HOURS_MS = 8 * 3_600_000


def losers(count: int) -> Script:
    """Trades of one candle each in the fall, and an entry within the hour and one after it."""
    fall = (
        (BTC, "22 14:20", "22 14:25"),
        (ETH, "22 14:25", "22 14:30"),
        (BTC, "22 14:30", "22 14:35"),
    )
    return Script(
        entries=(
            *(Enter(pair, jan(time), 1, 500) for pair, time, _ in fall[:count]),
            Enter(ETH, jan("22 15:25"), 1, 500),
            Enter(BTC, jan("22 15:40"), 1, 500),
        ),
        exits=tuple((pair, jan(time)) for pair, _, time in fall[:count]),
    )


def pauses_until_midnight(seen: Seen, bare: Seen, data: Path) -> None:
    (lock,) = seen.outcome.locks
    assert lock["lock_end_time"] == "2024-01-23 00:00:00"
    let_nobody_in(seen, bare)
    # A trigger and not a maximum: what is open stays so.
    assert [trade["exit_reason"] for trade in seen.trades] == ["exit_signal"] * 2


def closes_all_at_the_limit(seen: Seen, bare: Seen, data: Path) -> None:
    assert seen.outcome.exit_reasons == {"riskguard_daily_loss"}
    # Within the candle, which fell by 14 %: 3 % of the day's 10,000.
    assert sum(trade["profit_abs"] for trade in seen.trades) == pytest.approx(-300, abs=30)
    let_nobody_in(seen, bare)


def pauses_until_monday(seen: Seen, bare: Seen, data: Path) -> None:
    (lock,) = seen.outcome.locks
    assert lock["lock_end_time"] == "2024-01-29 00:00:00"
    let_nobody_in(seen, bare)


def pauses_an_hour(seen: Seen, bare: Seen, data: Path) -> None:
    assert [trade["profit_abs"] < 0 for trade in seen.trades[:3]] == [True] * 3
    lasts(seen, 1)
    assert bare.entries - seen.entries == {(ETH, jan("22 15:25"))}


def pauses_for_thirds_of_a_day(seen: Seen, bare: Seen, data: Path) -> None:
    for lock in seen.outcome.locks:
        assert lock["lock_end_timestamp"] % EIGHT_HOURS_MS == 0
        assert lock["lock_end_timestamp"] - lock["lock_timestamp"] <= EIGHT_HOURS_MS
    assert entries_while_locked(seen) == set()
    assert entries_while_locked(seen, of=bare) != set()
    # What it has paid by then: more than 1 % of the account within a day.
    assert seen.trade(BTC)["funding_fees"] < -100


CASES = (
    Case(
        rule="daily_loss",
        binds=crash(1),
        idle=climb(1),
        question="lock",
        why=("Entries paused until 00:00 UTC: -8.", "2 trades REMAIN OPEN. Lift: /unlock"),
        shows=pauses_until_midnight,
    ),
    Case(
        rule="daily_loss",
        variant="close_all",
        settings={"close_all": True},
        binds=crash(1),
        idle=climb(1),
        question="exit",
        why=("closed at", "the price at which the daily limit is reached"),
        shows=closes_all_at_the_limit,
    ),
    Case(
        rule="weekly_loss",
        settings={"limit": 0.04},
        binds=crash(1),
        idle=climb(1),
        question="lock",
        why=("Entries paused until Monday 00:00 UTC: -8.", "this week (limit 4.0 %, candle close)"),
        shows=pauses_until_monday,
    ),
    Case(
        rule="circuit_breaker",
        binds=losers(3),
        idle=losers(2),
        question="lock",
        why=("Entries paused until 15:35 UTC: 3 losing trades in a row (limit 3, closed trades)",),
        shows=pauses_an_hour,
    ),
    Case(
        rule="funding_breaker",
        market="squeeze",
        binds=holds(),
        idle=holds("short"),
        question="lock",
        why=("Entries paused until", "paid in funding within 24 h (limit 1.0 % of"),
        shows=pauses_for_thirds_of_a_day,
    ),
)

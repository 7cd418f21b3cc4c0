"""The rules that watch margins and losses while the market falls 30 % within an hour."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.cases.case import Case
from tests.support.scripted import (
    BTC,
    ETH,
    Enter,
    Script,
    Seen,
    candles,
    cuts,
    entries_while_locked,
    jan,
)

BEFORE, AFTER = jan("22 12:00"), (jan("22 16:30"), jan("22 20:00"))
OUT = (jan("22 16:00"), jan("22 19:00"))
HALT_YEARS = 10


def crash(leverage: float, stake_quote: float | None = None) -> Script:
    """Both pairs before the crash, out after it, and in again."""
    return Script(
        entries=(
            *(Enter(pair, BEFORE, leverage, stake_quote) for pair in (BTC, ETH)),
            *(Enter(pair, time) for pair in (BTC, ETH) for time in AFTER),
        ),
        exits=tuple((pair, time) for pair in (BTC, ETH) for time in OUT),
    )


def climb(leverage: float) -> Script:
    """The day before the crash."""
    return Script(
        entries=tuple(Enter(pair, jan("21 06:00"), leverage) for pair in (BTC, ETH)),
        exits=tuple((pair, jan("22 10:00")) for pair in (BTC, ETH)),
    )


def smaller_after(leverage: float) -> Script:
    """BTC through the crash, and ETH after it."""
    return Script(entries=(Enter(BTC, BEFORE, leverage), Enter(ETH, AFTER[1], 1, 1000)))


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


def let_nobody_in(seen: Seen, bare: Seen) -> None:
    assert entries_while_locked(seen) == set()
    assert entries_while_locked(seen, of=bare) != set()


def lasts(seen: Seen, hours: float) -> None:
    lock = seen.outcome.locks[0]
    assert lock["lock_end_timestamp"] - lock["lock_timestamp"] == hours * 3_600_000


def is_cut_and_closed_before_liquidation(seen: Seen, bare: Seen, data: Path) -> None:
    assert bare.first(ETH)["exit_reason"] == "liquidation"
    trade = seen.first(ETH)
    first, last = cuts(trade)
    assert (first.tag, last.tag) == ("riskguard_margin_ladder",) * 2
    assert first.share == pytest.approx(0.25, abs=1e-3)
    assert trade["profit_ratio"] > bare.first(ETH)["profit_ratio"]
    # What was left at the close before the cut: equity less 0.4 % maintenance, over margin less it.
    entry = trade["orders"][0]
    mark = candles(data, ETH, "5m", before=first.time)["close"].iloc[-1]
    maintenance = 0.004 * mark
    margin = entry["safe_price"] / 3
    equity = margin + mark - entry["safe_price"]
    assert 0.2 < (equity - maintenance) / (margin - maintenance) <= 0.3


def frees_a_fifth_of_the_margin(seen: Seen, bare: Seen, data: Path) -> None:
    # 0.4 % of 2 * 2475 * 5 are 99 of 10,000. A fifth of the margin of 4950 is 990, and all of it is
    # taken from the smaller position.
    (cut,) = cuts(seen.first(BTC))[:1]
    assert cut.tag == "riskguard_account_margin"
    assert cut.share == pytest.approx(990 / 2475, abs=2e-3)


def is_halved_and_halted(seen: Seen, bare: Seen, data: Path) -> None:
    for pair in (BTC, ETH):
        first, last = cuts(seen.trade(pair))
        assert (first.tag, last.tag) == ("riskguard_drawdown_ladder",) * 2
        assert first.share == pytest.approx(0.5, abs=1e-3)
    (lock,) = seen.outcome.locks
    assert lock["reason"].startswith("HALTED: equity is")
    until = datetime.fromtimestamp(lock["lock_end_timestamp"] / 1000, UTC)
    assert until.year >= 2024 + HALT_YEARS - 1
    let_nobody_in(seen, bare)


def gets_half_a_stake(seen: Seen, bare: Seen, data: Path) -> None:
    assert seen.trade(ETH)["stake_amount"] == pytest.approx(500, abs=0.1)
    assert bare.trade(ETH)["stake_amount"] == pytest.approx(1000, abs=0.1)


def is_halved_and_pauses_a_day(seen: Seen, bare: Seen, data: Path) -> None:
    for pair in (BTC, ETH):
        assert cuts(seen.trade(pair))[0].tag == "riskguard_equity_stop"
        assert cuts(seen.trade(pair))[0].share == pytest.approx(0.5, abs=1e-3)
    lasts(seen, 24)
    let_nobody_in(seen, bare)


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


CASES = (
    Case(
        rule="margin_ladder",
        binds=crash(3),
        idle=climb(3),
        question="cut",
        why=("margin left 2", "maintenance", ": cut 25 %"),
        shows=is_cut_and_closed_before_liquidation,
    ),
    Case(
        rule="account_margin",
        settings={"warning": 0.006, "danger": 0.0095, "emergency": 0.9},
        idle_settings={"warning": 0.02, "danger": 0.7},
        binds=climb(5),
        idle=climb(5),
        question="cut",
        why=("account margin DANGER: maintenance margin is", "20 % of the margin is cut, smallest"),
        shows=frees_a_fifth_of_the_margin,
    ),
    Case(
        rule="drawdown_ladder",
        binds=crash(2),
        idle=climb(2),
        question="cut",
        why=("below its peak of", "(limit 12 %, candle close): stakes x0.5, positions cut by 50 %"),
        shows=is_halved_and_halted,
    ),
    Case(
        rule="drawdown_ladder",
        variant="stakes",
        settings={"steps": [{"at": 0.03, "keep": 0.5}, {"at": 0.5, "keep": 0.0}]},
        idle_settings={"steps": [{"at": 0.3, "keep": 0.5}, {"at": 0.5, "keep": 0.0}]},
        binds=smaller_after(1),
        idle=smaller_after(1),
        question="stake",
        why=("below its peak of", "(limit 3 %, candle close): stakes x0.5"),
        shows=gets_half_a_stake,
    ),
    Case(
        rule="equity_stop",
        settings={"distance": 0.05},
        binds=crash(1),
        idle=climb(1),
        question="cut",
        why=(
            "below its peak of",
            "(limit 5 %, candle close): positions are cut to 50 % of their size",
        ),
        shows=is_halved_and_pauses_a_day,
    ),
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
)

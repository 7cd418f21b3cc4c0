from datetime import UTC, datetime, timedelta
from math import isnan, nan

import pytest

from freqtrade_riskguard.rules.pauses.weekly_loss import WeeklyLoss
from tests.factories import NOON, account

# NOON is Wednesday, 10 January 2024: the next Monday is the 15th.
MONDAY = datetime(2024, 1, 15, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_it_locks_until_the_last_second_before_monday():
    fallen = account(equity_quote=8_480.0, open_trades=4)  # -15.2 %

    (lock,) = WeeklyLoss(0.15).locks(fallen, (), ())

    assert lock.until == MONDAY - SECOND
    assert (lock.pair, lock.side, lock.close_all) == ("*", 0, False)
    assert lock.why == (
        "Entries paused until Monday 00:00 UTC: -15.2 % this week (limit 15.0 %, candle close). "
        "4 trades REMAIN OPEN. Lift: /unlock"
    )


@pytest.mark.parametrize(
    "time", [MONDAY - timedelta(days=7), MONDAY - timedelta(days=3), MONDAY - SECOND]
)
def test_every_moment_of_a_week_has_the_same_end(time):
    (lock,) = WeeklyLoss(0.15).locks(account(time=time, equity_quote=8_500.0), (), ())

    assert lock.until == MONDAY - SECOND


def test_it_is_measured_from_the_weeks_start_whatever_the_day_did():
    weekly = WeeklyLoss(0.15)

    assert weekly.locks(account(equity_quote=8_501.0), (), ()) == ()
    assert weekly.locks(account(equity_quote=8_500.0, day_start_equity_quote=8_400.0), (), ())
    # 8,500 is 10.5 % below 9,500.
    began_lower = account(equity_quote=8_500.0, week_start_equity_quote=9_500.0)
    assert weekly.locks(began_lower, (), ()) == ()


def test_it_can_close_everything_and_says_so():
    (lock,) = WeeklyLoss(0.15, close_all=True).locks(account(equity_quote=8_000.0), (), ())

    assert lock.close_all
    assert "0 trades are being closed." in lock.why


def test_an_unknown_loss_pauses_by_the_hour_and_sells_nothing():
    blind = account(week_start_equity_quote=nan)

    (lock,) = WeeklyLoss(0.15, close_all=True).locks(blind, (), ())

    assert lock.until == NOON.replace(minute=59, second=59)
    assert not lock.close_all
    assert "the loss this week is unknown" in lock.why


def test_its_floor_is_the_limit_where_it_closes_everything():
    # 0.15 below a start of 9,500.
    now = account(equity_quote=9_400.0, week_start_equity_quote=9_500.0)

    assert WeeklyLoss(0.15, close_all=True).equity_floor(now) == pytest.approx(8_075.0)
    assert isnan(WeeklyLoss(0.15).equity_floor(now))


def test_what_it_has_closed_since_the_last_look_locks_whatever_the_equity_is_now():
    rule = WeeklyLoss(0.15, close_all=True)
    now = account(equity_quote=9_999.0, floors_reached=frozenset({rule.name}))

    (lock,) = rule.locks(now, (), ())

    assert lock.close_all
    assert "this week (limit" in lock.why
    other = account(equity_quote=9_999.0, floors_reached=frozenset({"daily_loss"}))
    assert rule.locks(other, (), ()) == ()

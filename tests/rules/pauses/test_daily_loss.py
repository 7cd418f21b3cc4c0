from math import inf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.rules.pauses.daily_loss import DailyLoss
from tests.factories import NOON, account

LAST_SECOND = NOON.replace(hour=23, minute=59, second=59)


def test_it_locks_until_the_last_second_of_the_day():
    fallen = account(equity_quote=9_690.0, open_trades=4)  # -3.1 %

    (lock,) = DailyLoss(0.03).locks(fallen, (), ())

    assert lock.until == LAST_SECOND
    assert (lock.pair, lock.side, lock.close_all, lock.halts) == ("*", 0, False, False)
    assert lock.why == (
        "Entries paused until 00:00 UTC: -3.1 % today (limit 3.0 %, candle close). "
        "4 trades REMAIN OPEN. Lift: /unlock"
    )


def test_it_can_close_everything_and_says_so():
    fallen = account(equity_quote=9_690.0, open_trades=4)

    (lock,) = DailyLoss(0.03, close_all=True).locks(fallen, (), ())

    assert lock.close_all
    assert lock.until == LAST_SECOND
    assert lock.why == (
        "Entries paused until 00:00 UTC: -3.1 % today (limit 3.0 %, candle close). "
        "4 trades are being closed. Lift: /unlock"
    )


def test_it_is_measured_from_the_days_start():
    assert DailyLoss(0.03).locks(account(equity_quote=9_701.0), (), ()) == ()
    assert DailyLoss(0.03).locks(account(equity_quote=9_700.0), (), ())
    lower = account(equity_quote=9_690.0, day_start_equity_quote=9_700.0)
    assert DailyLoss(0.03).locks(lower, (), ()) == ()


@pytest.mark.parametrize("start", [0.0, -5.0])
def test_an_account_without_equity_is_locked(start):
    assert DailyLoss(0.03).locks(account(day_start_equity_quote=start), (), ())


@pytest.mark.parametrize("unknown", [nan, inf, -inf])
@pytest.mark.parametrize("figure", ["equity_quote", "day_start_equity_quote"])
@pytest.mark.parametrize("close_all", [False, True])
def test_an_unknown_loss_pauses_by_the_hour_and_sells_nothing(unknown, figure, close_all):
    blind = account(open_trades=2, **{figure: unknown})

    (lock,) = DailyLoss(0.03, close_all=close_all).locks(blind, (), ())

    assert lock.until == NOON.replace(minute=59, second=59)
    assert not lock.close_all
    assert lock.why == (
        "Entries paused until 13:00 UTC: the loss today is unknown (candle close). "
        "2 trades REMAIN OPEN. Lift: /unlock"
    )


@given(st.floats(0.001, 0.9), st.floats(0, 20_000), st.floats(0, 20_000))
def test_a_worse_day_is_never_free_where_a_better_one_is_locked(limit, one, other):
    rule = DailyLoss(limit)
    worse, better = sorted((one, other))

    if rule.locks(account(equity_quote=better), (), ()):
        assert rule.locks(account(equity_quote=worse), (), ())


def test_its_floor_is_the_limit_where_it_closes_everything():
    # 0.03 below a start of 9,500.
    now = account(equity_quote=9_400.0, day_start_equity_quote=9_500.0)

    assert DailyLoss(0.03, close_all=True).equity_floor(now) == pytest.approx(9_215.0)
    assert isnan(DailyLoss(0.03).equity_floor(now))


def test_what_it_has_closed_since_the_last_look_locks_whatever_the_equity_is_now():
    rule = DailyLoss(0.03, close_all=True)
    now = account(equity_quote=9_999.0, floors_reached=frozenset({rule.name}))

    (lock,) = rule.locks(now, (), ())

    assert lock.close_all
    assert "today (limit" in lock.why
    other = account(equity_quote=9_999.0, floors_reached=frozenset({"weekly_loss"}))
    assert rule.locks(other, (), ()) == ()

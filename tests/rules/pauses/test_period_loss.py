"""The equity at which a day's or week's limit is reached, and the figures at its edge."""

from math import inf, isnan, nan

import pytest

from freqtrade_riskguard.rules.pauses.period_loss import (
    Period,
    is_within,
    loss_equity_floor,
    loss_lock,
)
from tests.factories import NOON, account

# 3 % of 10,000: 300 may be lost.
START, LIMIT = 10_000.0, 0.03


@pytest.mark.parametrize("equity", [10_000.0, 9_900.0, 9_700.5, 12_000.0])
def test_the_floor_is_the_limit_below_the_start_whatever_was_lost_since(equity):
    # 3 % of 10,000.
    assert loss_equity_floor(account(equity_quote=equity), START, LIMIT) == pytest.approx(9_700.0)


@pytest.mark.parametrize("equity", [9_700.0, 9_000.0, 0.0, -5.0])
def test_past_the_limit_there_is_no_floor(equity):
    assert isnan(loss_equity_floor(account(equity_quote=equity), START, LIMIT))


@pytest.mark.parametrize("unknown", [nan, inf, -inf])
def test_of_what_is_unknown_there_is_no_floor(unknown):
    assert isnan(loss_equity_floor(account(equity_quote=unknown), START, LIMIT))
    assert isnan(loss_equity_floor(account(), unknown, LIMIT))


@pytest.mark.parametrize("start", [0.0, -5.0])
def test_an_account_without_equity_has_no_floor(start):
    assert isnan(loss_equity_floor(account(equity_quote=1.0), start, LIMIT))


def test_only_what_is_certainly_within_is():
    assert is_within(9_700.01, START, LIMIT)
    assert not is_within(9_700.0, START, LIMIT)
    # A tenth of a unit is an account, too.
    assert is_within(0.1, 0.1, LIMIT)
    assert not is_within(inf, START, LIMIT)
    assert not is_within(nan, START, LIMIT)
    assert not is_within(START, nan, LIMIT)
    assert not is_within(10.0, 0.0, LIMIT)
    assert not is_within(10.0, -5.0, LIMIT)
    assert not is_within(10.0, START, 1.0)


@pytest.mark.parametrize(
    ("start", "equity", "change"), [(0.8, 0.6, "-25.0 %"), (0.0, 0.0, "-100.0 %")]
)
def test_the_lock_tells_what_was_lost_of_however_little(start, equity, change):
    day = Period(start, NOON, "today", "00:00 UTC")

    lock = loss_lock(account(equity_quote=equity), day, LIMIT, close_all=False)

    assert f"until 00:00 UTC: {change} today (limit 3.0 %" in lock.why


def test_there_is_none_while_anything_is_left():
    # 0.5 of the 300 are left.
    day = Period(START, NOON, "today", "00:00 UTC")

    assert loss_lock(account(equity_quote=9_700.5), day, LIMIT, close_all=False) is None


def test_a_limit_that_was_reached_since_the_last_look_locks_although_something_is_left():
    day = Period(START, NOON, "today", "00:00 UTC")

    lock = loss_lock(account(equity_quote=9_700.5), day, LIMIT, close_all=True, is_reached=True)

    assert lock.close_all
    assert "-3.0 % today (limit 3.0 %" in lock.why

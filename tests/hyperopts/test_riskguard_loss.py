"""The hyperopt loss: figures by hand."""

from math import log

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.hyperopts import riskguard_loss


def loss(*profits, balance=1_000.0):
    days = pd.date_range("2026-01-01", periods=len(profits), tz="UTC")
    results = pd.DataFrame({"close_date": days, "profit_abs": list(profits)})
    return riskguard_loss(
        results=results,
        starting_balance=balance,
        trade_count=len(profits),
        backtest_stats={},
        config={},
    )


def test_growth_by_hand():
    # 1000 to 1100 to 1210: 10 % each, on every path.
    assert loss(100.0, 110.0) == pytest.approx(-2 * log(1.1))


def test_a_loss_by_hand():
    # 1000 to 900 to 810: down by 19 %, which is no ruin.
    assert loss(-100.0, -90.0) == pytest.approx(-2 * log(0.9))


def test_ruin_by_hand():
    # Seven times 10 %: 0.9^7 = 0.478, more than half is lost, and 1 % counts as left. Six times
    # leave 0.531.
    profits = [-100.0 * 0.9**trade for trade in range(7)]
    assert loss(*profits) == pytest.approx(-log(0.01))
    assert loss(*profits[:6]) == pytest.approx(-6 * log(0.9))


def test_ruin_is_priced_though_the_account_has_come_back():
    # Of two trades, 60 % lost and then 200 % won. Blocks of five: the second follows the first with
    # 0.8 + 0.2 / 2 = 0.9. Paths: both in either order 0.9, twice the loss 0.05, twice the gain
    # 0.05. All but the last were ruined: -(0.95 * log 0.01 + 0.05 * 2 * log 3) = 4.265, though the
    # backtest itself has gained 20 %. Four standard deviations of 500 paths: 4 * 6.8 * 0.218 /
    # sqrt(500) = 0.27.
    assert loss(-600.0, 800.0) == pytest.approx(4.265, abs=0.27)


def test_nothing_comes_after_an_account_that_is_used_up():
    assert loss(-1_500.0, 5_000.0) == pytest.approx(-log(0.01))


def test_the_order_is_that_of_closing():
    # 1000 to 1100 to 1210, told the other way round.
    results = pd.DataFrame(
        {
            "close_date": pd.to_datetime(["2026-01-02", "2026-01-01"], utc=True),
            "profit_abs": [110.0, 100.0],
        }
    )
    found = riskguard_loss(results=results, starting_balance=1_000.0)
    assert found == pytest.approx(-2 * log(1.1))


def test_no_trades_neither_gain_nor_lose():
    assert loss() == 0.0


PROFITS = st.lists(st.floats(min_value=-20.0, max_value=20.0), min_size=1, max_size=20)


@given(PROFITS, st.floats(min_value=0.1, max_value=10.0))
def test_the_size_of_the_account_does_not_matter(profits, scale):
    scaled = loss(*(profit * scale for profit in profits), balance=1_000.0 * scale)
    assert scaled == pytest.approx(loss(*profits), abs=1e-9)


@given(PROFITS)
def test_a_loss_is_worse_than_the_same_gain(profits):
    # At most 20 of 1000 a trade: nothing is ruined in 20 trades of 2.5 %.
    won, lost = ([sign * abs(profit) for profit in profits] for sign in (1, -1))
    assert loss(*won) <= 0.0 <= loss(*lost)

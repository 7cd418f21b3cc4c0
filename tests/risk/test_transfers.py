from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    lasting_transfer,
    start_equity,
    transfer_equity,
    update_equity,
)
from freqtrade_riskguard.risk.equity import DAY_SECONDS
from tests.risk.strategies import NOT_FINITE, thorough


def test_a_deposit_heals_no_drawdown_and_a_withdrawal_makes_none():
    track = update_equity(start_equity(0.0, 1000.0), 1.0, 900.0)
    # 900 becomes 450: everything halves, and 10 % stay 10 %
    halved = transfer_equity(track, -450.0)
    assert halved.equity_quote == 450.0
    assert halved.peak_quote == halved.day_start_quote == halved.week_start_quote == 500.0
    assert halved.drawdown_ratio == pytest.approx(0.1)
    doubled = transfer_equity(track, 900.0)
    assert doubled.peak_quote == 2000.0
    assert doubled.drawdown_ratio == pytest.approx(0.1)


def test_a_transfer_of_everything_begins_anew():
    track = update_equity(start_equity(0.0, 1000.0), 1.0, 900.0)
    gone = transfer_equity(track, -900.0)
    assert gone.equity_quote == gone.peak_quote == gone.day_start_quote == 0.0
    back = transfer_equity(gone, 700.0)
    assert back.peak_quote == back.week_start_quote == 700.0
    assert back.drawdown_ratio == 0.0


def test_a_lasting_difference_is_a_transfer():
    # 0.5 % of 1000 is 5
    assert lasting_transfer([-250.0, -250.0, -251.0], 1000.0) == -250.0
    assert lasting_transfer([0.0, 300.0, 299.0, 301.0], 1000.0) == 299.0
    assert lasting_transfer([300.0, 5.0, 300.0], 1000.0) == 0.0
    assert lasting_transfer([-300.0, -5.0, -300.0], 1000.0) == 0.0
    assert lasting_transfer([300.0, -300.0, 300.0], 1000.0) == 0.0
    assert lasting_transfer([300.0, 300.0], 1000.0) == 0.0  # one look short
    assert lasting_transfer([300.0], 1000.0, looks=1) == 300.0
    assert lasting_transfer([5.1], 1000.0, looks=1) == 5.1


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_an_unknown_difference_is_none(useless):
    assert lasting_transfer([useless] * 3, 1000.0) == 0.0
    assert lasting_transfer([300.0, useless, 300.0], 1000.0) == 0.0
    for equity in (useless, 0.0, -1.0):
        assert lasting_transfer([300.0] * 3, equity) == 0.0


def test_no_look_is_an_error():
    with pytest.raises(ValueError, match="looks"):
        lasting_transfer([300.0], 1000.0, looks=0)


steps = st.lists(
    st.tuples(st.floats(1.0, DAY_SECONDS), st.floats(1.0, 1e6)), min_size=1, max_size=30
)


@thorough
@given(steps, st.floats(-1e5, 1e6))
def test_transfers_leave_every_ratio(rows, transfer):
    track, time = start_equity(0.0, 500.0), 0.0
    for wait, equity in rows:
        time += wait
        track = update_equity(track, time, equity)
    assume(track.equity_quote + transfer > 1e-3)
    moved = transfer_equity(track, transfer)
    assert moved.drawdown_ratio == pytest.approx(track.drawdown_ratio, abs=1e-9)
    assert moved.day_loss_ratio == pytest.approx(track.day_loss_ratio, abs=1e-9)
    weeks = [each.equity_quote / each.week_start_quote for each in (moved, track)]
    assert weeks[0] == pytest.approx(weeks[1], abs=1e-9)
    assert moved.equity_quote == track.equity_quote + transfer

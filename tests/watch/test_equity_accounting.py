import pytest

from freqtrade_riskguard.watch.equity_accounting import notional_by_coin, update_account
from tests.watch.parts import DAY, NOON, bot_state, status, trade


def test_equity_is_capital_and_all_profits():
    # 10000 + 120 - 320 = 9800
    seen = status(realised_quote=120.0, open_profit_quote=-320.0)
    state = update_account(None, seen, NOON).state
    assert state.track.equity_quote == pytest.approx(9_800)
    assert state.track.day_start_quote == pytest.approx(9_800)
    assert state.base_quote == 10_000


def test_a_loss_is_measured_from_the_start_of_the_day_and_from_the_peak():
    state = update_account(None, status(), NOON).state
    state = update_account(state, status(open_profit_quote=2_500.0), NOON + 10).state
    state = update_account(state, status(open_profit_quote=-500.0), NOON + 20).state
    # 500 / 10000, and 3000 / 12500
    assert state.track.day_loss_ratio == pytest.approx(0.05)
    assert state.track.drawdown_ratio == pytest.approx(0.24)
    tomorrow = update_account(state, status(open_profit_quote=-600.0), NOON + 86_400).state
    assert tomorrow.track.day_index == DAY + 1
    assert tomorrow.track.day_loss_ratio == 0
    assert tomorrow.track.peak_quote == pytest.approx(12_500)


def test_longs_and_shorts_in_a_coin_add_up():
    trades = (trade(1, "BTC", 1_000.0), trade(2, "ETH", 500.0), trade(3, "BTC", 250.0))
    assert notional_by_coin(trades) == pytest.approx({"BTC": 1_250.0, "ETH": 500.0})


def test_a_withdrawal_is_no_loss_once_it_has_lasted():
    state = update_account(None, status(), NOON).state
    withdrawn = status(starting_capital_quote=6_000.0)
    for _ in range(2):
        booked = update_account(state, withdrawn, NOON)
        state = booked.state
        # One look may be in the middle of an order.
        assert booked.moved_quote == 0
        assert state.track.equity_quote == 10_000
    booked = update_account(state, withdrawn, NOON)
    assert booked.moved_quote == pytest.approx(-4_000)
    assert booked.state.track.equity_quote == pytest.approx(6_000)
    assert booked.state.track.day_loss_ratio == pytest.approx(0)
    assert booked.state.track.drawdown_ratio == pytest.approx(0)
    # Said once.
    assert update_account(booked.state, withdrawn, NOON).moved_quote == 0


def test_a_deposit_heals_no_loss():
    state = update_account(None, status(), NOON).state
    lost = status(starting_capital_quote=20_000.0, realised_quote=-400.0)
    for _ in range(3):
        state = update_account(state, lost, NOON).state
    assert state.track.equity_quote == pytest.approx(19_600)
    assert state.track.day_loss_ratio == pytest.approx(0.04)


def test_fees_and_rounding_are_no_transfer():
    state = update_account(None, status(), NOON).state
    for _ in range(5):
        state = update_account(state, status(starting_capital_quote=9_960.0), NOON).state
    assert state.base_quote == 10_000


def test_another_database_begins_anew_and_lifts_nothing():
    state = bot_state(10_000, 8_000, phase="held", startup=5)
    booked = update_account(state, status(database_start=1_738_000_000, startup=9), NOON)
    assert booked.anew
    assert booked.moved_quote == pytest.approx(2_000)
    assert booked.state.track.drawdown_ratio == 0
    assert booked.state.phase == "held"
    # Or it would look as if a person had started it.
    assert booked.state.startup == 5


def test_a_bot_that_was_seen_before_its_first_start_goes_on():
    state = bot_state(10_000, database_start=None)
    assert not update_account(state, status(open_profit_quote=-100.0), NOON).anew
    booked = update_account(state, status(open_profit_quote=-100.0), NOON)
    assert booked.state.database_start == 1_700_000_000
    assert booked.state.track.day_loss_ratio == pytest.approx(0.01)

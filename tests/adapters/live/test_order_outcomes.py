"""What was allowed, and is in no trade afterwards, is an open question until it was looked for."""

from datetime import timedelta

import pytest
from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.live.order_outcomes import OrderOutcomes
from tests.adapters.trades import open_trade, wait
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("_backtest")

ETH = "ETH/USDT:USDT"
SECOND = timedelta(seconds=1)


@pytest.fixture
def outcomes():
    return OrderOutcomes()


def booked(opened, **kwargs):
    trade = open_trade(**kwargs)
    trade.open_date = opened
    LocalTrade.add_bt_trade(trade)
    return trade


def test_an_entry_that_became_a_trade_is_no_question(outcomes):
    outcomes.allow_entry(PAIR, NOON)
    booked(NOON + SECOND)
    assert not outcomes.is_open_question(PAIR)
    outcomes.settle(NOON + 5 * SECOND)
    assert outcomes.uncertain == frozenset()
    assert not outcomes.is_open_question(PAIR)


@pytest.mark.parametrize(("early", "is_it"), [(2 * SECOND, True), (3 * SECOND, False)])
def test_a_trade_may_begin_a_moment_before_it_was_allowed(outcomes, early, is_it):
    outcomes.allow_entry(PAIR, NOON)
    booked(NOON - early)
    assert outcomes.is_open_question(PAIR) is not is_it


def test_a_trade_of_another_pair_answers_nothing(outcomes):
    outcomes.allow_entry(PAIR, NOON)
    booked(NOON, pair=ETH)
    assert outcomes.is_open_question(PAIR)


def test_until_the_first_look_all_pairs_wait_until_the_second_its_own(outcomes):
    outcomes.allow_entry(PAIR, NOON)
    assert outcomes.is_open_question(ETH)
    outcomes.settle(NOON + SECOND)
    assert outcomes.uncertain == {PAIR}
    assert outcomes.is_unlooked
    assert outcomes.is_open_question(ETH)

    outcomes.note_look()
    assert not outcomes.is_unlooked
    assert outcomes.is_open_question(PAIR)
    assert not outcomes.is_open_question(ETH)

    outcomes.note_look()
    assert not outcomes.is_open_question(PAIR)


def test_what_was_settled_is_not_asked_again(outcomes):
    outcomes.allow_entry(PAIR, NOON)
    outcomes.settle(NOON)
    outcomes.note_look()
    outcomes.note_look()
    outcomes.settle(NOON + timedelta(hours=1))
    assert outcomes.uncertain == frozenset()


@pytest.mark.parametrize("seconds", [29, 30])
def test_a_pair_is_doubted_again_after_half_a_minute(outcomes, seconds):
    outcomes.doubt(PAIR, NOON)
    outcomes.note_look()
    outcomes.note_look()
    outcomes.doubt(PAIR, NOON + seconds * SECOND)
    assert (PAIR in outcomes.uncertain) is (seconds == 30)
    # A clock that was set back keeps nobody from looking.
    outcomes.doubt(ETH, NOON)
    outcomes.note_look()
    outcomes.note_look()
    outcomes.doubt(ETH, NOON - SECOND)
    assert ETH in outcomes.uncertain


def test_an_exit_without_an_order_is_a_question(outcomes):
    trade = booked(NOON)
    outcomes.allow_exit(trade, NOON)
    assert outcomes.is_open_question(PAIR)
    wait(trade, trade.amount, 100.0, side=trade.exit_side)
    assert not outcomes.is_open_question(PAIR)


def test_an_exit_of_a_trade_that_is_over_is_none(outcomes):
    trade = booked(NOON)
    outcomes.allow_exit(trade, NOON)
    trade.is_open = False
    LocalTrade.bt_trades_open.remove(trade)
    outcomes.settle(NOON + SECOND)
    assert outcomes.uncertain == frozenset()

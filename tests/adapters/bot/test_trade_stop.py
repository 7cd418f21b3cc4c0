"""Stops on freqtrade's own trade objects."""

from datetime import timedelta

import pytest

from freqtrade_riskguard.adapters.bot.trade_stop import tighten_trade_stop
from tests.adapters.trades import fill, open_trade
from tests.factories import NOON

pytestmark = pytest.mark.usefixtures("_backtest")


@pytest.mark.parametrize(("short", "stop"), [(False, 97.0), (True, 103.0)])
def test_the_stop_is_where_it_was_asked_for(short, stop):
    trade = open_trade(short=short)

    tighten_trade_stop(trade, stop, rate=100.0)

    assert trade.stop_loss == pytest.approx(stop)
    assert not trade.is_stop_loss_trailing


@pytest.mark.parametrize(("short", "near", "far"), [(False, 97.0, 96.0), (True, 103.0, 104.0)])
def test_it_never_loosens(short, near, far):
    trade = open_trade(short=short)
    tighten_trade_stop(trade, near, rate=100.0)

    tighten_trade_stop(trade, far, rate=100.0)

    assert trade.stop_loss == pytest.approx(near)


@pytest.mark.parametrize(("short", "stop", "rate"), [(False, 97.0, 98.0), (True, 103.0, 102.0)])
def test_it_survives_a_partial_exit_of_a_loser(short, stop, rate):
    trade = open_trade(short=short)
    tighten_trade_stop(trade, stop, rate=100.0)

    fill(trade, trade.exit_side, trade.amount / 4, rate, NOON)

    assert trade.amount == pytest.approx(75.0)
    assert trade.stop_loss == pytest.approx(stop)


@pytest.mark.parametrize(("short", "stop", "rate"), [(False, 97.0, 98.0), (True, 103.0, 102.0)])
def test_one_that_is_set_while_the_trade_loses_survives_a_partial_exit(short, stop, rate):
    trade = open_trade(short=short)
    # 1 of 98 away from the market; as far from the open rate it would be at 99, past the market.
    tighten_trade_stop(trade, stop, rate=rate)

    fill(trade, trade.exit_side, trade.amount / 4, rate, NOON)

    assert trade.stop_loss == pytest.approx(stop)


@pytest.mark.parametrize(("short", "stop", "rate"), [(False, 97.0, 110.0), (True, 103.0, 90.0)])
def test_it_survives_a_partial_exit_of_a_winner(short, stop, rate):
    trade = open_trade(short=short)
    tighten_trade_stop(trade, stop, rate=rate)

    fill(trade, trade.exit_side, trade.amount / 4, rate, NOON)

    assert trade.stop_loss == pytest.approx(stop)


@pytest.mark.parametrize(("short", "stop", "rate"), [(False, 105.0, 110.0), (True, 95.0, 90.0)])
def test_a_stop_in_profit_trails(short, stop, rate):
    trade = open_trade(short=short)

    tighten_trade_stop(trade, stop, rate=rate)

    assert trade.stop_loss == pytest.approx(stop)
    assert trade.is_stop_loss_trailing


@pytest.mark.parametrize(
    ("short", "stop", "rate"),
    [(False, 105.0, 110.0), (True, 95.0, 90.0), (False, 100.0, 110.0), (True, 100.0, 90.0)],
)
def test_a_stop_that_loses_nothing_is_told_by_its_way_from_the_market(short, stop, rate):
    trade = open_trade(short=short)

    tighten_trade_stop(trade, stop, rate=rate)

    # At 10x; relative to the open rate it would be none.
    assert trade.stop_loss_pct == pytest.approx(-10.0 * abs(rate - stop) / rate)


@pytest.mark.parametrize(("short", "stop", "rate"), [(False, 105.0, 104.0), (True, 95.0, 96.0)])
def test_a_stop_that_the_market_has_passed_is_set_all_the_same(short, stop, rate):
    trade = open_trade(short=short)

    tighten_trade_stop(trade, stop, rate=rate)

    assert trade.stop_loss == pytest.approx(stop)


@pytest.mark.parametrize(("short", "stop"), [(False, 97.0), (True, 103.0)])
def test_an_added_entry_never_loosens_it(short, stop):
    trade = open_trade(short=short)
    tighten_trade_stop(trade, stop, rate=100.0)

    fill(trade, trade.entry_side, 100.0, 98.0 if not short else 102.0, NOON + timedelta(hours=1))

    assert (trade.stop_loss - stop) * (-1 if short else 1) >= -0.005

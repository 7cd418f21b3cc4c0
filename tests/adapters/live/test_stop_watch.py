"""A stop that is missing, and a trade that freqtrade could not look after: told once, and kept."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from freqtrade_riskguard.adapters.live.stop_watch import StopWatch
from tests.adapters.trades import booked_trade, open_trade, wait
from tests.factories import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def told():
    return []


@pytest.fixture
def standing():
    """The numbers of the trades whose stop is known to stand."""
    return set()


@pytest.fixture
def watch(told, standing):
    return StopWatch(lambda trade: trade.id in standing, lambda _, why: told.append(why))


def strategy(*, dry_run=False, on_exchange=True, blocks=True):
    exchange = SimpleNamespace(get_option=lambda _, **__: blocks)
    return SimpleNamespace(
        config={"dry_run": dry_run, "runmode": "dry_run" if dry_run else "live"},
        order_types={"stoploss_on_exchange": on_exchange},
        dp=SimpleNamespace(_exchange=exchange),
    )


@pytest.mark.parametrize("short", [False, True])
def test_a_missing_stop_is_told_at_once_and_hourly(watch, told, short):
    trade = open_trade(short=short)
    assert watch.is_missing(strategy(), trade, NOON)
    (why,) = told
    assert why.startswith(f"{trade.pair} {'short' if short else 'long'}: NO stop order stands")
    assert f"closes at {trade.stop_loss:g} by itself" in why
    assert watch.is_missing(strategy(), trade, NOON + HOUR - timedelta(seconds=1))
    assert len(told) == 1
    assert watch.is_missing(strategy(), trade, NOON + HOUR)
    assert len(told) == 2


def test_it_is_told_that_a_stop_stands_again(watch, told, standing):
    trade = open_trade()
    watch.is_missing(strategy(), trade, NOON)
    standing.add(trade.id)
    assert not watch.is_missing(strategy(), trade, NOON)
    assert not watch.is_missing(strategy(), trade, NOON)
    assert told[1:] == [f"{trade.pair} long: a stop order stands on the exchange again."]


def test_where_no_stop_is_due_none_is_missing(watch, told):
    trade = open_trade()
    assert not watch.is_missing(strategy(dry_run=True), trade, NOON)
    assert not watch.is_missing(strategy(on_exchange=False), trade, NOON)
    trade.amount = 0.0
    assert not watch.is_missing(strategy(), trade, NOON)
    assert told == []


@pytest.mark.parametrize("blocks", [True, False])
def test_while_another_order_waits_nobody_is_told_where_that_is_how_it_is(watch, told, blocks):
    trade = open_trade()
    wait(trade, 1.0, 95.0)
    assert watch.is_missing(strategy(blocks=blocks), trade, NOON)
    assert len(told) == (0 if blocks else 1)


@pytest.mark.usefixtures("database")
class TestUnasked:
    """What freqtrade did not ask about between two loops."""

    def test_a_trade_that_was_not_asked_about(self, watch, told):
        trade = booked_trade()
        # What is new may have come after freqtrade looked.
        assert watch.begin_loop([trade], NOON) == []
        assert watch.begin_loop([trade], NOON) == [trade]
        (why,) = told
        assert "could not look after its exits" in why
        assert f"Its stop at {trade.stop_loss:g}" in why

    def test_each_loop_asks_anew(self, watch, told):
        trade = booked_trade()
        watch.begin_loop([trade], NOON)
        watch.note_asked(trade)
        assert watch.begin_loop([trade], NOON) == []
        assert told == []
        assert watch.begin_loop([trade], NOON) == [trade]

    def test_it_is_told_hourly_while_it_lasts_and_at_once_when_it_comes_again(self, watch, told):
        trade = booked_trade()
        for _ in range(3):
            watch.begin_loop([trade], NOON)
        assert len(told) == 1
        watch.note_asked(trade)
        assert watch.begin_loop([trade], NOON) == []
        assert watch.begin_loop([trade], NOON) == [trade]
        assert len(told) == 2

    def test_what_has_no_position_has_no_exits(self, watch):
        trade = booked_trade()
        trade.amount = 0.0
        watch.begin_loop([trade], NOON)
        assert watch.begin_loop([trade], NOON) == []

    def test_a_trade_that_is_over_is_not_asked_about(self, watch):
        watch.begin_loop([booked_trade()], NOON)
        assert watch.begin_loop([], NOON) == []

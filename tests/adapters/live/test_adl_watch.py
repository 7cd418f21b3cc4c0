"""What of auto-deleveraging is told where the exchange does not tell it."""

import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest

from freqtrade_riskguard.adapters.live.adl_watch import LOOK_EVERY, AdlWatch
from tests.adapters.trades import open_trade
from tests.factories import NOON


@pytest.fixture
def told():
    return []


@pytest.fixture
def watch(told):
    return AdlWatch(lambda *alert: told.append(alert))


def test_an_exchange_that_does_not_tell_ranks_is_named_once(watch, told, caplog):
    # Nothing is asked of it, so that its name is all it needs.
    strategy = SimpleNamespace(config={"exchange": {"name": "okx"}})
    with caplog.at_level(logging.WARNING):
        for minutes in (0, 10, 20):
            time = NOON + timedelta(minutes=minutes)
            watch.look(strategy, [open_trade()], lambda _: 101.0, time)
    (record,) = caplog.records
    assert "does not tell the ranks of auto-deleveraging" in record.getMessage()
    assert told == []


@pytest.mark.parametrize(
    ("short", "rate"), [(False, 99.0), (False, 100.0), (True, 101.0), (False, float("nan"))]
)
def test_no_look_without_a_winner(watch, told, caplog, short, rate):
    # With a look it would be named, as above.
    strategy = SimpleNamespace(config={"exchange": {"name": "okx"}})
    watch.look(strategy, [open_trade(short=short)], lambda _: rate, NOON)
    watch.look(strategy, [], lambda _: 101.0, NOON + LOOK_EVERY)
    assert caplog.records == []
    assert told == []

"""An account's history is bounded, and forgets neither its lowest nor its deepest."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.watch.web.history import Histories, Mark

NOON = datetime(2025, 2, 3, 12, tzinfo=UTC)


def history(equities, most_points=10, gap_seconds=10.0):
    histories = Histories(gap_seconds, most_points)
    for place, equity_quote in enumerate(equities):
        drawdown_ratio = None if equity_quote is None else 1 - equity_quote / 1_000
        histories.add("one", 10.0 * place, equity_quote, drawdown_ratio)
    return histories.of("one")


def test_every_poll_is_a_point_while_there_is_room():
    found = history([100.0, 90.0, None, 95.0])
    assert [point.equity_quote for point in found.points] == [100.0, 90.0, None, 95.0]
    assert [point.time for point in found.points] == [0.0, 10.0, 20.0, 30.0]


@given(st.lists(st.none() | st.floats(1.0, 999.0), min_size=1, max_size=300))
def test_the_lowest_and_the_deepest_are_kept_in_a_bounded_number(equities):
    found = history(equities)
    assert len(found.points) <= 10
    known = [equity for equity in equities if equity is not None]
    lowest = [point.lowest_quote for point in found.points if point.lowest_quote is not None]
    assert min(lowest, default=None) == min(known, default=None)
    deepest = [point.drawdown_ratio for point in found.points if point.drawdown_ratio is not None]
    wanted = max((1 - equity / 1_000 for equity in known), default=None)
    assert max(deepest, default=None) == wanted
    # The chart ends where the account is now, or was when it was last told.
    if equities[-1] is not None:
        assert found.points[-1].equity_quote == equities[-1]
    times = [point.time for point in found.points]
    assert times == sorted(set(times))


def test_a_clock_that_is_set_back_adds_no_point():
    histories = Histories(10.0)
    for time in (100.0, 110.0, 50.0, 60.0):
        histories.add("one", time, time, 0.0)
    found = histories.of("one")
    assert [(point.time, point.equity_quote) for point in found.points] == [
        (100.0, 100.0),
        (110.0, 60.0),
    ]


@pytest.mark.parametrize("count", [3, 250])
def test_the_latest_marks_are_kept_in_order(count):
    histories = Histories(10.0)
    for place in reversed(range(count)):
        mark = Mark(time=NOON + timedelta(minutes=place), kind="cut", text=str(place))
        histories.mark("one", [mark])
    kept = [mark.text for mark in histories.of("one").marks]
    assert kept == [str(place) for place in range(count)][-100:]


def test_nobody_has_no_history():
    assert Histories(10.0).of("one") is None

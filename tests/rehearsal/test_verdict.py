from itertools import pairwise
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.rehearsal.record import Liquidation, Unprotected
from freqtrade_riskguard.rehearsal.verdict import apart, findings, worst_samples
from tests.support.rehearsals import at, rehearsal, sample
from tests.support.scripted import BTC


def test_a_quiet_day_has_held():
    assert findings(rehearsal()) == ()


def test_a_liquidation_has_not_held():
    (found,) = findings(rehearsal(liquidations=(Liquidation(at(128), BTC, 91_000.0, 4_550.0),)))
    assert found == f"{BTC} was liquidated on 2025-02-03 02:08: 4,550 USDT at 91000."


@pytest.mark.parametrize(("loops", "is_held"), [(0, True), (2, True), (3, False)])
def test_a_stop_may_be_missing_for_two_loops_in_which_orders_were_taken(loops, is_held):
    spell = Unprotected(BTC, at(0), at(40), loops)
    assert (findings(rehearsal(unprotected=(spell,))) == ()) is is_held


def test_a_bot_without_stops_on_the_exchange_is_told_which_setting_that_is():
    spell = Unprotected(BTC, at(0), at(40), 40)
    (found,) = findings(rehearsal(unprotected=(spell,), places_stops=False))
    assert "from 2025-02-03 00:00 to 2025-02-03 00:40, in 40 loops" in found
    assert found.endswith("order_types.stoploss_on_exchange is false.")


# 10,000 of the exchange's: 20 are 0.2 %.
@pytest.mark.parametrize(
    ("guard", "last", "is_held"),
    [(10_020, 60, True), (10_021, 59, True), (10_021, 60, False), (9_979, 60, False)],
)
def test_the_equities_may_be_apart_for_less_than_an_hour(guard, last, is_held):
    samples = tuple(sample(minute, guard) for minute in (0, 30, last))
    assert (findings(rehearsal(samples=samples)) == ()) is is_held


def test_a_sentence_says_how_far_they_were_apart_at_worst():
    samples = [sample(0, 10_030), sample(30, 10_100), sample(60, 10_030)]
    (found,) = findings(rehearsal(samples=tuple(samples)))
    # 10,100 / 10,000 - 1
    assert "2025-02-03 00:00 to 2025-02-03 01:00" in found
    assert found.endswith("at worst 10,100 for 10,000 (1.00 %).")


@pytest.mark.parametrize("between", [10_000.0, nan])
def test_a_look_that_shows_no_difference_ends_a_time_apart(between):
    samples = [sample(0, 10_100), sample(30, between), sample(61, 10_100)]
    assert [spell.length.total_seconds() for spell in apart(samples)] == [0, 0]


def test_an_account_that_is_empty_is_compared_with_nothing():
    assert apart([sample(0, 10.0, 0.0), sample(90, 10.0, -1.0)]) == []


def test_the_worst_looks_are_one_for_each_hour():
    samples = [sample(0, 10_010), sample(5, 9_970), sample(70, 10_020), sample(130, nan)]
    assert worst_samples(samples, 5) == [samples[1], samples[2]]
    assert worst_samples(samples, 1) == [samples[1]]


@given(st.lists(st.floats(9_900, 10_100), max_size=30))
def test_times_apart_are_in_order_and_hold_all_that_is_apart(values):
    samples = [sample(minute, value) for minute, value in enumerate(values)]
    spells = apart(samples)
    for one, other in pairwise(spells):
        assert one.since <= one.until < other.since
    for each in samples:
        is_within = any(spell.since <= each.time <= spell.until for spell in spells)
        assert is_within == (abs(each.guard_quote - 10_000) > 20)

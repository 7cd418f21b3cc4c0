from dataclasses import replace
from datetime import timedelta
from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.engine.decision_stats import DecisionStats, LockedDuration
from freqtrade_riskguard.engine.journal import Decision, Journal
from tests.factories import NOON, PAIR

HOUR = timedelta(hours=1)
STAKE = Decision(
    time=NOON,
    pair=PAIR,
    side=1,
    question="stake",
    rule="fixed_risk",
    asked=500.0,
    answered=200.0,
    enforced=True,
    why="1 % risk",
)


def lock(since_hours, until_hours, **changes):
    return replace(
        STAKE,
        question="lock",
        rule="daily_loss",
        pair="*",
        side=0,
        asked=nan,
        answered=nan,
        time=NOON + since_hours * HOUR,
        until=NOON + until_hours * HOUR,
        **changes,
    )


def decision_stats(*decisions):
    counted = DecisionStats()
    for decision in decisions:
        counted.add(decision)
    return counted


def test_what_a_rule_took_away_in_sum():
    (count,) = decision_stats(
        STAKE,  # takes 300
        replace(STAKE, pair="ETH/USDT:USDT", asked=100.0, answered=60.0),  # takes 40
        replace(STAKE, answered=0.0),  # refuses 500
    )

    assert (count.times, count.pairs) == (3, {PAIR, "ETH/USDT:USDT"})
    assert count.taken == 840.0
    assert count.trimmed == 340.0
    assert (count.refused, count.asked_refused) == (1, 500.0)


def test_the_mean_leverage_asked_and_answered():
    ten, twenty = (
        replace(STAKE, question="leverage", asked=asked, answered=answered)
        for asked, answered in ((10.0, 2.0), (20.0, 3.0))
    )
    (count,) = decision_stats(ten, twenty)

    assert (count.mean_asked, count.mean_answered) == (15.0, 2.5)


def test_unknown_figures_are_counted_and_change_no_sum():
    (count,) = decision_stats(
        STAKE, replace(STAKE, answered=nan), replace(STAKE, asked=nan, answered=0.0)
    )

    assert (count.times, count.measured, count.refused) == (3, 1, 0)
    assert count.mean_answered == 200.0
    (unmeasured,) = decision_stats(replace(STAKE, answered=nan))
    assert isnan(unmeasured.mean_asked)
    assert isnan(unmeasured.mean_answered)
    assert unmeasured.taken == 0.0


def test_what_only_observes_is_counted_apart():
    enforced, observed = sorted(
        decision_stats(STAKE, STAKE, replace(STAKE, enforced=False)),
        key=lambda count: -count.enforced,
    )

    assert (enforced.times, enforced.enforced) == (2, True)
    assert (observed.times, observed.enforced) == (1, False)


def test_counts_come_in_the_order_of_an_entry_and_the_largest_first():
    counts = decision_stats(
        lock(0, 1),
        STAKE,
        replace(STAKE, rule="kelly"),
        replace(STAKE, rule="kelly"),
        replace(STAKE, question="leverage", rule="hard_cap"),
    )

    assert [(count.question, count.rule) for count in counts] == [
        ("leverage", "hard_cap"),
        ("stake", "kelly"),
        ("stake", "fixed_risk"),
        ("lock", "daily_loss"),
    ]


def test_locks_that_overlap_count_once_and_none_reaches_beyond_the_end():
    # 0-4 and 2-6 are 6 hours, 10-12 two more; 20-30 is cut at 25: 6 + 2 + 5.
    (count,) = decision_stats(lock(0, 4), lock(2, 6), lock(10, 12), lock(20, 30))

    assert count.times == 4
    assert count.locked_by(NOON + 25 * HOUR) == 13 * HOUR


def test_locks_of_different_pairs_and_sides_add_up():
    (count,) = decision_stats(
        lock(0, 4),
        replace(lock(0, 4), pair=PAIR, side=1),
        replace(lock(2, 6), pair=PAIR, side=-1),
    )

    assert count.locked_by(NOON + 100 * HOUR) == 12 * HOUR


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), max_size=8), st.integers(51, 100)
)
def test_locked_time_is_that_of_the_union(locks, end):
    found, hours = LockedDuration(), set()
    for since, length in sorted(locks):
        found.add(NOON + since * HOUR, NOON + (since + length) * HOUR)
        hours |= set(range(since, since + length))

    assert found.until(NOON + end * HOUR) == sum(hour < end for hour in hours) * HOUR


def test_a_halt_is_kept_with_its_end():
    counted = decision_stats(
        lock(0, 4), lock(5, 29, halts=True), lock(7, 9, halts=True, enforced=False)
    )

    real, spared = counted.halts
    assert (real.since, real.enforced) == (NOON + 5 * HOUR, True)
    assert real.duration_until(NOON + 15 * HOUR) == 10 * HOUR
    assert real.duration_until(NOON + 99 * HOUR) == 24 * HOUR
    assert real.duration_until(NOON) == timedelta(0)
    assert not spared.enforced


def test_begun_anew_it_is_empty():
    counted = decision_stats(STAKE, lock(0, 1, halts=True))
    counted.clear()

    assert not list(counted)
    assert not counted.halts


@pytest.mark.parametrize("size", [1, 3])
def test_it_counts_what_the_journal_has_no_room_for(size):
    journal, counted = Journal(size=size), DecisionStats()
    journal.start_run(None, anew=True, counts=counted)
    for _ in range(10):
        journal.record(STAKE)

    (count,) = counted
    assert (len(journal), count.times) == (size, 10)

    journal.clear()
    assert not list(counted)


def test_what_the_journal_leaves_out_as_a_repetition_is_not_counted():
    journal, counted = Journal(), DecisionStats()
    journal.start_run(None, anew=True, repeat_after=HOUR, counts=counted)
    for minutes in (0, 30, 60):
        journal.record(replace(STAKE, time=NOON + timedelta(minutes=minutes)))

    (count,) = counted
    assert count.times == len(journal) == 2

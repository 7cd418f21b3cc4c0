from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.risk import Edge, EdgeEstimator, EdgeState, record_exposure
from tests.risk.strategies import NOT_FINITE, thorough

DAY = 86_400.0


def test_by_hand():
    estimator = EdgeEstimator()
    for time, ratio in ((1.0, 0.03), (2.0, -0.01), (3.0, 0.01), (4.0, 0.0)):
        estimator.add(time, ratio)
    assert len(estimator) == 4
    # wins 0.03 and 0.01; losses 0.01 and a zero, which is no win
    assert estimator.edge(4.0) == Edge(4, 2, 0.02, 0.005)


def test_what_closes_later_is_not_known_yet():
    estimator = EdgeEstimator()
    estimator.add(10.0, 0.02)
    estimator.add(20.0, -0.01)
    assert estimator.edge(9.99).trades == 0
    assert estimator.edge(10.0).trades == 1
    assert estimator.edge(19.0).mean_loss == 0.0
    assert estimator.edge(20.0).trades == 2
    assert estimator.edge(10.0) == Edge(1, 1, 0.02, 0.0)  # going back is answered too
    estimator.add(30.0, 0.06)
    assert estimator.edge(30.0) == Edge(3, 2, 0.04, 0.01)
    assert estimator.edge(20.0) == Edge(2, 1, 0.02, 0.01)
    assert estimator.edge(-math.inf).trades == 0


def test_old_trades_age_out():
    estimator = EdgeEstimator()
    estimator.add(0.0, 0.02)
    estimator.add(DAY, 0.04)
    assert estimator.edge(90.0 * DAY).trades == 2  # exactly 90 days old still counts
    assert estimator.edge(90.0 * DAY + 1.0).trades == 1
    assert estimator.edge(92.0 * DAY) == Edge(0, 0, 0.0, 0.0)
    assert estimator.edge(math.inf).trades == 0


def test_only_the_newest_count():
    estimator = EdgeEstimator(max_trades=2)
    for time, ratio in ((1.0, 0.5), (2.0, 0.01), (3.0, -0.02)):
        estimator.add(time, ratio)
    assert estimator.edge(3.0) == Edge(2, 1, 0.01, 0.02)


def test_a_window_of_one_trade():
    estimator = EdgeEstimator(max_trades=1)
    estimator.add(1.0, 0.5)
    estimator.add(2.0, -0.02)
    assert estimator.edge(2.0) == Edge(1, 0, 0.0, 0.02)


def test_default_window_is_200_trades():
    estimator = EdgeEstimator()
    for time in range(300):
        estimator.add(float(time), 0.01)
    assert estimator.edge(300.0).trades == 200


def test_settings_reach_the_edge():
    estimator = EdgeEstimator(min_trades=5, prior_trades=7.0, confidence=0.8)
    edge = estimator.edge(0.0)
    assert (edge.min_trades, edge.prior_trades, edge.confidence) == (5, 7.0, 0.8)


def test_out_of_order_is_tolerated():
    forward, shuffled = EdgeEstimator(max_trades=3), EdgeEstimator(max_trades=3)
    rows = [(float(time), 0.01 * (time - 2.5)) for time in range(6)]
    for row in rows:
        forward.add(*row)
    for index in (3, 0, 5, 1, 4, 2):
        shuffled.add(*rows[index])
        shuffled.edge(10.0)
    assert shuffled.edge(10.0) == forward.edge(10.0)


def test_a_late_trade_from_before_the_window_changes_nothing():
    estimator = EdgeEstimator(max_trades=2)
    for time, ratio in ((1.0, 0.1), (2.0, 0.2), (3.0, 0.3)):
        estimator.add(time, ratio)
    assert estimator.edge(3.0).mean_win == pytest.approx(0.25)
    estimator.add(0.5, 9.0)
    assert estimator.edge(3.0).mean_win == pytest.approx(0.25)
    estimator.add(4.0, 0.5)
    assert estimator.edge(4.0).mean_win == pytest.approx(0.4)
    estimator.add(3.5, 0.1)  # within the window, but not at its end
    assert estimator.edge(4.0).mean_win == pytest.approx(0.3)


def test_sums_never_drift():
    estimator = EdgeEstimator(max_trades=3)
    estimator.add(0.0, 1e16)
    for time in range(1, 1001):
        estimator.add(float(time), 0.1)
        estimator.edge(float(time))
    assert estimator.edge(1000.0).mean_win == 0.1


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_what_is_not_finite_is_refused(useless):
    estimator = EdgeEstimator()
    with pytest.raises(ValueError, match="finite"):
        estimator.add(0.0, useless)
    with pytest.raises(ValueError, match="finite"):
        estimator.add(useless, 0.01)
    assert len(estimator) == 0


def test_no_time_is_an_error():
    with pytest.raises(ValueError, match="now"):
        EdgeEstimator().edge(math.nan)


@pytest.mark.parametrize(("age", "most"), [(0.0, 200), (math.nan, 200), (1.0, 0)])
def test_an_empty_window_is_refused(age, most):
    with pytest.raises(ValueError, match="window"):
        EdgeEstimator(age, most)


def from_scratch(rows, now, age, most):
    """The same by its definition: sort, cut, and add up in whole fractions."""
    seen = sorted((row for row in rows if now - age <= row[0] <= now), key=lambda row: row[0])
    counted = [Fraction(ratio) for _, ratio in seen[-most:]]
    wins = [ratio for ratio in counted if ratio > 0]
    losses = [-ratio for ratio in counted if ratio <= 0]
    mean_win = float(sum(wins) / len(wins)) if wins else 0.0
    mean_loss = float(sum(losses) / len(losses)) if losses else 0.0
    return Edge(len(counted), len(wins), mean_win, mean_loss)


times = st.integers(0, 60).map(float)


@thorough
@given(
    st.lists(
        st.one_of(
            st.tuples(times, st.floats(-1e3, 1e3)),  # a trade
            times,  # a question
        ),
        max_size=40,
    ),
    st.integers(1, 30),
    st.integers(1, 8),
)
def test_any_order_of_trades_and_questions_gives_what_a_fresh_one_would(steps, age, most):
    estimator = EdgeEstimator(float(age), most)
    # times are drawn whole and made unique, so that "the newest" is never a tie
    rows: list[tuple[float, float]] = []
    for index, step in enumerate(steps):
        if isinstance(step, tuple):
            row = (step[0] + index / 1000.0, step[1])
            rows.append(row)
            estimator.add(*row)
        else:
            assert estimator.edge(step) == from_scratch(rows, step, float(age), most)
    for now in (0.0, 30.0, 70.0, 15.0, 100.0):
        assert estimator.edge(now) == from_scratch(rows, now, float(age), most)


def filled(rows, **settings):
    """Return an estimator with returns that closed at these times, in days."""
    estimator = EdgeEstimator(**settings)
    for day, ratio in rows:
        estimator.add(day * DAY, ratio)
    return estimator


# 70 small wins, 28 small losses and two of 12 %, one a day, mixed.
FAT_TAIL = [(0.01, -0.006)[number % 10 in (1, 4, 7)] for number in range(100)]
FAT_TAIL[14] = FAT_TAIL[64] = -0.12


def test_the_returns_themselves_decide_and_not_their_means():
    assert (FAT_TAIL.count(0.01), FAT_TAIL.count(-0.006), FAT_TAIL.count(-0.12)) == (70, 28, 2)
    rows = list(enumerate(FAT_TAIL))
    unshrunk = filled(rows, max_age_seconds=1e9, prior_trades=1e-9).edge(99 * DAY)
    # Half of 0.5/0.12: no trade like the worst one takes more than a quarter of the account.
    assert unshrunk.exposure_cap() == pytest.approx(0.25 / 0.12)
    assert unshrunk.exposure_cap() <= 2.1
    # The two means allow more than four times as much: half of 0.7/0.0136 - 0.3/0.01 = 21.5.
    by_means = Edge(100, 70, unshrunk.mean_win, unshrunk.mean_loss, prior_trades=1e-9)
    assert by_means.exposure_cap() == pytest.approx(10.74, abs=0.01)
    shrunk = filled(rows, max_age_seconds=1e9).edge(99 * DAY)
    assert shrunk.state is EdgeState.PROVEN
    assert shrunk.exposure_cap() <= unshrunk.exposure_cap()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 40), st.floats(-0.2, 0.25)), min_size=30, max_size=60),
    st.integers(30, 45),
)
def test_the_exposure_is_that_of_the_window_however_it_came_about(rows, most):
    estimator = EdgeEstimator(max_trades=most)
    for day, ratio in rows:
        estimator.add(day * DAY, ratio)
        estimator.edge(day * DAY)
    edge = estimator.edge(40 * DAY)
    if edge.state is not EdgeState.PROVEN:
        return
    latest = sorted(enumerate(rows), key=lambda row: (row[1][0], row[0]))[-edge.trades :]
    fair = edge.mean_loss / (edge.mean_win + edge.mean_loss)
    doubt, weight = 20.0, edge.evidence / edge.trades
    expected = record_exposure(
        [*(ratio for _, (_, ratio) in latest), edge.mean_win, -edge.mean_loss],
        [*[weight] * edge.trades, doubt * fair, doubt * (1.0 - fair)],
    )
    assert edge.optimal_exposure == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_trades_within_three_days_disprove_nothing():
    # 23 of 76 won at even sizes: as independent trades they would disprove any edge.
    rows = [(number / 26.0, 0.01 if number % 10 in (0, 3, 7) else -0.01) for number in range(76)]
    edge = filled(rows).edge(3 * DAY)
    assert (edge.trades, edge.wins) == (76, 23)
    assert Edge(76, 23, 0.01, 0.01).state is EdgeState.DISPROVEN
    assert edge.state is EdgeState.BREAK_EVEN


def losing(first_day, days, per_day=4):
    """Return days of four trades each, of which one wins, at even sizes."""
    return [
        (first_day + number // per_day + (number % per_day) / 10.0, -0.01 if number % 4 else 0.01)
        for number in range(days * per_day)
    ]


def test_a_ban_its_probation_and_its_end():
    # 15 trades of 60 won on 15 days (upper bound 0.3514): disproven by the last one, on day 14.3.
    estimator = filled(losing(0, 15))
    assert estimator.edge(14.2 * DAY).state is EdgeState.BREAK_EVEN  # 59 trades
    banned = estimator.edge(14.3 * DAY)
    assert banned.state is EdgeState.DISPROVEN
    assert (banned.trades, banned.wins) == (60, 15)
    assert estimator.edge(21.2 * DAY).state is EdgeState.DISPROVEN
    later = estimator.edge(21.4 * DAY)
    assert later.state is EdgeState.PROBATION
    assert later.trades == 0  # the newer record has not begun
    for number in range(29):
        estimator.add((22 + number) * DAY, 0.02 if number % 3 else -0.01)
    assert estimator.edge(50.5 * DAY).state is EdgeState.PROBATION
    estimator.add(51 * DAY, 0.02)
    proven = estimator.edge(51 * DAY)
    assert proven.state is EdgeState.PROVEN
    assert proven.trades == 30  # what was disproven does not count any more


def test_a_probation_that_loses_ends_in_another_ban():
    estimator = filled([*losing(0, 15), *losing(22, 15)])
    assert estimator.edge(36.2 * DAY).state is EdgeState.PROBATION
    assert estimator.edge(36.3 * DAY).state is EdgeState.DISPROVEN
    assert estimator.edge(43.4 * DAY).state is EdgeState.PROBATION


def test_a_ban_is_forgotten_once_its_trades_have_aged_out():
    estimator = filled(losing(0, 15))
    assert estimator.edge((14.3 + 90.0) * DAY).state is EdgeState.PROBATION
    assert estimator.edge((14.3 + 90.1) * DAY) == Edge(0, 0, 0.0, 0.0)


DAY_OF_40 = [0.01, -0.01, -0.01, -0.01] * 10


def test_a_fast_strategy_can_be_disproven_too():
    # 40 trades a day: the newest 200 are of five days, and four weeks are looked at nevertheless.
    rows = [(day + hour / 40, ratio) for day in range(14) for hour, ratio in enumerate(DAY_OF_40)]
    assert filled(rows[:-40]).edge(12.99 * DAY).state is EdgeState.BREAK_EVEN
    assert filled(rows).edge(13.99 * DAY).state is EdgeState.DISPROVEN


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.integers(0, 20), st.booleans(), st.sampled_from([1, -1])),
        min_size=60,
        max_size=150,
    ),
    st.randoms(use_true_random=False),
)
def test_a_restart_and_a_late_booking_come_to_the_same_verdict(trades, random):
    rows = sorted(
        (day * DAY + number * 4_000.0 + index / 100.0, 0.01 if won else -0.012, side)
        for index, (day, number, won, side) in enumerate(trades)
    )
    running, again = EdgeEstimator(), EdgeEstimator()
    for row in rows:
        running.add(*row)
        running.edge(row[0])
    shuffled = list(rows)
    random.shuffle(shuffled)
    for row in shuffled:
        again.add(*row)
        again.edge(row[0])
    for day in (10.0, 30.0, 41.5, 49.0, 90.0, 140.0):
        ours, theirs = running.edge(day * DAY), again.edge(day * DAY)
        assert ours == theirs
        assert ours.state is theirs.state
        assert ours.evidence == theirs.evidence
        assert ours.optimal_exposure == theirs.optimal_exposure


def test_few_trades_are_looked_back_at_for_longer():
    rows = [(10.0 * number, 0.01 if number % 2 else -0.005) for number in range(40)]
    year = 365 * DAY
    estimator = filled(rows, sparse_age_seconds=year)
    # On day 390 the last 90 days hold ten; of the last 365 the newest 30 count.
    assert filled(rows).edge(390 * DAY).trades == 10
    assert estimator.edge(390 * DAY).trades == 30
    # On day 490 a year back is day 125: 27 are left.
    assert estimator.edge(490 * DAY).trades == 27
    # With 30 within 90 days it has no effect.
    busy = [(float(number), 0.01) for number in range(100)]
    assert filled(busy, sparse_age_seconds=year).edge(99 * DAY) == filled(busy).edge(99 * DAY)

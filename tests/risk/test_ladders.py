from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import DRAWDOWN_LADDER, MARGIN_LADDER, Ladder, LadderMove, Step
from tests.risk.strategies import thorough


@pytest.mark.parametrize(
    ("left", "level", "keep"),
    [
        (1.2, 0, 1.0),
        (0.5001, 0, 1.0),
        (0.50, 1, 1.0),
        (0.3001, 1, 1.0),
        (0.30, 2, 0.75),
        (0.2001, 2, 0.75),
        (0.20, 3, 0.50),
        (0.1501, 3, 0.50),
        (0.15, 4, 0.0),
        (-3.0, 4, 0.0),
        (-math.inf, 4, 0.0),
        (math.inf, 0, 1.0),
        (math.nan, 4, 0.0),
    ],
)
def test_margin_levels(left, level, keep):
    assert MARGIN_LADDER.level_of(left) == level
    assert MARGIN_LADDER.keep_ratio_of(left) == keep


@pytest.mark.parametrize(
    ("drawdown", "level", "keep"),
    [
        (0.0, 0, 1.0),
        (0.0499, 0, 1.0),
        (0.05, 1, 0.9),
        (0.08, 2, 0.75),
        (0.12, 3, 0.5),
        (0.1799, 3, 0.5),
        (0.18, 4, 0.0),
        (math.inf, 4, 0.0),
        (-math.inf, 0, 1.0),
        (math.nan, 4, 0.0),
    ],
)
def test_drawdown_levels(drawdown, level, keep):
    assert DRAWDOWN_LADDER.level_of(drawdown) == level
    assert DRAWDOWN_LADDER.keep_ratio_of(drawdown) == keep


def fired(ladder, readings, level=0):
    """Names of the steps that fire, and the level in the end."""
    names = []
    for reading in readings:
        move = ladder.advance(level, reading)
        level = move.level
        if move.fired:
            names.append(move.fired.name)
    return names, level


def test_each_step_fires_once_on_the_way_down():
    names, level = fired(MARGIN_LADDER, [0.9, 0.45, 0.44, 0.29, 0.28, 0.21, 0.19, 0.16, 0.10])
    assert names == ["monitor", "cut 25 %", "cut 50 %", "close"]
    assert level == 4


def test_a_jump_fires_the_deepest_only():
    assert fired(MARGIN_LADDER, [0.9, 0.18]) == (["cut 50 %"], 3)


def test_a_cut_is_armed_again_only_past_the_step_above():
    # level 2 (from 0.30) is left above 0.50, level 3 (from 0.20) above 0.30
    assert fired(MARGIN_LADDER, [0.29, 0.49, 0.29])[0] == ["cut 25 %"]
    assert fired(MARGIN_LADDER, [0.29, 0.50, 0.29])[0] == ["cut 25 %"]
    # past 0.50 the cut is armed again, but "monitor" not before 0.60
    assert fired(MARGIN_LADDER, [0.29, 0.51, 0.49, 0.29])[0] == ["cut 25 %", "cut 25 %"]
    assert fired(MARGIN_LADDER, [0.19, 0.29, 0.19])[0] == ["cut 50 %"]
    names, level = fired(MARGIN_LADDER, [0.19, 0.31, 0.29, 0.19])
    assert (names, level) == (["cut 50 %", "cut 50 %"], 3)


def test_the_first_step_has_a_point_of_its_own():
    assert fired(MARGIN_LADDER, [0.49, 0.55, 0.49])[0] == ["monitor"]
    assert fired(MARGIN_LADDER, [0.49, 0.60, 0.49])[0] == ["monitor"]
    assert fired(MARGIN_LADDER, [0.49, 0.61, 0.49])[0] == ["monitor", "monitor"]
    assert fired(DRAWDOWN_LADDER, [0.05, 0.03, 0.05])[0] == ["x0.9"]
    assert fired(DRAWDOWN_LADDER, [0.05, 0.024, 0.05])[0] == ["x0.9", "x0.9"]


def test_a_full_recovery_arms_everything():
    assert fired(MARGIN_LADDER, [0.10, 0.9])[1] == 0
    assert fired(DRAWDOWN_LADDER, [0.20, 0.0])[1] == 0


@pytest.mark.parametrize("ladder", [MARGIN_LADDER, DRAWDOWN_LADDER])
def test_a_hole_in_the_data_changes_nothing(ladder):
    for level in range(5):
        assert ladder.advance(level, math.nan) == LadderMove(level, None)


@pytest.mark.parametrize("level", [-1, 5])
def test_a_level_it_has_not_is_an_error(level):
    with pytest.raises(ValueError, match="level"):
        MARGIN_LADDER.advance(level, 0.5)


def test_share_at_a_level():
    assert [DRAWDOWN_LADDER.keep_ratio_at(level) for level in range(5)] == [1, 0.9, 0.75, 0.5, 0]


@pytest.mark.parametrize(
    ("thresholds", "kept", "rearm"),
    [
        ((), (), 0.6),
        ((0.5, 0.5), (1.0, 0.5), 0.6),
        ((0.3, 0.5), (1.0, 0.5), 0.6),  # wrong way
        ((0.5, 0.3), (0.5, 0.6), 0.6),  # keeps more where it is worse
        ((0.5, 0.3), (1.1, 0.5), 0.6),
        ((0.5, 0.3), (1.0, -0.1), 0.6),
        ((0.5, 0.3), (1.0, 0.5), 0.5),  # would flap
        ((0.5, math.nan), (1.0, 0.5), 0.6),
        ((0.5, 0.3), (1.0, math.nan), 0.6),
        ((0.5, 0.3), (1.0, 0.5), math.nan),
    ],
)
def test_unsound_ladders_are_refused(thresholds, kept, rearm):
    steps = tuple(Step("step", *pair) for pair in zip(thresholds, kept, strict=True))
    with pytest.raises(ValueError, match="ladder"):
        Ladder(steps, first_rearm=rearm, falling=True)


ladders = st.sampled_from((MARGIN_LADDER, DRAWDOWN_LADDER))
readings = st.floats(-1.0, 2.0)
levels = st.integers(0, 4)


def worse_last(ladder, one, other):
    return sorted((one, other), reverse=ladder.falling)


@thorough
@given(ladders, readings, readings, levels)
def test_a_worse_reading_never_permits_more(ladder, one, other, level):
    better, worse = worse_last(ladder, one, other)
    assert ladder.level_of(worse) >= ladder.level_of(better)
    assert ladder.keep_ratio_of(worse) <= ladder.keep_ratio_of(better)
    after_worse, after_better = ladder.advance(level, worse), ladder.advance(level, better)
    assert after_worse.level >= after_better.level
    if after_better.fired:
        assert after_worse.fired is not None
        assert after_worse.fired.keep_ratio <= after_better.fired.keep_ratio


@thorough
@given(ladders, levels, readings)
def test_a_level_is_never_below_what_is_reached(ladder, level, reading):
    move = ladder.advance(level, reading)
    assert move.level >= ladder.level_of(reading)
    assert (move.fired is not None) == (move.level > level)
    assert ladder.advance(move.level, reading) == LadderMove(move.level, None)


@thorough
@given(
    st.sampled_from(((MARGIN_LADDER, 0.0499), (DRAWDOWN_LADDER, 0.0249))),
    st.floats(0.0, 0.7),
    st.lists(st.floats(0.0, 1.0), min_size=2, max_size=40),
    levels,
)
def test_noise_below_the_hysteresis_fires_nothing_twice(case, centre, noise, level):
    ladder, width = case
    names, _ = fired(ladder, [centre + width * each for each in noise], level)
    assert len(names) == len(set(names))

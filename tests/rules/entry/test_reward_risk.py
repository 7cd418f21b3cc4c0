from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.rules.entry.reward_risk import RewardRisk
from tests.factories import entry

RULE = RewardRisk(min_ratio=1.5)


@pytest.mark.parametrize("side", [1, -1])
def test_the_target_is_weighed_against_the_stop(side):
    # The stop is 2 away: a target 3 away is 1.5 times that, one 2.5 away is 1.25 times.
    stop = 100.0 - 2 * side

    assert RULE.denial(entry(side=side, stop_price=stop, target_price=100 + 3.0 * side)) is None
    assert RULE.denial(entry(side=side, stop_price=stop, target_price=100 + 2.5 * side)) == (
        f"reward/risk 1.25 (at least 1.5): target {100 + 2.5 * side:g}, stop {stop:g}, entry 100"
    )
    # A target on the wrong side wins nothing.
    assert RULE.denial(entry(side=side, stop_price=stop, target_price=100 - 1.0 * side)) == (
        f"reward/risk -0.50 (at least 1.5): target {100 - side:g}, stop {stop:g}, entry 100"
    )


def test_without_a_target_it_has_no_opinion():
    assert RULE.denial(entry(stop_price=98.0, target_price=None)) is None
    assert RULE.denial(entry(stop_price=nan, target_price=None)) is None


def test_what_is_unknown_is_denied():
    assert RULE.denial(entry(stop_price=98.0, target_price=nan)) == (
        "target unknown: riskguard_target failed, see the log"
    )
    assert RULE.denial(entry(stop_price=nan, target_price=110.0)) == (
        "stop unknown, and so is reward/risk"
    )


def test_an_addition_behind_a_stop_in_profit_risks_nothing():
    assert RULE.denial(entry(stop_price=101.0, target_price=102.0)) is None
    assert RULE.denial(entry(stop_price=101.0, target_price=100.0)) == (
        "no reward (at least 1.5): target 100, stop 101, entry 100"
    )


@given(
    side=st.sampled_from([1, -1]),
    distance=st.floats(0.1, 50),
    near=st.floats(-50, 99),
    far=st.floats(-50, 99),
)
def test_a_farther_target_is_never_denied_where_a_nearer_one_is_not(side, distance, near, far):
    near, far = sorted((near, far))

    def denied(target):
        asked = entry(side=side, stop_price=100 - side * distance, target_price=100 + side * target)
        return RULE.denial(asked) is not None

    assert denied(near) or not denied(far)


def test_cheap_coins_are_held_to_the_same():
    rule = RewardRisk(1.5)
    cheap = {"rate": 0.5, "stop_price": 0.45}

    # 0.3 and 0.02 to win, 0.05 to lose.
    assert rule.denial(entry(target_price=0.8, **cheap)) is None
    assert rule.denial(entry(target_price=0.52, **cheap)).startswith("reward/risk 0.40 ")


def test_where_nothing_is_risked_and_nothing_won_that_is_said():
    nothing = entry(rate=100.0, stop_price=100.0, target_price=99.0)

    assert RewardRisk(1.5).denial(nothing).startswith("no reward ")

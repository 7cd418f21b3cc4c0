from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import StakeDecision, decide_stake
from tests.risk.strategies import thorough


def test_the_smallest_cap_times_the_factors():
    found = decide_stake({"bot": 500.0, "risk": 200.0}, {"drawdown": 0.75, "event": 0.5}, 10.0)
    assert found == StakeDecision(75.0, "risk", 200.0, 0.375, below_minimum=False)


def test_the_first_of_equals_binds():
    assert decide_stake({"bot": 200.0, "risk": 200.0}).cap_name == "bot"


def test_below_the_minimum_is_nothing_and_never_raised():
    found = decide_stake({"bot": 9.99}, minimum_quote=10.0)
    assert (found.stake_quote, found.below_minimum) == (0.0, True)
    assert decide_stake({"bot": 10.0}, minimum_quote=10.0).stake_quote == 10.0
    assert decide_stake({"bot": 10.0}, minimum_quote=math.nan).stake_quote == 0.0
    nothing = decide_stake({"bot": 0.0}, minimum_quote=10.0)
    assert (nothing.stake_quote, nothing.below_minimum) == (0.0, False)


def test_a_factor_never_raises():
    assert decide_stake({"bot": 100.0}, {"event": 3.0}).stake_quote == 100.0
    assert decide_stake({"bot": 100.0}, {"event": math.inf}).stake_quote == 100.0


@pytest.mark.parametrize("useless", [math.nan, -1.0, -math.inf, 0.0])
def test_unknown_is_nothing(useless):
    found = decide_stake({"bot": 100.0, "risk": useless})
    assert (found.stake_quote, found.cap_name, found.cap_quote) == (0.0, "risk", 0.0)
    assert decide_stake({"bot": 100.0}, {"event": useless}).stake_quote == 0.0


def test_an_infinite_cap_does_not_bind_but_one_has_to_be_finite():
    assert decide_stake({"bot": 100.0, "kelly": math.inf}).cap_name == "bot"
    for caps in ({}, {"kelly": math.inf}):
        with pytest.raises(ValueError, match="finite cap"):
            decide_stake(caps)


numbers = st.floats(allow_nan=True, allow_infinity=True)


@thorough
@given(
    st.dictionaries(st.text(max_size=2), numbers, min_size=1, max_size=5),
    st.dictionaries(st.text(max_size=2), numbers, max_size=3),
    st.floats(0.0, 100.0),
)
def test_never_more_than_any_cap(caps, factors, minimum):
    caps["bot"] = 100.0
    found = decide_stake(caps, factors, minimum)
    assert 0.0 <= found.stake_quote <= 100.0
    assert all(found.stake_quote <= cap for cap in caps.values() if cap >= 0.0)
    assert found.stake_quote == 0.0 or found.stake_quote >= minimum
    assert 0.0 <= found.factor <= 1.0

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    AccountLevel,
    AccountLimits,
    account_cut_ratio,
    account_level,
    smallest_first_cuts,
)
from tests.risk.strategies import NOT_FINITE, thorough


@pytest.mark.parametrize(
    ("maintenance", "level"),
    [
        (0.0, AccountLevel.OK),
        (49.9, AccountLevel.OK),
        (50.0, AccountLevel.WARNING),
        (69.9, AccountLevel.WARNING),
        (70.0, AccountLevel.DANGER),
        (84.9, AccountLevel.DANGER),
        (85.0, AccountLevel.EMERGENCY),
        (500.0, AccountLevel.EMERGENCY),
    ],
)
def test_levels_of_an_equity_of_100(maintenance, level):
    assert account_level(maintenance, 100.0) is level


def test_no_equity_is_an_emergency():
    assert account_level(0.0, 0.0) is AccountLevel.EMERGENCY
    assert account_level(10.0, -5.0) is AccountLevel.EMERGENCY


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_unknown_allows_nothing_new_and_sells_nothing(useless):
    assert account_level(useless, 100.0) is AccountLevel.WARNING
    assert account_level(10.0, useless) is AccountLevel.WARNING
    assert account_level(-1.0, 100.0) is AccountLevel.WARNING


def test_how_much_each_level_cuts():
    assert [account_cut_ratio(level) for level in AccountLevel] == [0.0, 0.0, 0.2, 0.4]
    own = AccountLimits(danger_cut=0.1, emergency_cut=1.0)
    assert account_cut_ratio(AccountLevel.DANGER, own) == 0.1
    assert account_cut_ratio(AccountLevel.EMERGENCY, own) == 1.0


@pytest.mark.parametrize(
    "changes",
    [
        {"warning": 0.0},
        {"warning": 0.8},
        {"danger": 0.9},
        {"emergency": math.inf},
        {"warning": math.nan},
        {"danger_cut": 0.5},
        {"danger_cut": -0.1},
        {"emergency_cut": 1.1},
        {"emergency_cut": math.nan},
    ],
)
def test_limits_out_of_order_are_refused(changes):
    with pytest.raises(ValueError, match="limits"):
        AccountLimits(**changes)


def test_levels_and_cuts_may_coincide():
    same = AccountLimits(0.5, 0.5, 0.5, danger_cut=0.0, emergency_cut=0.0)
    assert account_level(50.0, 100.0, same) is AccountLevel.EMERGENCY
    assert account_cut_ratio(AccountLevel.EMERGENCY, same) == 0.0


MARGINS = {"A": 300.0, "B": 100.0, "C": 600.0}


def test_smallest_first():
    # 20 % of 1000 is 200: all of B (100) and a third of A
    assert smallest_first_cuts(MARGINS, 0.2) == pytest.approx({"B": 1.0, "A": 1.0 / 3.0})
    # 40 %: all of B and A exactly
    assert smallest_first_cuts(MARGINS, 0.4) == pytest.approx({"B": 1.0, "A": 1.0})
    assert list(smallest_first_cuts(MARGINS, 0.4)) == ["B", "A"]
    assert smallest_first_cuts(MARGINS, 1.0) == {"B": 1.0, "A": 1.0, "C": 1.0}
    assert smallest_first_cuts(MARGINS, 0.0) == {}
    assert smallest_first_cuts({}, 0.2) == {}


def test_the_best_position_is_cut_last():
    # 40 % of 1000 without B: all of A (300), then 100 of C's 600
    assert smallest_first_cuts(MARGINS, 0.4, "B") == pytest.approx({"A": 1.0, "C": 1.0 / 6.0})
    assert smallest_first_cuts({"B": 100.0}, 0.4, "B") == pytest.approx({"B": 0.4})


def test_equal_sizes_go_by_name():
    assert list(smallest_first_cuts({"Z": 10.0, "A": 10.0}, 0.9)) == ["A", "Z"]


@pytest.mark.parametrize("useless", [*NOT_FINITE, 0.0, -5.0])
def test_what_cannot_be_weighed_is_left_alone(useless):
    assert smallest_first_cuts({"A": useless, "B": 100.0}, 0.5) == {"B": 0.5}
    assert smallest_first_cuts({"A": useless}, 0.5) == {}


@pytest.mark.parametrize("ratio", [-0.1, 1.1, math.nan])
def test_a_cut_is_a_share(ratio):
    with pytest.raises(ValueError, match="cut_ratio"):
        smallest_first_cuts(MARGINS, ratio)


@thorough
@given(
    st.dictionaries(st.text(max_size=2), st.floats(0.01, 1e6), min_size=1, max_size=8),
    st.floats(0.0, 1.0),
)
def test_what_is_freed_is_what_was_asked_for(margins, ratio):
    cuts = smallest_first_cuts(margins, ratio)
    freed = sum(margins[name] * share for name, share in cuts.items())
    assert freed == pytest.approx(ratio * sum(margins.values()), rel=1e-9, abs=1e-9)
    assert all(0.0 < share <= 1.0 for share in cuts.values())
    # only the last one is cut in part, and nothing smaller is left untouched
    assert all(share == 1.0 for share in list(cuts.values())[:-1])
    largest = max((margins[name] for name in cuts), default=0.0)
    assert all(margins[name] >= largest for name in margins if name not in cuts)


@thorough
@given(st.floats(0.0, 1e6), st.floats(-1e3, 1e6), st.floats(0.0, 1e6))
def test_worse_is_never_milder(maintenance, equity, change):
    level = account_level(maintenance, equity)
    assert account_level(maintenance + change, equity) >= level
    assert account_level(maintenance, equity - change) >= level
    assert account_cut_ratio(account_level(maintenance + change, equity)) >= account_cut_ratio(
        level
    )

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.rules import Cap
from freqtrade_riskguard.rules.leverage.conviction import Conviction
from tests.factories import entry

RULE = Conviction(max_leverage_limit=5.0)


def test_it_is_asked_after_all_other_caps():
    assert RULE.after_caps


@pytest.mark.parametrize(
    ("leverage", "conviction", "limit"),
    [
        (4.0, 0.5, 2.0),
        (10.0, 0.5, 2.5),  # half of the cap of 5, not of what was asked
        (4.0, 0.1, 1.0),  # 0.4 would be below 1x
        (4.0, 0.0, 1.0),
        (4.0, -3.0, 1.0),
        (4.0, nan, 1.0),
        (nan, 0.5, 1.0),
    ],
)
def test_conviction_scales_what_the_caps_leave(leverage, conviction, limit):
    cap = RULE.max_leverage(entry(leverage=leverage, conviction=conviction))

    assert cap.limit == pytest.approx(limit)


@pytest.mark.parametrize("conviction", [1.0, 7.0])
def test_full_conviction_does_not_bind(conviction):
    assert RULE.max_leverage(entry(conviction=conviction)) is None


def test_the_reason_has_the_numbers():
    assert RULE.max_leverage(entry(leverage=4.0, conviction=0.5)) == Cap(
        2.0, "conviction 0.5 times the 4x allowed"
    )


@given(leverage=st.floats(1, 125), conviction=st.floats(allow_nan=True, allow_infinity=True))
def test_conviction_never_raises_leverage(leverage, conviction):
    cap = RULE.max_leverage(entry(leverage=leverage, conviction=conviction))

    assert cap is None or 1.0 <= cap.limit <= leverage


@pytest.mark.parametrize("conviction", [0.0, -3.0, nan])
def test_without_any_conviction_there_is_no_entry(conviction):
    assert "conviction" in str(RULE.denial(entry(conviction=conviction)))


@pytest.mark.parametrize("conviction", [0.001, 0.5, 1.0])
def test_with_some_conviction_there_is(conviction):
    assert RULE.denial(entry(conviction=conviction)) is None

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    break_even_probability,
    growth_optimal_exposure,
    kelly_risk_fraction,
    shrunk_win_probability,
    wilson_interval,
)
from tests.risk.strategies import USELESS, thorough

probabilities = st.floats(0.0, 1.0)
sizes = st.floats(1e-4, 0.5)
counts = st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_risk_fraction():
    # (0.55*1.5 - 0.45)/1.5 = (0.825 - 0.45)/1.5 = 0.25
    assert kelly_risk_fraction(0.55, 1.5) == pytest.approx(0.25, rel=1e-14)
    assert kelly_risk_fraction(0.5, 1.0) == 0.0
    assert kelly_risk_fraction(0.4, 1.0) == 0.0  # (0.4 - 0.6)/1 < 0: no edge
    assert kelly_risk_fraction(1.0, 2.0) == 1.0
    assert kelly_risk_fraction(0.0, 2.0) == 0.0


def test_growth_optimal_exposure():
    # 0.55/0.02 - 0.45/0.03 = 27.5 - 15 = 12.5, which is 0.25/0.02
    assert growth_optimal_exposure(0.55, 0.03, 0.02) == pytest.approx(12.5, rel=1e-14)
    assert growth_optimal_exposure(0.4, 0.03, 0.02) == pytest.approx(0.0, abs=1e-12)  # fair
    assert growth_optimal_exposure(0.3, 0.03, 0.02) == 0.0


@pytest.mark.parametrize("useless", USELESS)
def test_what_is_unknown_has_no_edge(useless):
    assert kelly_risk_fraction(0.55, useless) == 0.0
    assert growth_optimal_exposure(0.55, useless, 0.02) == 0.0
    assert growth_optimal_exposure(0.55, 0.03, useless) == 0.0
    assert break_even_probability(useless, 0.02) == 1.0
    assert break_even_probability(0.03, useless) == 1.0
    assert shrunk_win_probability(5, 10, useless, 0.02) == 0.0
    assert shrunk_win_probability(5, 10, 0.03, useless) == 0.0


def test_an_unknown_probability_has_no_edge_and_an_impossible_one_is_an_error():
    assert kelly_risk_fraction(math.nan, 1.5) == 0.0
    assert growth_optimal_exposure(math.nan, 0.03, 0.02) == 0.0
    for impossible in (-0.1, 1.1, math.inf, -math.inf):
        with pytest.raises(ValueError, match="win_probability"):
            kelly_risk_fraction(impossible, 1.5)
        with pytest.raises(ValueError, match="win_probability"):
            growth_optimal_exposure(impossible, 0.03, 0.02)


def test_break_even():
    # a win of 3 % for every two losses of... p*0.03 = (1 - p)*0.02 at p = 0.02/0.05
    assert break_even_probability(0.03, 0.02) == pytest.approx(0.4)


def test_wilson_by_hand():
    # 33 of 60 at 90 %: z = 1.644854, z^2/n = 0.0450924, centre 0.55 + 0.0225462 = 0.5725462,
    # width sqrt(0.0450924*0.2475 + 0.0450924^2/4) = 0.1080217, both over 1.0450924
    low, high = wilson_interval(33, 60)
    assert low == pytest.approx(0.4645245 / 1.0450924, abs=1e-6)
    assert high == pytest.approx(0.6805679 / 1.0450924, abs=1e-6)


def test_wilson_at_the_ends():
    assert wilson_interval(0, 0) == (0.0, 1.0)
    low, high = wilson_interval(0, 10)
    # with no win the upper bound is (z^2/n)/(1 + z^2/n)
    assert low == 0.0
    assert high == pytest.approx(0.2705543 / 1.2705543, abs=1e-6)
    low, high = wilson_interval(10, 10)
    assert low == pytest.approx(1.0 / 1.2705543, abs=1e-6)
    assert high == 1.0


def test_shrinking_by_hand():
    # p0 = 0.4: (33 + 20*0.4)/(60 + 20) = 41/80
    assert shrunk_win_probability(33, 60, 0.03, 0.02) == pytest.approx(0.5125, rel=1e-14)
    assert shrunk_win_probability(0, 0, 0.03, 0.02) == pytest.approx(0.4, rel=1e-14)
    assert shrunk_win_probability(33, 60, 0.03, 0.02, 1e9) == pytest.approx(0.4, rel=1e-6)


@pytest.mark.parametrize(("wins", "trades"), [(-1, 5), (6, 5), (0, -1)])
def test_impossible_counts_are_errors(wins, trades):
    with pytest.raises(ValueError, match="wins"):
        wilson_interval(wins, trades)
    with pytest.raises(ValueError, match="wins"):
        shrunk_win_probability(wins, trades, 0.03, 0.02)


def test_useless_settings_are_errors():
    for confidence in (0.0, 1.0, math.nan):
        with pytest.raises(ValueError, match="confidence"):
            wilson_interval(5, 10, confidence)
    for prior in USELESS:
        with pytest.raises(ValueError, match="prior_trades"):
            shrunk_win_probability(5, 10, 0.03, 0.02, prior)


@thorough
@given(probabilities, sizes, sizes)
def test_fraction_and_exposure_say_the_same(p, win, loss):
    fraction = kelly_risk_fraction(p, win / loss)
    assert 0.0 <= fraction <= p
    assert growth_optimal_exposure(p, win, loss) * loss == pytest.approx(fraction, abs=1e-9)


@thorough
@given(sizes, sizes, st.floats(0.0, 1.0))
def test_no_edge_no_risk(win, loss, below):
    p = below * break_even_probability(win, loss) * (1.0 - 1e-12)
    assert kelly_risk_fraction(p, win / loss) == pytest.approx(0.0, abs=1e-9)
    assert growth_optimal_exposure(p, win, loss) * loss == pytest.approx(0.0, abs=1e-9)


@thorough
@given(probabilities, sizes, sizes, st.floats(0.0, 0.99))
def test_no_other_exposure_grows_faster(p, win, loss, share):
    best = growth_optimal_exposure(p, win, loss)

    def growth(exposure):
        kept = 1.0 - exposure * loss
        lost = (1.0 - p) * math.log(kept) if p < 1.0 else 0.0
        return p * math.log1p(exposure * win) + lost

    other = share / loss
    if best * loss < 1.0 - 1e-9:
        assert growth(best) >= growth(other) - 1e-9


@thorough
@given(counts, st.floats(0.5, 0.99))
def test_the_interval_holds_the_rate_and_narrows_with_trades(count, confidence):
    wins, trades = count
    low, high = wilson_interval(wins, trades, confidence)
    assert 0.0 <= low <= high <= 1.0
    if trades:
        assert low - 1e-12 <= wins / trades <= high + 1e-12
        more_low, more_high = wilson_interval(wins * 4, trades * 4, confidence)
        assert more_high - more_low < high - low
    mirror_low, mirror_high = wilson_interval(trades - wins, trades, confidence)
    assert (1.0 - mirror_high, 1.0 - mirror_low) == pytest.approx((low, high), abs=1e-12)


@thorough
@given(counts, sizes, sizes, st.floats(0.1, 100.0))
def test_shrinking_lies_between_the_record_and_break_even(count, win, loss, prior):
    wins, trades = count
    fair = break_even_probability(win, loss)
    found = shrunk_win_probability(wins, trades, win, loss, prior)
    seen = wins / trades if trades else fair
    assert min(seen, fair) - 1e-12 <= found <= max(seen, fair) + 1e-12

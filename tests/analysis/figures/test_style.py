import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.analysis.figures.style import folded, moments, sampled, thinned

VALUES = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), max_size=300)


@given(VALUES)
def test_a_thinned_line_keeps_its_lowest_and_its_highest(values):
    line = np.array(values)
    kept = thinned(line, 40)
    assert len(kept) <= 42
    assert (np.diff(kept) > 0).all()
    if len(line) and not np.isnan(line).all():
        assert np.nanmin(line[kept]) == np.nanmin(line)
        assert np.nanmax(line[kept]) == np.nanmax(line)


@given(VALUES)
def test_a_sample_keeps_the_largest_and_nothing_unknown(values):
    worst = np.array(values)
    kept = sampled(worst, 40)
    known = worst[~np.isnan(worst)]
    assert len(kept) == min(len(known), 40)
    assert len(set(kept)) == len(kept)
    assert sorted(worst[kept])[-10:] == sorted(known)[-10:]


def test_a_sample_of_equals_is_spread_over_all_of_them():
    kept = sampled(np.ones(10_000), 100)
    halves = np.count_nonzero(kept < 5_000)
    assert 35 <= halves <= 65


def test_times_and_texts():
    assert moments([0.0]) == ["1970-01-01 00:00"]
    assert folded(["word " * 20])[0].count("<br>") == 1

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    adverse_excursion,
    favourable_excursion,
    stop_hit_rates,
)
from tests.risk.strategies import prices, sides, thorough


def test_by_hand():
    # long from 100, between 92 and 112: 8 % against, 12 % for; the short the other way round
    args = ([1, -1], 100.0, [92.0, 92.0], [112.0, 112.0])
    np.testing.assert_allclose(adverse_excursion(*args), [0.08, 0.12])
    np.testing.assert_allclose(favourable_excursion(*args), [0.12, 0.08])


def test_a_trade_that_never_lost():
    assert adverse_excursion([1], [100.0], [101.0], [105.0]).tolist() == [0.0]
    assert favourable_excursion([1], [100.0], [90.0], [99.0]).tolist() == [0.0]
    assert adverse_excursion([1], [100.0], [0.0], [99.0]).tolist() == [1.0]


@pytest.mark.parametrize("useless", [math.nan, math.inf, -math.inf, -1.0])
@pytest.mark.parametrize("excursion", [adverse_excursion, favourable_excursion])
@pytest.mark.parametrize("side", [1, -1])
def test_unknown_prices(side, excursion, useless):
    assert np.isnan(excursion([side], [useless], [90.0], [110.0])).all()
    assert np.isnan(excursion([side], [100.0], [useless], [useless])).all()
    assert np.isnan(excursion([side], [0.0], [90.0], [110.0])).all()


@pytest.mark.parametrize("excursion", [adverse_excursion, favourable_excursion])
def test_bad_sides_are_errors(excursion):
    for side in (0, math.nan):
        with pytest.raises(ValueError, match="side"):
            excursion([side], [100.0], [90.0], [110.0])


def test_hit_rates_by_hand():
    # winners went 0.4, 0.8, 1.0 and 2.5 ATR against; losers 1.5 and 3.0; one open, one unknown
    reached = [0.4, 0.8, 1.0, 2.5, 1.5, 3.0, 9.0, math.nan]
    won = [True, True, True, True, False, False, True, False]
    still_open = [False] * 6 + [True, False]
    rates = stop_hit_rates(reached, won, still_open, multiples=(2.0, 1.0, 3.0))
    assert rates.multiples == (1.0, 2.0, 3.0)
    assert rates.winners == (0.5, 0.25, 0.0)  # reaching exactly 1.0 is a hit
    assert rates.losers == (1.0, 0.5, 0.5)
    assert (rates.winner_count, rates.loser_count) == (4, 2)
    assert (rates.censored_count, rates.unknown_count) == (1, 1)
    assert rates.recommended_multiple() == 3.0
    assert rates.recommended_multiple(0.26) == 2.0
    assert rates.recommended_multiple(0.25) == 3.0  # below, not at
    assert math.isnan(rates.recommended_multiple(0.0))


def test_without_winners_there_is_no_recommendation():
    rates = stop_hit_rates([1.0], [False])
    assert all(math.isnan(rate) for rate in rates.winners)
    assert math.isnan(rates.recommended_multiple())
    nothing = stop_hit_rates([], [])
    assert nothing.winner_count == nothing.loser_count == nothing.censored_count == 0


def test_programming_errors():
    with pytest.raises(ValueError, match="shapes"):
        stop_hit_rates([1.0], [True, False])
    with pytest.raises(ValueError, match="shapes"):
        stop_hit_rates([1.0], [True], [True, False])
    for multiple in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="multiples"):
            stop_hit_rates([1.0], [True], multiples=(multiple,))


@thorough
@given(sides, prices, st.floats(0.0, 0.9), st.floats(0.0, 0.9))
def test_long_and_short_mirror_each_other(side, entry, down, up):
    low, high = entry * (1.0 - down), entry * (1.0 + up)
    against = adverse_excursion([side], [entry], [low], [high])[0]
    in_favour = favourable_excursion([-side], [entry], [low], [high])[0]
    assert against == in_favour == pytest.approx(down if side > 0 else up, abs=1e-12)


@thorough
@given(st.lists(st.tuples(st.floats(0.0, 6.0), st.booleans()), min_size=1, max_size=30))
def test_a_wider_stop_never_hits_more(rows):
    reached, won = zip(*rows, strict=True)
    rates = stop_hit_rates(reached, won)
    for shares in (rates.winners, rates.losers):
        if not math.isnan(shares[0]):
            assert list(shares) == sorted(shares, reverse=True)

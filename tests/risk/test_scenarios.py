from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import Exposure, TierTable, scenario_profits, stress_test
from tests.risk.strategies import NOT_FINITE, sides, thorough

FLAT = TierTable.flat(0.01)
LONG = Exposure(1, 1000.0, FLAT, beta=1.5)
SHORT = Exposure(-1, 400.0, FLAT, beta=0.5)


def test_profits_by_hand():
    # at -20 %: the long loses 1000*0.3, the short gains 400*0.1; at +20 % the other way round
    np.testing.assert_allclose(scenario_profits([LONG, SHORT], [-0.2, 0.2]), [-260.0, 260.0])
    unit = Exposure(1, 100.0, FLAT)
    np.testing.assert_allclose(scenario_profits([unit]), [-20, -15, -10, -5, 5, 10, 15, 20])
    assert scenario_profits([], [-0.2]).tolist() == [0.0]


def test_stress_by_hand():
    result = stress_test(1000.0, [LONG, SHORT], moves=[-0.2, 0.2])
    assert result.moves == (-0.2, 0.2)
    assert result.worst_loss_quote == pytest.approx(260.0)
    assert result.stress_margin_quote == pytest.approx(325.0)  # 1.25*260
    assert result.equity_quote == pytest.approx((740.0, 1260.0))
    # maintenance 1 % of what the positions are worth then: 700 + 360, and 1300 + 440
    assert result.maintenance_quote == pytest.approx((10.6, 17.4))
    assert result.survival == pytest.approx(740.0 / 10.6)
    # in a crisis twice the margin
    crisis = stress_test(1000.0, [LONG, SHORT], moves=[-0.2, 0.2], margin_multiple=2.0)
    assert crisis.survival == pytest.approx(740.0 / 21.2)


def test_a_book_that_can_only_win_loses_nothing():
    result = stress_test(1000.0, [Exposure(-1, 100.0, FLAT)], moves=[-0.2])
    assert result.worst_loss_quote == result.stress_margin_quote == 0.0
    nothing = stress_test(1000.0, [])
    assert nothing.survival == math.inf


def test_no_price_falls_below_zero():
    wild = [Exposure(1, 1000.0, FLAT, beta=9.0), Exposure(-1, 500.0, FLAT, beta=9.0)]
    assert scenario_profits(wild, [-0.2]).tolist() == [-500.0]  # -1000 and +500, not 1.8 times


@pytest.mark.parametrize("unknown", NOT_FINITE)
def test_an_unknown_beta_is_one(unknown):
    assert scenario_profits([Exposure(1, 100.0, FLAT, unknown)], [-0.2])[0] == pytest.approx(-20.0)


@pytest.mark.parametrize("unknown", [*NOT_FINITE, -1.0])
def test_an_unknown_position_is_an_unlimited_loss(unknown):
    result = stress_test(1000.0, [LONG, Exposure(1, unknown, FLAT)])
    assert result.worst_loss_quote == result.stress_margin_quote == math.inf
    assert result.survival == 0.0


@pytest.mark.parametrize("unknown", NOT_FINITE)
def test_unknown_equity_does_not_survive(unknown):
    result = stress_test(unknown, [LONG])
    assert result.survival == 0.0
    assert result.worst_loss_quote == pytest.approx(300.0)


def test_programming_errors():
    with pytest.raises(ValueError, match="side"):
        Exposure(0, 100.0, FLAT)
    for moves in ([], [math.nan], [math.inf]):
        with pytest.raises(ValueError, match="moves"):
            scenario_profits([LONG], moves)
    for multiple in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="margin_multiple"):
            stress_test(1000.0, [LONG], margin_multiple=multiple)


exposures = st.lists(
    st.builds(Exposure, sides, st.floats(0.0, 1e5), st.just(FLAT), st.floats(0.0, 3.0)), max_size=6
)


@thorough
@given(exposures, st.floats(1.0, 1e5), st.floats(0.1, 3.0))
def test_adding_in_the_losing_direction_never_loses_less(book, size, beta):
    before = stress_test(1e5, book)
    worst_move = before.moves[int(np.argmin(before.profit_quote))]
    losing_side = 1 if worst_move < 0.0 else -1
    after = stress_test(1e5, [*book, Exposure(losing_side, size, FLAT, beta)])
    assert after.worst_loss_quote >= before.worst_loss_quote
    assert after.stress_margin_quote >= before.stress_margin_quote


@thorough
@given(exposures)
def test_the_opposite_book_makes_the_opposite_profit(book):
    mirrored = [Exposure(-each.side, each.notional_quote, FLAT, each.beta) for each in book]
    np.testing.assert_allclose(scenario_profits(book), -scenario_profits(mirrored), atol=1e-6)


@thorough
@given(exposures, st.floats(0.0, 1e6), st.floats(0.0, 1e6))
def test_less_equity_never_survives_better(book, equity, loss):
    assert stress_test(equity - loss, book).survival <= stress_test(equity, book).survival

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    Exposure,
    TierTable,
    is_beyond,
    isolated_outcome,
    liquidation_price,
    scenario_profits,
)
from tests.risk.strategies import NOT_FINITE, sides, thorough

FLAT = TierTable.flat(0.01)


def test_a_position_loses_at_most_what_it_holds():
    # 6000 of Bitcoin on 600: at -5 % it loses 300, and 300 is more than the maintenance of 57.
    # At -10 % all 600 are gone, and at -20 % it is still 600.
    found = isolated_outcome(Exposure(1, 6000.0, FLAT), 600.0, rate=60_000.0)
    np.testing.assert_allclose(
        found.profit_quote, [-600.0, -600.0, -600.0, -300.0, 300.0, 600.0, 900.0, 1200.0]
    )
    np.testing.assert_allclose(
        found.maintenance_quote, [0.0, 0.0, 0.0, 57.0, 63.0, 66.0, 69.0, 72.0]
    )
    assert found.liquidated.tolist() == [True, True, True, False, False, False, False, False]


def test_its_twin_on_the_other_side_dies_in_a_rising_market():
    found = isolated_outcome(Exposure(-1, 6000.0, FLAT), 600.0, rate=60_000.0)
    assert found.liquidated.tolist() == [False] * 5 + [True] * 3
    np.testing.assert_allclose(found.profit_quote[:5], [1200.0, 900.0, 600.0, 300.0, -300.0])


def test_open_profit_is_lost_as_well():
    # 600 of margin and 400 of open profit: 1000 are there to lose, and -15 % of 6000 are 900,
    # which leaves 100, more than the maintenance of 51.
    found = isolated_outcome(Exposure(1, 6000.0, FLAT), 1000.0, rate=60_000.0)
    np.testing.assert_allclose(found.profit_quote[:2], [-1000.0, -900.0])


def test_the_exchanges_liquidation_price_counts_where_it_is_nearer():
    # 57,500 is 4.2 % away: by its own margin it would survive a fall of 5 %.
    found = isolated_outcome(
        Exposure(1, 6000.0, FLAT), 600.0, rate=60_000.0, liquidation_price=57_500.0
    )
    assert found.liquidated.tolist() == [True] * 4 + [False] * 4
    assert found.profit_quote[3] == -600.0


@pytest.mark.parametrize(("equity", "price"), [(60.0, 0.0), (-5.0, 0.0), (600.0, 61_000.0)])
def test_beyond_liquidation_it_is_lost_whatever_the_market_does(equity, price):
    # 1 % of 6000 is 60.
    found = isolated_outcome(
        Exposure(1, 6000.0, FLAT), equity, rate=60_000.0, liquidation_price=price
    )
    assert found.liquidated.all()
    assert set(found.profit_quote.tolist()) == {-max(0.0, equity)}
    assert not found.maintenance_quote.any()


@pytest.mark.parametrize("unknown", NOT_FINITE)
def test_what_is_unknown_is_an_unlimited_loss(unknown):
    for found in (
        isolated_outcome(Exposure(1, unknown, FLAT), 600.0, rate=60_000.0),
        isolated_outcome(Exposure(1, 6000.0, FLAT), unknown, rate=60_000.0),
    ):
        assert found.liquidated.all()
        assert set(found.profit_quote.tolist()) == {-math.inf}
    known = isolated_outcome(
        Exposure(1, 6000.0, FLAT), 600.0, rate=60_000.0, liquidation_price=math.nan
    )
    assert known.liquidated.tolist() == [True] * 3 + [False] * 5


def test_which_prices_are_beyond():
    assert is_beyond(1, 100.0, 100.0)
    assert is_beyond(-1, 100.0, 100.0)
    assert not is_beyond(1, 100.1, 100.0)
    assert not is_beyond(-1, 99.9, 100.0)
    assert not is_beyond(-1, 100.0, 0.0)
    assert not is_beyond(1, 100.0, math.nan)


@thorough
@given(
    sides,
    st.floats(10.0, 1e6),
    st.floats(1.05, 50.0),
    st.floats(0.0, 3.0),
    st.floats(-0.5, 0.5),
)
def test_it_is_liquidated_where_the_price_passes_the_liquidation_price(
    side, notional, leverage, beta, move
):
    rate, amount = 100.0, notional / 100.0
    margin = notional / leverage
    price = liquidation_price(
        side=side, entry_price=rate, amount=amount, margin_quote=margin, tiers=FLAT
    )
    exposure = Exposure(side, notional, FLAT, beta)
    found = isolated_outcome(exposure, margin, rate=rate, moves=[move])
    moved = rate * (1 + max(-1.0, beta * move))
    assert found.profit_quote[0] >= -margin
    if abs(moved - price) > 1e-6 * rate:
        assert found.liquidated[0] == is_beyond(side, moved, price)
    if not found.liquidated[0]:
        assert found.profit_quote[0] == scenario_profits([exposure], [move])[0]

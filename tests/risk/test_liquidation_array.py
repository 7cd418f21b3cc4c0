from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import TierTable, liquidation_price, liquidation_prices
from tests.risk.strategies import fees, sides, thorough
from tests.risk.tiers import FALLING, FLAT, RISING, STEPPED, THREE, binance_tables, tier_tables


def test_two_sides_at_once():
    # 180/1.99 and 220/2.01, as in the scalar tests
    found = liquidation_prices(
        side=[1, -1], entry_price=100.0, amount=2.0, margin_quote=20.0, tiers=FLAT
    )
    np.testing.assert_allclose(found, [180.0 / 1.99, 220.0 / 2.01], rtol=1e-14)


def test_fee_and_funding():
    # 181/1.989 and 219/2.011, as in the scalar tests
    found = liquidation_prices(
        side=[1, -1],
        entry_price=100.0,
        amount=2.0,
        margin_quote=20.0,
        tiers=FLAT,
        taker_fee=0.0005,
        funding_quote=-1.0,
    )
    np.testing.assert_allclose(found, [181.0 / 1.989, 219.0 / 2.011], rtol=1e-14)


def test_three_tiers():
    found = liquidation_prices(
        side=1, entry_price=100.0, amount=60.0, margin_quote=[1000, 1500, 5500], tiers=THREE
    )
    np.testing.assert_allclose(found, [4840 / 57.0, 4490 / 58.8, 500 / 59.4], rtol=1e-14)
    found = liquidation_prices(
        side=-1, entry_price=100.0, amount=9.0, margin_quote=[4500, 1000], tiers=THREE
    )
    np.testing.assert_allclose(found, [5560 / 9.45, 1910 / 9.18], rtol=1e-14)


def test_shapes_broadcast():
    found = liquidation_prices(
        side=np.array([[1], [-1]]),
        entry_price=100.0,
        amount=[9.0, 12.0, 15.0],
        margin_quote=200.0,
        tiers=STEPPED,
    )
    assert found.shape == (2, 3)
    scalar = liquidation_prices(
        side=1, entry_price=100.0, amount=9.0, margin_quote=200.0, tiers=STEPPED
    )
    assert scalar.shape == ()
    assert float(scalar) == found[0, 0]


@pytest.mark.parametrize("table", [FALLING, RISING, STEPPED, FLAT])
@pytest.mark.parametrize("side", [1, -1])
def test_it_agrees_with_the_scalar_function_also_where_the_margin_jumps(side, table):
    margins = np.linspace(-250.0, 1500.0, 701)
    for amount in (9.0, 12.0):
        found = liquidation_prices(
            side=side, entry_price=100.0, amount=amount, margin_quote=margins, tiers=table
        )
        one_by_one = [
            liquidation_price(
                side=side, entry_price=100.0, amount=amount, margin_quote=margin, tiers=table
            )
            for margin in margins.tolist()
        ]
        np.testing.assert_allclose(found, one_by_one, rtol=1e-14)


def test_it_agrees_with_the_scalar_function_on_real_tiers():
    table = binance_tables()["BTC/USDT:USDT"]
    leverages = np.tile([1.0, 1.5, 3.0, 10.0, 40.0], 40)
    stakes = np.geomspace(10.0, 1e8, 200)
    found = liquidation_prices(
        side=-1,
        entry_price=50_000.0,
        amount=stakes * leverages / 50_000.0,
        margin_quote=stakes,
        tiers=table,
        taker_fee=0.0005,
    )
    one_by_one = [
        liquidation_price(
            side=-1,
            entry_price=50_000.0,
            amount=stake * leverage / 50_000.0,
            margin_quote=stake,
            tiers=table,
            taker_fee=0.0005,
        )
        for stake, leverage in zip(stakes.tolist(), leverages.tolist(), strict=True)
    ]
    np.testing.assert_allclose(found, one_by_one, rtol=1e-14)


def test_unknown_stays_with_its_own_element():
    nan, inf = math.nan, math.inf
    entries = [100.0, nan, inf, 0.0, -1.0, 100.0, 100.0, 100.0]
    amounts = [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, nan, 1.0]
    margins = [100.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0, inf]
    found = liquidation_prices(
        side=1, entry_price=entries, amount=amounts, margin_quote=margins, tiers=STEPPED
    )
    np.testing.assert_array_equal(found, [0.0] + [nan] * 7)


def test_an_empty_array_is_answered_with_one():
    found = liquidation_prices(side=1, entry_price=[], amount=[], margin_quote=[], tiers=FLAT)
    assert found.shape == (0,)


def test_programming_errors():
    keywords: dict[str, Any] = {
        "entry_price": 100.0,
        "amount": 1.0,
        "margin_quote": 20.0,
        "tiers": FLAT,
    }
    with pytest.raises(ValueError, match="side"):
        liquidation_prices(side=[1, 0], **keywords)
    for fee in (0.996, math.nan):
        with pytest.raises(ValueError, match="notional"):
            liquidation_prices(side=1, **keywords, taker_fee=fee)
    with pytest.raises(ValueError, match="notional"):
        liquidation_prices(side=1, **(keywords | {"tiers": THREE}), taker_fee=0.96)


@thorough
@given(
    tier_tables(),
    sides,
    fees,
    st.lists(
        st.tuples(st.floats(1e-3, 1e5), st.floats(1e-3, 1e5), st.floats(-1e3, 1e7)),
        min_size=1,
        max_size=5,
    ),
)
def test_element_by_element_it_is_the_scalar_function(
    table: TierTable, side: int, fee: float, rows: list[tuple[float, float, float]]
):
    entries, amounts, margins = map(list, zip(*rows, strict=True))
    found = liquidation_prices(
        side=side,
        entry_price=entries,
        amount=amounts,
        margin_quote=margins,
        tiers=table,
        taker_fee=fee,
    )
    one_by_one = [
        liquidation_price(
            side=side,
            entry_price=entry,
            amount=amount,
            margin_quote=margin,
            tiers=table,
            taker_fee=fee,
        )
        for entry, amount, margin in rows
    ]
    np.testing.assert_allclose(found, one_by_one, rtol=1e-12)

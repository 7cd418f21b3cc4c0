from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import TierTable
from tests.risk.strategies import thorough
from tests.risk.tiers import binance_rows, binance_tables, marginal_maintenance, tier_tables

ROWS = [(1000.0, 5000.0, 0.02, None, 20.0), (0.0, 1000.0, 0.01, 0.0, 50.0)]


def test_rows_are_sorted_and_the_missing_amount_follows_from_continuity():
    low, high = TierTable.build(ROWS).tiers
    assert (low.floor_notional_quote, low.cap_notional_quote) == (0.0, 1000.0)
    # at 1000 the first tier asks 1000*0.01 = 10; the second 1000*0.02 - cum, so cum = 10
    assert high.maintenance_amount_quote == pytest.approx(10.0, rel=1e-15)
    assert (low.max_leverage, high.max_leverage) == (50.0, 20.0)


def test_missing_caps_and_leverages():
    table = TierTable.build(
        [(0.0, None, 0.01, None, None), (1000.0, math.nan, 0.02, math.nan, math.nan)]
    )
    low, high = table.tiers
    assert (low.cap_notional_quote, high.cap_notional_quote) == (1000.0, math.inf)
    # half of what the maintenance rate alone allows: 0.5/0.01 and 0.5/0.02
    assert (low.max_leverage, high.max_leverage) == (50.0, 25.0)
    assert high.maintenance_amount_quote == pytest.approx(10.0)
    assert TierTable.flat(0.0).tiers[0].max_leverage == math.inf


def test_a_floor_belongs_to_the_tier_above_it():
    table = TierTable.build(ROWS)
    assert table.tier_at(999.99).maintenance_rate == 0.01
    assert table.tier_at(1000.0).maintenance_rate == 0.02
    assert table.tier_at(1e12).maintenance_rate == 0.02  # the last tier goes on above its cap
    assert table.index_at(0.0) == 0


def test_unknown_notional_is_in_the_strictest_tier():
    table = TierTable.build(ROWS)
    assert table.tier_at(math.nan) is table.tiers[-1]
    assert table.tier_at(math.inf) is table.tiers[-1]
    assert table.tier_at(-5.0) is table.tiers[0]
    assert table.tier_at(-math.inf) is table.tiers[0]


def test_maintenance_margin():
    table = TierTable.build(ROWS)
    assert table.maintenance_margin(500.0) == pytest.approx(5.0)  # 500*0.01
    assert table.maintenance_margin(1500.0) == pytest.approx(20.0)  # 1500*0.02 - 10
    assert table.maintenance_margin(0.0) == 0.0
    assert table.maintenance_margin(-5.0) == 0.0
    assert table.maintenance_margin(math.inf) == math.inf
    assert math.isnan(table.maintenance_margin(math.nan))


def test_maintenance_margin_of_an_array_is_that_of_its_elements():
    table = TierTable.build(ROWS)
    sizes = np.array([[500.0, 1000.0, 1500.0], [0.0, -5.0, math.nan]])
    expected = [[table.maintenance_margin(float(size)) for size in row] for row in sizes]
    np.testing.assert_array_equal(table.maintenance_margin(sizes), np.array(expected))


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [(1.0, None, 0.01, 0.0, None)],  # does not begin at 0
        [(0.0, None, 0.01, 0.0, None), (0.0, None, 0.02, 0.0, None)],  # twice the same floor
        [(0.0, 0.0, 0.01, 0.0, None)],  # the cap is the floor
        [(0.0, None, 1.0, 0.0, None)],
        [(0.0, None, -0.01, 0.0, None)],
        [(0.0, None, math.nan, 0.0, None)],
        [(0.0, None, 0.01, math.inf, None)],
        [(0.0, None, 0.01, 0.0, 0.0)],
        [(0.0, None, 0.01, 0.0, None), (math.nan, None, 0.02, 0.0, None)],
    ],
)
def test_unsound_tables_are_refused(rows):
    with pytest.raises(ValueError, match="tier"):
        TierTable.build(rows)


@pytest.mark.parametrize("rate", [1.0, -0.1, math.nan])
def test_a_flat_table_needs_a_rate(rate):
    with pytest.raises(ValueError, match="tier"):
        TierTable.flat(rate)


def test_a_table_survives_pickling_and_is_compared_by_identity():
    table = TierTable.build(ROWS)
    copy = pickle.loads(pickle.dumps(table))  # noqa: S301 - our own bytes
    assert copy.tiers == table.tiers
    assert copy != table
    assert len({copy, table}) == 2


def test_binance_amounts_agree_with_continuity_for_every_symbol():
    rows = binance_rows()
    assert len(rows) > 800
    for symbol, brackets in rows.items():
        derived = TierTable.build(
            (low, cap, rate, None, lev) for low, cap, rate, _, lev in brackets
        )
        given_amounts = [amount for _, _, _, amount, _ in brackets]
        assert derived.amounts == pytest.approx(given_amounts, rel=1e-9, abs=1e-6), symbol


def test_binance_margins_agree_with_the_sum_over_brackets():
    for symbol, table in binance_tables().items():
        rows = binance_rows()[symbol]
        for floor, cap, *_ in rows:
            for notional in (floor, (floor + cap) / 2.0, cap):
                expected = marginal_maintenance(rows, notional)
                assert table.maintenance_margin(notional) == pytest.approx(expected, rel=1e-9)


@thorough
@given(tier_tables(), st.floats(0.0, 1e8), st.floats(0.0, 1e8))
def test_a_larger_position_never_needs_less_margin(table, one, other):
    less, more = sorted((one, other))
    slack = 1e-9 * table.maintenance_margin(more)
    assert table.maintenance_margin(less) <= table.maintenance_margin(more) + slack

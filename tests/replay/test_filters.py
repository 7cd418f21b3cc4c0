import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.replay.data_folder import Contract
from freqtrade_riskguard.replay.filters import Filters, decimals, derive_filters

BTC = Contract("BTC", "USDT")
SOL = Contract("SOL", "USDT")


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([1.0, 20.0], 0),
        ([20041.4, 20126.2, 19999.0], 1),
        ([0.06129, 0.0616], 5),
        ([np.nan, 7189.43, np.inf], 2),
        ([0.1 + 0.2], 1),  # 0.30000000000000004: a sum of volumes
        ([1e-8], 8),
        ([], 0),
        ([1 / 3], None),
        ([1e9 / 3], None),  # 333333333.3333333: float's last digit is the 7th decimal
    ],
)
def test_decimals(numbers, expected):
    assert decimals(np.array(numbers, dtype="float64")) == expected


@given(
    st.lists(st.integers(min_value=1, max_value=10**9), min_size=1),
    st.integers(min_value=0, max_value=8),
)
def test_decimals_finds_no_finer_step_than_the_one_that_was_used(units, step_decimals):
    numbers = np.array([unit / 10**step_decimals for unit in units])
    found = decimals(numbers)
    assert found is not None
    assert found <= step_decimals
    # With nothing but zeros in the last place a coarser step writes the same numbers.
    if any(unit % 10 for unit in units):
        assert found == step_decimals


def test_reads_tick_and_lot_off_the_candles():
    prices = np.array([[31.47, 31.74, 31.4, 31.67]])
    filters = derive_filters(SOL, prices, np.array([374808.0, 202094.0]))
    # 10 million USDT / 31.57 USDT (median) = 316,756 SOL, rounded up to a power of ten.
    assert filters == Filters(
        price_decimals=2,
        quantity_decimals=0,
        min_notional_quote=5,
        max_quantity_base=1_000_000,
    )


@pytest.mark.parametrize(
    ("price", "price_decimals", "quantity_decimals"),
    [
        # Five significant digits; the coarsest power of ten worth no more than 5 USDT.
        (40_000 / 3, 0, 4),  # 13,333: 0.0001 is worth 1.33, 0.001 would be 13.3
        (400 / 3, 2, 2),  # 133.33: 0.01 is worth 1.33, 0.1 would be 13.3
        (4 / 3, 4, 0),  # 1.3333: one coin is worth less than 5
        (0.04 / 3, 6, 0),  # 0.013333
    ],
)
def test_falls_back_to_magnitudes_where_nothing_was_rounded(
    price, price_decimals, quantity_decimals
):
    filters = derive_filters(SOL, np.array([price]), np.array([1 / 7]))
    assert (filters.price_decimals, filters.quantity_decimals) == (
        price_decimals,
        quantity_decimals,
    )


def test_volumes_of_zero_say_nothing_about_the_lot():
    filters = derive_filters(BTC, np.array([20041.4]), np.array([0.0, 0.0]))
    # The smallest order of BTC is 100 USDT; 0.001 is worth 20, 0.01 would be 200.
    assert filters.quantity_decimals == 3
    assert filters.min_notional_quote == 100

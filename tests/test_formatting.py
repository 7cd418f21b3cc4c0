from math import inf, nan

import pytest

from freqtrade_riskguard.formatting import (
    currency,
    exact_money,
    money,
    side_text,
    sum_of_money,
    volatility_text,
)


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        (412.4, "412"),
        (-250.0, "-250"),
        (9.754, "9.75"),
        (0.0, "0.00"),
        (nan, "unknown"),
        (0.0123456, "0.0123"),
    ],
)
def test_an_amount_has_the_digits_that_matter(quote, text):
    assert money(quote) == text


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        # An account in USDT: cents, as everywhere.
        (98.4, "98.40"),
        (412.345, "412.35"),
        (-0.5, "-0.50"),
        # One in BTC: three digits that tell, but no more than a satoshi.
        (0.15, "0.15"),
        (0.004123456, "0.00412"),
        (-0.000098765, "-0.0000988"),
        (0.0000000149, "0.00000001"),
        (0.0, "0.00"),
        (nan, "nan"),
    ],
)
def test_a_small_amount_is_told_to_the_currencys_precision(quote, text):
    assert exact_money(quote) == text


@pytest.mark.parametrize(
    ("quote", "sign", "text"),
    [
        (12_480.4, "", "12,480"),
        (-35.2, "+", "-35"),
        (35.2, "+", "+35"),
        (0.0, "", "0"),
        (1.5, "", "1.50"),
        (0.0042, "+", "+0.0042"),
        (-0.0042, "+", "-0.0042"),
        (nan, "", "nan"),
    ],
)
def test_a_sum_has_commas_or_the_digits_that_tell(quote, sign, text):
    assert sum_of_money(quote, sign) == text


def test_an_endless_amount_is_an_unknown_one():
    assert money(inf) == "unknown"


@pytest.mark.parametrize("pair", ["BTC/USDT:USDT", "BTC/USDT"])
def test_a_pair_names_its_currency(pair):
    assert currency(pair) == "USDT"


def test_sides_have_names():
    assert (side_text(1), side_text(-1)) == ("long", "short")


def test_a_volatility_is_told_by_the_day():
    assert volatility_text(0.0333) == "3.3 %/day"
    assert volatility_text(nan) == "unknown"

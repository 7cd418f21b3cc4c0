from math import inf, nan

import pytest

from freqtrade_riskguard.rules.words import currency, money, side_text


@pytest.mark.parametrize(
    ("quote", "text"),
    [(412.4, "412"), (-250.0, "-250"), (9.754, "9.75"), (0.0, "0.00"), (nan, "unknown")],
)
def test_an_amount_has_the_digits_that_matter(quote, text):
    assert money(quote) == text


def test_an_endless_amount_is_an_unknown_one():
    assert money(inf) == "unknown"


@pytest.mark.parametrize("pair", ["BTC/USDT:USDT", "BTC/USDT"])
def test_a_pair_names_its_currency(pair):
    assert currency(pair) == "USDT"


def test_sides_have_names():
    assert (side_text(1), side_text(-1)) == ("long", "short")

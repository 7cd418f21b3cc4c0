from math import nan

import pytest

from freqtrade_riskguard.rules.entry.max_spread import MaxSpread
from tests.factories import entry, market

RULE = MaxSpread(max_ratio=0.002)


def into(spread_ratio, side=1):
    return entry(side=side, market=market(spread_ratio=spread_ratio))


@pytest.mark.parametrize("side", [1, -1])
def test_a_wide_book_is_denied_on_both_sides(side):
    assert RULE.denial(into(0.0021, side)) == "spread 0.210 % (limit 0.200 %)"
    assert RULE.denial(into(0.002, side)) is None
    assert RULE.denial(into(0.0, side)) is None


def test_a_book_that_is_not_told_is_denied():
    assert RULE.denial(into(nan)) == "spread unknown: the exchange told no bid and ask"


def test_a_backtest_has_no_book_and_is_not_denied():
    assert RULE.denial(into(None)) is None


@pytest.mark.parametrize("spread_ratio", [0.5, nan, None])
def test_without_a_limit_nothing_is_denied(spread_ratio):
    assert MaxSpread(max_ratio=None).denial(into(spread_ratio)) is None

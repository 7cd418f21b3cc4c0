from math import inf, nan

import pytest

from freqtrade_riskguard.rules.entry.stale_data import StaleData
from tests.factories import entry, market


@pytest.mark.parametrize(
    ("age", "why"),
    [
        (0.0, None),
        (2.0, None),
        (2.5, "the last candle closed 2.5 candles ago (limit 2)"),
        (inf, "the last candle closed inf candles ago (limit 2)"),
        (nan, "no candle has closed yet"),
    ],
)
def test_candles_older_than_two_intervals_are_stale(age, why):
    assert StaleData(2.0).denial(entry(market=market(candle_age_intervals=age))) == why

from math import inf, nan

from freqtrade_riskguard.entry_report.table_format import (
    amount,
    away,
    cover,
    leverage,
    price,
    short_pair,
)


def test_figures_in_words():
    assert price(91_514.5) == "91514.5"
    assert price(nan) == amount(nan) == leverage(nan) == "-"
    assert leverage(2.4) == "2.4x"
    assert amount(412.4) == "412"
    assert away(90.0, 0.1) == "90\n10.0 %"
    assert away(nan, nan) == "none"
    assert cover(3.14) == "3.1x"
    assert cover(694_486.1) == ">100x"
    assert cover(inf) == "no margin"
    assert cover(nan) == "unknown"
    assert cover(-5.93) == "-5.9x"


def test_a_pair_is_short_where_it_is_clear():
    assert short_pair("BTC/USDT:USDT", "USDT") == "BTC"
    assert short_pair("BTC/USDC:USDC", "USDT") == "BTC/USDC:USDC"

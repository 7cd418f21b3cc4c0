"""The size of a position in words."""

import io

import pytest
from rich.console import Console

from freqtrade_riskguard.entry_report import size_table
from freqtrade_riskguard.entry_report.position_size import position_size
from freqtrade_riskguard.entry_report.size_input import read_size_input
from tests.support.terminal import assert_fits


def shown(columns=80, **changes):
    given = {
        "pair": "BTC/USDT:USDT",
        "side": "long",
        "entry": "60000",
        "stop": "57000",
        "equity": "10000",
        "venue": "binance",
    }
    file = io.StringIO()
    console = Console(file=file, width=columns, markup=False, emoji=False)
    size_table.show(console, position_size(read_size_input({**given, **changes})))
    return file.getvalue()


@pytest.mark.parametrize("columns", [60, 80])
def test_it_fits(columns):
    text = shown(columns)
    assert_fits(text, columns)
    assert all(figure in text for figure in ("355.87 USDT", "0.029656 BTC", "48221.8", "100.00"))


def test_what_is_allowed():
    text = " ".join(shown().split())
    assert text.startswith("BTC/USDT:USDT long at 60000, stop 57000, on Binance Leverage 5x the")
    assert text.endswith("ALLOWED by these rules (profile moderate). Before gaps and outages.")


def test_what_is_not():
    text = " ".join(shown(leverage="10").split())
    assert "Leverage 10x largest 5x" in text
    assert text.endswith("NOT ALLOWED at 10x by profile moderate: cap 5x, profile moderate.")


def test_a_position_that_cannot_be_liquidated():
    text = " ".join(shown(leverage="1").split())
    assert "Liquidation none" in text
    assert "Last stop" not in text


def test_the_exchange_sets_whole_leverage():
    assert "Binance sets 2x where 2.5x is asked for." in " ".join(shown(leverage="2.5").split())


def test_not_even_1x():
    text = " ".join(shown(side="short", stop="125000").split())
    assert "not even 1x is safe" in text
    assert "NOT ALLOWED at 1x by profile moderate: liquidation beyond the stop at 125000." in text

import json
from dataclasses import replace

import pytest

from freqtrade_riskguard.adapters.backtests.files import ResultError
from freqtrade_riskguard.adapters.backtests.tiers import read_tiers
from tests.risk.tiers import binance_tables
from tests.support.results import BTC, result, trade

ROWS = [
    {"minNotional": 0, "maxNotional": 1000, "maintenanceMarginRate": 0.01, "maxLeverage": 50},
    {
        "minNotional": 1000,
        "maxNotional": 5000,
        "maintenanceMarginRate": 0.02,
        "maxLeverage": 25,
        "info": {"cum": "10"},
    },
]


def kept(folder, text):
    (folder / "futures").mkdir()
    (folder / "futures" / "leverage_tiers_USDT.json").write_text(text)
    return folder


def test_those_of_binance_are_shipped_with_freqtrade():
    found = read_tiers(result(trade(100, 110, 1, 2)), None)
    assert found.of(BTC).tiers == binance_tables()[BTC].tiers
    assert found.unknown == ()


def test_those_of_others_are_beside_their_candles(tmp_path):
    okx = replace(result(trade(100, 110, 1, 2)), config={"exchange": {"name": "okx"}})
    found = read_tiers(okx, kept(tmp_path, json.dumps({"updated": "x", "data": {BTC: ROWS}})))
    assert found.of(BTC).rates == (0.01, 0.02)
    assert found.of(BTC).amounts == (0.0, 10.0)
    assert "leverage_tiers_USDT.json" in found.source


def test_without_any_a_flat_rate_is_assumed_and_said(tmp_path):
    okx = replace(result(trade(100, 110, 1, 2)), config={"exchange": {"name": "okx"}})
    found = read_tiers(okx, tmp_path)
    assert found.of(BTC).rates == (0.025,)
    assert found.unknown == (BTC,)


@pytest.mark.parametrize("text", ["{", "[]", '{"data": 3}'])
def test_a_damaged_file_is_named(text, tmp_path):
    folder = kept(tmp_path, text)
    with pytest.raises(ResultError, match=r"leverage_tiers_USDT\.json is damaged: delete it"):
        read_tiers(result(trade(100, 110, 1, 2)), folder)

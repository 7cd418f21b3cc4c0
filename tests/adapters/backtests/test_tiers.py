import json
from dataclasses import replace
from typing import Any

import pytest

from freqtrade_riskguard.adapters.backtests.files import ResultError
from freqtrade_riskguard.adapters.backtests.tiers import read_tiers
from tests.risk.tiers import binance_tables
from tests.support.results import BTC, result, trade

ROWS: list[dict[str, Any]] = [
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
    bybit = replace(result(trade(100, 110, 1, 2)), config={"exchange": {"name": "bybit"}})
    found = read_tiers(bybit, kept(tmp_path, json.dumps({"updated": "x", "data": {BTC: ROWS}})))
    assert found.of(BTC).rates == (0.01, 0.02)
    # Not told under Bybit's own name: 1000 * (0.02 - 0.01).
    assert found.of(BTC).amounts == (0.0, 10.0)
    assert "leverage_tiers_USDT.json" in found.source
    assert found.rule.startswith("Bybit: liquidation by the mark price; maintenance margin: each")
    assert found.unknown == ()


def test_tiers_of_contracts_are_not_taken_for_money(tmp_path):
    # A result does not hold the size of a contract.
    okx = replace(result(trade(100, 110, 1, 2)), config={"exchange": {"name": "okx"}})
    found = read_tiers(okx, kept(tmp_path, json.dumps({"updated": "x", "data": {BTC: ROWS}})))
    assert found.unknown == (BTC,)
    # Half of the initial margin at 50x is 1 %, the default's 2.5 % is more.
    assert found.of(BTC).rates == (0.025,)


def test_a_market_without_tiers_is_judged_by_the_greatest_leverage_it_was_seen_at(tmp_path):
    trades = (trade(100, 110, 1, 2, leverage=2), trade(100, 110, 3, 4, leverage=5))
    seen = replace(result(*trades), config={"exchange": {"name": "hyperliquid"}})
    found = read_tiers(seen, tmp_path)
    # 0.5 / 5: the market allows 5x at least, so its maintenance is no more.
    assert found.of(BTC).rates == (0.1,)
    assert found.unknown == (BTC,)


def test_tiers_that_are_none_are_a_damaged_file(tmp_path):
    folder = kept(tmp_path, json.dumps({"data": {BTC: [{**ROWS[0], "maxLeverage": "x"}]}}))
    with pytest.raises(ResultError, match=r"leverage_tiers_USDT\.json is damaged \(its leverage"):
        read_tiers(result(trade(100, 110, 1, 2)), folder)


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

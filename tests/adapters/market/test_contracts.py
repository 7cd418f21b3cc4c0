"""Fees and tiers, from Binance's own table as shipped with freqtrade."""

import json
from pathlib import Path
from types import SimpleNamespace

import freqtrade.exchange
import pytest

from freqtrade_riskguard.adapters.market.contracts import ContractSpecs

PAIR = "BTC/USDT:USDT"


@pytest.fixture(scope="module")
def tiers():
    path = Path(freqtrade.exchange.__file__).parent / "binance_leverage_tiers.json"
    rows = json.loads(path.read_text(encoding="utf-8"))[PAIR]
    return [
        {
            "minNotional": row["minNotional"],
            "maxNotional": row["maxNotional"],
            "maintenanceMarginRate": row["maintenanceMarginRate"],
            "maxLeverage": row["maxLeverage"],
            "maintAmt": float(row["info"]["cum"]),
        }
        for row in rows
    ]


def bot(rows=None, market=None, **config):
    exchange = SimpleNamespace(_leverage_tiers=rows or {}, markets={PAIR: market or {}})
    return SimpleNamespace(dp=SimpleNamespace(_exchange=exchange), config=config)


def test_the_exchanges_tiers(tiers):
    table = ContractSpecs(0.025).tiers(bot({PAIR: tiers}), PAIR)

    for row in tiers:
        notional = row["minNotional"] + 1
        expected = notional * row["maintenanceMarginRate"] - row["maintAmt"]
        assert table.maintenance_margin(notional) == pytest.approx(expected)


def test_unknown_tiers_are_said_once_and_replaced(caplog):
    markets, strategy = ContractSpecs(0.025), bot()

    for _ in range(3):
        assert markets.tiers(strategy, PAIR).tier_at(1e6).maintenance_rate == 0.025

    assert len(caplog.records) == 1
    assert "fallback_maintenance_rate" in caplog.text


@pytest.mark.parametrize(
    ("market", "config", "fee"),
    [
        ({"taker": 0.0004}, {}, 0.0004),
        ({"taker": 0.0004}, {"fee": 0.001}, 0.001),
        ({"taker": 0.0}, {}, 0.0),
        ({}, {}, 0.0006),
        ({"taker": None}, {}, 0.0006),
    ],
)
def test_taker_fee(market, config, fee):
    assert ContractSpecs(0.025).taker_fee(bot(market=market, **config), PAIR) == fee


def test_a_pair_that_the_exchange_does_not_list_has_the_default_fee():
    assert ContractSpecs(0.025).taker_fee(bot(), "NEW/USDT:USDT") == 0.0006

"""Fees and tiers, from Binance's own table as shipped with freqtrade."""

import json
from pathlib import Path
from types import SimpleNamespace

import freqtrade.exchange
import pytest

from freqtrade_riskguard.adapters.market.contracts import (
    ContractSpecs,
    leverage_steps,
    venue_of_bot,
)

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


def bot(rows=None, market=None, name="Binance", **config):
    exchange = SimpleNamespace(_leverage_tiers=rows or {}, markets={PAIR: market or {}}, name=name)
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


def test_the_configuration_says_which_exchange_it_is():
    # ccxt's name has words for people behind it, in demo trading for example.
    named = bot(name="Bybit (Demo)", exchange={"name": "bybit"})
    assert venue_of_bot(named).title == "Bybit"
    assert not venue_of_bot(bot(name="Somewhere")).is_known


def test_contracts_are_no_money(caplog):
    # 25,000 contracts of 10 coins at 0.45 are 112,500 of money: the second tier begins there.
    rows = [
        {"minNotional": 0, "maxNotional": 25_000, "maintenanceMarginRate": 0.01, "maxLeverage": 50},
        {
            "minNotional": 25_001,
            "maxNotional": 50_000,
            "maintenanceMarginRate": 0.02,
            "maxLeverage": 25,
        },
    ]
    strategy = bot({PAIR: rows}, {"contractSize": 10.0}, name="OKX")
    tiers = ContractSpecs(0.025).tiers(strategy, PAIR)

    for amount, rate in ((250_000.0, 0.01), (250_010.0, 0.02)):
        held = tiers.of_position(amount, 0.45)
        # The whole position at one rate, whatever its price becomes.
        for price in (0.45, 0.2, 2.0):
            found = held.maintenance_margin(amount * price)
            assert found == pytest.approx(amount * price * rate)
    assert not caplog.records


def test_an_exchange_that_is_not_known_is_named_with_its_rule(tiers, caplog):
    found = ContractSpecs(0.025).tiers(bot({PAIR: tiers}, name="Somewhere"), PAIR)

    # Binance's own rows: 0.5 % from 300,000 on, all of it; and 150x asks for 1/300 at least.
    assert found.of_position(4.0, 100_000.0).maintenance_margin(400_000.0) == pytest.approx(2_000)
    assert "BTC/USDT:USDT: the exchange is not known" in caplog.text
    assert "the rate of the highest tier touched on the whole position" in caplog.text


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


@pytest.mark.parametrize(
    ("name", "floors", "steps"),
    [
        ("Binance", True, 1),
        # freqtrade would take tenths; its client drops them after the stake is known.
        ("Hyperliquid", False, 1),
        ("Bybit", False, 10),
        ("Somewhere", False, 1),
    ],
)
def test_leverage_is_whole_where_freqtrade_or_the_exchange_makes_it_so(name, floors, steps):
    def get_option(option, *, default):
        return floors if option == "floor_leverage" else default

    strategy = bot(name=name)
    strategy.dp._exchange.get_option = get_option
    assert leverage_steps(strategy) == steps

from math import inf, nan

import pytest
from pydantic import ValidationError

from freqtrade_riskguard.risk import AssetClass
from freqtrade_riskguard.stress.input import HeldCollateral, HeldPosition, StressInput
from tests.stress.parts import BTC, ETH, account, content


def test_names_and_sides():
    long, short = account().positions
    assert (long.direction, short.direction) == (1, -1)
    assert long.name == "BTC/USDT:USDT long"
    assert long.is_market
    assert not short.is_market


@pytest.mark.parametrize(
    ("asset", "kind", "expected"),
    [
        ("USDT", None, AssetClass.STABLECOIN),
        ("btc", None, AssetClass.BTC),
        ("ETH", None, AssetClass.ETH),
        ("SOL", None, AssetClass.LARGE_CAP),
        # What nobody knows is worth least.
        ("PEPE", None, AssetClass.SMALL_CAP),
        ("PEPE", "large_cap", AssetClass.LARGE_CAP),
    ],
)
def test_what_collateral_is_of(asset, kind, expected):
    held = HeldCollateral(asset=asset, amount=1.0, price=1.0, kind=kind)
    assert held.asset_class is expected


@pytest.mark.parametrize(
    "changes",
    [
        {"equity_quote": "much"},
        *({"equity_quote": figure} for figure in (nan, inf, -inf, -5, 0, 1e19)),
        *(
            {"positions": [{**BTC, name: figure}]}
            for name in ("open_rate", "amount", "margin_quote", "rate", "leverage")
            for figure in (nan, inf, -1, 0, 1e300, 1e-300 if name != "leverage" else 0)
        ),
        *({"positions": [{**BTC, "liquidation_price": figure}]} for figure in (nan, inf, -1)),
        *({"positions": [{**BTC, "daily_volatility": figure}]} for figure in (nan, 0, -1, 5)),
        *({"positions": [{**BTC, "beta": figure}]} for figure in (nan, inf, 1e9)),
        *(
            {"collateral": [{"asset": "USDT", "amount": 1, "price": 1, name: figure}]}
            for name in ("amount", "price")
            for figure in (nan, inf, -1)
        ),
        {"positions": [{**BTC, "pair": "B\x1b[2J"}]},
        {"positions": [BTC] * 201},
        {"fun": 1},
        {"positions": [{**BTC, "side": "up"}]},
        {"positions": [{**BTC, "amount": -1}]},
        {"positions": [{**BTC, "maintenance_rate": 1}]},
        {"correlations": [{"pairs": [BTC["pair"], "SOL/USDT:USDT"], "correlation": 0.5}]},
        {"correlations": [{"pairs": [BTC["pair"], ETH["pair"]], "correlation": 2}]},
        {"market": {"daily_move": -1.5, "daily_volatility": 0.02}},
    ],
)
def test_what_makes_no_sense_is_refused(changes):
    with pytest.raises(ValidationError):
        StressInput.model_validate(content(**changes))


def test_every_key_is_documented_in_the_schema():
    schema = HeldPosition.model_json_schema()["properties"]
    assert set(schema) == set(HeldPosition.model_fields)
    assert "stake_amount" in schema["margin_quote"]["description"]

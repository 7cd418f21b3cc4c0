"""The present book beside risk parity and the linear programme, by hand."""

from math import isnan

import pytest

from freqtrade_riskguard.stress.result import stress
from tests.stress.parts import BTC, ETH, account, isolated


def rows(given):
    return {row.pair.split("/")[0]: row for row in stress(given).allocation}


def test_equal_risk_beside_the_book():
    # 20,000 and 5,000 of 10,000. Of two positions each has half of the risk at 1/s: 2 % and 3 % are
    # 0.6 and 0.4 of 2.5.
    found = rows(account())
    btc, eth = found["BTC"], found["ETH"]
    assert list(found) == ["BTC", "ETH"]
    assert (btc.side, btc.weight_ratio, eth.weight_ratio) == ("long", 2.0, 0.5)
    assert btc.risk_parity_weight_ratio == pytest.approx(1.5)
    assert eth.risk_parity_weight_ratio == pytest.approx(1.0)
    assert btc.cut_quote == pytest.approx(5_000.0)
    assert eth.cut_quote == 0.0
    # Of 0.000745 the long has 0.00106: the short hedges it.
    assert btc.risk_share_ratio == pytest.approx(0.00106 / 0.000745)
    assert isnan(btc.programme_weight_ratio)


def test_the_same_in_isolated_margin():
    held = {"daily_volatility": 0.01, "amount": 0.1, "open_rate": 1_000, "rate": 1_000}
    small = {"pair": "ETH/USDT:USDT", "side": "long", "margin_quote": 50, **held}
    large = {**small, "pair": "SOL/USDT:USDT", "amount": 0.3, "margin_quote": 150}
    # Equal volatilities: 100 and 300 of 1,000 are 0.2 each.
    found = rows(isolated(small, large))
    assert list(found) == ["SOL", "ETH"]
    assert found["SOL"].cut_quote == pytest.approx(100.0)
    assert found["ETH"].risk_parity_weight_ratio == pytest.approx(0.2)


def test_the_linear_programme():
    # A quarter of the equity each at most, and nothing for what is expected to lose.
    edges = [{**BTC, "edge_ratio": 0.01}, {**ETH, "edge_ratio": 0.02}]
    found = rows(account(positions=edges))
    assert found["BTC"].programme_weight_ratio == pytest.approx(0.25)
    assert found["ETH"].programme_weight_ratio == pytest.approx(0.25)
    found = rows(account(positions=[{**BTC, "edge_ratio": -0.01}, edges[1]]))
    assert found["BTC"].programme_weight_ratio == 0.0
    # An edge that is not known earns nothing; the other's is.
    found = rows(account(positions=[BTC, edges[1]]))
    assert found["BTC"].programme_weight_ratio == 0.0


def test_what_cannot_be_weighed_is_unknown():
    unknown = rows(account(positions=[{**BTC, "daily_volatility": None}, ETH]))
    assert isnan(unknown["BTC"].risk_parity_weight_ratio)
    assert isnan(unknown["BTC"].cut_quote)
    # A long and a short of one pair have no risk at any equal size.
    both = [BTC, {**BTC, "side": "short"}]
    assert isnan(rows(account(positions=both, correlations=[]))["BTC"].cut_quote)
    assert stress(account(positions=[], correlations=[])).allocation == ()

"""Balance, positions and what changes them, asked for by the real ccxt client."""

from datetime import timedelta

import ccxt
import pytest

from freqtrade_riskguard.replay.matching import PriceKind
from tests.replay.binance.conftest import BTC, ETH
from tests.replay.recordings import START


@pytest.fixture
def isolated(client):
    """0.1 BTC long at 40,000 with 5x: margin of 800, fee of 2."""
    client.set_margin_mode("isolated", BTC)
    client.set_leverage(5, BTC)
    client.create_order(BTC, "market", "buy", 0.1)
    return client


def test_what_freqtrade_asks_at_the_start(client):
    assert client.fapiprivate_get_positionside_dual() == {"dualSidePosition": False}
    assert client.fapiprivate_get_multiassetsmargin() == {"multiAssetsMargin": False}
    assert client.sapi_get_margin_allpairs() == []
    tiers = client.fetch_leverage_tiers()
    assert set(tiers) == {BTC, ETH}
    assert [
        (tier["minNotional"], tier["maxNotional"], tier["maintenanceMarginRate"])
        for tier in tiers[BTC]
    ] == [(0, 50_000, 0.004), (50_000, 1_000_000, 0.01)]
    assert [tier["maxLeverage"] for tier in tiers[BTC]] == [20, 10]
    assert [float(tier["info"]["cum"]) for tier in tiers[BTC]] == [0.0, 300.0]


def test_modes_that_freqtrade_refuses_can_be_shown(exchange, client):
    exchange.account.hedge_mode = exchange.account.multi_assets = True
    assert client.fapiprivate_get_positionside_dual() == {"dualSidePosition": True}
    assert client.fapiprivate_get_multiassetsmargin() == {"multiAssetsMargin": True}


def test_other_assets_are_told(exchange, client):
    exchange.account.other_assets["BNB"] = 2.5
    found = client.fetch_balance()["BNB"]
    assert (found["total"], found["free"], found["used"]) == (2.5, 2.5, 0.0)


def test_balance_and_position(isolated):
    balance = isolated.fetch_balance()["USDT"]
    # 10,000 less the fee; the margin is bound.
    assert balance["total"] == pytest.approx(9_998.0)
    assert balance["used"] == pytest.approx(800.0)
    assert balance["free"] == pytest.approx(9_198.0)
    (position,) = isolated.fetch_positions()
    assert (position["symbol"], position["side"], position["contracts"]) == (BTC, "long", 0.1)
    assert position["entryPrice"] == 40_000.0
    assert position["unrealizedPnl"] == 0.0
    assert position["initialMargin"] == pytest.approx(800.0)
    assert position["collateral"] == pytest.approx(800.0)
    assert position["marginMode"] == "isolated"
    # (800 - 0.1 * 40,000) / (0.1 * (0.004 - 1)) = 32,128.5
    assert position["liquidationPrice"] == pytest.approx(32_128.5, abs=0.1)
    (older,) = isolated.fetch_positions(params={"useV2": True})
    assert (older["leverage"], older["marginMode"]) == (5, "isolated")


def test_open_profit_is_part_of_the_margin_balance_and_signed_for_shorts(client, clock):
    client.set_leverage(5, BTC)
    client.create_order(BTC, "market", "sell", 0.1)
    clock.move_to(START + timedelta(hours=3))
    (position,) = client.fetch_positions()
    assert (position["side"], position["contracts"]) == ("short", 0.1)
    # 0.1 * (40,000 - 30,000.5)
    assert position["unrealizedPnl"] == pytest.approx(999.95)
    assert client.fetch_balance()["USDT"]["total"] == pytest.approx(10_000 - 2 + 999.95)


def test_a_position_in_cross_margin(client):
    client.set_leverage(5, BTC)
    client.create_order(BTC, "market", "buy", 1.0)
    (position,) = client.fetch_positions()
    assert position["marginMode"] == "cross"
    # All that is there, 9,980 after the fee, stands behind it, in the first bracket:
    # (9,980 - 40,000) / (0.004 - 1) = 30,140.6
    assert position["liquidationPrice"] == pytest.approx(30_140.6, abs=0.1)


def test_a_liquidation_is_found_among_the_orders(isolated, clock):
    clock.move_to(START + timedelta(hours=3))
    assert isolated.fetch_positions() == []
    (_, closed) = isolated.fetch_orders(BTC, since=clock() - 86_400_000)
    assert closed["clientOrderId"].startswith("autoclose-")
    assert (closed["side"], closed["filled"]) == ("sell", 0.1)
    # The margin is gone, and nothing else.
    assert isolated.fetch_balance()["USDT"]["total"] == pytest.approx(9_198.0)


def test_funding_is_an_income_and_leaves_the_balance(client, clock):
    client.set_leverage(5, BTC)
    clock.move_to(START + timedelta(hours=7))
    client.create_order(BTC, "market", "buy", 0.1)
    clock.move_to(START + timedelta(hours=9))
    (paid,) = client.fetch_funding_history(BTC)
    # 0.1 % of 0.1 * 30,000.5
    assert paid["amount"] == pytest.approx(-3.00005)
    assert (paid["symbol"], paid["code"]) == (BTC, "USDT")
    assert paid["timestamp"] == int((START + timedelta(hours=8)).timestamp() * 1000)
    # And the taker's fee of 0.05 % on the same notional.
    assert client.fetch_balance()["USDT"]["total"] == pytest.approx(10_000 - 3.00005 - 1.500025)
    assert client.fetch_funding_history(BTC, since=clock() - 1_000) == []
    kinds = {income["incomeType"] for income in client.fapiprivate_get_income()}
    assert kinds == {"TRANSFER", "COMMISSION", "FUNDING_FEE"}


def test_margin_is_added_and_taken_away(isolated):
    added = isolated.add_margin(BTC, 100.0)
    assert (added["status"], added["amount"], added["type"]) == ("ok", 100.0, "add")
    (position,) = isolated.fetch_positions()
    assert position["collateral"] == pytest.approx(900.0)
    # (900 - 4,000) / (0.1 * (0.004 - 1)) = 31,124.5
    assert position["liquidationPrice"] == pytest.approx(31_124.5, abs=0.1)
    isolated.reduce_margin(BTC, 100.0)
    assert isolated.fetch_positions()[0]["collateral"] == pytest.approx(800.0)
    with pytest.raises(ccxt.InsufficientFunds, match="-4051"):
        isolated.reduce_margin(BTC, 700.0)
    with pytest.raises(ccxt.InsufficientFunds, match="-4050"):
        isolated.add_margin(BTC, 20_000.0)
    with pytest.raises(ccxt.OperationRejected, match="-4054"):
        isolated.add_margin(ETH, 10.0)


def test_the_rank_in_the_queue_of_deleveraging(exchange, isolated):
    with exchange.account.now() as engine:
        engine.set_adl_quantile("BTCUSDT", 3)
    (rank,) = isolated.fetch_positions_adl_rank([BTC])
    assert (rank["symbol"], rank["rank"]) == (BTC, 3)


@pytest.mark.parametrize("leverage", [0.5, 2.9, 21, 126])
def test_leverage_is_a_whole_number_within_the_bracket(client, leverage):
    with pytest.raises(ccxt.BadRequest, match="-4028"):
        client.fapiprivate_post_leverage({"symbol": "BTCUSDT", "leverage": leverage})


def test_leverage_of_an_open_isolated_position_is_not_reduced(isolated):
    assert isolated.set_leverage(10, BTC)["leverage"] in {10, "10"}
    with pytest.raises(ccxt.ExchangeError, match="-4161"):
        isolated.set_leverage(5, BTC)


def test_a_margin_mode_is_set_once_and_not_while_a_position_is_open(isolated):
    with pytest.raises(ccxt.MarginModeAlreadySet, match="-4046"):
        isolated.set_margin_mode("isolated", BTC)
    with pytest.raises(ccxt.OperationRejected, match="-4048"):
        isolated.set_margin_mode("cross", BTC)


def test_prices_are_those_that_orders_are_filled_at(exchange, client):
    exchange.faults.add({"what": "price_jump", "symbol": "BTCUSDT", "change": -0.1})
    assert client.fetch_last_prices()[BTC]["price"] == 36_000.0
    assert client.fetch_bids_asks()[BTC]["bid"] == 36_000.0
    assert client.fetch_funding_rate(BTC)["markPrice"] == 36_000.0
    assert client.create_order(BTC, "market", "buy", 0.1)["average"] == 36_000.0
    with exchange.account.now() as engine:
        assert engine.price("ETHUSDT", PriceKind.LAST) == 2_000.0


def test_requests_are_counted_by_method_and_path(exchange, client):
    before = exchange.requests.copy()
    client.fetch_balance()
    client.create_order(BTC, "market", "buy", 0.1)
    assert exchange.requests - before == {
        ("GET", "/fapi/v3/account"): 1,
        ("POST", "/fapi/v1/order"): 1,
    }

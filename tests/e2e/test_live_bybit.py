"""The same bot on an exchange that speaks as Bybit: what is the guard's holds there as well."""

from datetime import timedelta

import pytest

from freqtrade_riskguard.replay.matching import IncomeKind
from tests.support.live_bot import LIVE
from tests.support.live_scenes import (
    NOON,
    SIGNS,
    bot,
    guard_equity,
    market,
    run,
    told,
    transfers,
)
from tests.support.scripted import BTC, ETH

pytestmark = pytest.mark.slow

OFF = {"mode": "off"}
PATIENT = {"funding_gate": OFF, "funding_exit": OFF, "funding_breaker": OFF}
BEFORE = NOON + timedelta(hours=3, minutes=50)
RATE = 0.004
CREATE = {"path": "/v5/order/create", "method": "POST"}


def test_a_killed_bot_finds_its_stop_and_the_exchange_closes_by_it(tmp_path):
    data = market(tmp_path / "data", move=-0.05)
    with bot(tmp_path / "bot", data, venue="bybit") as live:
        run(live, 8, seconds=30)
        (before,) = live.stops(BTC)
        assert before.reduce_only
        assert before.quantity_base == live.positions[BTC].amount_base
        live.kill()
        live.start()
        run(live, 2, seconds=30)
        (after,) = live.stops(BTC)
        assert after.trigger_price >= before.trigger_price

        run(live, 50, seconds=60)

        assert live.positions == {}
        (trade,) = live.trades
        assert trade["exit_reason"] == "stoploss_on_exchange"
        assert live.wallet_quote - 10_000 == pytest.approx(trade["profit_abs"], abs=0.01)
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.0001)
        assert transfers(live) == []


def test_without_a_stop_on_the_exchange_the_bot_closes(tmp_path):
    data = market(tmp_path / "data", move=-0.15)
    with bot(tmp_path / "bot", data, venue="bybit") as live:
        live.faults.add({"what": "refuse_stops"})
        run(live, 8)
        assert live.positions
        assert live.stops(BTC) == []
        assert len(told(live, "NO stop order stands")) == 1

        run(live, 55, seconds=30)

        assert live.positions == {}
        (trade,) = live.trades
        assert trade["exit_reason"] == "riskguard_missing_stop"
        assert live.equity_quote >= 9_850


def test_half_an_entry_has_a_stop(tmp_path):
    data = market(tmp_path / "data", move=0.1)
    orders = {**LIVE["order_types"], "entry": "limit"}
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    with bot(
        tmp_path / "bot", data, "short", venue="bybit", order_types=orders, entry_pricing=pricing
    ) as live:
        live.faults.add({"what": "partial_fill", "share": 0.5, "times": 1})
        run(live, 4)
        while not live.positions:
            run(live, 0.25)
        whole = live.orders(BTC)[0].quantity_base
        run(live, 0.75)
        held = live.positions[BTC].amount_base
        assert abs(held) == pytest.approx(whole / 2, rel=0.01)
        assert live.open_orders(BTC) == []
        assert [stop.quantity_base for stop in live.stops(BTC)] == [abs(held)]
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)

        run(live, 50, seconds=30)

        assert live.positions == {}
        assert live.equity_quote >= 9_900
        assert transfers(live) == []


@pytest.mark.parametrize("side", ["long", "short"])
def test_funding_that_was_paid_before_the_exchanges_stop(tmp_path, side):
    sign = SIGNS[side]
    data = market(tmp_path / "data", move=-0.05 * sign, funding_8h=RATE * sign, start=BEFORE)
    with bot(tmp_path / "bot", data, side, start=BEFORE, riskguard=PATIENT, venue="bybit") as live:
        run(live, 15, seconds=30)
        assert live.positions
        paid = sum(i.amount_quote for i in live.incomes(BTC) if i.kind is IncomeKind.FUNDING)
        assert paid < -20
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        run(live, 60, seconds=60)

        (trade,) = live.trades
        assert trade["exit_reason"] == "stoploss_on_exchange"
        assert trade["funding_fees"] == pytest.approx(paid, abs=0.001)
        assert live.wallet_quote - 10_000 == pytest.approx(trade["profit_abs"], abs=0.01)
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert transfers(live) == []


def test_an_entry_whose_answer_is_lost_is_told_and_counts(tmp_path):
    data = market(tmp_path / "data", move=-0.08)
    with bot(tmp_path / "bot", data, venue="bybit") as live:
        run(live, 4)
        live.faults.add({**CREATE, "what": "lose_answer", "times": 1})
        while not told(live, "no trade knows of it"):
            run(live, 0.5)
        assert list(live.positions) == [BTC]
        assert live.trades == ()
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.002)
        run(live, 50, seconds=60)
        assert live.equity_quote < 9_700
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.002)

        held = live.positions[BTC].amount_base
        live.bot.exchange._api.create_order(
            BTC, "market", "sell", held, params={"reduceOnly": True}
        )
        run(live, 6, seconds=30)

        assert len(told(live, "agree again")) == 1
        assert transfers(live) == []
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)


def test_an_exit_whose_answer_is_lost_is_booked(tmp_path):
    data = market(tmp_path / "data")
    with bot(tmp_path / "bot", data, "short", exit_minutes=10, venue="bybit") as live:
        run(live, 8, seconds=30)
        assert live.stops(BTC)
        live.faults.add({**CREATE, "what": "lose_answer", "times": 1})
        run(live, 8, seconds=30)

        assert live.positions == {}
        assert live.stops(BTC) == []
        (trade,) = live.trades
        assert not trade["is_open"]
        assert live.wallet_quote - 10_000 == pytest.approx(trade["profit_abs"], abs=0.01)
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert transfers(live) == []


def test_a_limit_closes_while_the_exchange_does_not_tell_of_orders(tmp_path):
    far_stops = dict.fromkeys(("atr_stop", "fixed_risk", "heat"), OFF)
    rules = {**far_stops, "daily_loss_limit": 0.01, "daily_loss": {"close_all": True}}
    data = market(tmp_path / "data", move=-0.08)
    with bot(tmp_path / "bot", data, riskguard=rules, venue="bybit") as live:
        run(live, 19, seconds=30)
        assert live.stops(BTC)
        live.faults.add({"what": "refuse", "path": "/v5/order/realtime", "status": 503})
        run(live, 0.5)
        assert len(told(live, "could not look after its exits")) == 1
        run(live, 20)

        assert live.positions == {}
        assert live.equity_quote >= 9_880
        live.faults.clear()
        run(live, 3)
        (trade,) = live.trades
        assert trade["exit_reason"] == "riskguard_daily_loss"
        assert live.stops(BTC) == []
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert transfers(live) == []


def test_a_stop_that_was_left_behind_is_cancelled(tmp_path):
    data = market(tmp_path / "data")
    with bot(tmp_path / "bot", data, pairs=(BTC, ETH), venue="bybit") as live:
        run(live, 8, seconds=30)
        client = live.bot.exchange._api
        held = live.positions[BTC].amount_base
        # Somebody closes by hand, and leaves a stop of his own behind.
        stop = {"stopLossPrice": live.price(BTC) * 0.9, "triggerBy": "MarkPrice"}
        client.create_order(BTC, "market", "sell", held, params=stop)
        client.create_order(BTC, "market", "sell", held, params={"reduceOnly": True})
        run(live, 6, seconds=30)

        assert live.stops(BTC) == []
        assert len(live.stops(ETH)) == 1
        assert [trade["is_open"] for trade in live.trades] == [False, True]


def test_leverage_in_tenths_is_that_of_the_exchange(tmp_path):
    data = market(tmp_path / "data")
    with bot(
        tmp_path / "bot", data, "short", pairs=(BTC, ETH), leverage=2.9, venue="bybit"
    ) as live:
        run(live, 8, seconds=30)

        positions = live.positions
        assert set(positions) == {BTC, ETH}
        for trade in live.trades:
            position = positions[trade["pair"]]
            assert trade["leverage"] == pytest.approx(position.leverage)
            assert 2.0 < position.leverage <= 2.9
            assert position.initial_margin_quote == pytest.approx(trade["stake_amount"], rel=0.01)
            assert position.initial_margin_quote <= 1_510


def test_a_liquidation_is_named(tmp_path):
    data = market(tmp_path / "data")
    with bot(tmp_path / "bot", data, pairs=(BTC, ETH), venue="bybit") as live:
        run(live, 8, seconds=30)
        assert set(live.positions) == {BTC, ETH}
        live.faults.add({"what": "liquidate_first"})
        live.faults.add({"what": "price_jump", "symbol": "BTCUSDT", "change": -0.3})
        run(live, 2.5)

        assert BTC not in live.positions
        (trade,) = [trade for trade in live.trades if trade["pair"] == BTC]
        assert not trade["is_open"]
        assert trade["exit_reason"] == "liquidation"
        assert len(told(live, "LIQUIDATED")) == 1
        assert told(live, "2 trades REMAIN") == []
        assert live.kept["riskguard_liquidations"] == 1
        run(live, 5, seconds=30)
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.002)
        assert transfers(live) == []

"""An order is executed and its answer lost: the exchange is the truth, and nothing a transfer."""

from typing import Any

import pytest

from tests.support.live_scenes import (
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

SIDES = pytest.mark.parametrize("side", ["long", "short"])
LOST = {"what": "lose_answer", "path": "/fapi/v1/order", "method": "POST", "times": 1}


@pytest.fixture(scope="module")
def falls(tmp_path_factory):
    """By side, a market that goes 8 % against it."""
    return {
        side: market(tmp_path_factory.mktemp(side), move=-0.08 * sign)
        for side, sign in SIGNS.items()
    }


@SIDES
def test_a_lost_entry_is_told_and_counts(falls, tmp_path, side):
    with bot(tmp_path / "bot", falls[side], side, pairs=(BTC, ETH)) as live:
        run(live, 4)
        live.faults.add(LOST)
        while not live.positions:
            run(live, 0.25)
        executed = live.clock.time
        while not told(live, "no trade knows of it"):
            run(live, 0.25)
        assert (live.clock.time - executed).total_seconds() <= 120
        run(live, 3)
        # Neither again on this pair nor on the other, whose signal was there at the same time.
        assert set(live.positions) <= {BTC, ETH}
        assert len(live.positions) == 1
        assert live.trades == ()
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.002)

        run(live, 53, seconds=60)

        assert len(told(live, "no trade knows of it")) == 1
        (position,) = live.positions.values()
        assert position.amount_base * SIGNS[side] > 0
        # 8 % of about 7,500: the daily limit of 3 % has seen it.
        assert live.equity_quote < 9_700
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.002)
        assert any("daily" in lock["reason"] or "today" in lock["reason"] for lock in live.locks)

        close_by_hand(live)
        run(live, 6, seconds=30)

        assert live.positions == {}
        assert len(told(live, "agree again")) == 1
        # Lost is lost: no withdrawal has taken the limits with it.
        assert transfers(live) == []
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)


def close_by_hand(live, share=1.0):
    """Close whatever is open, as a person does on the exchange's page."""
    ((pair, position),) = live.positions.items()
    side = "sell" if position.amount_base > 0 else "buy"
    live.bot.exchange._api.create_order(
        pair, "market", side, abs(position.amount_base) * share, params={"reduceOnly": True}
    )


@pytest.mark.parametrize(("side", "came_quote"), [("long", -300.0), ("short", 400.0)])
def test_money_that_comes_or_goes_while_a_position_is_unknown_is_no_result(
    falls, tmp_path, side, came_quote
):
    with bot(tmp_path / "bot", falls[side], side) as live:
        run(live, 4)
        live.faults.add(LOST)
        run(live, 26, seconds=30)
        assert told(live, "no trade knows of it")
        with live.exchange.account.now() as engine:
            engine.deposit(came_quote)
        run(live, 20, seconds=30)
        close_by_hand(live)
        run(live, 6, seconds=30)

        assert live.positions == {}
        (moved,) = transfers(live)
        assert f"{came_quote:+,.0f}"[1:] in moved
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        # What was lost of about 7,500 is lost, whatever came meanwhile; what was lost after the
        # transfer is a ratio of what was there by then.
        lost_quote = 10_000 + came_quote - live.equity_quote
        assert lost_quote > 200
        assert day_loss_ratio(live) == pytest.approx(lost_quote / 10_000, rel=0.025)


@SIDES
def test_a_position_of_no_trade_that_is_over_counts_where_the_wallet_is_of_others_too(
    falls, tmp_path, side
):
    with bot(tmp_path / "bot", falls[side], side, available_capital=8_000) as live:
        run(live, 4)
        live.faults.add(LOST)
        run(live, 46, seconds=30)
        assert told(live, "no trade knows of it")
        close_by_hand(live)
        run(live, 6, seconds=30)
        assert live.positions == {}
        lost_quote = 10_000 - live.equity_quote
        assert lost_quote > 200
        assert guard_equity(live) == pytest.approx(8_000 - lost_quote, rel=0.002)
        assert len(told(live, "are counted as a result")) == 1

        live.restart()
        run(live, 2)

        assert guard_equity(live) == pytest.approx(8_000 - lost_quote, rel=0.002)
        assert len(told(live, "are counted as a result")) == 1


def test_a_pair_that_leaves_the_whitelist_is_still_held(falls, tmp_path):
    with bot(tmp_path / "bot", falls["long"], pairs=(BTC, ETH), available_capital=8_000) as live:
        run(live, 4)
        live.faults.add(LOST)
        run(live, 60, seconds=30)
        (pair,) = live.positions
        running: Any = live.bot
        running.pairlists._blacklist.append(pair)
        run(live, 4, seconds=30)

        assert running.strategy._riskguard.live.pause_reason(ETH) is not None
        assert guard_equity(live) == pytest.approx(8_000 - (10_000 - live.equity_quote), rel=0.002)
        assert told(live, "agree again") == []


def test_one_that_is_closed_in_halves_a_look_apart_counts_whole(falls, tmp_path):
    with bot(tmp_path / "bot", falls["long"], available_capital=8_000) as live:
        run(live, 4)
        live.faults.add(LOST)
        run(live, 46, seconds=30)
        for share in (0.5, 1.0):
            close_by_hand(live, share)
            run(live, 1, seconds=30)
        run(live, 5, seconds=30)

        lost_quote = 10_000 - live.equity_quote
        assert lost_quote > 200
        assert guard_equity(live) == pytest.approx(8_000 - lost_quote, rel=0.002)


def day_loss_ratio(live):
    account = live.bot.strategy._riskguard.account
    return 1 - account.equity_quote / account.day_start_equity_quote


@SIDES
def test_a_lost_entry_is_closed_where_that_is_wanted(falls, tmp_path, side):
    with bot(tmp_path / "bot", falls[side], side, riskguard={"orphans": "close"}) as live:
        run(live, 4)
        live.faults.add(LOST)
        run(live, 3)

        # The signal is still there: once all agrees, the bot enters again, and books that.
        assert [order.reduce_only for order in live.orders(BTC)] == [False, True, False]
        assert [trade["amount"] for trade in live.trades] == [
            abs(position.amount_base) for position in live.positions.values()
        ]
        run(live, 5, seconds=30)
        assert transfers(live) == []
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)


@SIDES
def test_a_lost_exit_is_booked(falls, tmp_path, side):
    with bot(tmp_path / "bot", falls[side], side, exit_minutes=15) as live:
        run(live, 14)
        assert live.positions
        live.faults.add(LOST)
        while live.positions:
            run(live, 0.25)
        run(live, 2)

        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.002)
        (trade,) = live.trades
        assert not trade["is_open"]
        assert trade["exit_reason"] == "sold_on_exchange"
        assert live.wallet_quote - 10_000 == pytest.approx(trade["profit_abs"], abs=0.01)
        assert live.stops(BTC) == []
        assert told(live, "had missed it")
        run(live, 50, seconds=60)
        assert transfers(live) == []
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)


def test_a_lost_exit_that_cannot_be_booked_is_valued_at_what_is_held(falls, tmp_path):
    with bot(tmp_path / "bot", falls["long"], exit_minutes=15) as live:
        run(live, 14)
        live.faults.add(LOST, {"what": "refuse", "path": "/fapi/v1/allOrders", "code": -1001})
        while live.positions:
            run(live, 0.25)
        run(live, 45, seconds=60)

        # The price has fallen by 8 % since, and nothing was held.
        (trade,) = live.trades
        assert trade["is_open"]
        assert live.equity_quote > 9_980
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.002)
        assert len(told(live, "holds nothing")) == 1
        assert transfers(live) == []


def test_a_bot_that_dies_with_a_position_unknown_calls_it_no_transfer(falls, tmp_path):
    with bot(tmp_path / "bot", falls["long"]) as live:
        run(live, 4)
        live.faults.add(LOST)
        run(live, 60, seconds=60)
        assert told(live, "no trade knows of it")
        close_by_hand(live)
        live.kill()
        live.start()
        run(live, 6, seconds=30)

        assert live.equity_quote < 9_700
        assert transfers(live) == []
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)


@pytest.mark.parametrize(
    ("path", "unknown"), [("v1/openAlgoOrders", "stop orders"), ("v3/positionRisk", "positions")]
)
def test_a_bot_that_starts_enters_nothing_before_it_knows_what_is_held(
    falls, tmp_path, path, unknown
):
    with bot(tmp_path / "bot", falls["long"], pairs=(BTC, ETH)) as live:
        run(live, 4)
        live.faults.add(LOST)
        while not live.positions:
            run(live, 0.25)
        live.kill()
        live.start()
        live.faults.add({"what": "refuse", "path": f"/fapi/{path}", "code": -1001})
        run(live, 4, seconds=30)

        # The signals are still there, on both pairs.
        assert len(live.positions) == 1
        assert live.trades == ()
        assert told(live, f"does not tell {unknown}")
        # Positions are told apart from stop orders.
        assert bool(told(live, "no trade knows of it")) == (unknown == "stop orders")
        live.faults.clear()
        run(live, 2, seconds=30)
        assert told(live, "no trade knows of it")
        assert live.trades == ()

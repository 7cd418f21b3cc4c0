"""A position that no trade knows is the account's: while it stands, and once it is over."""

import pytest

from tests.e2e.test_live_lost_answers import LOST, close_by_hand, day_loss_ratio
from tests.support.live_bot import MINUTE
from tests.support.live_scenes import SIGNS, bot, guard_equity, market, run, told, transfers
from tests.support.scripted import BTC, ETH

pytestmark = pytest.mark.slow

SIDES = pytest.mark.parametrize("side", ["long", "short"])
CLOSING = {"daily_loss": {"close_all": True}}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    return market(tmp_path_factory.mktemp("quiet"))


def lose_an_entry(live):
    """Have BTC entered and its answer lost, and everybody told."""
    run(live, 4)
    live.faults.add(LOST)
    run(live, 4)
    assert told(live, "no trade knows of it")


def hold_both(live, sign):
    """Have ETH in a trade, and BTC entered as a person does on the exchange's page."""
    run(live, 8)
    assert list(live.positions) == [ETH]
    side = "buy" if sign > 0 else "sell"
    live.bot.exchange._api.create_order(BTC, "market", side, 0.17)
    run(live, 3)
    assert told(live, "no trade knows of it")


def jump(live, change):
    live.faults.add({"what": "price_jump", "symbol": "BTCUSDT", "change": change})


@SIDES
def test_one_that_is_liquidated_between_two_looks_counts_where_the_wallet_is_of_others_too(
    quiet, tmp_path, side
):
    with bot(tmp_path / "bot", quiet, side, available_capital=8_000) as live:
        lose_an_entry(live)
        live.faults.add({"what": "liquidate_first"})
        jump(live, -0.3 * SIGNS[side])
        run(live, 2.5)

        assert live.positions.keys() <= {ETH}
        lost_quote = 10_000 - live.equity_quote
        # All of its margin, though it had lost next to nothing when it was seen last.
        assert lost_quote > 1_100
        assert guard_equity(live) == pytest.approx(8_000 - lost_quote, rel=0.0005)
        assert day_loss_ratio(live) == pytest.approx(lost_quote / 8_000, rel=0.005)
        assert any("daily" in lock["reason"] or "today" in lock["reason"] for lock in live.locks)
        assert len(told(live, "at the prices that it was closed at")) == 1

        live.restart()
        run(live, 2)

        assert guard_equity(live) == pytest.approx(8_000 - lost_quote, rel=0.0005)


@SIDES
def test_a_deposit_hides_no_loss_where_the_exchange_names_none(quiet, tmp_path, side):
    with bot(tmp_path / "bot", quiet, side) as live:
        lose_an_entry(live)
        live.faults.add({"what": "refuse", "path": "/fapi/v1/income", "code": -1001})
        jump(live, -0.05 * SIGNS[side])
        with live.exchange.account.now() as engine:
            engine.deposit(600.0)
        run(live, 5, seconds=30)
        lost = day_loss_ratio(live)
        assert lost > 0.03

        close_by_hand(live)
        run(live, 6, seconds=30)

        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert live.equity_quote > 10_200
        assert day_loss_ratio(live) == pytest.approx(lost, abs=0.002)
        assert len(told(live, "taken for a deposit, not for a gain")) == 1


@pytest.mark.parametrize(("side", "came_quote"), [("long", -1_000.0), ("short", 700.0)])
def test_money_that_comes_or_goes_is_told_while_it_stands(quiet, tmp_path, side, came_quote):
    with bot(tmp_path / "bot", quiet, side) as live:
        lose_an_entry(live)
        with live.exchange.account.now() as engine:
            engine.deposit(came_quote)
        run(live, 11, seconds=60)

        assert list(live.positions) == [BTC]
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert abs(day_loss_ratio(live)) < 0.001
        assert len(transfers(live)) == 1


@SIDES
def test_its_open_loss_closes_what_the_bot_holds(quiet, tmp_path, side):
    with bot(tmp_path / "bot", quiet, side, pairs=(ETH,), riskguard=CLOSING) as live:
        hold_both(live, SIGNS[side])
        jump(live, -0.06 * SIGNS[side])
        run(live, 3)

        # 6 % of about 7,200: 4.3 % of the account.
        (trade,) = live.trades
        assert not trade["is_open"]
        assert "daily_loss" in trade["exit_reason"]
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)

        close_by_hand(live)
        run(live, 4)

        lost_quote = 10_000 - live.equity_quote
        assert day_loss_ratio(live) == pytest.approx(lost_quote / 10_000, rel=0.02)
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert transfers(live) == []


@SIDES
def test_its_open_loss_is_seen_though_the_exchange_does_not_tell_what_it_holds(
    quiet, tmp_path, side
):
    with bot(tmp_path / "bot", quiet, side, pairs=(ETH,), riskguard=CLOSING) as live:
        hold_both(live, SIGNS[side])
        silent = {"what": "refuse", "path": "/fapi/v3/*", "code": -1001, "status": 503}
        live.faults.add({**silent, "until": live.clock.time + 8 * MINUTE})
        jump(live, -0.06 * SIGNS[side])
        # freqtrade keeps a price for five minutes.
        run(live, 6, seconds=30)

        assert told(live, "does not tell positions")
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert told(live, "1 trade is being closed")


@SIDES
def test_its_margin_cuts_what_the_bot_holds(quiet, tmp_path, side):
    levels = {"account_margin": {"warning": 0.004, "danger": 0.005, "emergency": 0.5}}
    with bot(tmp_path / "bot", quiet, side, pairs=(ETH,), riskguard=levels) as live:
        hold_both(live, SIGNS[side])
        run(live, 2)

        (trade,) = live.trades
        sold = [order.quantity_base for order in live.orders(ETH) if order.reduce_only]
        assert len(sold) == 1
        assert sold[0] == pytest.approx(0.25 * trade["amount"], rel=0.02)

"""A close that a limit demands is made, whatever waits and whoever does not answer."""

import pytest

from tests.support.live_bot import LIVE
from tests.support.live_scenes import SIGNS, bot, guard_equity, market, run, told, transfers
from tests.support.scripted import BTC

pytestmark = pytest.mark.slow

SIDES = pytest.mark.parametrize("side", ["long", "short"])
OFF = {"mode": "off"}
# The limits decide, and no stop of the guard's is nearer.
FAR_STOPS = dict.fromkeys(("atr_stop", "fixed_risk", "heat"), OFF)


@pytest.fixture(scope="module")
def falls(tmp_path_factory):
    """By side, a market that goes 8 % against it."""
    return {
        side: market(tmp_path_factory.mktemp(side), move=-0.08 * sign)
        for side, sign in SIGNS.items()
    }


@SIDES
def test_a_limit_closes_while_the_exchange_does_not_tell_of_stops(falls, tmp_path, side):
    rules = {**FAR_STOPS, "daily_loss_limit": 0.01, "daily_loss": {"close_all": True}}
    with bot(tmp_path / "bot", falls[side], side, riskguard=rules) as live:
        run(live, 19)
        assert live.stops(BTC)
        live.faults.add(
            {"what": "refuse", "path": "/fapi/v1/algoOrder", "method": "GET", "code": -1001,
             "status": 503, "name": "silent"}
        )  # fmt: skip
        run(live, 0.5)
        # At once, and once.
        assert len(told(live, "could not look after its exits")) == 1
        run(live, 20)

        assert live.positions == {}
        # 1 % is the limit; a loop of 15 seconds and fees come on top.
        assert live.equity_quote >= 9_880
        assert len(told(live, "could not look after its exits")) == 1
        live.faults.clear()
        run(live, 3)
        (trade,) = live.trades
        assert trade["exit_reason"] == "riskguard_daily_loss"
        assert not trade["is_open"]
        assert live.stops(BTC) == []
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert transfers(live) == []


@SIDES
def test_a_close_is_not_blocked_by_a_cut_nor_by_an_exit_that_rests(falls, tmp_path, side):
    steps = [{"at": 0.01, "keep": 0.5}, {"at": 0.02, "keep": 0.0}]
    rules = {
        **FAR_STOPS,
        "daily_loss": OFF,
        "drawdown_ladder": {"steps": steps},
    }
    # As the example has it: limit orders at the side of the book where they wait.
    orders = {**LIVE["order_types"], "exit": "limit"}
    pricing = {"price_side": "same", "use_order_book": True, "order_book_top": 1}
    with bot(
        tmp_path / "bot",
        falls[side],
        side,
        riskguard=rules,
        order_types=orders,
        exit_pricing=pricing,
        # The strategy wants out just before the move: its order rests while the price runs away.
        exit_minutes=20,
    ) as live:
        live.faults.add({"what": "partial_fill", "share": 0.02, "times": 1, "skip": 1})
        run(live, 65, seconds=30)

        assert live.positions == {}
        closes = [r["rule"] for r in live.journal if r["question"] in ("cut", "exit")]
        assert "drawdown_ladder" in closes
        assert live.equity_quote >= 9_750
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert transfers(live) == []

"""A stop strikes while nobody tells of it: what is lost counts once, and is no withdrawal."""

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
from tests.support.scripted import BTC

pytestmark = pytest.mark.slow

SIDES = pytest.mark.parametrize("side", ["long", "short"])
SILENT = {"what": "refuse", "method": "GET", "code": -1001, "status": 503}
# Of its stop orders one by one: freqtrade books what has struck with the answer.
STOPS_SILENT = {**SILENT, "path": "/fapi/v1/algoOrder"}
POSITIONS_SILENT = {**SILENT, "path": "/fapi/v3/positionRisk"}
OFF = {"mode": "off"}
# 1.5 % of about 7,500: once it is within the day's limit of 2 %, and twice beyond it.
LIMIT = {
    **dict.fromkeys(("atr_stop", "fixed_risk", "heat", "circuit_breaker"), OFF),
    "percent_stop": {"max_loss": 0.015},
    "daily_loss_limit": 0.02,
}


@pytest.fixture(scope="module")
def falls(tmp_path_factory):
    """By side, a market that goes 8 % against it."""
    return {
        side: market(tmp_path_factory.mktemp(side), move=-0.08 * sign)
        for side, sign in SIGNS.items()
    }


def strike_unseen(live, *, seconds=30):
    """Let the stop of the trade strike while the exchange tells of no stop order."""
    run(live, 10, seconds=60)
    assert live.stops(BTC)
    live.faults.add(STOPS_SILENT)
    while live.positions:
        run(live, seconds / 60, seconds=seconds)


def assert_lost_once(live):
    """What the guard, freqtrade and the exchange say is one loss, of about 1.1 %."""
    (trade,) = live.trades
    assert not trade["is_open"]
    assert trade["exit_reason"] == "stoploss_on_exchange"
    assert trade["profit_abs"] == pytest.approx(live.wallet_quote - 10_000, abs=0.01)
    assert -160 < trade["profit_abs"] < -100
    assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
    assert transfers(live) == []
    assert [lock["reason"] for lock in live.locks if "today" in lock["reason"]] == []


@SIDES
def test_it_is_valued_by_what_is_held_and_booked_once_it_is_told(falls, tmp_path, side):
    with bot(tmp_path / "bot", falls[side], side, riskguard=LIMIT) as live:
        strike_unseen(live)
        run(live, 20)

        # The price has gone on, and nothing is held.
        (trade,) = live.trades
        assert trade["is_open"]
        assert len(told(live, "holds nothing")) == 1
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        live.faults.clear()
        for _ in range(8):
            # Between two looks at the exchange too.
            run(live, 0.25)
            assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert_lost_once(live)
        assert len(told(live, "that no trade knows are counted as a result")) == 1
        assert len(told(live, "are booked now")) == 1
        live.stop()
        live.start()
        run(live, 5, seconds=60)
        assert_lost_once(live)


@pytest.mark.parametrize(("side", "minutes"), [("long", 1), ("short", 60)])
def test_a_bot_that_dies_meanwhile_books_it_once(falls, tmp_path, side, minutes):
    with bot(tmp_path / "bot", falls[side], side, riskguard=LIMIT) as live:
        strike_unseen(live, seconds=60)
        run(live, minutes, seconds=60)
        live.kill()
        live.start()
        # Not known yet, and known to have been doubtful.
        for _ in range(3):
            run(live, 0.5, seconds=30)
            assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        live.faults.clear()
        run(live, 3, seconds=30)
        assert_lost_once(live)
        live.kill()
        live.start()
        run(live, 2, seconds=30)
        assert_lost_once(live)


@SIDES
def test_it_counts_once_while_positions_are_not_told_either(falls, tmp_path, side):
    with bot(tmp_path / "bot", falls[side], side, riskguard=LIMIT) as live:
        strike_unseen(live, seconds=60)
        run(live, 3, seconds=60)
        assert told(live, "holds nothing")
        live.kill()
        live.faults.clear()
        live.start()
        # Booked at the start, while the base still has it.
        live.faults.add(POSITIONS_SILENT)
        run(live, 5, seconds=30)
        assert told(live, "does not tell positions")
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        live.faults.clear()
        run(live, 4, seconds=60)
        assert_lost_once(live)

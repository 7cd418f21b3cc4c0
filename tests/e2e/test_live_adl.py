"""The rank in the exchange's queue of auto-deleveraging: told of a winner, asked for seldom."""

from datetime import timedelta

import pytest

from freqtrade_riskguard.replay.account_books import symbol_of
from tests.support.live_scenes import (
    MINUTE,
    NOON,
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

PATH = ("GET", "/fapi/v1/adlQuantile")
WORDS = "top fifth of the queue of auto-deleveraging"


@pytest.fixture(scope="module", params=["long", "short"])
def winner(request, tmp_path_factory):
    """A market that goes the position's way from the twentieth minute on, and the side."""
    side = request.param
    return market(tmp_path_factory.mktemp(side), move=0.03 * SIGNS[side]), side


def rank(live, quantile):
    with live.exchange.account.now() as engine:
        engine.set_adl_quantile(symbol_of(BTC), quantile)


def test_a_winner_in_the_top_fifth(winner, tmp_path):
    data, side = winner
    with bot(tmp_path / "bot", data, side, riskguard={"adl": "warn"}) as live:
        rank(live, 3)
        run(live, 40, seconds=30)
        assert live.positions
        assert told(live, WORDS) == []
        rank(live, 4)
        run(live, 6, seconds=30)
        (message,) = told(live, WORDS)
        assert f"{BTC} {side}: it wins" in message
        assert message.endswith("(adl_rank)")
        (record,) = [row for row in live.journal if row["rule"] == "adl_rank"]
        assert (record["question"], record["pair"]) == ("alert", BTC)
        # One request in five minutes, from the first profit on.
        assert live.exchange.requests[PATH] <= timedelta(minutes=46) / timedelta(minutes=5)
        # Nothing but the warning.
        assert live.positions


def test_a_loser_is_not_asked_about(winner, tmp_path):
    data, side = winner
    other = "short" if side == "long" else "long"
    with bot(tmp_path / "bot", data, other, riskguard={"adl": "warn"}) as live:
        run(live, 23, seconds=30)
        rank(live, 4)
        asked = live.exchange.requests[PATH]
        run(live, 6, seconds=30)
        (trade,) = live.trades
        assert trade["profit_abs"] is None or trade["profit_abs"] < 0
        assert told(live, WORDS) == []
        assert live.exchange.requests[PATH] == asked


def test_off_by_default(winner, tmp_path):
    data, side = winner
    with bot(tmp_path / "bot", data, side) as live:
        rank(live, 4)
        run(live, 40, seconds=60)
        assert live.positions
        assert told(live, WORDS) == []
        assert live.exchange.requests[PATH] == 0


def test_an_exchange_that_does_not_answer_changes_nothing(winner, tmp_path):
    data, side = winner
    with bot(tmp_path / "bot", data, side, riskguard={"adl": "warn"}) as live:
        live.faults.add({"what": "refuse", "path": PATH[1], "code": -1000})
        rank(live, 4)
        run(live, 40, seconds=60)
        assert live.exchange.requests[PATH] > 0
        assert live.positions
        assert len(live.stops(BTC)) == 1
        assert told(live, WORDS) == []
        assert not [row for row in live.journal if row["rule"] == "reconciliation"]


@pytest.fixture
def cutting(winner, tmp_path):
    """A bot that cuts, with a position that has won nothing yet, and the amount of it."""
    data, side = winner
    with bot(tmp_path / "bot", data, side, riskguard={"adl": "cut"}) as live:
        rank(live, 3)
        run(live, 20, seconds=60)
        yield live, live.positions[BTC].amount_base, side


def cuts(live):
    return [row for row in live.journal if (row["question"], row["rule"]) == ("cut", "adl_rank")]


def test_half_is_taken_off_once_for_each_stay_at_the_top(cutting):
    live, amount, side = cutting
    run(live, 20, seconds=60)
    assert live.positions[BTC].amount_base == amount
    rank(live, 4)
    run(live, 8, seconds=60)

    # In lots of 0.001; a cut is rounded up.
    half = live.positions[BTC].amount_base
    assert abs(amount) / 2 - 0.001 <= abs(half) <= abs(amount) / 2
    assert len(live.stops(BTC)) == 1
    (record,) = cuts(live)
    assert record["answered"] == pytest.approx(record["asked"] / 2)
    assert told(live, f"{BTC} {side}: cut from")
    # What was taken off has won: booked, and no transfer.
    (fill,) = [fill for fill in live.fills(BTC) if fill.realised_quote]
    assert fill.realised_quote > 0

    # Neither time nor a new process makes it the next stay.
    live.kill()
    live.start()
    run(live, 12, seconds=60)
    assert live.positions[BTC].amount_base == half
    assert len(cuts(live)) == 1

    # Only a lower rank does.
    rank(live, 2)
    run(live, 6, seconds=60)
    rank(live, 4)
    run(live, 8, seconds=60)
    assert abs(live.positions[BTC].amount_base) <= abs(half) / 2
    assert len(cuts(live)) == 2
    assert len(live.stops(BTC)) == 1
    assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
    assert transfers(live) == []


def test_a_cut_that_is_not_taken_blocks_no_close(winner, tmp_path):
    data, side = winner
    with bot(tmp_path / "bot", data, side, exit_minutes=50, riskguard={"adl": "cut"}) as live:
        run(live, 40, seconds=60)
        amount = live.positions[BTC].amount_base
        live.faults.add(
            {"what": "refuse", "path": "/fapi/v1/order", "method": "POST", "code": -1008}
        )
        rank(live, 4)
        run(live, 8, seconds=60)
        assert live.positions[BTC].amount_base == amount
        assert len(cuts(live)) == 1
        # The strategy's own exit finds the cut still waiting.
        live.faults.clear()
        live.loop(NOON + 50 * MINUTE + timedelta(seconds=1))
        run(live, 2, seconds=30)
        assert live.positions == {}
        assert live.stops(BTC) == []
        (trade,) = live.trades
        assert trade["exit_reason"] == "exit_signal"
        assert live.wallet_quote - 10_000 == pytest.approx(trade["profit_abs"], abs=0.01)

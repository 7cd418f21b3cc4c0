"""The rank in the exchange's queue of auto-deleveraging: told of a winner, asked for seldom."""

from datetime import timedelta

import pytest

from tests.support.live_bot import symbol_of
from tests.support.live_scenes import SIGNS, bot, market, run, told
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

"""Stop orders that were left behind: cancelled and told, before they close the next trade."""

import pytest

from tests.support.live_scenes import bot, market, run, told
from tests.support.scripted import BTC

pytestmark = pytest.mark.slow

SIDES = pytest.mark.parametrize("side", ["long", "short"])
ALGO = "/fapi/v1/algoOrder"


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    return market(tmp_path_factory.mktemp("quiet"))


@SIDES
def test_a_stop_whose_answer_was_lost_is_no_second_one(quiet, tmp_path, side):
    with bot(tmp_path / "bot", quiet, side, exit_minutes=15) as live:
        live.faults.add({"what": "lose_answer", "path": ALGO, "method": "POST", "times": 1})
        run(live, 8)
        assert len(live.stops(BTC)) == 1
        position = live.positions[BTC]
        assert live.stops(BTC)[0].quantity_base == abs(position.amount_base)
        assert len(told(live, "left behind")) == 1
        run(live, 9)
        assert live.positions == {}
        assert live.stops(BTC) == []


@SIDES
def test_a_stop_that_outlives_its_trade_is_cancelled(quiet, tmp_path, side):
    with bot(tmp_path / "bot", quiet, side, exit_minutes=15) as live:
        run(live, 14)
        live.faults.add(
            {"what": "refuse", "path": ALGO, "method": "DELETE", "code": -2011, "times": 1}
        )
        while live.positions:
            run(live, 0.25)
        assert len(live.stops(BTC)) == 1
        run(live, 1.25)
        assert live.stops(BTC) == []
        assert len(told(live, "left behind")) == 1
        assert live.positions == {}


def test_what_a_person_placed_beside_a_position_stays(quiet, tmp_path):
    with bot(tmp_path / "bot", quiet) as live:
        run(live, 8)
        half = abs(live.positions[BTC].amount_base) / 2
        live.bot.exchange._api.create_order(
            BTC,
            "stop_market",
            "sell",
            half,
            params={"stopPrice": round(0.9 * live.price(BTC)), "reduceOnly": True},
        )
        run(live, 4, seconds=30)
        assert len(live.stops(BTC)) == 2
        assert told(live, "left behind") == []

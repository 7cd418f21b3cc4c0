"""Stops that do not stand on the exchange: no position of a live bot is without one."""

import pytest

from tests.support.live_scenes import SIGNS, bot, market, run, told
from tests.support.scripted import BTC

pytestmark = pytest.mark.slow

SIDES = pytest.mark.parametrize("side", ["long", "short"])


@pytest.fixture(scope="module")
def falls(tmp_path_factory):
    """By side, a market that goes 15 % against it."""
    return {
        side: market(tmp_path_factory.mktemp(side), move=-0.15 * sign)
        for side, sign in SIGNS.items()
    }


@SIDES
def test_refused_stops_are_told_and_acted_on_by_the_bot(falls, tmp_path, side):
    with bot(tmp_path / "bot", falls[side], side) as live:
        live.faults.add({"what": "refuse_stops"})
        run(live, 8)
        assert live.positions[BTC].amount_base * SIGNS[side] > 0
        assert live.stops(BTC) == []
        # At the first refusal, and not again within the hour.
        assert len(told(live, "NO stop order stands")) == 1

        run(live, 55)

        assert live.positions == {}
        (trade,) = live.trades
        assert trade["exit_reason"] == "riskguard_missing_stop"
        # The account began with 10,000, and the price went 15 % at 5x.
        assert live.equity_quote >= 9_850
        assert live.equity_quote == pytest.approx(10_000 + trade["profit_abs"], abs=0.01)
        assert len(told(live, "NO stop order stands")) == 1
        assert [r["rule"] for r in live.journal if r["question"] == "exit"] == ["missing_stop"]

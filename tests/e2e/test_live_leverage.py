"""What the guard decides is what Binance sets: whole numbers, before the stake is computed."""

import pytest

from tests.support.live_scenes import SIGNS, bot, market, run
from tests.support.scripted import BTC, ETH

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("side", ["long", "short"])
def test_leverage_and_margin_are_those_of_the_exchange(tmp_path, side):
    data = market(tmp_path / "data")
    with bot(tmp_path / "bot", data, side, pairs=(BTC, ETH), leverage=2.9) as live:
        run(live, 8)

        positions = live.positions
        # The second slot is not refused for want of margin.
        assert set(positions) == {BTC, ETH}
        assert [trade["leverage"] for trade in live.trades] == [2.0, 2.0]
        for trade in live.trades:
            position = positions[trade["pair"]]
            assert position.amount_base * SIGNS[side] > 0
            assert position.leverage == 2
            assert position.initial_margin_quote == pytest.approx(trade["stake_amount"], rel=0.01)
            # 60 % of 10,000 over four slots.
            assert position.initial_margin_quote <= 1_510

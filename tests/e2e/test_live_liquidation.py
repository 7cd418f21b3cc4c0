"""A liquidation by the exchange is called one, is told, and counts."""

import pytest

from tests.support.live_scenes import SIGNS, bot, guard_equity, market, run, told, transfers
from tests.support.scripted import BTC, ETH

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("side", ["long", "short"])
def test_a_liquidation_is_named(tmp_path, side):
    data = market(tmp_path / "data")
    with bot(tmp_path / "bot", data, side, pairs=(BTC, ETH)) as live:
        run(live, 8)
        assert set(live.positions) == {BTC, ETH}
        # The price jumps over stop and liquidation, and the exchange is faster with the latter.
        jump = -0.3 * SIGNS[side]
        live.faults.add({"what": "liquidate_first"})
        live.faults.add({"what": "price_jump", "symbol": "BTCUSDT", "change": jump})
        run(live, 2.5)

        assert BTC not in live.positions
        (trade,) = [trade for trade in live.trades if trade["pair"] == BTC]
        assert not trade["is_open"]
        assert trade["exit_reason"] == "liquidation"
        (record,) = [r for r in live.journal if r["rule"] == "liquidation"]
        assert (record["question"], record["pair"]) == ("exit", BTC)
        assert len(told(live, "LIQUIDATED")) == 1
        # What is gone does not remain open.
        assert told(live, "2 trades REMAIN") == []
        assert live.kept["riskguard_liquidations"] == 1
        run(live, 5, seconds=30)
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.002)
        assert transfers(live) == []

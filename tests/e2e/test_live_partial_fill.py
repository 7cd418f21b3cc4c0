"""An entry that is filled in part: ended within a loop, protected, counted at once."""

import pytest

from tests.support.live_bot import LIVE
from tests.support.live_scenes import SIGNS, bot, guard_equity, market, run, transfers
from tests.support.scripted import BTC

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("side", ["long", "short"])
def test_half_an_entry_has_a_stop(tmp_path, side):
    data = market(tmp_path / "data", move=-0.1 * SIGNS[side])
    orders = {**LIVE["order_types"], "entry": "limit"}
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    with bot(tmp_path / "bot", data, side, order_types=orders, entry_pricing=pricing) as live:
        live.faults.add({"what": "partial_fill", "share": 0.5, "times": 1})
        run(live, 4)
        while not live.positions:
            run(live, 0.25)
        whole = live.orders(BTC)[0].quantity_base
        # It is half, and waits: one loop later nothing does, and a stop stands.
        run(live, 0.5)
        held = live.positions[BTC].amount_base
        assert abs(held) == pytest.approx(whole / 2, rel=0.01)
        assert live.open_orders(BTC) == []
        assert [stop.quantity_base for stop in live.stops(BTC)] == [abs(held)]
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        (cancelled,) = [r for r in live.journal if r["question"] == "cancel"]
        assert cancelled["rule"] == "partly_filled"

        run(live, 53, seconds=30)

        assert live.positions == {}
        assert live.equity_quote >= 9_900
        assert transfers(live) == []


@pytest.mark.parametrize("side", ["long", "short"])
def test_a_hundredth_of_an_entry_has_a_stop(tmp_path, side):
    """freqtrade does not cancel the rest: it holds what is filled for too small to exit."""
    data = market(tmp_path / "data", move=-0.1 * SIGNS[side])
    orders = {**LIVE["order_types"], "entry": "limit"}
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    with bot(tmp_path / "bot", data, side, order_types=orders, entry_pricing=pricing) as live:
        # Of about 7,500 USDT: below the 100 that an entry must be.
        live.faults.add({"what": "partial_fill", "share": 0.01, "times": 1})
        run(live, 4)
        while not live.positions:
            run(live, 0.25)
        # The rest goes in the next loop, and the stop is there in the one after it.
        run(live, 0.5)
        held = live.positions[BTC].amount_base
        assert live.open_orders(BTC) == []
        assert [stop.quantity_base for stop in live.stops(BTC)] == [abs(held)]

        run(live, 53, seconds=30)

        # The stop has closed it, however small.
        assert live.positions == {}
        assert live.equity_quote == pytest.approx(10_000, abs=10)
        assert transfers(live) == []

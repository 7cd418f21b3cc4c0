from datetime import timedelta
from typing import Any

import pytest

from freqtrade_riskguard.adapters.rehearsal.recorder import FaultLog, Recorder
from freqtrade_riskguard.rehearsal.verdict import too_long_unprotected
from freqtrade_riskguard.replay.fault_rules import RefuseStops
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.matching import Side
from tests.support.live_bot import MINUTE
from tests.support.live_scenes import NOON, RISKGUARD, market
from tests.support.mortal_bot import MortalBot
from tests.support.rehearsals import at, rehearsal
from tests.support.scripted import BTC, ETH


class TestFaults:
    def test_it_is_known_when_one_struck_first_and_last(self):
        faults = Faults()
        faults.add({"what": "refuse_stops", "since": at(0), "times": 3})
        seen = FaultLog(faults)

        assert not seen.look(at(1))
        strikes = []
        for minute in (2, 3, 4):
            faults.strike(RefuseStops, 10**15, lambda _: True)
            strikes.append(seen.look(at(minute)))
            assert not seen.look(at(minute))
        (found,) = seen.records

        assert strikes == [True] * 3
        assert (found.what, found.settings, found.hits) == ("refuse_stops", "times 3", 3)
        assert (found.since, found.until) == (at(0), None)
        assert (found.first, found.last) == (at(2), at(4))

    def test_another_price_strikes_nobody(self):
        faults = Faults()
        jump = {"what": "price_jump", "symbol": "BTCUSDT", "change": -0.1}
        faults.add({**jump, "since": at(0), "until": at(9)})
        seen = FaultLog(faults)
        assert not seen.look(at(1))
        (found,) = seen.records
        assert found.hits is None
        assert found.settings == "symbol BTCUSDT, change -0.1"
        assert (found.since, found.until, found.first) == (at(0), at(9), None)


@pytest.mark.slow
def test_what_is_wrong_is_seen(tmp_path):
    """The books are changed behind the bot's back: otherwise a rehearsal would show nothing."""
    plan = [{"pair": BTC, "time": (NOON + 5 * MINUTE).isoformat(), "leverage": 5}]
    with MortalBot(
        tmp_path / "bot",
        market(tmp_path / "data"),
        "Planned",
        start=NOON,
        stems=("planned",),
        riskguard=RISKGUARD,
        config={"plan": plan, "_listener": {"allow_custom_messages": True}},
    ) as live:
        bot: Any = live
        seen = Recorder(bot, live, (BTC, ETH))

        def loops(number, wrong=lambda _: None):
            for _ in range(number):
                live.loop(live.clock.time + MINUTE)
                with live.exchange.account.now() as engine:
                    wrong(engine)
                seen.end_loop()
                seen.act_as_owner()

        def remove_stops(engine):
            for found in engine.open_conditionals():
                engine.cancel_conditional(found.conditional_id)

        loops(3)
        assert seen.is_flat
        loops(6)
        assert not seen.is_flat
        assert seen.samples[-1].guard_quote == pytest.approx(live.equity_quote, rel=1e-3)
        # freqtrade places the stop one loop after the entry.
        assert [spell.loops for spell in seen.unprotected] in ([], [1])
        entered = len(seen.unprotected)

        began = live.clock.time
        loops(4, remove_stops)
        loops(2)
        (bare,) = too_long_unprotected(rehearsal(unprotected=tuple(seen.unprotected[entered:])))
        assert (bare.pair, bare.loops) == (BTC, 4)
        assert (bare.since, bare.until) == (began + MINUTE, began + 4 * MINUTE)

        # A position that no trade knows: the owner is told, and closes it.
        loops(1, lambda engine: engine.place_order("ETHUSDT", Side.BUY, 0.5))
        assert ETH in live.positions
        since = live.clock.time
        loops(18)
        assert ETH not in live.positions
        (orphan,) = seen.unbooked
        assert (orphan.pair, orphan.since) == (ETH, since)
        assert orphan.told is not None
        assert orphan.closed is not None
        assert orphan.told - since <= 2 * MINUTE
        assert orphan.closed - orphan.told == timedelta(minutes=15)
        assert any(ETH in message.text for message in seen.messages)
        assert seen.liquidations == ()
        assert seen.loops == len(seen.samples) == 34

"""Whatever goes wrong between a bot and its exchange, some things hold after each loop."""

import pytest

from freqtrade_riskguard.replay.account_books import symbol_of
from freqtrade_riskguard.replay.matching import ConditionalKind, PriceKind, Side
from tests.support.live_bot import MINUTE
from tests.support.live_histories import history_script, market, play
from tests.support.live_invariants import Invariants
from tests.support.live_scenes import bot
from tests.support.live_scenes import market as quiet_market
from tests.support.mortal_bot import MortalBot, ProcessBot
from tests.support.scripted import BTC, ETH

pytestmark = pytest.mark.slow

MINUTES = 25
# Two kills by SIGKILL in the last: that bot is a process of its own.
HISTORIES = [(seed, MortalBot) for seed in (1, 2, 3, 4, 6)] + [(9, ProcessBot)]


@pytest.fixture(scope="module")
def waves(tmp_path_factory):
    return market(tmp_path_factory.mktemp("waves"))


@pytest.mark.parametrize(("seed", "kind"), HISTORIES)
def test_a_random_history_breaks_no_invariant(waves, tmp_path, seed, kind):
    history = play(history_script(seed, MINUTES), tmp_path / "bot", waves, bot=kind)
    assert [str(violation) for violation in history.violations] == []
    # Something did happen.
    assert history.loops > MINUTES / 2
    assert history.entries > 0
    assert history.hits.total() > 0
    assert history.kills > 0 or kind is MortalBot


def test_what_is_wrong_is_seen(tmp_path):
    """Otherwise the histories would show nothing."""
    with bot(tmp_path / "bot", quiet_market(tmp_path / "data")) as live:
        seen = Invariants(live, (BTC, ETH), closes_orphans=True)

        def loops(number, wrong=None):
            for _ in range(number):
                seen.begin_loop()
                live.loop(live.clock.time + MINUTE)
                with live.exchange.account.now() as engine:
                    if wrong is not None:
                        wrong(engine)
                seen.end_loop()

        def place(engine, ratio, quantity_base):
            engine.place_conditional(
                symbol_of(BTC),
                Side.SELL,
                quantity_base,
                round(ratio * live.price(BTC)),
                kind=ConditionalKind.STOP,
                trigger_on=PriceKind.MARK,
                reduce_only=True,
            )

        def remove_stops(engine):
            for found in engine.open_conditionals():
                engine.cancel_conditional(found.conditional_id)

        def loosen(engine):
            remove_stops(engine)
            place(engine, 0.8, live.positions[BTC].amount_base)

        def enter(engine):
            engine.place_order(symbol_of(ETH), Side.BUY, 0.5)

        loops(9)
        assert live.positions
        assert seen.entries == 1
        assert seen.violations == []

        loops(3, remove_stops)
        loops(2)
        # As a person's, which the guard leaves alone.
        loops(1, lambda engine: place(engine, 0.5, 0.01))
        loops(2)
        loops(1, loosen)
        loops(2, enter)
        loops(1)

    whats = dict.fromkeys(violation.what for violation in seen.violations)
    assert list(whats) == [
        "no stop for all of a position",
        "more stops than one",
        "a stop is looser",
        "an entry beside a position without a trade",
    ]

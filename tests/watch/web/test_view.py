"""What is shown of a guardian that stops bots."""

from contextlib import ExitStack

import pytest

from freqtrade_riskguard.watch.web.history import Histories
from freqtrade_riskguard.watch.web.view import Viewer
from tests.support.bot_api import BotApi
from tests.watch.parts import Watch

LIMITS = {"daily_loss_limit": 0.05, "max_drawdown": 0.1}


@pytest.fixture
def shown(tmp_path):
    """Two bots whose guardian has the one and the fleet stop, and how to look at it."""
    with ExitStack() as opened:
        one, two = (opened.enter_context(BotApi()) for _ in range(2))
        bots = [{"url": api.url, "name": name} for api, name in ((one, "one"), (two, "two"))]
        raw = {"bots": bots, "page": "127.0.0.1:0", "stalled_seconds": None}
        fleet = {"daily_loss_limit": None, "max_drawdown": None, "gross_exposure": 4.0}
        watch = Watch(tmp_path, {**raw, "limits": LIMITS, "fleet": fleet})
        guardian, histories = watch.guardian, Histories(10.0)
        viewer = Viewer(
            guardian,
            guardian._notifier,
            guardian._settings,
            {},
            watch.now,
            documents={},
            histories=histories,
        )

        def look():
            watch.now += 10
            watch.poll()
            return viewer.view(watch.now, 0.1, polled=True)

        yield one, look, histories
        guardian.close()


def test_why_a_bot_is_held_and_what_lifts_it_is_shown_and_marked_once(shown):
    one, look, histories = shown
    before, _ = look().bots
    assert (before.holds, before.lift) == ((), None)
    one.bot.realised_quote = -1_200.0
    for _ in range(3):
        held, other = look().bots
    assert (other.holds, other.lift) == ((), None)
    assert held.lift == 'riskguard watch --reset "one", then /start'
    assert len(held.holds) == 2
    marks = histories.of("one").marks
    assert sorted(mark.text for mark in marks) == sorted(held.holds)
    assert {mark.kind for mark in marks} == {"guardian"}
    assert histories.of("two").marks == ()


def test_a_lock_is_marked_once_though_its_words_change(shown):
    one, look, histories = shown
    one.bot.lock_reasons = ["Entries paused until 00:00 UTC: -3.1 % today. Lift: /unlock"]
    look()
    one.bot.lock_reasons = ["Entries paused until 00:00 UTC: -3.1 % today. Lift: /unlock 1"]
    look()
    # Nothing is known of it meanwhile.
    one.broken.add("locks")
    look()
    one.broken.clear()
    look()
    (mark,) = histories.of("one").marks
    assert (mark.kind, mark.text) == ("lock", "Entries paused until 00:00 UTC: -3.1 % today.")
    one.bot.lock_reasons = []
    look()
    one.bot.lock_reasons = ["Entries paused until 00:00 UTC: -3.1 % today. Lift: /unlock 2"]
    look()
    assert len(histories.of("one").marks) == 2


def test_the_fleet_has_a_history_and_its_limits(shown):
    _, look, histories = shown
    fleet = look().fleet
    assert fleet.max_gross_ratio == 4.0
    (point,) = histories.of("fleet").points
    assert point.equity_quote == fleet.equity_quote == 20_000.0

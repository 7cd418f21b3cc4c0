import pytest

from freqtrade_riskguard.watch.limit_checks import Breach
from freqtrade_riskguard.watch.state import FleetState, WatchState
from freqtrade_riskguard.watch.stop_state import (
    Orders,
    advance,
    hold,
    is_new_breach,
    next_daily_trigger,
    required_orders,
    reset,
    reset_fleet,
)
from tests.watch.parts import DAY, STARTUP, bot_state, status, trade

LOSS = Breach(kind="daily_loss_limit", reading=0.052, limit=0.05, text="-5.2 % today")
FALL = Breach(kind="max_drawdown", reading=0.2, limit=0.18, text="20.0 % below the peak")
COIN = Breach(kind="exposure_per_coin", reading=3.0, limit=2.0, text="BTC is 300 % of equity")
PATIENCE = 3


def step(state, /, before=None, **seen):
    state, events = advance("bot", state, status(**seen), PATIENCE, before)
    return state, [f"{event.what}: {event.text}" for event in events]


def held(*breaches, scope="own", **changes):
    state = bot_state(**changes)
    for breach in breaches:
        state = hold(state, breach, scope, DAY)
    state, _ = step(state, state="paused")
    assert state.phase == "held"
    return state


def test_a_free_bot_is_left_alone():
    state, told = step(bot_state(), trades=(trade(),), startup=7)
    assert required_orders(state, status(trades=(trade(),))) == Orders(
        stop_entries=False, close_all=False
    )
    assert not told
    assert state.startup == 7


@pytest.mark.parametrize(
    ("state", "trades", "stops", "closes"),
    [
        ("running", (trade(),), True, True),
        ("running", (), True, False),
        ("reload_config", (), True, False),
        ("paused", (trade(),), False, True),
        ("paused", (), False, False),
        # freqtrade closes nothing while it is stopped.
        ("stopped", (trade(),), True, True),
        ("stopped", (), False, False),
    ],
)
def test_what_a_bot_that_is_being_stopped_is_told(state, trades, stops, closes):
    closing = hold(bot_state(), LOSS, "own", DAY)
    told = required_orders(closing, status(state=state, trades=trades))
    assert told == Orders(stop_entries=stops, close_all=closes)


def test_it_is_held_once_its_entries_are_stopped_and_nothing_is_open():
    state = hold(bot_state(), LOSS, "own", DAY)
    state, told = step(state, trades=(trade(1), trade(2)))
    assert (state.phase, told) == ("closing", [])
    # One more came in the loop that was under way.
    state, told = step(state, state="paused", trades=(trade(3),))
    assert (state.phase, told) == ("closing", [])
    state, told = step(state, state="paused")
    assert state.phase == "held"
    assert told == ["stopped: Entries stopped and 3 trades closed: -5.2 % today. Lift: /start"]
    assert step(state, state="paused") == (state, [])


def test_what_was_open_when_the_limit_was_reached_counts():
    state = hold(bot_state(open_trades=(1, 2)), LOSS, "own", DAY)
    assert "2 trades closed" in step(state, state="paused")[1][0]


def test_nothing_open_is_said_as_well():
    _, told = step(hold(bot_state(), LOSS, "own", DAY), state="paused")
    assert "no trade was open: -5.2 % today" in told[0]


def test_what_cannot_be_closed_is_told_again_and_again():
    state = hold(bot_state(), LOSS, "own", DAY)
    told = []
    for _ in range(2 * PATIENCE):
        state, new = step(state, state="paused", trades=(trade(1), trade(2, "ETH")))
        told += new
    assert len(told) == 2
    assert "after 3 polls 2 trades STILL OPEN (BTC/USDT:USDT, ETH/USDT:USDT)" in told[0]
    assert "after 6 polls" in told[1]


def test_entries_that_do_not_stop_are_told():
    state = hold(bot_state(), LOSS, "own", DAY)
    for _ in range(PATIENCE):
        state, told = step(state)
    assert "entries STILL RUN" in told[0]


def test_a_person_starts_it_again():
    state, told = step(held(LOSS, daily=next_daily_trigger(LOSS, bot_state().track, None)))
    assert (state.phase, state.holds) == ("free", ())
    # 5.2 % and another 5 %
    assert told == ["lifted: started by a person. Next stop of today: -10.2 %"]


@pytest.mark.parametrize(
    "seen",
    [
        {"startup": STARTUP + 1},  # a crash, or /reload_config
        {"last_loop": None},  # just starting: what it wrote at its last start stands there still
        {"state": "reload_config"},
        {"state": "paused", "trades": (trade(),)},
    ],
)
def test_a_bot_that_begins_again_by_itself_is_stopped_again(seen):
    state, told = step(held(LOSS), **seen)
    assert state.phase == "closing"
    assert told[0].startswith("restarted: trades again without a person's /start")
    state, told = step(state, **{**seen, "state": "paused", "trades": ()})
    assert state.phase == "held"
    assert told[0].startswith("stopped: ")


def test_a_stopped_bot_that_becomes_paused_can_be_started_by_a_person():
    state = held(LOSS)
    # Becoming paused, freqtrade starts.
    state, _ = step(state, state="paused", startup=STARTUP + 5)
    state, told = step(state, startup=STARTUP + 5)
    assert told[0].startswith("lifted")
    assert state.phase == "free"


def test_a_bot_that_was_seen_stopped_is_started_by_a_person():
    stopped, _ = step(held(LOSS), state="stopped")
    # Starting from there, freqtrade writes when; a loop may have come to its end already or not.
    began = {"startup": STARTUP + 5, "last_loop": 1_738_580_000}
    state, told = step(stopped, before=status(state="stopped"), **began)
    assert (state.phase, told[0][:6]) == ("free", "lifted")
    # Never seen stopped, or not at the poll before: a crash.
    assert step(stopped, before=None, **began)[0].phase == "closing"
    assert step(stopped, before=status(state="paused"), **began)[0].phase == "closing"


def test_a_bot_that_was_stopped_since_its_process_began_is_started_by_a_person():
    before, began = status(state="stopped", last_loop=None), {"startup": 5, "last_loop": None}
    assert step(held(LOSS), before=before, **began)[0].phase == "free"
    # What it remembered of its loops is gone: another process.
    assert step(held(LOSS), before=status(state="stopped"), **began)[0].phase == "closing"


def test_a_bot_that_is_stopped_already_is_held_until_a_person_starts_it():
    state = hold(bot_state(), LOSS, "own", DAY)
    assert not required_orders(state, status(state="stopped")).stop_entries
    state, _ = step(state, state="stopped")
    state, told = step(state, before=status(state="stopped"), startup=STARTUP + 5)
    assert (state.phase, told[0][:6]) == ("free", "lifted")


def test_what_a_bot_that_cannot_be_seen_is_told():
    everything = Orders(stop_entries=True, close_all=True)
    assert required_orders(hold(bot_state(), LOSS, "own", DAY), None) == everything
    nothing = Orders(stop_entries=False, close_all=False)
    assert required_orders(bot_state(), None) == required_orders(held(LOSS), None) == nothing


def test_a_halt_is_lifted_by_no_start():
    state, told = step(held(LOSS, FALL))
    assert state.phase == "closing"
    assert [one.kind for one in state.holds] == ["max_drawdown"]
    lift = 'Lift: riskguard watch --reset "bot", then /start'
    assert told == [
        f"restarted: was started while it is halted: stopped again. 20.0 % below the peak. {lift}"
    ]


def test_a_reset_takes_the_equity_as_the_new_peak():
    state = reset(held(FALL, track=bot_state(10_000, 8_000).track), "own")
    assert (state.phase, state.holds) == ("free", ())
    assert state.track.peak_quote == 8_000


def test_a_reset_of_one_leaves_what_the_other_holds():
    own, fleet = hold(held(FALL), COIN, "fleet", DAY), "fleet"
    kept = reset(own, "own")
    assert [(one.kind, one.scope) for one in kept.holds] == [("exposure_per_coin", fleet)]
    assert kept.phase == "closing"
    track = bot_state(10_000, 8_000).track
    fleet_state = FleetState(track=track, members=("bot",), holds=own.holds)
    freed = reset_fleet(WatchState(bots={"bot": own}, fleet=fleet_state))
    assert freed.fleet.holds == ()
    assert [(one.kind, one.scope) for one in freed.bots["bot"].holds] == [("max_drawdown", "own")]
    assert freed.fleet.track.peak_quote == 8_000


def test_a_new_day_ends_the_hold_of_its_loss_only():
    today = held(LOSS)
    assert step(today, state="paused")[1] == []
    tomorrow = {"track": bot_state().track.__class__(1, 1, DAY + 1, 1, 2_874, 1)}
    state, told = step(today.model_copy(update=tomorrow), state="paused")
    assert (state.phase, state.holds) == ("free", ())
    assert told[0].startswith("lifted: a new day")
    state, told = step(held(LOSS, FALL).model_copy(update=tomorrow), state="paused")
    assert state.phase == "held"
    assert [one.kind for one in state.holds] == ["max_drawdown"]


def test_the_loss_of_a_day_fires_once_per_full_limit():
    track = bot_state().track
    assert is_new_breach(LOSS, None, track, [bot_state()], "own")
    after = next_daily_trigger(LOSS, track, None)
    worse = Breach(kind=LOSS.kind, reading=0.1, limit=0.05, text="")
    much_worse = Breach(kind=LOSS.kind, reading=0.103, limit=0.05, text="")
    assert not is_new_breach(worse, after, track, [bot_state()], "own")
    assert is_new_breach(much_worse, after, track, [bot_state()], "own")
    yesterday = after.model_copy(update={"day": DAY - 1})
    assert is_new_breach(worse, yesterday, track, [bot_state()], "own")


def test_another_limit_fires_while_a_bot_is_not_held_for_it():
    track = bot_state().track
    for_it, for_another = held(COIN, scope="fleet"), held(FALL, scope="fleet")
    assert not is_new_breach(COIN, None, track, [for_it], "fleet")
    assert is_new_breach(COIN, None, track, [for_it, for_another], "fleet")
    assert is_new_breach(COIN, None, track, [for_it], "own")
    assert next_daily_trigger(COIN, track, None) is None

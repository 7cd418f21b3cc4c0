import pytest

from freqtrade_riskguard.rest_api.errors import BotBusyError, BotCredentialsError, BotSilentError
from freqtrade_riskguard.watch.heartbeat import Heartbeat
from tests.watch.parts import status

GONE = BotSilentError("cannot be reached (Connection refused)")
REFUSED = BotCredentialsError("refuses the user name or the password (HTTP 401)")


@pytest.fixture
def heartbeat():
    return Heartbeat("bot", missed_polls=3, stalled_seconds=300)


def whats(events):
    return [event.what for event in events]


def test_the_alarm_comes_after_as_many_polls_in_a_row_and_once(heartbeat):
    assert not heartbeat.on_failure(GONE, 2)
    assert not heartbeat.on_failure(GONE, 2)
    assert not heartbeat.on_response(status(), 0)
    told = [whats(heartbeat.on_failure(GONE, 2)) for _ in range(5)]
    assert told == [[], [], ["silent"], [], []]
    assert heartbeat.trouble == "silent"
    (back,) = heartbeat.on_response(status(state="paused"), 0)
    assert str(back) == "bot: answers again: paused, 0 trades open"
    assert heartbeat.trouble is None


def test_the_alarm_says_what_is_unguarded(heartbeat):
    for _ in range(3):
        events = heartbeat.on_failure(GONE, 2)
    assert str(events[0]) == (
        "bot: no usable answer in 3 polls: cannot be reached (Connection refused). "
        "Last: seen with 2 trades open"
    )


def test_a_bot_that_stays_busy_is_missed_too(heartbeat):
    assert [whats(heartbeat.on_failure(BotBusyError(""), None)) for _ in range(3)][-1] == ["silent"]


def test_a_wrong_password_is_an_alarm_at_once_and_is_not_tried_again_for_long(heartbeat):
    (event,) = heartbeat.on_failure(REFUSED, None)
    assert event.what == "credentials"
    assert "RISKGUARD_WATCH_PASSWORD" in event.text
    asked = [heartbeat.should_poll() for _ in range(30)]
    assert asked == [False] * 29 + [True]
    assert not heartbeat.on_failure(REFUSED, None)


def test_a_loop_that_stands_still_is_an_alarm(heartbeat):
    assert not heartbeat.on_response(status(last_loop=1), 1_000)
    assert not heartbeat.on_response(status(last_loop=2), 1_200)
    assert not heartbeat.on_response(status(last_loop=2), 1_499)
    (event,) = heartbeat.on_response(status(last_loop=2), 1_500)
    assert "its loop has stood still for 300 s" in event.text
    assert not heartbeat.on_response(status(last_loop=2), 1_600)
    assert whats(heartbeat.on_response(status(last_loop=3), 1_700)) == ["recovered"]


def test_a_bot_that_never_finishes_its_first_loop_stands_still(heartbeat):
    assert not heartbeat.on_response(status(last_loop=None), 1_000)
    assert whats(heartbeat.on_response(status(last_loop=None), 1_300)) == ["stalled"]


def test_a_stopped_bot_has_no_loop(heartbeat):
    for seconds in (1_000, 2_000):
        assert not heartbeat.on_response(status(state="stopped", last_loop=1), seconds)
    # Its clock begins when it runs again.
    assert not heartbeat.on_response(status(last_loop=1), 2_100)


def test_the_look_at_the_loop_can_be_switched_off():
    heartbeat = Heartbeat("bot", missed_polls=3, stalled_seconds=None)
    for seconds in (0, 1e9):
        assert not heartbeat.on_response(status(), seconds)

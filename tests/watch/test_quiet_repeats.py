"""What was told, from process to process."""

import logging

import pytest

from freqtrade_riskguard.watch.events import Event
from freqtrade_riskguard.watch.quiet_repeats import QuietRepeats

HOUR = 3_600.0


def event(text="-5.1 % today", what="breach"):
    return Event(bot="trend", what=what, level=logging.ERROR, text=text)


def test_another_process_goes_on_with_what_was_told():
    text, told = "[]", []
    # At 0, 30, 59, 60 and 61 minutes, each in a process of its own.
    for minutes in (0, 30, 59, 60, 61):
        repeats = QuietRepeats(HOUR, now=lambda at=minutes: 60.0 * at)  # type: ignore[misc]
        repeats.read(text)
        told.append(repeats.news(event(f"-{minutes} %"), "today"))
        text = repeats.as_text()
    again = "trend: -60 % (and 2 times more since it was last told)"
    assert told == ["trend: -0 %", None, None, again, None]


def test_a_clock_that_goes_back_keeps_nothing_quiet():
    now = [1e9]
    repeats = QuietRepeats(HOUR, now=lambda: now[0])
    assert repeats.news(event())
    now[0] -= 1e6
    assert repeats.news(event())
    assert repeats.news(event()) is None


@pytest.mark.parametrize(
    "text", ["", "null", "{}", "[1]", "[[]]", '[["a", "b", "c", 1e999, 1e999]]']
)
def test_a_text_that_is_none_tells_of_nothing(text):
    repeats = QuietRepeats(HOUR)
    repeats.read(text)
    assert not repeats

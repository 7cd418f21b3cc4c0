"""First at once, then hourly, and anew after it was over."""

from datetime import timedelta

from freqtrade_riskguard.engine.repeated_alarm import RepeatedAlarm
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


def test_what_lasts_is_told_at_first_and_then_hourly():
    alarm = RepeatedAlarm()

    told = [minute for minute in range(180) if alarm.is_due("refused", NOON + minute * MINUTE)]

    assert told == [0, 60, 120]


def test_what_was_over_is_news_again():
    alarm = RepeatedAlarm()
    assert alarm.is_due("refused", NOON)
    alarm.keep(["refused"])
    assert not alarm.is_due("refused", NOON + MINUTE)
    alarm.keep([])

    assert alarm.is_due("refused", NOON + 2 * MINUTE)


def test_each_is_told_of_itself():
    alarm = RepeatedAlarm()

    assert alarm.is_due(("missing", 1), NOON)
    assert alarm.is_due(("missing", 2), NOON)


def test_a_clock_that_goes_back_silences_nothing():
    alarm = RepeatedAlarm()
    assert alarm.is_due("refused", NOON)

    assert alarm.is_due("refused", NOON - MINUTE)

"""Alarms through Apprise, whose ``json://`` posts to a service on this machine."""

import logging
import sys
import time

import pytest
from pydantic import SecretStr

from freqtrade_riskguard.watch import apprise_channel
from freqtrade_riskguard.watch.apprise_channel import AppriseChannel, ChannelError
from freqtrade_riskguard.watch.events import Event
from freqtrade_riskguard.watch.notifications import Notifier
from freqtrade_riskguard.watch.quiet_repeats import QuietRepeats
from tests.support.bot_api import BotApi, ScriptedBot, ScriptedTrade
from tests.support.receiver import TOKEN, Receiver
from tests.watch.parts import Watch

HOUR = 3_600.0


@pytest.fixture
def service():
    opened = Receiver()
    yield opened
    opened.close()


def event(what="breach", text="-5.1 % today", bot="trend"):
    return Event(bot=bot, what=what, level=logging.ERROR, text=text)


def channel(service, now=time.monotonic):
    return AppriseChannel([service.address], QuietRepeats(HOUR, now=now))


def test_an_event_arrives_in_its_words(service):
    sends = channel(service)
    sends.tell(event())
    sends.close(10)
    assert service.texts == ["trend: -5.1 % today"]
    assert service.taken[0]["title"] == "riskguard"
    assert sends.waiting == 0


def told(service, events, seconds_between):
    """Return the texts of what is told of events, one every so many seconds."""
    clock = [0.0]
    sends = channel(service, now=lambda: clock[0])
    for each in events:
        sends.tell(each)
        clock[0] += seconds_between
    sends.close(10)
    return "\n".join(service.texts).splitlines()


def test_the_same_is_told_once_an_hour(service):
    # At 0 and at 60 minutes; those at 15, 30 and 45 are kept quiet, and counted.
    assert told(service, [event()] * 5, 15 * 60) == [
        "trend: -5.1 % today",
        "trend: -5.1 % today (and 3 times more since it was last told)",
    ]


def test_trouble_that_lasts_is_told_once_whatever_its_figures_are(service):
    lasting = [event("still_open", f"still open after {polls} polls") for polls in (3, 6, 9)]
    assert told(service, lasting, 60) == ["trend: still open after 3 polls"]


def test_what_is_new_is_told_at_once(service):
    new = [event(), event(text="18 % below the peak"), event(bot="swing")]
    assert len(told(service, new, 1)) == 3


def test_trouble_after_a_recovery_is_another_one(service):
    silent, recovered = event("silent", "no answer"), event("recovered", "answers again")
    assert told(service, [silent, silent, recovered, silent], 10) == [
        "trend: no answer",
        "trend: answers again",
        "trend: no answer",
    ]


def test_what_was_refused_is_sent_again_together_with_what_came_since(service, monkeypatch):
    monkeypatch.setattr(apprise_channel, "_FIRST_PAUSE_SECONDS", 0.05)
    service.status = 500
    sends = channel(service)
    sends.tell(event())
    wait_until(lambda: sends.waiting == 1)
    sends.tell(event(text="18 % below the peak"))
    service.status = 200
    sends.close(10)
    assert "\n".join(service.texts).splitlines() == [
        "trend: -5.1 % today",
        "trend: 18 % below the peak",
    ]


def test_a_service_that_hangs_holds_up_nothing_and_is_bounded(service):
    service.free.clear()
    sends = channel(service)
    began = time.monotonic()
    for number in range(1_000):
        sends.tell(event(text=f"limit {number}"))
    assert sends.waiting <= 2 * apprise_channel._MOST_WAITING
    sends.close(0.1)
    assert time.monotonic() - began < 5
    assert not service.taken


def test_a_guardian_stops_a_bot_while_its_notifier_hangs(service, tmp_path):
    service.free.clear()
    trades = [ScriptedTrade(1, "BTC/USDT:USDT", amount=0.1, rate=100_000.0)]
    with BotApi(ScriptedBot(trades=trades)) as api:
        watch = Watch(
            tmp_path,
            {"bots": [{"url": api.url, "name": "a"}], "limits": {"gross_exposure": 0.5}},
        )
        sends = channel(service)
        notifier = watch.guardian._notifier = Notifier(None, sends)
        began = time.monotonic()
        watch.guardian.poll()
        notifier.flush()
        assert api.bot.orders == ["pause", "exit all market"]
        assert time.monotonic() - began < 3
        watch.guardian.close()
        sends.close(0)


@pytest.mark.parametrize("status", [404, 500])
def test_a_failure_is_in_the_log_without_the_address(service, caplog, status):
    service.status = status
    sends = channel(service)
    with caplog.at_level(logging.WARNING, "freqtrade_riskguard"):
        sends.tell(event())
        wait_until(lambda: any("notify[0]" in line for line in caplog.messages))
    sends.close(0)
    ours = [r.getMessage() for r in caplog.records if r.name.startswith("freqtrade_riskguard")]
    assert ours[0] == "notify[0] did not take the message"
    assert TOKEN not in "".join(ours)


def test_an_address_that_apprise_does_not_know_is_not_shown():
    with pytest.raises(ChannelError, match=r"notify\[0\] is no address that Apprise knows") as why:
        AppriseChannel([SecretStr(f"nothing://{TOKEN}")], QuietRepeats(HOUR))
    assert TOKEN not in str(why.value)


def test_without_apprise_it_says_what_to_install(monkeypatch, service):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ChannelError, match="pip install apprise"):
        channel(service)


def wait_until(happened):
    until = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.02)

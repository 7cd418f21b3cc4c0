"""A webhook that hangs: the guardian goes on, and what was to be posted is posted later."""

import logging
import threading
import time

import pytest
from pydantic import SecretStr

from freqtrade_riskguard.watch.background_posts import BackgroundPosts
from freqtrade_riskguard.watch.events import Event
from freqtrade_riskguard.watch.notifications import Notifier
from tests.support.receiver import Receiver


@pytest.fixture
def hook():
    opened = Receiver()
    yield opened
    opened.close()


def event(text):
    return Event(bot="trend", what="breach", level=logging.ERROR, text=text)


def test_one_that_hangs_delays_nothing_and_loses_nothing(hook):
    address = hook.address.get_secret_value().replace("json://", "http://")
    notifier = Notifier(SecretStr(address))
    posts = BackgroundPosts(notifier.flush)
    hook.free.clear()
    began = time.monotonic()
    for number in range(20):
        notifier.notify(event(f"limit {number}"))
        posts.begin()
    assert time.monotonic() - began < 2
    # However often it is begun, there is one attempt.
    names = [thread.name for thread in threading.enumerate()]
    assert names.count("riskguard-webhook") == 1
    hook.free.set()
    posts.finish(10)
    told = [line for taken in hook.taken for line in taken["text"].splitlines()]
    assert told == [f"trend: limit {number}" for number in range(20)]


def test_the_end_waits_no_longer_than_it_is_told_to(hook):
    address = hook.address.get_secret_value().replace("json://", "http://")
    notifier = Notifier(SecretStr(address))
    posts = BackgroundPosts(notifier.flush)
    hook.free.clear()
    notifier.notify(event("limit"))
    posts.begin()
    began = time.monotonic()
    posts.finish(0.1)
    assert time.monotonic() - began < 2

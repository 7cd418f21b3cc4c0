"""Views are pushed to whoever listens; nobody who listens can hold up anybody else."""

import asyncio
import json
import socket
import time
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from freqtrade_riskguard.watch.web.event_stream import EventStream
from freqtrade_riskguard.watch.web.history import Histories
from freqtrade_riskguard.watch.web.site import WatchSite
from freqtrade_riskguard.watch.web.view import BotView, GuardianHealth, WatchView

NOON = datetime(2025, 2, 3, 12, tzinfo=UTC)
MOST = 3


def view(polls, name="one"):
    """A view, told from others by its number of polls."""
    health = GuardianHealth(
        started=NOON,
        polls=polls,
        failed_polls=0,
        last_poll_seconds=0.1,
        every_seconds=10.0,
        events=(),
        waiting_messages=0,
    )
    silent = BotView(
        name=name, trouble="silent", is_answering=False, holds=(), status=None, decisions=None
    )
    return WatchView(version=1, time=NOON, bots=(silent,), fleet=None, guardian=health)


@contextmanager
def serving():
    site = WatchSite("127.0.0.1", 0, None, Histories(10.0), most_clients=MOST)
    port = site.open()
    try:
        yield site, f"http://127.0.0.1:{port}/api/events", port
    finally:
        site.close()


class Listener:
    """Somebody who listens, as a context manager."""

    def __init__(self, url):
        self.answer = requests.get(url, stream=True, timeout=10)
        # As pieces come.
        about: Any = {"chunk_size": None}
        self._lines = self.answer.iter_lines(**about)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.answer.close()

    def line(self):
        """Return the next line with a view; None where there comes none."""
        return next((line for line in self._lines if line.startswith(b"data: ")), None)

    def polls(self):
        """Return which view comes next; None where there comes none."""
        line = self.line()
        return line and json.loads(line.removeprefix(b"data: "))["guardian"]["polls"]


def test_the_latest_view_comes_at_once_and_every_other_as_it_is_published():
    with serving() as (site, url, _):
        site.publish(view(1))
        site.publish(view(2))
        with Listener(url) as listener:
            answer = listener.answer
            assert answer.headers["Content-Type"] == "text/event-stream"
            assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
            assert listener.polls() == 2
            site.publish(view(3))
            assert listener.polls() == 3


def test_names_cannot_end_an_event():
    with serving() as (site, url, _):
        site.publish(view(1, name="one\n\nevent: view\ndata: {}"))
        with Listener(url) as listener:
            told = listener.line()
        assert b"event: view" in told
        json.loads(told.removeprefix(b"data: "))


def test_so_many_may_listen_and_no_more():
    with serving() as (site, url, _), ExitStack() as opened:
        site.publish(view(1))
        first, *_ = [opened.enter_context(Listener(url)) for _ in range(MOST)]
        refused = requests.get(url, timeout=5)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
        # Everything else is answered all the same.
        assert requests.get(url.replace("events", "status"), timeout=5).ok
        first.answer.close()
        until = time.monotonic() + 5
        while (last := Listener(url)).answer.status_code == 503 and time.monotonic() < until:
            time.sleep(0.05)
        with last:
            assert last.answer.status_code == 200


def test_who_takes_nothing_delays_nobody_and_misses_what_was_between():
    with serving() as (site, url, port), closing(socket.socket()) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.connect(("127.0.0.1", port))
        slow.sendall(b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        long_name = "x" * 500_000
        with Listener(url) as quick:
            for number in range(1, 31):
                began = time.monotonic()
                site.publish(view(number, long_name))
                assert time.monotonic() - began < 0.1
                assert quick.polls() == number
        # What lies between is bounded: what was sent before it stopped taking, and the latest.
        slow.settimeout(5)
        taken = b""
        while b'"polls":30' not in taken:
            piece = slow.recv(1 << 20)
            assert piece
            taken += piece
        assert taken.count(b"event: view") < 15


def test_who_takes_nothing_for_long_is_let_go_of():
    async def stuck(_):
        await asyncio.sleep(60)

    async def served():
        stream = EventStream(MOST, slowest_seconds=0.1)
        with pytest.raises(TimeoutError):
            await stream._serve(stuck)

    asyncio.run(served())


def test_closing_waits_for_nobody():
    with serving() as (site, url, _):
        site.publish(view(1))
        with Listener(url) as listener:
            assert listener.polls() == 1
            began = time.monotonic()
            site.close()
            assert time.monotonic() - began < 3.0
            assert listener.polls() is None


def test_it_cannot_be_asked_for_its_head():
    with serving() as (_, url, _):
        assert requests.head(url, timeout=5).status_code == 405

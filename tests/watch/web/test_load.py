"""Twenty bots, fifty open pages and one hour of polls: time and memory of guardian and browser.

The bots are stand-ins for what twenty real ones would answer, which this is not about: nothing is
asked over a network. Guardian, page, listeners and browser are real. Fifty browsers are more than
a machine has memory for: one is a browser, forty-nine take the same stream as it does, and three
of them take nothing.
"""

import asyncio
import gc
import multiprocessing
import time
import tracemalloc
from contextlib import closing, contextmanager, suppress
from typing import Any

import pytest

from freqtrade_riskguard.watch.web.history import Histories
from freqtrade_riskguard.watch.web.site import WatchSite
from freqtrade_riskguard.watch.web.view import Viewer
from tests.support.browser import chromium
from tests.watch.parts import NOON, Watch, status, trade

pytestmark = pytest.mark.slow

BOTS, LISTENERS, STUCK = 20, 49, 3
# An hour; a poll every ten seconds would be the default, and take the test three times as long.
EVERY_SECONDS, POLLS = 30.0, 120
_FORK = multiprocessing.get_context("fork")


class StandIn:
    """Answers as a bot with three trades whose account goes up and down."""

    def __init__(self, number):
        self._number, self._looks = number, 0

    def look(self):
        self._looks += 1
        profit_quote = 50.0 * ((self._looks * (self._number + 3)) % 7 - 3)
        trades = tuple(
            trade(place, coin).model_copy(
                update={
                    "open_rate": 100.0,
                    "current_rate": 100.0 + profit_quote / 100,
                    "leverage": 5.0,
                    "stop_loss_abs": 95.0,
                    "liquidation_price": 81.0,
                }
            )
            for place, coin in enumerate(("BTC", "ETH", "SOL"))
        )
        return status(open_profit_quote=profit_quote, trades=trades, locks=())


async def _listen(port, place, counts):
    """Take the stream as a page does, or nothing of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 22)
    writer.write(b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    if place < STUCK:
        await asyncio.sleep(3_600)
    while line := await reader.readline():
        counts[place] += line.startswith(b"event: view")


def _listeners(port, counts):
    async def all_of_them():
        await asyncio.gather(*(_listen(port, place, counts) for place in range(LISTENERS)))

    with suppress(KeyboardInterrupt):
        asyncio.run(all_of_them())


class Hour:
    """A guardian of stand-ins whose page is served, and how long it took to hand out a view."""

    def __init__(self, folder):
        names = [f"bot-{place}" for place in range(BOTS)]
        bots = [{"url": f"http://{name}:1", "name": name} for name in names]
        raw = {"bots": bots, "page": "127.0.0.1:0", "every_seconds": EVERY_SECONDS}
        self.watch = Watch(folder, raw)
        guardian = self.watch.guardian
        stand_ins: Any = {name: StandIn(place) for place, name in enumerate(names)}
        guardian._bots = stand_ins
        # So few points that all are there after a quarter: from then on nothing may grow.
        histories = Histories(EVERY_SECONDS, most_points=POLLS // 6)
        self.viewer = Viewer(
            guardian,
            guardian._notifier,
            guardian._settings,
            {},
            NOON,
            documents={},
            histories=histories,
        )
        self.site = WatchSite("127.0.0.1", 0, None, histories)
        self.port = self.site.open()
        self.longest_seconds = 0.0

    def poll(self, count):
        for _ in range(count):
            self.watch.now += EVERY_SECONDS
            self.watch.poll()
            view = self.viewer.view(self.watch.now, 0.1, polled=True)
            began = time.monotonic()
            self.site.publish(view)
            self.longest_seconds = max(self.longest_seconds, time.monotonic() - began)
            # Pages are served between polls, for a small part of the time that there is.
            time.sleep(0.05)

    def close(self):
        self.site.close()
        self.watch.guardian.close()


@contextmanager
def listeners(port):
    """Let all but the browser listen; yield how many views each has got."""
    counts = _FORK.RawArray("q", LISTENERS)
    process = _FORK.Process(target=_listeners, args=(port, counts), daemon=True)
    process.start()
    try:
        yield counts
    finally:
        process.kill()
        process.join()


def browsers(session):
    """Return bytes and nodes that a page holds, without what is garbage."""
    session.send("HeapProfiler.collectGarbage")
    metrics = session.send("Performance.getMetrics")["metrics"]
    found = {one["name"]: one["value"] for one in metrics}
    return found["JSHeapUsedSize"], found["Nodes"]


def guardians():
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_an_hour_of_twenty_bots_and_fifty_pages_is_bounded(tmp_path, record_property):
    tracemalloc.start()
    hour, began_seconds = Hour(tmp_path), time.process_time()
    with closing(hour), listeners(hour.port) as counts, chromium() as browser:
        hour.poll(1)
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{hour.port}/")
        page.wait_for_selector("#summary h2")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        hour.poll(POLLS // 4)
        page.wait_for_timeout(500)
        browser_bytes, nodes = browsers(session)
        hour.poll(POLLS // 4)
        guardian_bytes = guardians()
        hour.poll(POLLS // 2)
        guardian_bytes = guardians() - guardian_bytes
        tracemalloc.stop()
        page.wait_for_timeout(500)
        more_bytes, more_nodes = (
            now - before
            for now, before in zip(browsers(session), (browser_bytes, nodes), strict=True)
        )
        shown = page.locator("#guardian p").first.inner_text()
        served = min(counts[STUCK:])
    cpu_seconds = time.process_time() - began_seconds
    for name, figure in (
        ("CPU of guardian and page, s", cpu_seconds),
        ("guardian grown, bytes", guardian_bytes),
        ("browser, bytes", browser_bytes),
        ("browser grown, bytes", more_bytes),
        ("browser grown, nodes", more_nodes),
        ("longest publish, s", hour.longest_seconds),
        ("least views of a listener", served),
    ):
        record_property(name, figure)
    assert shown.startswith(f"{POLLS + 1} polls")
    # Everybody was served, but those who take nothing.
    assert served > POLLS // 4
    assert hour.longest_seconds < 0.5
    # Its points are merged in pairs at times: what is kept goes up and down between half and all.
    # All points of the second half would be 800 kB.
    assert guardian_bytes < 400_000
    assert more_bytes < 3_000_000
    assert more_nodes < nodes
    # A fortieth of the hour, of one core.
    assert cpu_seconds < 90

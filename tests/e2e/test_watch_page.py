"""The guardian's page in a browser, of two real bots that go through a crash by a moved clock.

One trades for money on the simulated exchange, one in a dry run. A browser stays open over it all.
"""

import json
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.support.bot import Bot
from tests.support.browser import chromium
from tests.support.live_bot import LiveBot
from tests.support.live_scenes import LISTENING, RISKGUARD
from tests.support.paged_bot import PagedBot, PagedGuardian, free_port
from tests.support.scripted import BTC

pytestmark = pytest.mark.slow

START = datetime(2024, 1, 22, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ETH = "ETH/USDT:USDT"
# Near stops would have it out before the crash, and small.
WIDE = {**RISKGUARD, **{rule: {"mode": "off"} for rule in ("atr_stop", "fixed_risk", "heat")}}
WALLET_QUOTE = 10_000.0
WIDTHS = (400, 1400)
# After the start. The market falls between 90 and 150.
MOMENTS = (10, 60, 95, 105, 165)


def trend(data, folder, config):
    signal = (START + 5 * MINUTE).isoformat()
    plan = [
        {"pair": pair, "time": signal, "side": side, "leverage": 3}
        for pair, side in ((BTC, "long"), (ETH, "short"))
    ]
    return LiveBot(
        folder,
        data,
        "Planned",
        start=START,
        stems=("planned",),
        riskguard=WIDE,
        config={"plan": plan, "max_open_trades": 4, **LISTENING, **config},
    )


def swing(data, folder, config):
    settings = {"timeframe": "5m", "eager_since": {}, "max_open_trades": 4, **config}
    return Bot(folder, data, "Eager", start=START, stems=("eager",), config=settings)


@dataclass
class Scene:
    """Bots, their guardian, and a clock for all of them."""

    bots: tuple[PagedBot, ...]
    now: datetime = START

    def loop_until(self, minutes: int) -> None:
        """Let the bots look every five minutes."""
        while self.now < START + minutes * MINUTE:
            self.now += 5 * MINUTE
            for bot in self.bots:
                bot.loop(self.now + timedelta(seconds=1))

    def seconds(self) -> float:
        return self.now.timestamp()


@pytest.fixture(scope="module")
def scene(scenario_candles, tmp_path_factory):
    data = scenario_candles("flash_crash", days=23)
    folder = tmp_path_factory.mktemp("paged")
    with ExitStack() as opened:
        bots = tuple(
            opened.enter_context(PagedBot(folder / make.__name__, partial(make, data)))
            for make in (trend, swing)
        )
        yield Scene(bots)


@pytest.fixture(scope="module")
def browser(scene):  # noqa: ARG001 - its threads come after the forks
    with chromium() as found:
        yield found


@dataclass
class Opened:
    """A page that is open, and what it has complained of or asked elsewhere for."""

    page: Any
    complaints: list[str]
    elsewhere: list[str]

    def figure(self, name, place=""):
        return self.page.locator(f"{place} [data-figure='{name}']").first.inner_text()

    def choose(self, bot):
        self.page.get_by_role("link", name=bot, exact=True).click()
        self.page.wait_for_function(
            "(name) => document.querySelector('#summary h2').textContent === name", arg=bot
        )

    def wait_for(self, moment):
        """Wait until the page tells of a moment."""
        self.page.wait_for_function(
            "(time) => document.querySelector('#live').textContent === time",
            arg=f"live, {moment:%H:%M:%S} UTC",
            timeout=20_000,
        )


def open_page(browser, url, width=1400, scheme="light"):
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, timezone_id="Asia/Tokyo"
    )
    opened = Opened(context.new_page(), [], [])
    page = opened.page
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on(
        "console",
        lambda said: opened.complaints.append(said.text) if said.type == "error" else None,
    )
    page.on(
        "request",
        lambda asked: opened.elsewhere.append(asked.url) if not asked.url.startswith(url) else None,
    )
    page.goto(f"{url}/")
    page.wait_for_selector("#summary h2")
    return opened


def number(text):
    return float(text.split()[0].replace(",", ""))


def equity_by_the_database(bot, marks):
    """Return what a bot is worth by its trades, at the marks that the page shows."""
    equity_quote = WALLET_QUOTE
    for trade in bot.rows("select * from trades"):
        equity_quote += trade["realized_profit"] or 0.0
        if trade["is_open"]:
            side = -1 if trade["is_short"] else 1
            worth_quote = trade["amount"] * marks[str(trade["id"])]
            cost_quote = worth_quote * trade["fee_close"]
            closed_quote = worth_quote - side * cost_quote + side * (trade["funding_fees"] or 0.0)
            equity_quote += side * (closed_quote - trade["open_trade_value"])
    return equity_quote


def assert_is_the_databases(opened, bot, now):
    """Hold what the page shows of a bot against its database."""
    page = opened.page
    opened.choose(bot.name)
    held = bot.rows("select * from trades where is_open")
    assert number(opened.figure("open")) == len(held)
    marks = {}
    for trade in held:
        card = page.locator(f"[data-trade='{trade['id']}']")
        shown = {
            name: number(card.locator(f"[data-price={name}]").inner_text())
            for name in ("mark", "stop", "liquidation", "entry")
        }
        assert shown["stop"] == pytest.approx(trade["stop_loss"], rel=1e-5)
        assert shown["liquidation"] == pytest.approx(trade["liquidation_price"], rel=1e-5)
        assert shown["entry"] == pytest.approx(trade["open_rate"], rel=1e-5)
        assert card.locator(".axis").get_attribute("aria-label").startswith("On one axis: ")
        marks[str(trade["id"])] = shown["mark"]
    # Six digits of a mark, of some thousands.
    equity_quote = number(opened.figure("equity", "#summary"))
    assert equity_quote == pytest.approx(equity_by_the_database(bot, marks), abs=0.2)
    until = f"{now:%Y-%m-%d %H:%M:%S}"
    locks = bot.rows("select * from pairlocks where active and reason != 'Auto lock'")
    in_force = [lock for lock in locks if lock["lock_end_time"] > until]
    shown = page.locator("#locks .lock").all_inner_texts()
    assert len(shown) == len(in_force)
    for lock in in_force:
        assert any(
            lock["reason"] in " ".join(text.split()) and f"Lifted by: /unlock {lock['id']}" in text
            for text in shown
        ), (lock["reason"], shown)
    journal = bot.folder / "journal.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []
    made = page.locator(".decisions li").all_inner_texts()
    assert len(made) == min(10, len(lines))
    for line, text in zip(reversed(lines), made, strict=False):
        assert json.loads(line)["why"] in " ".join(text.split())


def assert_is_the_guards(opened, bot, status):
    """Hold its own guard's figures, as its status tells them, against what it has kept."""
    (row,) = bot.rows("select string_value from KeyValueStore where key = 'riskguard_equity'")
    _, _, peak_quote, _, day_start_quote, _, week_start_quote, *_ = json.loads(row["string_value"])
    equity_quote = status["equity"]["equity_quote"]
    # The status has valued it anew, and may have seen a higher one.
    peak_quote = max(peak_quote, equity_quote)
    for name, wanted in (
        ("guard-day", equity_quote / day_start_quote - 1),
        ("guard-week", equity_quote / week_start_quote - 1),
        ("guard-drawdown", 1 - equity_quote / peak_quote),
    ):
        assert number(opened.figure(name)) == pytest.approx(100 * wanted, abs=0.06), name
    assert opened.figure("exchange") == status["exchange"]["state"]


@pytest.fixture(scope="module")
def guardian(scene, tmp_path_factory):
    bots = [bot.as_settings for bot in scene.bots]
    folder = tmp_path_factory.mktemp("guardian")
    with PagedGuardian(folder, bots, scene.seconds, free_port()) as found:
        yield found


def test_it_shows_what_the_bots_databases_say_through_a_crash(scene, browser, guardian):
    opened = open_page(browser, guardian.url)
    for minutes in MOMENTS:
        scene.loop_until(minutes)
        statuses = [bot.write_status() for bot in scene.bots]
        # A view of after that.
        scene.now += timedelta(seconds=2)
        opened.wait_for(scene.now)
        for bot, status in zip(scene.bots, statuses, strict=True):
            assert_is_the_databases(opened, bot, scene.now)
            assert_is_the_guards(opened, bot, status)
        opened.choose("Fleet")
        together = sum(
            number(opened.page.locator(f"[data-bot={bot.name}] [data-figure]").inner_text())
            for bot in scene.bots
        )
        assert number(opened.figure("equity", "#summary")) == pytest.approx(together, abs=0.02)
        scene.now -= timedelta(seconds=2)
    # Whatever it went through, every lock is marked, once.
    for bot in scene.bots:
        opened.choose(bot.name)
        given = bot.rows("select * from pairlocks where reason != 'Auto lock'")
        opened.page.wait_for_selector("#history .event.lock")
        assert opened.page.locator("#history .event.lock").count() == len(given)
    assert (opened.complaints, opened.elsewhere) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_it_fits_every_screen_and_everybody_can_use_it(browser, guardian, width, scheme):
    opened = open_page(browser, guardian.url, width, scheme)
    page = opened.page
    page.wait_for_selector("#history .chart")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sizes = page.evaluate(
        """() => [...document.querySelectorAll("p, td, th, li, dd, dt, time, text")].map(
            (text) => parseFloat(getComputedStyle(text).fontSize))"""
    )
    assert min(sizes) >= 12
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(244, 246, 248)") is (scheme == "light")
    assert (opened.complaints, opened.elsewhere) == ([], [])
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python"
    )
    found = axe.Axe().run(page).response
    assert len(found["passes"]) > 20
    # Not the serious ones only.
    assert not [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found["violations"]]


def test_a_lock_is_seen_within_two_seconds(scene, browser, tmp_path):
    first, _ = scene.bots
    folder = tmp_path / "guardian"
    folder.mkdir()
    guardian = PagedGuardian(folder, [first.as_settings], scene.seconds, free_port())
    with guardian:
        opened = open_page(browser, guardian.url)
        before = opened.page.locator("#lock-count").inner_text()
        first.lock("ETH/USDT:USDT", scene.now + 30 * MINUTE, "a person's")
        began = time.monotonic()
        opened.page.wait_for_function(
            "(before) => document.querySelector('#lock-count').textContent !== before", arg=before
        )
        took_seconds = time.monotonic() - began
        assert "a person's" in opened.page.locator("#locks").inner_text()
        assert took_seconds < 2.0, took_seconds


def test_it_survives_a_guardian_that_ends_and_a_bot_that_dies(scene, browser, tmp_path):
    first, second = scene.bots
    bots = [bot.as_settings for bot in scene.bots]
    guardian = PagedGuardian(tmp_path, bots, scene.seconds, free_port())
    with guardian:
        opened = open_page(browser, guardian.url)
        opened.choose(second.name)
        before = opened.figure("equity", "#summary")
    opened.page.wait_for_selector(".live.bad")
    live = opened.page.locator("#live").inner_text()
    assert live.startswith("no connection to the guardian: what stands here is of ")
    # It shows what it knew.
    assert opened.figure("equity", "#summary") == before
    scene.now += timedelta(seconds=1)
    with guardian:
        # Nobody has touched the page.
        opened.wait_for(scene.now)
        assert opened.page.locator("#summary h2").inner_text() == second.name
        # That a connection was refused is for the browser to note.
        assert all("ERR_" in text for text in opened.complaints), opened.complaints
        second.kill()
        opened.page.wait_for_selector(f"[data-bot={second.name}] .bad")
        opened.page.wait_for_selector("#summary .trouble")
        assert opened.figure("equity", "#summary") == "unknown"
        opened.choose(first.name)
        assert number(opened.figure("equity", "#summary")) > 0
    assert opened.elsewhere == []

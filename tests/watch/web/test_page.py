"""The page in a browser before views of our own making: who may see it, and what it withstands."""

import socket
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from freqtrade_riskguard.status.locks import lock_status
from freqtrade_riskguard.status.model import LockStatus
from freqtrade_riskguard.watch.watched_status import watched_status
from freqtrade_riskguard.watch.web.history import Histories
from freqtrade_riskguard.watch.web.site import WatchSite
from freqtrade_riskguard.watch.web.view import BotView, GuardianHealth, WatchView
from tests.support.browser import chromium
from tests.watch.parts import NOON, status, trade

pytestmark = pytest.mark.slow

PASSWORD = "a-password-of-nobody"  # noqa: S105 - nobody's
EVIL = "</script><img src=x onerror=alert(1)><script>alert(2)</script>"
TIME = datetime.fromtimestamp(NOON, UTC)


def bot(name, reason=None, equity_quote=10_000.0):
    told = watched_status(
        status(starting_capital_quote=equity_quote, trades=(trade(),)), NOON, name=name
    )
    locks: tuple[LockStatus, ...] = ()
    if reason is not None:
        locks = (
            lock_status(number=1, pair="*", side="*", until=TIME, reason=reason, rule="daily_loss"),
        )
    told = told.model_copy(update={"locks": locks})
    return BotView(
        name=name, trouble=None, is_answering=True, holds=(), status=told, decisions=None
    )


def view(*bots, polls=1):
    health = GuardianHealth(
        started=TIME,
        polls=polls,
        failed_polls=0,
        last_poll_seconds=0.1,
        every_seconds=10.0,
        events=(),
        waiting_messages=0,
    )
    return WatchView(version=1, time=TIME, bots=bots, fleet=None, guardian=health)


@pytest.fixture(scope="module")
def browser():
    with chromium() as found:
        yield found


@contextmanager
def shown(browser, *bots, password=None, most_clients=64, **context):
    """Give the site and its page, and all that the page has complained of."""
    secret = None if password is None else SecretStr(password)
    site = WatchSite("127.0.0.1", 0, secret, Histories(10.0), most_clients)
    port = site.open()
    site.publish(view(*bots))
    opened = browser.new_context(**context)
    complaints = []
    try:
        page = opened.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        yield site, page, f"http://127.0.0.1:{port}/", complaints
    finally:
        opened.close()
        site.close()


def test_with_the_password_its_stream_and_its_history_come_too(browser):
    credentials = {"username": "riskguard", "password": PASSWORD}
    with shown(browser, bot("one"), password=PASSWORD, http_credentials=credentials) as (
        site,
        page,
        url,
        complaints,
    ):
        page.goto(url)
        page.wait_for_selector(".live.good")
        site.publish(view(bot("one", equity_quote=9_000.0), polls=2))
        page.wait_for_function(
            "() => document.querySelector('#summary .equity').textContent === '9,000.00 USDT'"
        )
        # Nothing was noted of it here.
        assert [text for text in complaints if "404" not in text] == []


def test_what_bots_say_is_text(browser):
    with shown(browser, bot("one", EVIL)) as (_, page, url, complaints):
        page.goto(url)
        page.wait_for_selector("#locks .lock")
        assert EVIL in page.locator("#locks").inner_text()
        page.wait_for_timeout(300)
        assert page.locator("img").count() == 0
        assert [text for text in complaints if "404" not in text] == []


def test_who_is_refused_comes_again(browser):
    with shown(browser, bot("one"), most_clients=1) as (_, page, url, _complaints):
        port = int(url.rpartition(":")[2].strip("/"))
        with closing(socket.create_connection(("127.0.0.1", port))) as other:
            other.sendall(b"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert other.recv(100)
            page.goto(url)
            page.wait_for_selector(".live.bad")
            assert page.locator("#live").inner_text() == "no connection to the guardian"
        page.wait_for_selector(".live.good")


def test_a_bot_is_chosen_by_keys_and_stays_chosen(browser):
    with shown(browser, bot("one"), bot("two")) as (site, page, url, _complaints):
        page.goto(url)
        page.wait_for_selector("#bots a")
        assert page.locator("#summary h2").inner_text() == "one"
        page.get_by_role("link", name="two").focus()
        page.keyboard.press("Enter")
        page.wait_for_function("() => document.querySelector('#summary h2').textContent === 'two'")
        site.publish(view(bot("one"), bot("two", equity_quote=9_500.0), polls=2))
        page.wait_for_function(
            "() => document.querySelector('#summary .equity').textContent === '9,500.00 USDT'"
        )
        focused = page.evaluate("document.activeElement.textContent")
        assert focused == "two"
        assert page.get_by_role("link", name="two").get_attribute("aria-current") == "true"

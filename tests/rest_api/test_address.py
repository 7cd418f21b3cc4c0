import socketserver
import threading
from typing import cast

import pytest

from freqtrade_riskguard.rest_api.address import DirectSession, is_loopback, plain_http_warning
from freqtrade_riskguard.rest_api.errors import BotError
from tests.support.bot_api import BotApi
from tests.watch.test_bot import bot_at

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy that keeps what it is asked, and answers nothing of use."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        self.seen = []
        super().__init__(("127.0.0.1", 0), _Ask)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Ask(socketserver.StreamRequestHandler):
    def handle(self):
        while (line := self.rfile.readline().strip()) != b"":
            cast("Proxy", self.server).seen.append(line.decode())
        self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")


@pytest.fixture
def proxy(monkeypatch):
    """A proxy that the environment names for everything."""
    with Proxy() as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        for name in _PROXIES:
            monkeypatch.setenv(name, served.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        yield served
        served.shutdown()


def test_a_bot_on_this_machine_is_never_asked_through_a_proxy(proxy):
    with BotApi() as api:
        assert bot_at(api.url).look().state == "running"
        assert bot_at(api.url.replace("127.0.0.1", "localhost")).look().state == "running"
    assert proxy.seen == []


def test_one_elsewhere_is_asked_through_it(proxy):
    with pytest.raises(BotError, match="HTTP 502"):
        bot_at("http://bot.example", retries=0).look()
    # So the other test would have seen the password, had there been one request.
    assert proxy.seen[0].startswith("GET http://bot.example/api/v1/show_config")
    assert any(line.startswith("Authorization: Basic") for line in proxy.seen)


def test_an_alarm_on_this_machine_neither(proxy):
    with BotApi() as api, DirectSession() as session:
        session.post(f"{api.url}/api/v1/ping", json={}, timeout=5)
    assert proxy.seen == []


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("127.1", True),
        ("2130706433", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("bot.localhost", True),
        ("[::1]", True),
        ("[::ffff:127.0.0.1]", True),
        ("[::]", True),
        ("192.168.0.2", False),
        ("[2001:db8::1]", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("freqtrade", False),
    ],
)
def test_what_is_this_machine(host, local):
    assert is_loopback(f"http://{host}:8080/api") is local
    warning = plain_http_warning(f"http://{host}:8080")
    assert (warning is None) is local
    assert plain_http_warning(f"https://{host}:8080") is None


def test_the_warning_names_the_remedy():
    assert "in the clear: use https" in str(plain_http_warning("http://bot.example"))

import json
import logging
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import requests
from pydantic import SecretStr

from freqtrade_riskguard.watch.events import Event
from freqtrade_riskguard.watch.notifications import Notifier

TOKEN = "secret-token"  # noqa: S105  nobody's
EVENT = Event(bot="trend", what="silent", level=logging.ERROR, text="no usable answer in 3 polls")


class Hook(BaseHTTPRequestHandler):
    received: list[dict] = []  # noqa: RUF012  cleared by the fixture
    status = 200

    def do_POST(self):
        length = int(self.headers["Content-Length"])
        self.received.append(json.loads(self.rfile.read(length)))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def hook():
    Hook.received, Hook.status = [], 200
    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield SecretStr(f"http://127.0.0.1:{server.server_port}/{TOKEN}")
        server.shutdown()


def test_what_is_told_is_logged_at_once_and_posted_once(hook, caplog):
    notifier = Notifier(hook)
    notifier.notify(EVENT)
    assert caplog.messages == ["trend: no usable answer in 3 polls"]
    assert not Hook.received
    notifier.flush()
    notifier.flush()
    (message,) = Hook.received
    assert message["text"] == message["content"] == "trend: no usable answer in 3 polls"
    assert message["events"] == [
        {"bot": "trend", "what": "silent", "level": "ERROR", "text": "no usable answer in 3 polls"}
    ]


@pytest.mark.parametrize("trouble", ["status", "gone"])
def test_what_could_not_be_posted_is_posted_at_the_next_poll(hook, caplog, trouble, monkeypatch):
    notifier = Notifier(hook)
    if trouble == "gone":
        monkeypatch.setattr("requests.Session.post", _unreachable)
    Hook.status = 500
    notifier.notify(EVENT)
    notifier.flush()
    notifier.flush()
    # One attempt each, and the log says so once.
    assert len(Hook.received) == (2 if trouble == "status" else 0)
    assert len([line for line in caplog.messages if "webhook" in line]) == 1
    monkeypatch.undo()
    Hook.received, Hook.status = [], 200
    later = Event(bot="swing", what="recovered", level=logging.WARNING, text="answers again")
    notifier.notify(later)
    notifier.flush()
    notifier.flush()
    (message,) = Hook.received
    assert [event["bot"] for event in message["events"]] == ["trend", "swing"]


def _unreachable(*_, **__):
    raise requests.ConnectionError


def test_a_hook_that_is_away_for_long_is_given_the_latest_and_no_more_than_it_takes(hook):
    notifier = Notifier(hook)
    Hook.status = 500
    for number in range(300):
        notifier.notify(Event(bot=f"b{number}", what="silent", level=logging.ERROR, text="x" * 50))
        if number % 100 == 0:
            notifier.flush()
    Hook.received, Hook.status = [], 200
    notifier.flush()
    (message,) = Hook.received
    assert [message["events"][0]["bot"], message["events"][-1]["bot"]] == ["b200", "b299"]
    # Discord refuses longer ones.
    assert len(message["content"]) == 2_000


@pytest.mark.parametrize("trouble", ["status", "gone", "nonsense"])
def test_a_webhook_that_fails_is_logged_without_its_address_and_ends_nothing(hook, caplog, trouble):
    caplog.set_level(logging.DEBUG, logger="freqtrade_riskguard")
    addresses = {"gone": f"http://127.0.0.1:1/{TOKEN}", "nonsense": f"http://[{TOKEN}"}
    Hook.status = 500
    notifier = Notifier(SecretStr(addresses[trouble]) if trouble in addresses else hook)
    notifier.notify(EVENT)
    notifier.flush()
    assert "webhook" in caplog.messages[-1]
    assert "posted again at the next poll" in caplog.messages[-1]
    ours = [record for record in caplog.records if record.name.startswith("freqtrade_riskguard")]
    assert TOKEN not in "".join(map(str, [record.__dict__ for record in ours]))
    assert caplog.records[-1].levelno == logging.ERROR


def test_without_a_webhook_the_log_is_all(caplog):
    notifier = Notifier(None)
    notifier.notify(EVENT)
    notifier.flush()
    assert len(caplog.messages) == 1

"""Whatever a bot's address answers: an account, or an error of ours in one line."""

import json
import socketserver
import threading
from math import isfinite
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from freqtrade_riskguard.bounded_json import UnreadableError, parse_json
from freqtrade_riskguard.rest_api.errors import BotAnswerError, BotError
from freqtrade_riskguard.stress.bot_account import read_account
from freqtrade_riskguard.stress.result import stress
from freqtrade_riskguard.watch.bot import Bot
from freqtrade_riskguard.watch.settings import Limits, WatchedBot, WatchSettings
from tests.fuzz.documents import near_bytes, thorough
from tests.support.bot_api import PASSWORD, USERNAME, ScriptedBot, ScriptedTrade

_BTC = "BTC/USDT:USDT"
_HOUR = 3_600_000
_SCRIPTED = ScriptedBot(trades=[ScriptedTrade(1, _BTC, amount=0.1, rate=100_000.0)])
_CONFIG = {
    "dry_run": True,
    # Not one whose tiers would be read anew each time.
    "exchange": "okx",
    "stake_currency": "USDT",
    "available_capital": None,
    "state": "running",
    "timeframe": "1h",
    "timeframe_ms": _HOUR,
}
_CANDLES = {
    "columns": ["date", "close"],
    "data": [[1_700_000_000_000 + hour * _HOUR, 100.0 + hour % 7] for hour in range(40)],
}
VALID = {
    "show_config": _CONFIG,
    "balance": {
        "starting_capital": 10_000.0,
        "stake": "USDT",
        "currencies": [{"currency": "USDT", "free": 8_000.0, "used": 2_000.0, "balance": 10_000.0}],
    },
    "profit": {"profit_closed_coin": 0.0, "profit_all_coin": 5.0},
    "status": [trade.as_status() for trade in _SCRIPTED.trades],
    "health": {"last_process_ts": 1, "bot_start_ts": 1, "bot_startup_ts": 1},
    "pair_candles": _CANDLES,
}


class Bytes(socketserver.ThreadingTCPServer):
    """A server that answers each path with bytes, whatever they are."""

    allow_reuse_address = daemon_threads = True

    def __init__(self):
        self.answers = {}
        self.status = 200
        super().__init__(("127.0.0.1", 0), _Answer)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Answer(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        while line := self.rfile.readline():
            path = line.split()[1].decode().rpartition("/")[2].partition("?")[0]
            length = 0
            while header := self.rfile.readline().strip():
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            self.rfile.read(length)
            server = cast("Any", self.server)
            body = server.answers[path]
            head = f"HTTP/1.1 {server.status} A\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)


@pytest.fixture(scope="module")
def served():
    with Bytes() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def bot(served):
    secret = {"username": SecretStr(USERNAME), "password": SecretStr(PASSWORD)}
    watched = WatchedBot(name="bot", url=served.url, limits=Limits(), **secret)
    settings = WatchSettings.model_validate({"bots": [{"url": served.url}], "retries": 0})
    return Bot(watched, settings, threading.Event())


class Answers:
    """A client of answers that have come; the wire is in the test of a look."""

    def __init__(self, answers):
        self._answers = answers

    def _read(self, path):
        try:
            return parse_json(self._answers[path], allow_nan=True)
        except UnreadableError:
            raise BotAnswerError("does not answer with JSON") from None

    def show_config(self):
        return self._read("show_config")

    def balance(self):
        return self._read("balance")

    def profit(self):
        return self._read("profit")

    def status(self):
        return self._read("status")

    def pair_candles(self, *_):
        return self._read("pair_candles")


def one_wrong(*paths):
    """Answers to all questions, one of them not as it should be."""
    rest = {path: json.dumps(answer).encode() for path, answer in VALID.items()}

    def answers(path):
        return near_bytes(VALID[path]).map(lambda wrong: rest | {path: wrong})

    return st.one_of(*map(answers, paths))


def said(error):
    assert str(error).isprintable()
    assert len(str(error)) < 500
    assert "input_value" not in str(error)
    assert PASSWORD not in str(error)


@thorough
@given(one_wrong("show_config", "balance", "profit", "status", "health"), st.integers(0, 9))
def test_a_look_at_a_bot(served, bot, answers, luck):
    served.answers, served.status = answers, 500 if luck == 0 else 200
    try:
        seen = bot.look()
    except BotError as error:
        said(error)
    else:
        assert isfinite(seen.equity_quote(seen.starting_capital_quote))
        assert all(isfinite(trade.notional_quote) for trade in seen.trades)
        assert seen.state.isprintable()


@thorough
@given(one_wrong("show_config", "balance", "profit", "status", "pair_candles"))
def test_a_bots_account(answers):
    try:
        found = read_account(Answers(answers))
    except BotError as error:
        said(error)
    else:
        assert found.equity_quote > 0
        stress(found)

import gzip
import logging
import socketserver
import threading
import time

import pytest
from freqtrade.enums import State
from pydantic import SecretStr

from freqtrade_riskguard.rest_api.errors import (
    BotAnswerError,
    BotCredentialsError,
    BotError,
    BotRefusedError,
    BotSilentError,
    BotTimeoutError,
)
from freqtrade_riskguard.watch.bot import Bot
from freqtrade_riskguard.watch.settings import Limits, WatchedBot, WatchSettings
from tests.support.bot_api import PASSWORD, USERNAME, BotApi, ScriptedTrade, no_rate


def bot_at(url, password=PASSWORD, **changes):
    watched = WatchedBot(
        name="bot",
        url=url,
        username=SecretStr(USERNAME),
        password=SecretStr(password),
        limits=Limits(),
    )
    raw = {"bots": [{"url": url}], **changes}
    return Bot(watched, WatchSettings.model_validate(raw), threading.Event())


@pytest.fixture
def api():
    with BotApi() as served:
        yield served


def long_btc(trade_id=1, **changes):
    return ScriptedTrade(trade_id, "BTC/USDT:USDT", amount=0.1, rate=100_000.0, **changes)


def test_a_look_reads_what_freqtrade_shows(api):
    api.bot.trades = [long_btc(profit_quote=-50.0)]
    api.bot.realised_quote = 20.0
    seen = bot_at(api.url).look()
    assert (seen.state, seen.mode, seen.currency) == ("running", "dry-run", "USDT")
    assert seen.starting_capital_quote == 10_000
    assert (seen.realised_quote, seen.open_profit_quote) == (20, -50)
    assert seen.equity_quote(10_000) == pytest.approx(9_970)
    # 0.1 * 100000
    assert seen.trades[0].notional_quote == pytest.approx(10_000)
    assert seen.trades[0].base_currency == "BTC"
    assert seen.started


# 10000 * ratio: what partial exits realised is a profit already. A share of its own is as written.
@pytest.mark.parametrize(
    ("ratio", "share", "capital"),
    [(1.0, None, 10_000), (0.5, None, 5_000), (0.99, None, 9_900), (0.5, 3_000.0, 3_000)],
)
@pytest.mark.parametrize("partial_quote", [-600.0, 600.0])
def test_what_partial_exits_realised_is_counted_once(api, ratio, share, capital, partial_quote):
    api.bot.tradable_ratio, api.bot.available_capital = ratio, share
    api.bot.realised_quote = 70.0
    api.bot.trades = [long_btc(1, realised_quote=partial_quote), long_btc(2, profit_quote=9.0)]
    seen = bot_at(api.url).look()
    assert seen.starting_capital_quote == pytest.approx(capital)
    assert seen.realised_quote + seen.open_profit_quote == pytest.approx(79 + partial_quote)


def test_stakes_of_before_an_exit_are_no_withdrawal(api):
    # 4000 in a trade, half of it closed for 3 less; the wallet was not written since.
    api.bot.wallet_before = (6_000.0, 4_000.0)
    api.bot.trades = [long_btc(realised_quote=-3.0)]
    # freqtrade shows 6000 + 2000. Both together are 10000, 3 of them lost in the profits too.
    assert bot_at(api.url).look().starting_capital_quote == pytest.approx(10_003)


@pytest.mark.parametrize(("status", "repeats"), [(500, 2), (404, 0), (302, 0)])
def test_an_error_page_is_no_answer(api, status, repeats):
    api.fails = status
    with pytest.raises(BotRefusedError, match=f"HTTP {status}"):
        bot_at(api.url).look()
    assert api.asked == ["show_config"] * (1 + repeats)


def test_a_wrong_password_is_told_apart_and_not_tried_again(api):
    with pytest.raises(BotCredentialsError, match="HTTP 401"):
        bot_at(api.url, password=PASSWORD[1:]).look()
    assert api.asked == ["show_config"]


def test_something_else_at_the_address(api):
    api.fails = 200
    with pytest.raises(BotAnswerError, match="is this a freqtrade bot"):
        bot_at(api.url).look()


def test_a_bot_that_hangs_is_given_up_after_its_time_out(api):
    api.hangs_seconds = 30
    began = time.monotonic()
    with pytest.raises(BotTimeoutError, match=r"no answer within 0\.3 s"):
        bot_at(api.url, timeout_seconds=0.3).look()
    assert time.monotonic() - began < 3
    # Asking again at once would only take as long again.
    assert api.asked == ["show_config"]


def test_a_bot_that_is_gone(api):
    api.kill()
    with pytest.raises(BotSilentError, match="Connection refused"):
        bot_at(api.url, retries=1).look()


def test_a_bot_that_comes_back_within_the_retries(api):
    api.kill()
    comeback = threading.Timer(0.1, api.serve)
    comeback.start()
    assert bot_at(api.url, retries=5).look().state == "running"
    comeback.join()


def test_without_a_rate_the_account_is_unknown(api):
    api.bot.trades = [no_rate(long_btc())]
    with pytest.raises(BotAnswerError, match="/profit has no usable profit_all_coin"):
        bot_at(api.url).look()


def test_entries_are_stopped_and_all_trades_closed_at_the_market(api):
    api.bot.trades = [long_btc(1), long_btc(2)]
    bot = bot_at(api.url)
    bot.stop_entries()
    bot.close_all()
    assert bot.look().state == "paused"
    assert api.bot.orders == ["pause", "exit all market"]
    assert not api.bot.trades


def test_a_trade_that_cannot_be_closed_does_not_keep_the_others_open(api):
    # freqtrade closes them in turn, and gives up at the first that fails.
    api.bot.trades = [long_btc(1), long_btc(2), long_btc(3)]
    api.bot.stubborn = {1}
    with pytest.raises(BotRefusedError, match=r"BTC/USDT:USDT \(trade 1\) .*the exchange refuses"):
        bot_at(api.url, retries=0).close_all()
    assert [trade.trade_id for trade in api.bot.trades] == [1]
    # The one that fails also as the strategy would close it.
    assert "exit 1 None" in api.bot.orders


def test_trades_are_closed_one_by_one_also_where_one_has_no_rate(api):
    api.bot.trades = [no_rate(long_btc(1)), long_btc(2)]
    with pytest.raises(BotRefusedError, match=r"^BTC/USDT:USDT \(trade 1\)"):
        bot_at(api.url, retries=0).close_all()
    assert [trade.trade_id for trade in api.bot.trades] == [1]


def test_a_stopped_bot_closes_trades_once_its_entries_are_stopped(api):
    api.bot.trades, api.bot.state = [long_btc()], State.STOPPED
    bot = bot_at(api.url, retries=0)
    with pytest.raises(BotRefusedError, match="trader is not running"):
        bot.close_all()
    bot.stop_entries()
    bot.close_all()
    assert not api.bot.trades


@pytest.mark.parametrize("trouble", ["password", "gone", "hangs", "fails"])
def test_no_error_and_no_log_shows_the_password(api, caplog, trouble):
    caplog.set_level(logging.DEBUG)
    secret = "hunter2" if trouble == "password" else PASSWORD
    if trouble == "gone":
        api.kill()
    api.hangs_seconds = 30 if trouble == "hangs" else 0
    api.fails = 503 if trouble == "fails" else None
    short = {"timeout_seconds": 0.2, "order_timeout_seconds": 0.2} if trouble == "hangs" else {}
    bot = bot_at(api.url, password=secret, retries=1, **short)
    with pytest.raises(BotError) as caught:
        bot.look()
    with pytest.raises(BotError):
        bot.close_all()
    told = caplog.text + repr(caught.value) + repr(bot.__dict__)
    assert "urllib3" in told
    assert secret not in told
    assert USERNAME not in told
    assert "Basic " not in told
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


class Raw:
    """A server that sends what it is given, byte by byte where it is slow, and counts requests."""

    def __init__(self, body, *, status=b"200 OK", head=b"", pause_seconds=0.0):
        self.body, self.pause_seconds = body, pause_seconds
        self.head = b"HTTP/1.1 " + status + b"\r\n" + head + b"Connection: close\r\n\r\n"
        self.asked: list[bytes] = []
        owner = self

        class Answer(socketserver.StreamRequestHandler):
            def handle(self):
                owner.asked.append(self.rfile.readline())
                length = 0
                while line := self.rfile.readline().strip():
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                # What is left unread would reset the connection.
                self.rfile.read(length)
                self.wfile.write(owner.head)
                try:
                    for piece in owner.body:
                        self.wfile.write(piece)
                        time.sleep(owner.pause_seconds)
                except OSError:
                    owner.asked.append(b"hung up")

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Answer)
        self._server.daemon_threads = True

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def endless():
    while True:
        yield b" " * 65_536


def test_an_answer_without_an_end_is_cut_off():
    with Raw(endless()) as url, pytest.raises(BotAnswerError, match="more than 16 MB"):
        bot_at(url, retries=0).look()


def test_an_answer_that_trickles_is_given_up():
    began = time.monotonic()
    with Raw(iter([b" "] * 100), pause_seconds=0.1) as url, pytest.raises(BotTimeoutError):
        bot_at(url, retries=0, timeout_seconds=0.5).look()
    assert time.monotonic() - began < 4


def test_an_answer_that_would_grow_is_not_unpacked():
    bomb = gzip.compress(b" " * 10_000_000)
    with (
        Raw([bomb], head=b"Content-Encoding: gzip\r\n") as url,
        pytest.raises(BotAnswerError, match="compressed"),
    ):
        bot_at(url, retries=0).look()


@pytest.mark.parametrize(
    "body",
    [b"[" * 200_000 + b"]" * 200_000, b'{"a": ' + b"1" * 5_000 + b"}", b"\xff", b"", b"{"],
    ids=["deep", "digits", "not UTF-8", "nothing", "cut off"],
)
def test_an_answer_that_nobody_can_read(body):
    with Raw([body]) as url, pytest.raises(BotAnswerError, match="is this a freqtrade bot"):
        bot_at(url, retries=0).look()


def test_an_address_that_turns_out_to_be_none():
    with pytest.raises(BotSilentError, match="cannot be reached"):
        bot_at("http://bot..example", retries=0).look()


def test_what_a_bot_says_moves_no_cursor_and_forges_no_line(api):
    api.bot.trades = [long_btc(1), ScriptedTrade(2, "E\x1b[2J\n/USDT:USDT", amount=1.0, rate=1.0)]
    api.bot.stubborn = {1, 2}
    bot = bot_at(api.url, retries=0)
    assert bot.look().trades[1].pair == "E\\x1b[2J\\n/USDT:USDT"
    with pytest.raises(BotRefusedError) as caught:
        bot.close_all()
    assert str(caught.value).isprintable()
    body = b'{"error": "no\\n2025-02-03 12:00:00Z INFO all is well \\u001b[2J\\u202e"}'
    with Raw([body], status=b"500 No") as url, pytest.raises(BotRefusedError) as caught:
        bot_at(url, retries=0).look()
    assert str(caught.value) == (
        "answers HTTP 500: no\\n2025-02-03 12:00:00Z INFO all is well \\x1b[2J\\u202e"
    )

"""``riskguard status``, as a person calls it: what cannot be read is one line."""

import json
import sqlite3
import sys
import time

import pytest
from freqtrade.enums import State
from freqtrade.persistence import Trade, init_db
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore
from freqtrade_riskguard.cli import main
from freqtrade_riskguard.commands import status as command
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.status.json_schema import SCHEMA
from freqtrade_riskguard.watch.settings_loader import NOTIFY, PASSWORD, USERNAME
from tests.support import bot_api
from tests.support.bot_api import BotApi, ScriptedBot, ScriptedTrade
from tests.support.offline import write_bot
from tests.support.receiver import TOKEN, Receiver
from tests.support.terminal import assert_fits
from tests.watch.parts import settings_file

BTC = "BTC/USDT:USDT"


@pytest.fixture
def place(exchange, tmp_path):
    """A bot's folder without any database."""
    return write_bot(tmp_path / "bot", exchange).parent


def valid(text):
    """Return what is told as JSON, which is as the schema says."""
    shown = json.loads(text)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(shown)
    return shown


def status(place, *more):
    return main(["status", "-c", str(place / "config.json"), "--userdir", str(place), *more])


def kept(place, **values):
    """Write what a guard has kept to the database of a bot that has not traded."""
    init_db(f"sqlite:///{place / 'bot.sqlite'}")
    for key, value in values.items():
        DatabaseStore().set(key, value)
    engine = Trade.session.get_bind().engine
    Trade.session.remove()
    engine.dispose()


class TestADatabaseThatIsNoGuards:
    @pytest.fixture(params=["missing", "damaged", "foreign", "folder", "no guard"])
    def broken(self, request, place):
        file = place / "bot.sqlite"
        match request.param:
            case "damaged":
                file.write_bytes(b"SQLite format 3\0" + b"\xff" * 8_000)
            case "foreign":
                with sqlite3.connect(file) as other:
                    other.execute("create table songs (name text)")
            case "folder":
                file.mkdir()
            case "no guard":
                kept(place)
        return place

    def test_is_one_line(self, broken, capsys):
        file = broken / "bot.sqlite"
        before = file.read_bytes() if file.is_file() else file.exists()
        assert status(broken) == 2
        said = capsys.readouterr()
        assert said.out == ""
        (line,) = said.err.splitlines()
        assert line.startswith("riskguard status: ")
        assert "bot.sqlite" in line
        assert "db_url" in line
        # Nothing is made where nothing was, nor changed.
        assert (file.read_bytes() if file.is_file() else file.exists()) == before

    def test_a_server_that_is_away_tells_no_password(self, place, capsys):
        url = "postgresql+psycopg2://bot:hunter2hunter2@127.0.0.1:1/trades"
        assert status(place, "--db-url", url) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("riskguard status: postgresql+psycopg2 (db_url) cannot be read")
        assert "hunter2" not in line

    def test_a_driver_that_is_missing_is_named(self, place, capsys, monkeypatch):
        # What an import of a module that is not there finds.
        monkeypatch.setitem(sys.modules, "psycopg2", None)
        assert (
            status(place, "--db-url", "postgresql+psycopg2://bot:hunter2@127.0.0.1:1/trades") == 2
        )
        (line,) = capsys.readouterr().err.splitlines()
        assert line.endswith("its driver psycopg2 is not installed: pip install psycopg2-binary")


class TestABotThatHasNotTraded:
    # base, equity, peak, day, its start, week, its start: 10,000 that were 12,500 once.
    EQUITY = json.dumps([10_000.0, 10_000.0, 12_500.0, 99_999, 10_000.0, 14_285, 10_000.0])

    def test_a_drawdown_is_remembered(self, place, capsys):
        kept(place, equity=self.EQUITY)
        assert status(place, "--json") == 1
        shown = valid(capsys.readouterr().out)
        assert shown["drawdown"]["drawdown_ratio"] == pytest.approx(0.2)
        assert shown["warnings"] == ["drawdown 20.0 %: beyond the halt"]
        assert shown["bot"]["strategy"] == "RiskGuardSample"
        assert shown["decisions"] is None

    def test_a_journal_that_is_named_has_nothing_yet(self, place, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "400")
        kept(place, equity=self.EQUITY)
        config = json.loads((place / "config.json").read_text(encoding="utf-8"))
        config["riskguard"]["journal_file"] = str(place / "none yet.jsonl")
        (place / "config.json").write_text(json.dumps(config), encoding="utf-8")
        assert status(place) == 1
        shown = " ".join(capsys.readouterr().out.split())
        assert f"Last decisions nothing written yet to {place / 'none yet.jsonl'}" in shown

    def test_an_exchange_that_is_away_is_one_line(self, calm, tmp_path, capsys):
        with ReplayExchange(calm) as gone:
            place = write_bot(tmp_path / "away", gone).parent
        kept(place, equity=self.EQUITY)
        assert status(place) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("riskguard status: binance gave no markets")


class TestTheApi:
    @pytest.fixture(autouse=True)
    def _credentials(self, monkeypatch):
        monkeypatch.setenv(USERNAME, bot_api.USERNAME)
        monkeypatch.setenv(PASSWORD, bot_api.PASSWORD)
        monkeypatch.setenv("COLUMNS", "80")

    def test_what_it_tells_and_what_not(self, capsys):
        bot = ScriptedBot(trades=[ScriptedTrade(1, BTC, 0.1, 50_000.0, profit_quote=100.0)])
        with BotApi(bot) as api:
            assert main(["status", "--url", api.url, "--json"]) == 2
        shown = valid(capsys.readouterr().out)
        assert shown["equity"]["equity_quote"] == pytest.approx(10_100.0)
        assert shown["source"] == "rest_api"
        (held,) = shown["positions"]
        assert (held["mark"], held["stop_price"]) == (50_000.0, None)
        # 5,000 of 10,100.
        assert shown["margin"]["effective_leverage"] == pytest.approx(5_000 / 10_100)
        assert "loss of the day against its limit" in shown["unknown"]
        assert f"stop of {BTC}" in shown["unknown"]
        assert shown["verdict"] == "unknown"

    @pytest.mark.parametrize(
        ("bot", "code"),
        [
            (ScriptedBot(state=State.STOPPED), 1),
            (ScriptedBot(lock_reasons=["HALTED: 18.2 % below the peak. Lift: /unlock 2"]), 1),
            (ScriptedBot(), 2),
        ],
        ids=["stopped", "locked", "cannot tell"],
    )
    def test_what_it_tells_is_as_the_schema_says(self, capsys, bot, code):
        with BotApi(bot) as api:
            assert main(["status", "--url", api.url, "--json"]) == code
        assert valid(capsys.readouterr().out)["version"] == 1

    def test_a_bot_that_is_stopped_is_known_to_be(self, capsys):
        with BotApi(ScriptedBot(state=State.STOPPED)) as api:
            assert main(["status", "--url", api.url]) == 1
        shown = capsys.readouterr().out
        assert "the bot is stopped" in shown
        # It may have limits, and a journal.
        limits = [line for line in shown.splitlines() if "Drawdown" in line or "Gross" in line]
        assert [line.rstrip().endswith("cannot tell") for line in limits] == [True, True]
        assert "journal_file" not in shown
        assert "cannot tell: the API does not tell them" in shown
        assert_fits(shown, 80)

    def test_a_configuration_beside_it_is_not_left_unread(self, capsys):
        assert main(["status", "--url", "http://127.0.0.1:1", "-c", "config.json"]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("riskguard status: give either -c or --url")

    def test_one_that_does_not_answer_is_one_line(self, capsys):
        with BotApi() as api:
            api.kill()
            assert main(["status", "--url", api.url]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"riskguard status: {api.url} cannot be reached")
        assert bot_api.PASSWORD not in line


class TestWhoIsTold:
    STOPPED, WELL = "the bot is stopped", "healthy again: nothing is locked, nothing is beyond"

    @pytest.fixture(autouse=True)
    def _told(self, monkeypatch, tmp_path):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        monkeypatch.setenv(USERNAME, bot_api.USERNAME)
        monkeypatch.setenv(PASSWORD, bot_api.PASSWORD)
        monkeypatch.setattr(command, "_MOST_SECONDS", 3.0)

    @pytest.fixture
    def receiver(self, monkeypatch):
        """A service of this machine that alarms are sent to."""
        opened = Receiver()
        monkeypatch.setenv(NOTIFY, opened.address.get_secret_value())
        yield opened
        opened.close()

    @pytest.fixture
    def stopped(self):
        with BotApi(ScriptedBot(state=State.STOPPED)) as api:
            yield api

    def run(self, capsys, *arguments):
        """Return the exit code and what went to standard error, without any secret."""
        code = main(["status", "--notify", *map(str, arguments)])
        said = capsys.readouterr()
        assert TOKEN not in said.out + said.err
        return code, said.err

    def test_trouble_is_told_once_and_its_end(self, stopped, receiver, capsys):
        for _ in range(3):
            assert self.run(capsys, "--url", stopped.url) == (1, "")
        assert receiver.texts == [f"freqtrade: {self.STOPPED}"]
        stopped.bot.state = State.RUNNING
        for _ in range(2):
            # Of the guard's limits the API tells nothing: that is no trouble of the bot.
            assert self.run(capsys, "--url", stopped.url) == (2, "")
        assert len(receiver.texts) == 2
        assert self.WELL in receiver.texts[1]
        # Again is another time.
        stopped.bot.state = State.STOPPED
        self.run(capsys, "--url", stopped.url)
        assert receiver.texts[2:] == [f"freqtrade: {self.STOPPED}"]

    def test_a_lock_is_told_with_its_reason(self, receiver, capsys):
        halted = "HALTED: 18.2 % below the peak. Lift: /unlock 2"
        with BotApi(ScriptedBot(lock_reasons=[halted])) as api:
            self.run(capsys, "--url", api.url)
        assert receiver.texts == [f"freqtrade: all pairs: {halted}"]

    def test_a_figure_that_grows_is_the_same_trouble(self, place, receiver, capsys):
        for equity in (10_000.0, 9_990.0):
            figures = [10_000.0, equity, 12_500.0, 99_999, equity, 14_285, equity]
            kept(place, equity=json.dumps(figures))
            config = str(place / "config.json")
            assert self.run(capsys, "-c", config, "--userdir", str(place))[0] == 1
        assert [text.partition(": ")[2] for text in receiver.texts] == [
            "drawdown 20.0 %: beyond the halt"
        ]

    def test_a_bot_that_is_gone_is_told(self, receiver, capsys):
        with BotApi() as api:
            api.kill()
            code, err = self.run(capsys, "--url", api.url)
            self.run(capsys, "--url", api.url)
        assert code == 2
        (told,) = receiver.texts
        assert told.startswith(f"{api.url}: {api.url} cannot be reached")
        assert len(err.splitlines()) == 1

    def test_what_was_refused_is_sent_by_the_next_run(self, stopped, receiver, capsys, monkeypatch):
        monkeypatch.setattr(command, "_MOST_SECONDS", 0.5)
        receiver.status = 500
        code, err = self.run(capsys, "--url", stopped.url)
        assert code == 1
        assert "an alarm was not delivered: the next run sends it again" in err
        receiver.status = 200
        assert self.run(capsys, "--url", stopped.url) == (1, "")
        assert receiver.texts == [f"freqtrade: {self.STOPPED}"]

    def test_a_service_that_hangs_holds_up_no_answer(self, stopped, receiver, capsys, monkeypatch):
        monkeypatch.setattr(command, "_MOST_SECONDS", 0.5)
        receiver.free.clear()
        began = time.monotonic()
        code, err = self.run(capsys, "--url", stopped.url)
        assert time.monotonic() - began < 5
        assert code == 1
        assert "was not delivered" in err

    def test_addresses_may_stand_in_a_guardians_file(
        self, stopped, receiver, capsys, monkeypatch, tmp_path
    ):
        monkeypatch.delenv(NOTIFY)
        address = receiver.address.get_secret_value()
        raw = {"bots": [], "notify": [address], "notify_repeat_seconds": 0}
        path = settings_file(tmp_path, raw)
        for _ in range(2):
            self.run(capsys, path, "--url", stopped.url)
        # Nothing is kept quiet there.
        assert receiver.texts == 2 * [f"freqtrade: {self.STOPPED}"]

    def test_a_damaged_file_tells_again(self, stopped, receiver, capsys, tmp_path):
        self.run(capsys, "--url", stopped.url)
        (file,) = (tmp_path / "cache" / "freqtrade-riskguard").glob("status-*.json")
        for damage in (b"[[1]]", b"\xff", b"{}", b"[[[]]]" * 99, b"null"):
            file.write_bytes(damage)
            assert self.run(capsys, "--url", stopped.url) == (1, "")
        assert len(receiver.texts) == 6

    def test_a_folder_that_cannot_be_written_to_is_said(self, stopped, receiver, capsys, tmp_path):
        (tmp_path / "cache").write_text("in the way", encoding="utf-8")
        code, err = self.run(capsys, "--url", stopped.url)
        assert code == 1
        assert "cannot be written (Not a directory): each run tells the same" in err
        assert receiver.texts == [f"freqtrade: {self.STOPPED}"]

    def test_a_test_message(self, receiver, capsys):
        assert main(["status", "--test-message"]) == 0
        assert capsys.readouterr().out == "notify[0]: took the test message\n"
        (text,) = receiver.texts
        assert text.startswith("riskguard status: a test message")
        receiver.status = 500
        assert main(["status", "--notify", "--test-message"]) == 1

    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("", "nobody is told of alarms: set RISKGUARD_WATCH_NOTIFY"),
            (f"no://{TOKEN}", "notify[0] is no"),
        ],
    )
    def test_nobody_to_tell_is_one_line(self, capsys, monkeypatch, address, words):
        monkeypatch.setenv(NOTIFY, address)
        code, err = self.run(capsys, "--url", "http://127.0.0.1:1")
        assert code == 2
        (line,) = err.splitlines()
        assert line.startswith(f"riskguard status: {words}")

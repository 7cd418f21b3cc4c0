"""``riskguard status``, as a person calls it: what cannot be read is one line."""

import json
import sqlite3
import sys

import pytest
from freqtrade.enums import State
from freqtrade.persistence import Trade, init_db

from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore
from freqtrade_riskguard.cli import main
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.watch.settings_loader import PASSWORD, USERNAME
from tests.support import bot_api
from tests.support.bot_api import BotApi, ScriptedBot, ScriptedTrade
from tests.support.offline import write_bot
from tests.support.terminal import assert_fits

BTC = "BTC/USDT:USDT"


@pytest.fixture
def place(exchange, tmp_path):
    """A bot's folder without any database."""
    return write_bot(tmp_path / "bot", exchange).parent


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
        shown = json.loads(capsys.readouterr().out)
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
        shown = json.loads(capsys.readouterr().out)
        assert shown["equity"]["equity_quote"] == pytest.approx(10_100.0)
        assert shown["source"] == "rest_api"
        (held,) = shown["positions"]
        assert (held["mark"], held["stop_price"]) == (50_000.0, None)
        # 5,000 of 10,100.
        assert shown["margin"]["effective_leverage"] == pytest.approx(5_000 / 10_100)
        assert "loss of the day against its limit" in shown["unknown"]
        assert f"stop of {BTC}" in shown["unknown"]
        assert shown["verdict"] == "unknown"

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

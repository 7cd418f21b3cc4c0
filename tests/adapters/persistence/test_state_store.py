"""Figures that survive: a run's in memory, a bot's in a real database."""

import pytest
from freqtrade.persistence import KeyValueStore, Trade
from sqlalchemy.orm import Session

from freqtrade_riskguard.adapters.persistence.state_store import (
    DatabaseStore,
    InMemoryStore,
    number,
)
from tests.adapters.bots import broken, disk_full, open_database
from tests.adapters.trades import booked_trade, found_again, open_trade


@pytest.fixture
def asked(monkeypatch):
    """Return what the database is asked for, call by call."""
    calls = []

    def watch(owner, name):
        original = getattr(owner, name)

        def watched(*args, **kwargs):
            calls.append((name, *[arg for arg in args if isinstance(arg, str | float | int)]))
            return original(*args, **kwargs)

        static = isinstance(owner.__dict__.get(name), staticmethod)
        monkeypatch.setattr(owner, name, staticmethod(watched) if static else watched)

    watch(KeyValueStore, "get_value")
    watch(KeyValueStore, "store_value")
    watch(Trade, "get_custom_data")
    watch(Trade, "set_custom_data")
    return calls


class TestOfARun:
    def test_what_is_kept_is_found(self):
        memory, trade = InMemoryStore(), open_trade()
        assert memory.get("peak") is None
        assert memory.get_for_trade(trade, "stop") is None

        memory.set("peak", 100.0)
        memory.set_for_trade(trade, "stop", 95.0)

        assert memory.get("peak") == 100.0
        assert memory.get_for_trade(trade, "stop") == 95.0
        assert memory.get_for_trade(open_trade(2), "stop") is None

    def test_a_figure_that_is_written_later_is_the_newest_of_all(self):
        memory, written = InMemoryStore(), []

        def write(text: str) -> str:
            written.append(text)
            return text

        memory.set("equity", "first")
        memory.set_later("equity", lambda: write("second"))
        memory.set_later("equity", lambda: write("third"))
        assert written == []
        assert memory.get("equity") == "third"
        assert memory.get("equity") == "third"
        assert written == ["third"]

        memory.set_later("equity", lambda: write("fourth"))
        memory.set("equity", "fifth")
        assert memory.get("equity") == "fifth"
        assert written == ["third"]

    def test_a_trade_that_is_forgotten_is_unknown(self):
        memory, trade = InMemoryStore(), open_trade()
        memory.set_for_trade(trade, "stop", 95.0)

        memory.forget(trade.id)
        memory.forget(99)

        assert memory.get_for_trade(trade, "stop") is None


class TestOfABot:
    def test_what_may_be_written_later_is_in_the_database_at_once(self, database):
        DatabaseStore().set_later("equity", lambda: "[100.0]")

        assert DatabaseStore().get("equity") == "[100.0]"

    def test_a_restart_finds_the_accounts_figures(self, database):
        memory = DatabaseStore()
        assert memory.get("peak") is None
        memory.set("peak", 100.0)
        memory.set("peak", 125.0)
        memory.set("rule", "daily_loss")
        open_database(database)

        again = DatabaseStore()
        assert again.get("peak") == 125.0
        assert again.get("rule") == "daily_loss"
        assert again.get("base") is None

    def test_a_restart_finds_a_trades_figures(self, database):
        memory, trade = DatabaseStore(), booked_trade()
        assert memory.get_for_trade(trade, "stop") is None
        memory.set_for_trade(trade, "stop", 95.0)
        memory.set_for_trade(trade, "stop", 97.5)
        memory.set_for_trade(trade, "rule", "daily_loss")
        open_database(database)

        again = DatabaseStore()
        assert again.get_for_trade(found_again(), "stop") == 97.5
        assert again.get_for_trade(found_again(), "rule") == "daily_loss"
        assert again.get_for_trade(found_again(), "atr") is None

    def test_trades_have_figures_of_their_own(self, database):
        memory = DatabaseStore()
        booked_trade(2)
        memory.set_for_trade(booked_trade(1), "stop", 95.0)
        open_database(database)

        again = DatabaseStore()
        assert again.get_for_trade(found_again(1), "stop") == 95.0
        assert again.get_for_trade(found_again(2), "stop") is None

    def test_it_does_not_get_in_the_way_of_somebody_elses_figures(self, database):
        trade = booked_trade()
        KeyValueStore.store_value("startup_time", 1.0)
        trade.set_custom_data("stop", 1.0)
        memory = DatabaseStore()

        memory.set("startup_time", 2.0)
        memory.set_for_trade(trade, "stop", 2.0)

        assert KeyValueStore.get_value("startup_time") == 1.0
        assert trade.get_custom_data("stop") == 1.0

    @pytest.mark.parametrize("before", [True, False])
    def test_a_figure_of_a_trade_is_asked_of_the_database_once(self, database, asked, before):
        trade = booked_trade()
        if before:
            DatabaseStore().set_for_trade(trade, "stop", 95.0)
        asked.clear()
        memory = DatabaseStore()

        for _ in range(3):
            assert memory.get_for_trade(trade, "stop") == (95.0 if before else None)

        assert asked == [("get_custom_data", "riskguard_stop")]

    def test_a_figure_of_the_account_is_asked_of_the_database_once(self, database, asked):
        DatabaseStore().set("peak", 100.0)
        asked.clear()
        memory = DatabaseStore()

        for _ in range(3):
            assert memory.get("peak") == 100.0

        assert asked == [("get_value", "riskguard_peak")]

    def test_a_figure_that_the_account_does_not_have_is_asked_for_once(self, database, asked):
        memory = DatabaseStore()

        for _ in range(3):
            assert memory.get("halt_until") is None

        assert asked == [("get_value", "riskguard_halt_until")]

    def test_what_has_not_changed_is_not_written_again(self, database, asked):
        trade, memory = booked_trade(), DatabaseStore()

        for _ in range(3):
            memory.set("peak", 100.0)
            memory.set_for_trade(trade, "stop", 95.0)

        assert [call for call in asked if call[0] != "get_value"] == [
            ("store_value", "riskguard_peak", 100.0),
            ("set_custom_data", "riskguard_stop", 95.0),
        ]

    def test_what_could_not_be_written_is_written_the_next_time(self, database, monkeypatch):
        trade, memory = booked_trade(), DatabaseStore()
        with monkeypatch.context() as patched:
            patched.setattr(KeyValueStore, "store_value", broken)
            patched.setattr(Trade, "set_custom_data", broken)
            with pytest.raises(ZeroDivisionError):
                memory.set("peak", 100.0)
            with pytest.raises(ZeroDivisionError):
                memory.set_for_trade(trade, "stop", 95.0)

        memory.set("peak", 100.0)
        memory.set_for_trade(trade, "stop", 95.0)
        open_database(database)

        assert DatabaseStore().get("peak") == 100.0
        assert DatabaseStore().get_for_trade(found_again(), "stop") == 95.0

    def test_what_the_database_refuses_holds_at_once_and_is_written_in_its_order(
        self, database, monkeypatch, caplog
    ):
        trade, memory = booked_trade(), DatabaseStore()
        with monkeypatch.context() as patched:
            patched.setattr(Session, "commit", disk_full)
            memory.set("peak", 100.0)
            memory.set_for_trade(trade, "stop", 95.0)
            memory.set("base", 50.0)
            # Takes the place of the 100.
            memory.set("peak", 125.0)
            memory.flush()
        assert (memory.get("peak"), memory.get_for_trade(trade, "stop")) == (125.0, 95.0)
        assert DatabaseStore().get("peak") is None
        assert not memory.is_written()
        assert caplog.text.count("cannot be written to") == 1

        room, commit = [True, True, False], Session.commit

        def nearly_full(session):
            return commit(session) if room.pop(0) else disk_full()

        with monkeypatch.context() as patched:
            patched.setattr(Session, "commit", nearly_full)
            memory.flush()
        assert DatabaseStore().get("peak") == 125.0
        assert DatabaseStore().get_for_trade(found_again(), "stop") == 95.0
        assert DatabaseStore().get("base") is None
        assert not memory.is_written()

        memory.flush()
        assert memory.is_written()
        assert DatabaseStore().get("base") == 50.0
        assert caplog.text.count("cannot be written to") == 1
        assert caplog.text.count("can be written to again") == 1

    def test_a_trade_that_is_forgotten_is_still_in_the_database(self, database):
        trade, memory = booked_trade(), DatabaseStore()
        memory.set_for_trade(trade, "stop", 95.0)

        memory.forget(trade.id)

        assert memory.get_for_trade(trade, "stop") == 95.0


@pytest.mark.parametrize(
    ("value", "expected"), [(2, 2.0), (2.5, 2.5), (0.0, 0.0), ("2.5", None), (None, None)]
)
def test_only_a_number_is_a_number(value, expected):
    assert number(value) == expected

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from freqtrade.persistence import PairLocks, Trade
from freqtrade.persistence.models import PairLock

from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore
from freqtrade_riskguard.adapters.preview.errors import PreviewError
from freqtrade_riskguard.adapters.preview.trade_database import (
    History,
    counted_base_quote,
    database_kind,
    open_history,
)
from tests.adapters.bots import open_database
from tests.adapters.trades import booked_trade


@pytest.fixture
def bot(tmp_path):
    """The database of a bot with one open trade."""
    file = tmp_path / "bot.sqlite"
    open_database(f"sqlite:///{file}")
    booked_trade(1)
    DatabaseStore().set("equity", "[4321.0, 1, 1, 0, 1, 0, 1]")
    engine = Trade.session.get_bind().engine
    Trade.session.remove()
    engine.dispose()
    return file


@pytest.fixture
def locked(bot):
    """The same, with a lock that is in force, one that is over, and one that was lifted."""
    open_database(f"sqlite:///{bot}")
    now = datetime.now(UTC)
    for name, hours, active in (("halted", 1, True), ("over", -1, True), ("lifted", 1, False)):
        PairLock.session.add(
            PairLock(
                pair="*",
                side="*",
                reason=name,
                lock_time=now - timedelta(hours=2),
                lock_end_time=now + timedelta(hours=hours),
                active=active,
            )
        )
    PairLock.session.commit()
    engine = Trade.session.get_bind().engine
    Trade.session.remove()
    engine.dispose()
    return bot


def config(url):
    return {"timeframe": "5m", "db_url": url}


def digest(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def test_it_is_a_copy(bot):
    before = digest(bot)
    with open_history(config(f"sqlite:///{bot}"), "all") as history:
        assert history == History(read=str(bot))
        assert PairLocks.timeframe == "5m"
        assert [trade.id for trade in Trade.get_open_trades()] == [1]
        assert counted_base_quote() == 4_321.0
        DatabaseStore().set("equity", "[1.0, 1, 1, 0, 1, 0, 1]")
        Trade.get_open_trades()[0].is_open = False
        Trade.commit()
        assert not Trade.get_open_trades()

    assert digest(bot) == before
    assert PairLocks.timeframe == ""


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:////nowhere/bot.sqlite", "postgresql+psycopg2://user@server/bot"],
)
def test_without_a_file_the_account_is_a_fresh_one(url):
    with open_history(config(url), "all") as history:
        assert history == History()
        assert not Trade.get_open_trades()
        assert counted_base_quote() is None


def test_it_is_left_alone_where_it_is_not_wanted(bot):
    with open_history(config(f"sqlite:///{bot}"), "none") as history:
        assert history == History()
        assert not Trade.get_open_trades()


def test_what_is_no_database_is_said(tmp_path):
    file = tmp_path / "bot.sqlite"
    file.write_text("no database at all, but long enough to be looked at " * 20)
    with (
        pytest.raises(PreviewError, match=r"bot\.sqlite \(db_url\) cannot be read.*--no-database"),
        open_history(config(f"sqlite:///{file}"), "all"),
    ):
        pass
    with (
        pytest.raises(PreviewError, match="configuration: db_url is not the address of a database"),
        open_history(config("nonsense"), "all"),
    ):
        pass


def test_the_locks_of_now_count_without_the_trades(locked):
    before = digest(locked)
    with open_history(config(f"sqlite:///{locked}"), "locks") as history:
        assert history == History(left_out=str(locked), open_left_out=1, locks=1)
        assert [lock.reason for lock in PairLock.get_all_locks()] == ["halted"]
        # At the time of the candles, too.
        then = datetime(2024, 1, 15, tzinfo=UTC)
        assert [lock.reason for lock in PairLocks.get_pair_locks("*", then)] == ["halted"]
        assert not Trade.get_open_trades()
        assert counted_base_quote() is None
    assert digest(locked) == before


def test_only_its_name_is_told(locked):
    with open_history(config(f"sqlite:///{locked}"), "name") as history:
        assert history == History(left_out=str(locked))
        assert not list(PairLock.get_all_locks())


@pytest.mark.parametrize(
    "url",
    ["postgresql//bot:hunter2@host/db", "postgresql://bot:pw@host:hunter2/db", "hunter2"],
)
def test_no_address_is_shown(url):
    with pytest.raises(PreviewError) as raised, open_history(config(url), "all"):
        pass
    assert "hunter2" not in str(raised.value)
    assert "hunter2" not in database_kind(config(url))


def test_which_kind_of_database_it_is():
    assert database_kind({"db_url": "postgresql+psycopg2://bot:pw@host/db"}) == (
        "postgresql+psycopg2"
    )
    assert database_kind({}) == "sqlite"

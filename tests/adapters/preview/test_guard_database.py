"""The database of a bot that runs: it is read beside the bot, and cannot be written to."""

import sqlite3
from contextlib import closing

import pytest
from freqtrade.persistence import Trade
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore
from freqtrade_riskguard.adapters.preview.errors import PreviewError
from freqtrade_riskguard.adapters.preview.guard_database import (
    _engine,
    open_guards_history,
    require_guard,
)
from tests.adapters.bots import open_database
from tests.adapters.trades import booked_trade

EQUITY = "[4321.0, 1, 1, 0, 1, 0, 1]"


def config(url):
    return {"timeframe": "5m", "db_url": url, "config_files": ["config.json"]}


@pytest.fixture(params=["database", "postgres_database"])
def url(request):
    """The address of a running bot's database, with one open trade and what its guard has kept."""
    address = request.getfixturevalue(request.param)
    DatabaseStore().set("equity", EQUITY)
    booked_trade(1)
    return address


def test_all_of_it_is_read_beside_the_bot(url):
    require_guard(config(url))
    bots = Trade.session
    with open_guards_history(config(url)) as history:
        assert Trade.session is not bots
        assert history.read in {url.removeprefix("sqlite:///"), "postgresql+psycopg2"}
        (trade,) = Trade.get_open_trades()
        assert trade.id == 1
        assert len(trade.orders) == 1
        assert DatabaseStore().get("equity") == EQUITY
        # What is changed here is changed in a copy.
        trade.is_open = False
        Trade.commit()
    open_database(url)
    assert Trade.get_open_trade_count() == 1


def test_nothing_can_be_written(url):
    with (
        _engine(config(url)).connect() as connection,
        pytest.raises(DBAPIError, match=r"readonly|read-only"),
    ):
        connection.execute(text("delete from trades"))


def test_a_bot_that_is_writing_is_not_waited_for(database):
    DatabaseStore().set("equity", EQUITY)
    file = database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("begin immediate")
        writer.execute("delete from KeyValueStore")
        require_guard(config(database))
        writer.rollback()


def test_a_database_that_no_guard_has_written_to(database):
    with pytest.raises(PreviewError, match="no guard has valued an account there"):
        require_guard(config(database))

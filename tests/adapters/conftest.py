"""freqtrade as in a backtest (trades and locks in lists), or as a running bot (a database)."""

import pytest
from freqtrade.persistence import (
    LocalTrade,
    PairLocks,
    Trade,
    disable_database_use,
    enable_database_use,
)
from freqtrade.persistence.base import ModelBase
from freqtrade.persistence.custom_data import _CustomData

from tests.adapters.bots import open_database, store_candles
from tests.support import postgres


@pytest.fixture
def _backtest():
    disable_database_use("5m")
    Trade.reset_trades()
    PairLocks.reset_locks()
    LocalTrade.bt_total_profit = 0
    yield
    Trade.reset_trades()
    PairLocks.reset_locks()
    enable_database_use()
    LocalTrade.bt_total_profit = 0


@pytest.fixture
def database(tmp_path):
    """The address of a running bot's database, which is open."""
    yield from _open(f"sqlite:///{tmp_path / 'bot.sqlite'}")


@pytest.fixture(scope="session")
def _server():
    if reason := postgres.missing():
        pytest.skip(reason)
    with postgres.server() as url:
        yield url


@pytest.fixture
def postgres_database(_server):
    """The address of a running bot's PostgreSQL, which is open and empty."""
    yield from _open(_server)


def _open(url):
    enable_database_use()
    PairLocks.timeframe = "5m"
    LocalTrade.bt_total_profit = 0
    open_database(url)
    engine = Trade.session.get_bind()
    yield url
    for session in (Trade.session, _CustomData.session):
        session.remove()
    if url.startswith("postgresql"):
        # The next test finds it empty; freqtrade makes the tables anew.
        ModelBase.metadata.drop_all(engine)
        engine.dispose()
    PairLocks.timeframe = ""


@pytest.fixture
def data(tmp_path):
    """20 days of hourly candles up to noon, and the strategy's own, which go on at 100."""
    return store_candles(tmp_path / "data")

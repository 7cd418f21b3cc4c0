"""freqtrade as in a backtest (trades and locks in lists), or as a running bot (a database)."""

import pytest
from freqtrade.persistence import (
    LocalTrade,
    PairLocks,
    Trade,
    disable_database_use,
    enable_database_use,
)
from freqtrade.persistence.custom_data import _CustomData

from tests.adapters.bots import open_database, store_candles


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
    enable_database_use()
    PairLocks.timeframe = "5m"
    LocalTrade.bt_total_profit = 0
    url = f"sqlite:///{tmp_path / 'bot.sqlite'}"
    open_database(url)
    yield url
    Trade.session.remove()
    _CustomData.session.remove()
    PairLocks.timeframe = ""


@pytest.fixture
def data(tmp_path):
    """20 days of hourly candles up to noon, and the strategy's own, which go on at 100."""
    return store_candles(tmp_path / "data")

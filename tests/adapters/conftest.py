"""freqtrade as in a backtest: trades and locks in lists, no database."""

import pytest
from freqtrade.persistence import (
    LocalTrade,
    PairLocks,
    Trade,
    disable_database_use,
    enable_database_use,
)


@pytest.fixture
def _backtest():
    disable_database_use("5m")
    Trade.reset_trades()
    PairLocks.reset_locks()
    yield
    Trade.reset_trades()
    PairLocks.reset_locks()
    enable_database_use()
    LocalTrade.bt_total_profit = 0

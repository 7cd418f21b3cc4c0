"""Figures kept with a trade, in a real database."""

from datetime import timedelta

import pytest
from freqtrade.persistence import Trade, init_db

from freqtrade_riskguard.adapters.trade_memory import recall, remember
from tests.adapters.trades import open_trade
from tests.factories import NOON, PAIR


@pytest.fixture
def trade(tmp_path):
    init_db(f"sqlite:///{tmp_path / 'bot.sqlite'}")
    kept = Trade(
        pair=PAIR,
        stake_amount=100.0,
        amount=1.0,
        open_rate=100.0,
        open_date=NOON - timedelta(hours=1),
        fee_open=0.0,
        fee_close=0.0,
        exchange="binance",
        is_open=True,
    )
    Trade.session.add(kept)
    Trade.commit()
    return kept


def test_a_figure_is_found_again(trade):
    assert recall(trade, "entry_atr") is None

    remember(trade, "entry_atr", 2.5)
    remember(trade, "entry_atr", 2.75)

    again = Trade.get_trades_proxy(pair=PAIR)[0]
    assert recall(again, "entry_atr") == 2.75
    assert recall(again, "stop_price") is None


@pytest.mark.usefixtures("_backtest")
def test_a_backtest_needs_no_memory():
    trade = open_trade()

    remember(trade, "entry_atr", 2.5)

    assert recall(trade, "entry_atr") is None

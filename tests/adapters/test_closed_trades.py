"""What is learned from closed trades, on freqtrade's own trade objects."""

from datetime import timedelta

import pytest
from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.ledger import Ledger
from freqtrade_riskguard.adapters.trades import (
    closed_profit_quote,
    closed_since,
    closed_trade,
    open_trades,
    return_on_notional,
)
from freqtrade_riskguard.config import load_config
from tests.adapters.trades import closed_trade as make_closed
from tests.adapters.trades import open_trade
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("_backtest")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("short", [False, True])
def test_a_trade_in_the_words_of_the_rules(short):
    # 10,000 notional on 1,000 margin, 3 % against it.
    trade = make_closed(1, profit_ratio=-0.03, date=NOON, short=short)

    summary = closed_trade(trade)

    assert summary.side == (-1 if short else 1)
    assert summary.close_time == NOON
    assert summary.profit_quote == pytest.approx(-300.0)
    assert summary.margin_quote == pytest.approx(1_000.0)
    assert return_on_notional(trade) == pytest.approx(-0.03)


def test_the_newest_trades_are_found_without_looking_at_all():
    for number in range(1, 6):
        make_closed(number, profit_ratio=0.01, date=NOON + number * MINUTE)
    open_now = open_trade(9)
    LocalTrade.add_bt_trade(open_now)

    found = closed_since(NOON + 3 * MINUTE)

    assert [trade.id for trade in found] == [4, 5]
    assert open_trades() == [open_now]
    assert closed_profit_quote() == pytest.approx(500.0)


def ledger(**kelly):
    return Ledger(load_config({"profile": "moderate", "kelly": kelly}))


def test_a_trade_counts_from_the_candle_after_its_close():
    book = ledger()
    make_closed(1, profit_ratio=0.02, date=NOON)

    book.take_in(NOON)
    assert book.edge(PAIR, NOON).trades == 0

    book.take_in(NOON + 5 * MINUTE)
    assert book.edge(PAIR, NOON + 5 * MINUTE).trades == 1
    assert len(book.recent) == 1


def test_each_trade_counts_once_however_often_it_is_looked_at():
    book = ledger()
    for number in range(1, 4):
        make_closed(number, profit_ratio=0.01 * number, date=NOON)
    for minute in range(5, 60, 5):
        book.take_in(NOON + minute * MINUTE)

    edge = book.edge(PAIR, NOON + 60 * MINUTE)

    assert (edge.trades, edge.wins) == (3, 3)
    assert edge.mean_win == pytest.approx(0.02)


def test_trades_leave_with_the_window():
    book = ledger(max_age_days=1.0)
    make_closed(1, profit_ratio=0.01, date=NOON)
    book.take_in(NOON + 5 * MINUTE)

    later = NOON + timedelta(days=1, minutes=1)
    book.take_in(later)

    assert book.edge(PAIR, later).trades == 0
    assert list(book.recent) == []

"""What is learned from closed trades, on freqtrade's own trade objects."""

from datetime import timedelta

import pytest

from freqtrade_riskguard.adapters.ledger import Ledger
from freqtrade_riskguard.config import load_config
from tests.adapters.bots import ETH
from tests.adapters.trades import closed_trade as make_closed
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("_backtest")
MINUTE = timedelta(minutes=1)


def ledger(**kelly):
    return Ledger(load_config({"profile": "moderate", "kelly": kelly}))


def test_a_trade_counts_from_the_candle_after_its_close():
    book = ledger()
    trade = make_closed(1, profit_ratio=0.02, date=NOON)

    assert book.take_in(NOON) == []
    assert book.edge(PAIR, NOON).trades == 0

    assert book.take_in(NOON + 5 * MINUTE) == [trade]
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
    book = ledger(max_age_days=1.0, sparse_age_days=2.0)
    make_closed(1, profit_ratio=0.01, date=NOON)
    book.take_in(NOON + 5 * MINUTE)

    for days, left in ((1, 1), (2, 0)):
        later = NOON + timedelta(days=days, minutes=1)
        book.take_in(later)
        assert book.edge(PAIR, later).trades == left


def test_the_newest_of_each_pair_and_side_are_kept_for_a_streak():
    book = ledger()
    for number in range(5):
        date = NOON + timedelta(days=2 * number)
        make_closed(number + 1, profit_ratio=-0.01, date=date)
        book.take_in(date + MINUTE)
    make_closed(9, profit_ratio=-0.01, date=NOON + timedelta(days=9), pair=ETH, short=True)
    book.take_in(NOON + timedelta(days=11))

    kept = [(trade.pair, (trade.close_time - NOON).days) for trade in book.recent]
    # Three losers pause entries: so many of BTC, and the one of ETH.
    assert kept == [(PAIR, 4), (PAIR, 6), (PAIR, 8), (ETH, 9)]
    again = ledger()
    again.take_in(NOON + timedelta(days=11))
    assert list(again.recent) == list(book.recent)
    book.take_in(NOON + timedelta(days=8 + 365, minutes=1))
    assert [trade.pair for trade in book.recent] == [ETH]


def test_what_was_last_done_on_a_pair():
    book = ledger()
    make_closed(1, profit_ratio=-0.01, leverage=10.0, date=NOON)
    make_closed(2, profit_ratio=0.01, leverage=3.0, date=NOON + MINUTE, pair=ETH)
    make_closed(3, profit_ratio=-0.02, leverage=4.0, date=NOON + 2 * MINUTE)
    time = NOON + 5 * MINUTE
    book.take_in(time)

    last = book.history(PAIR, time)
    assert (last.last_leverage, last.lost_last_trade) == (4.0, True)
    other = book.history(ETH, time)
    assert (other.last_leverage, other.lost_last_trade) == (3.0, False)
    never = book.history("SOL/USDT:USDT", time)
    assert (never.last_leverage, never.lost_last_trade) == (None, False)


def test_what_was_done_long_ago_is_forgotten():
    book = ledger(max_age_days=1.0)
    make_closed(1, profit_ratio=-0.01, date=NOON)
    book.take_in(NOON + 5 * MINUTE)

    assert book.history(PAIR, NOON + timedelta(days=1)).lost_last_trade
    assert not book.history(PAIR, NOON + timedelta(days=1, minutes=1)).lost_last_trade


def test_a_restart_comes_to_the_same():
    for number in range(1, 5):
        sign = -1 if number % 2 else 1
        make_closed(number, profit_ratio=0.01 * sign, date=NOON + number * MINUTE)
    time = NOON + 60 * MINUTE
    before = ledger()
    for minute in range(0, 61, 5):
        before.take_in(NOON + minute * MINUTE)
    again = ledger()
    again.take_in(time)

    assert again.edge(PAIR, time) == before.edge(PAIR, time)
    assert again.history(PAIR, time) == before.history(PAIR, time)
    assert list(again.recent) == list(before.recent)

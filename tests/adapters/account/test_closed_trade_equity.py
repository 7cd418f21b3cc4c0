"""Equity of closed trades, on freqtrade's own trade objects."""

from datetime import timedelta

import pytest
from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.account.closed_trade_equity import ClosedEquity
from freqtrade_riskguard.adapters.account.trades import closed_since
from freqtrade_riskguard.snapshot import ClosedTrade
from tests.adapters.trades import closed_trade
from tests.factories import NOON, PAIR
from tests.support.many_trades import book_closed_trades

pytestmark = pytest.mark.usefixtures("_backtest")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def equity():
    return ClosedEquity(10_000.0, max_drawdown_ratio=0.18, halt=7 * DAY)


def close(number, profit_quote, time):
    # 10,000 of notional each.
    closed_trade(number, profit_ratio=profit_quote / 10_000, date=time)


def test_each_trade_counts_once():
    counted = equity()
    close(1, 200.0, NOON)
    close(2, -100.0, NOON)  # in the same candle
    counted.take_in()
    counted.take_in()
    close(3, -100.0, NOON)
    close(4, 50.0, NOON + HOUR)
    counted.take_in()

    assert counted.track.equity_quote == pytest.approx(10_050.0)
    assert counted.track.peak_quote == pytest.approx(10_200.0)


def test_a_halt_begins_at_the_limit_below_the_peak():
    counted = equity()
    close(1, 2_000.0, NOON)  # peak 12,000; 18 % below it is 9,840
    close(2, -2_150.0, NOON + HOUR)
    counted.take_in()
    assert counted.halted_until is None

    close(3, -11.0, NOON + 2 * HOUR)  # 9,839
    counted.take_in()
    assert counted.halted_until == NOON + 2 * HOUR + 7 * DAY


def test_exactly_at_the_limit_a_halt_begins():
    counted = ClosedEquity(10_000.0, max_drawdown_ratio=0.25, halt=DAY)
    close(1, -2_500.0, NOON)
    counted.take_in()

    assert counted.halted_until == NOON + DAY


def test_what_a_running_bot_books_within_a_day_of_its_close_counts_once(request):
    request.getfixturevalue("database")
    counted = equity()
    book_closed_trades(1, first=NOON, last=NOON, pairs=(PAIR,))
    counted.take_in()
    # 0.3 % of 10,000 lost; the second wins 0.2 %, and was closed while the bot was off.
    assert counted.track.equity_quote == pytest.approx(9_970.0)
    late = NOON - DAY + HOUR
    book_closed_trades(1, first=late, last=late, pairs=(PAIR,))

    for _ in range(2):
        counted.take_in()
        assert counted.track.equity_quote == pytest.approx(9_990.0)


def test_losses_during_a_halt_do_not_prolong_it():
    counted = equity()
    close(1, -1_900.0, NOON)
    close(2, -1_900.0, NOON + DAY)
    counted.take_in()

    assert counted.halted_until == NOON + 7 * DAY


def test_after_a_halt_the_peak_counts_anew():
    counted = equity()
    close(1, -2_000.0, NOON)
    close(2, -1_000.0, NOON + DAY)  # still open at the halt
    close(3, -1_200.0, NOON + 7 * DAY)  # 7,000 is the new peak; 17.1 % below it
    counted.take_in()
    assert counted.halted_until is None
    assert counted.track.peak_quote == pytest.approx(7_000.0)

    close(4, -100.0, NOON + 8 * DAY)  # 5,700 is 18.6 % below 7,000
    counted.take_in()
    assert counted.halted_until == NOON + 15 * DAY


def test_history_told_at_once_comes_to_the_same_halt():
    following = equity()
    profits = (500.0, -2_500.0, 300.0, -400.0, -1_700.0, 100.0)
    for number, profit in enumerate(profits):
        close(number + 1, profit, NOON + 3 * number * DAY)
        following.take_in()
    restarted = equity()
    restarted.take_in()

    # 8,000 after the second is 23.8 % below 10,500: a halt from day 3 to 10. On day 12 the peak is
    # 7,900, and 6,200 is 21.5 % below it: a halt to day 19, with one more trade in it.
    assert restarted.halted_until == following.halted_until == NOON + 19 * DAY
    assert restarted.track == following.track


def test_lifted_it_counts_from_now():
    counted = equity()
    close(1, -2_000.0, NOON)
    counted.take_in()

    counted.resume(NOON + HOUR)
    close(2, -1_400.0, NOON + 2 * HOUR)  # 6,600 is 17.5 % below 8,000
    counted.take_in()

    assert counted.halted_until is None
    assert counted.track.peak_quote == pytest.approx(8_000.0)


def test_a_close_looks_at_new_trades_only(monkeypatch):
    counted = equity()
    for number in range(50):
        close(number + 1, 1.0, NOON + number * HOUR)
    counted.take_in()
    looked_at: list[ClosedTrade] = []

    def watched(time):
        looked_at.extend(closed_since(time))
        return iter(looked_at)

    monkeypatch.setattr(
        "freqtrade_riskguard.adapters.account.closed_trade_equity.closed_since", watched
    )

    close(99, 1.0, NOON + 99 * HOUR)
    counted.take_in()

    assert len(LocalTrade.bt_trades) == 51
    # The new one, and the newest before it: another could have closed in the same candle.
    assert [trade.trade_id for trade in looked_at] == [50, 99]
    assert len(counted._seen) == 1

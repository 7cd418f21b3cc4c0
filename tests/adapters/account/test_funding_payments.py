from dataclasses import replace
from datetime import timedelta

import pytest
from freqtrade.persistence import Trade

from freqtrade_riskguard.adapters.account.funding_payments import FundingPayments, paid_within
from freqtrade_riskguard.adapters.account.trades import closed_since, closed_trade
from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore, InMemoryStore
from tests.adapters.bots import open_database
from tests.adapters.trades import booked_trade, found_again, open_trade
from tests.factories import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def paying(funding, trade_id=1, opened=NOON):
    trade = open_trade(trade_id)
    trade.open_date = opened
    trade.funding_fees = funding
    return trade


def counting(memory=None):
    return FundingPayments(DAY, memory or InMemoryStore())


def test_only_payments_within_the_lookback_count():
    payments, trade = counting(), paying(0.0)
    total = 0.0
    for hours in range(0, 24 * 12, 8):  # 10 every 8 hours for twelve days
        trade.funding_fees -= 10.0
        total = payments.update(NOON + (hours + 8) * HOUR, [trade], [])

    assert total == pytest.approx(30.0)
    assert payments.update(NOON + 14 * DAY, [trade], []) == 0.0


def test_what_was_received_is_not_set_off():
    payments, trade = counting(), paying(0.0)
    payments.update(NOON, [trade], [])
    trade.funding_fees = 50.0
    assert payments.update(NOON + HOUR, [trade], []) == 0.0

    trade.funding_fees = 20.0
    assert payments.update(NOON + 2 * HOUR, [trade], []) == pytest.approx(30.0)


def test_a_trade_known_since_before_a_restart_counts_by_its_share():
    # 120 in twelve days: a twelfth of it within the last day.
    trade = paying(-120.0, opened=NOON - 12 * DAY)

    assert counting().update(NOON, [trade], []) == pytest.approx(10.0)


def test_the_last_payment_of_a_closed_trade_counts():
    payments, trade = counting(), paying(-5.0, opened=NOON - HOUR)
    assert payments.update(NOON, [trade], []) == pytest.approx(5.0)

    trade.funding_fees = -8.0
    trade.close_date = NOON + HOUR
    assert payments.update(NOON + HOUR, [], [closed_trade(trade)]) == pytest.approx(8.0)
    assert payments.update(NOON + 2 * HOUR, [], []) == pytest.approx(8.0)


def test_a_trade_that_nobody_saw_open_counts_by_its_share_at_its_close():
    # 40 paid in the four hours until noon; 23 hours later the last three of them are in the day.
    payments, trade = counting(), paying(-40.0, opened=NOON - 4 * HOUR)
    trade.close_date = NOON

    assert payments.update(NOON + 23 * HOUR, [], [closed_trade(trade)]) == pytest.approx(10.0)
    assert payments.update(NOON + 24 * HOUR, [], []) == 0.0


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("opened", "since", "funding", "paid"),
    [
        # Four hours to noon: as much of the 40 as lies after the moment.
        (NOON - 4 * HOUR, NOON - 5 * HOUR, -40.0, 40.0),
        (NOON - 4 * HOUR, NOON - 4 * HOUR, -40.0, 40.0),
        (NOON - 4 * HOUR, NOON - 1 * HOUR, -40.0, 10.0),
        (NOON - 4 * HOUR, NOON, -40.0, 0.0),
        (NOON - 4 * HOUR, NOON + HOUR, -40.0, 0.0),
        # What was received is no payment.
        (NOON - 4 * HOUR, NOON - 1 * HOUR, 0.5, 0.0),
        # Closed as it was opened, or opened nobody knows when: all of it within the last second.
        (NOON, NOON - SECOND, -40.0, 40.0),
        (NOON, NOON - SECOND / 2, -40.0, 20.0),
        (None, NOON - SECOND / 2, -40.0, 20.0),
    ],
)
def test_the_share_of_a_closed_trade_by_hand(opened, since, funding, paid):
    trade = paying(funding)
    trade.close_date = NOON

    over = replace(closed_trade(trade), open_time=opened)

    assert paid_within(over, since) == pytest.approx(paid)


def test_little_figures_count_and_little_receipts_do_not():
    payments = counting()
    payer, receiver = paying(0.0, 1), paying(0.0, 2)
    payments.update(NOON, [payer, receiver], [])
    payer.funding_fees, receiver.funding_fees = -0.25, 0.5
    assert payments.update(NOON + HOUR, [payer, receiver], []) == 0.25

    # At their close 0.5 more is paid, and 0.25 more received.
    payer.funding_fees, receiver.funding_fees = -0.75, 0.75
    payer.close_date = receiver.close_date = NOON + 2 * HOUR
    over = [closed_trade(payer), closed_trade(receiver)]
    assert payments.update(NOON + 2 * HOUR, [], over) == 0.75


def test_a_close_that_is_told_late_counts_from_when_it_was():
    payments, trade = counting(), paying(0.0)
    payments.update(NOON, [trade], [])
    # 10 were last seen at six, but the trade had closed at four, with 5 more by then.
    trade.funding_fees = -10.0
    payments.update(NOON + 6 * HOUR, [trade], [])
    trade.funding_fees, trade.close_date = -15.0, NOON + 4 * HOUR
    assert payments.update(NOON + 7 * HOUR, [], [closed_trade(trade)]) == 15.0

    assert payments.update(NOON + 4 * HOUR + DAY, [], []) == 10.0
    assert payments.update(NOON + 6 * HOUR + DAY - SECOND, [], []) == 10.0
    assert payments.update(NOON + 6 * HOUR + DAY, [], []) == 0.0


def test_a_trade_without_funding_pays_nothing():
    payments, trade = counting(), paying(None, opened=NOON)

    assert payments.update(NOON, [trade], []) == 0.0
    # All of it since it was opened, this very moment.
    trade.funding_fees = -10.0
    assert counting().update(NOON, [trade], []) == 10.0
    assert payments.update(NOON, [trade], []) == 10.0


def test_what_several_trades_paid_adds_up():
    payments = counting()
    first, second = paying(-5.0, 1, NOON - HOUR), paying(-7.0, 2, NOON - HOUR)

    assert payments.update(NOON, [first, second], []) == pytest.approx(12.0)


def test_a_restart_goes_on_with_what_was_counted():
    memory, trade = InMemoryStore(), paying(0.0, opened=NOON - 12 * DAY)
    before = counting(memory)
    before.update(NOON, [trade], [])
    trade.funding_fees = -30.0
    before.update(NOON + HOUR, [trade], [])
    trade.funding_fees = -40.0

    # 30 an hour ago and 10 since; by its share of twelve days it would be 3.3.
    again = counting(memory)
    assert again.update(NOON + 2 * HOUR, [trade], []) == pytest.approx(40.0)
    assert again.update(NOON + HOUR + DAY, [trade], []) == pytest.approx(10.0)


def test_a_restart_goes_on_with_a_trade_that_has_only_received():
    memory, trade = InMemoryStore(), paying(0.0, opened=NOON - 12 * DAY)
    before = counting(memory)
    assert before.update(NOON, [], []) == 0.0
    before.update(NOON, [trade], [])
    trade.funding_fees = 30.0
    before.update(NOON + HOUR, [trade], [])
    trade.funding_fees = 26.0

    # Paid since; by its share of twelve days it would have received 2.2.
    assert counting(memory).update(NOON + 2 * HOUR, [trade], []) == pytest.approx(4.0)


def test_a_running_bot_goes_on_with_what_was_counted(database):
    trade = booked_trade()
    before = counting(DatabaseStore())
    before.update(NOON, [trade], [])
    trade.funding_fees = -30.0
    before.update(NOON + HOUR, [trade], [])
    Trade.commit()
    open_database(database)

    again = counting(DatabaseStore())
    assert again.update(NOON + 2 * HOUR, [found_again()], []) == pytest.approx(30.0)


def test_a_restart_counts_what_was_paid_until_a_trade_closed(database):
    trade = booked_trade()
    before = counting(DatabaseStore())
    before.update(NOON, [trade], [])
    trade.funding_fees = -30.0
    before.update(NOON + HOUR, [trade], [])
    # 10 more until its close, which the bot was not there to see.
    trade.funding_fees, trade.is_open = -40.0, False
    trade.close_date = (NOON + 2 * HOUR).replace(tzinfo=None)
    Trade.commit()
    open_database(database)

    again = counting(DatabaseStore())
    over = list(closed_since(NOON))
    assert again.update(NOON + 3 * HOUR, [], over) == pytest.approx(40.0)
    # The 30 have left after a day, the 10 an hour later.
    assert again.update(NOON + HOUR + DAY, [], []) == pytest.approx(10.0)
    assert again.update(NOON + 2 * HOUR + DAY, [], []) == 0.0


def test_trades_that_closed_while_the_bot_was_off_keep_their_payments_apart(database):
    trades = [booked_trade(1), booked_trade(2)]
    before = counting(DatabaseStore())
    before.update(NOON, trades, [])
    for trade, funding in zip(trades, (-30.0, -7.0), strict=True):
        trade.funding_fees = funding
    before.update(NOON + HOUR, trades, [])
    for trade in trades:
        trade.is_open = False
        trade.close_date = (NOON + 2 * HOUR).replace(tzinfo=None)
    Trade.commit()
    open_database(database)

    over = list(closed_since(NOON))
    assert counting(DatabaseStore()).update(NOON + 3 * HOUR, [], over) == pytest.approx(37.0)

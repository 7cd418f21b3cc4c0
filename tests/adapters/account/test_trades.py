"""freqtrade's trades in the words of the rules, on freqtrade's own trade objects."""

from datetime import UTC, datetime, timedelta

import pytest
from freqtrade.persistence import LocalTrade, Trade
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.adapters.account.trades import (
    closed_profit_quote,
    closed_since,
    closed_trade,
    closing_mark,
    newest_closed,
    open_funding,
    open_profit_quote,
    open_trades,
    return_on_notional,
    side_of,
    trade_side,
)
from freqtrade_riskguard.risk import FundingShares
from tests.adapters.trades import booked_trade, fill, open_trade, wait
from tests.adapters.trades import closed_trade as make_closed
from tests.factories import NOON

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("short", "side"), [(False, 1), (True, -1)])
def test_a_side_is_a_sign(short, side):
    assert trade_side(open_trade(short=short)) == side
    assert side_of("short" if short else "long") == side


@pytest.mark.usefixtures("_backtest")
class TestInABacktest:
    @pytest.mark.parametrize("short", [False, True])
    def test_a_trade_in_the_words_of_the_rules(self, short):
        # 10,000 notional on 1,000 margin, 3 % against it.
        trade = make_closed(1, profit_ratio=-0.03, date=NOON, short=short)

        summary = closed_trade(trade)

        assert summary.side == (-1 if short else 1)
        assert summary.close_time == NOON
        assert summary.profit_quote == pytest.approx(-300.0)
        assert summary.margin_quote == pytest.approx(1_000.0)
        assert return_on_notional(trade) == summary.return_ratio == pytest.approx(-0.03)
        assert (summary.trade_id, summary.leverage) == (1, 10.0)
        assert summary.open_time == NOON - timedelta(hours=2)

    def test_what_freqtrade_does_not_know_of_a_trade_counts_as_nothing(self):
        # As of trades that other releases have booked.
        trade = make_closed(1, profit_ratio=-0.03, date=NOON)
        trade.close_profit = trade.close_profit_abs = trade.funding_fees = None
        trade.leverage = trade.max_stake_amount = trade.close_date = None

        summary = closed_trade(trade)

        assert (summary.profit_quote, summary.return_ratio, summary.funding_quote) == (0, 0, 0)
        assert (summary.leverage, summary.margin_quote) == (1.0, 1_000.0)
        assert summary.close_time == datetime(1970, 1, 1, tzinfo=UTC)
        trade.close_profit = 0.02
        assert return_on_notional(trade) == 0.02

    def test_the_newest_trades_are_found_without_looking_at_all(self):
        for number in range(1, 6):
            make_closed(number, profit_ratio=0.01, date=NOON + number * MINUTE)
        open_now = open_trade(9)
        LocalTrade.add_bt_trade(open_now)

        found = closed_since(NOON + 3 * MINUTE)

        assert [trade.trade_id for trade in found] == [4, 5]
        assert open_trades() == [open_now]
        assert closed_profit_quote() == pytest.approx(500.0)


@pytest.mark.usefixtures("database")
def test_a_running_bot_is_asked_through_its_database():
    lost = booked_trade(1)
    fill(lost, lost.exit_side, lost.amount, 97.0, NOON)
    lost.close_date = NOON.replace(tzinfo=None)  # the database knows no time zones
    lost.close(97.0, show_msg=False)
    booked_trade(2)
    Trade.commit()

    assert [trade.id for trade in open_trades()] == [2]
    assert [trade.trade_id for trade in closed_since(NOON - MINUTE)] == [1]
    assert list(closed_since(NOON)) == []
    # 100 units, 3 lower.
    assert closed_profit_quote() == pytest.approx(-300.0)


def booked_and_closed(trade_id, minute, **kwargs):
    trade = booked_trade(trade_id, **kwargs)
    fill(trade, trade.exit_side, trade.amount, 101.0, NOON)
    trade.close_date = (NOON + minute * MINUTE).replace(tzinfo=None)
    trade.close(101.0, show_msg=False)
    Trade.commit()


def made_and_closed(trade_id, minute, **kwargs):
    make_closed(trade_id, profit_ratio=0.01, date=NOON + minute * MINUTE, **kwargs)


# Number, pair, side and minute of the close: two pairs by turns, every third one short.
RECORD = [(n, f"{'AB'[n % 2]}/USDT:USDT", n % 3 == 0, n) for n in range(1, 13)]
NEWEST_TWO = [
    # Of all; of A (even) and B (odd); of shorts (3, 6, ...) and longs; of each pair and side.
    ({}, [9, 10]),
    ({"per_pair": True}, [7, 8, 9, 10]),
    ({"per_side": True}, [6, 8, 9, 10]),
    ({"per_pair": True, "per_side": True}, [3, 5, 6, 7, 8, 9, 10]),
]


@pytest.mark.parametrize(("groups", "numbers"), NEWEST_TWO)
@pytest.mark.parametrize("where", ["_backtest", "database", "postgres_database"])
def test_the_newest_of_each_group_are_the_same_wherever_they_are_kept(
    request, where, groups, numbers
):
    request.getfixturevalue(where)
    for number, pair, short, minute in RECORD:
        close = made_and_closed if where == "_backtest" else booked_and_closed
        close(number, minute, pair=pair, short=short)

    # The last two are too new.
    found = newest_closed(2, until=NOON + 10 * MINUTE, **groups)

    assert [trade.trade_id for trade in found] == numbers
    by_number = {number: (pair, -1 if short else 1) for number, pair, short, _ in RECORD}
    assert all((t.pair, t.side) == by_number[t.trade_id] for t in found)
    assert all(t.close_time == NOON + t.trade_id * MINUTE for t in found)


@pytest.mark.parametrize("where", ["_backtest", "database", "postgres_database"])
def test_what_closed_between_two_moments_is_the_same_wherever_it_is_kept(request, where):
    request.getfixturevalue(where)
    for number in range(1, 7):
        (made_and_closed if where == "_backtest" else booked_and_closed)(number, number)

    after, until = NOON + 2 * MINUTE, NOON + 5 * MINUTE
    assert [trade.trade_id for trade in closed_since(after, until=until)] == [3, 4, 5]
    assert [trade.trade_id for trade in closed_since(after)] == [3, 4, 5, 6]


@pytest.mark.parametrize("where", ["database", "postgres_database"])
@pytest.mark.parametrize("per_pair", [False, True])
def test_trades_are_in_the_order_of_closing_not_of_opening(request, where, per_pair):
    request.getfixturevalue(where)
    # The first is the last to close; two close together.
    for number, minute in ((1, 5), (2, 3), (3, 3)):
        booked_and_closed(number, minute)

    until = NOON + 5 * MINUTE
    assert [trade.trade_id for trade in closed_since(NOON)] == [2, 3, 1]
    newest = newest_closed(2, until=until, per_pair=per_pair)
    assert [trade.trade_id for trade in newest] == [3, 1]
    newest = newest_closed(3, until=until, per_pair=per_pair)
    assert [trade.trade_id for trade in newest] == [2, 3, 1]


@pytest.mark.usefixtures("database")
def test_a_close_is_noticed_by_the_trades_that_are_open():
    first, second = booked_trade(1), booked_trade(2)
    before = closing_mark()
    # The newest number, and those that are open: not one for each that has ever closed.
    assert closing_mark() == before == (2, {1, 2})

    # The newest: what is open tells it, not how many trades there are.
    second.is_open = False
    Trade.commit()
    after = closing_mark()
    assert after == (2, {1})

    # One that has come and gone between two looks, and one that is deleted.
    booked_and_closed(3, 5)
    assert closing_mark() != after
    first.delete()
    assert closing_mark() != after


@pytest.mark.parametrize(("short", "mark"), [(False, 97.0), (True, 103.0)])
def test_an_open_loss_by_hand(short, mark):
    trade = open_trade(short=short, fee=0.001)
    trade.funding_fees = -7.0

    # 100 units, 3 against it: 300. Fees of 0.1 % on 10,000 and on 100 * mark; 7 of funding.
    expected = -300.0 - 10.0 - 0.1 * mark - 7.0
    assert open_profit_quote(trade, mark) == pytest.approx(expected)


@given(
    short=st.booleans(),
    leverage=st.sampled_from([1.0, 3.0, 10.0, 50.0]),
    fee=st.floats(0, 0.002),
    funding=st.floats(-500, 500),
    mark=st.floats(1, 1_000),
    addition=st.one_of(st.none(), st.floats(50, 150)),
)
def test_open_profit_is_what_freqtrade_calculates_until_something_is_exited(
    short, leverage, fee, funding, mark, addition
):
    trade = open_trade(short=short, leverage=leverage, stake=10_000 / leverage, fee=fee)
    if addition is not None:
        fill(trade, trade.entry_side, 20.0, addition, NOON)
    trade.set_funding_fees(funding)

    theirs = trade.calculate_profit(mark).total_profit

    # freqtrade rounds to eight digits.
    assert open_profit_quote(trade, mark) == pytest.approx(theirs, abs=1e-5)
    assert open_funding(trade).unrealised_quote == open_funding(trade).margin_quote == funding


def cut(trade, share, rate=100.0):
    fill(trade, trade.exit_side, trade.amount * share, rate, NOON)


@pytest.mark.parametrize("short", [False, True])
class TestFundingAfterAPartialExit:
    def test_it_is_counted_once_in_the_equity(self, short):
        # Margin 1,000 at 5x: 50 units at 100. 60 paid while the price stands still.
        trade = open_trade(short=short, leverage=5.0)
        trade.set_funding_fees(-60.0)
        worth = [open_profit_quote(trade, 100.0)]
        cut(trade, 0.5)
        worth.append(open_profit_quote(trade, 100.0))
        trade.set_funding_fees(-4.0)
        worth.append(open_profit_quote(trade, 100.0))
        cut(trade, 0.5)
        worth.append(open_profit_quote(trade, 100.0))

        assert worth == pytest.approx([-60.0, -60.0, -64.0, -64.0])

    def test_it_leaves_the_margin_with_what_is_exited(self, short):
        # 80.5 paid on 1,000, half of it sold: 40.25 on 500, 8.05 %, is gone from what is held.
        trade = open_trade(short=short, leverage=5.0)
        trade.set_funding_fees(-80.5)
        cut(trade, 0.5)

        shares = open_funding(trade)

        assert shares.margin_quote / trade.stake_amount == pytest.approx(-0.0805)
        assert shares.unrealised_quote == 0.0
        trade.set_funding_fees(-5.0)
        assert open_funding(trade) == FundingShares(-5.0, -45.25)


@pytest.mark.parametrize(("short", "mark"), [(False, 96.0), (True, 104.0)])
@pytest.mark.parametrize("side", ["exit", "stoploss"])
def test_what_an_open_exit_order_has_sold_loses_no_more(short, mark, side):
    # 100 units at 100, 90 of them sold at 100; the price then goes 4 against it.
    trade = open_trade(short=short)
    wait(trade, 100.0, 100.0, filled=90.0, side=trade.exit_side if side == "exit" else side)

    # Of the 10 that are left: 10 * 4.
    assert open_profit_quote(trade, mark) == pytest.approx(-40.0)


# What happens to a trade: (what, units or quote units, price).
happenings = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(1, 100), st.integers(50, 150)),
        st.tuples(st.just("cut"), st.integers(1, 90), st.integers(50, 150)),
        st.tuples(st.just("funding"), st.integers(-300, 300), st.just(0)),
    ),
    max_size=8,
)


# The order that waits at last: whether it adds, and how much per cent of what is held it has got so
# far, at which price.
waiting = st.tuples(st.booleans(), st.integers(0, 100), st.integers(50, 150))


@settings(max_examples=1_000)
@given(
    short=st.booleans(),
    fee=st.floats(0.0001, 0.002),
    history=happenings,
    waits=st.one_of(st.none(), waiting),
    mark=st.floats(20, 300),
)
def test_a_trade_is_worth_what_a_ledger_of_its_cash_says(short, fee, history, waits, mark):
    side = -1 if short else 1
    trade = open_trade(short=short, leverage=5.0, stake=2_000.0, fee=fee)
    trade.price_precision = 1e-8
    # The ledger: what was paid and taken, order by order; it knows no average price.
    held, cash, paid_since = 100.0, -side * 100.0 * 100.0 - fee * 10_000.0, 0.0
    for what, size, price in history:
        if what == "funding":
            cash, paid_since = cash + size, paid_since + size
            trade.set_funding_fees(paid_since)
            continue
        # A cut leaves at least a tenth; the exchange's step is 0.001.
        units = float(size) if what == "add" else round(held * size / 100, 3)
        change = units if what == "add" else -units
        fill(trade, trade.entry_side if change > 0 else trade.exit_side, units, price, NOON)
        held, paid_since = held + change, 0.0
        cash += -side * change * price - fee * units * price
        worth = cash + side * held * price - fee * held * price
        assert open_profit_quote(trade, price) == pytest.approx(worth, abs=1e-4)
    if waits is not None:
        adds, percent, price = waits
        units = round(held * percent / 100, 3)
        order_side = trade.entry_side if adds else trade.exit_side
        wait(trade, held, float(price), filled=units, side=order_side)
        # freqtrade fetches it anew: its count of the orders knows of none since the last fill.
        trade.set_funding_fees(paid_since)
        change = units if adds else -units
        held, cash = held + change, cash - side * change * price - fee * units * price

    worth = cash + side * held * mark - fee * held * mark
    assert open_profit_quote(trade, mark) == pytest.approx(worth, abs=1e-4)

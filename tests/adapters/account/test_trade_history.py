"""What is learned from closed trades, on freqtrade's own trade objects."""

from datetime import timedelta

import pytest
from freqtrade.persistence import Trade
from sqlalchemy import event

from freqtrade_riskguard.adapters.account import trade_history as ledger_module
from freqtrade_riskguard.adapters.account.closed_profit import ClosedProfit
from freqtrade_riskguard.adapters.account.funding_payments import FundingPayments
from freqtrade_riskguard.adapters.account.trade_history import TradeHistory
from freqtrade_riskguard.adapters.account.trades import closed_trade as in_words
from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore
from freqtrade_riskguard.config import load_config
from tests.adapters.bots import ETH
from tests.adapters.trades import booked_trade, fill, found_again
from tests.adapters.trades import closed_trade as make_closed
from tests.factories import NOON, PAIR
from tests.support.many_trades import book_closed_trades

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def trade_history(**kelly):
    return TradeHistory(load_config({"profile": "moderate", "kelly": kelly}))


def breaker_ledger(**breaker):
    return TradeHistory(load_config({"profile": "moderate", "circuit_breaker": breaker}))


@pytest.mark.usefixtures("_backtest")
def test_a_trade_counts_from_the_candle_after_its_close():
    book = trade_history()
    trade = make_closed(1, profit_ratio=0.02, date=NOON)

    assert book.update(NOON) == []
    assert book.edge(PAIR, NOON).trades == 0

    assert book.update(NOON + 5 * MINUTE) == [in_words(trade)]
    assert book.edge(PAIR, NOON + 5 * MINUTE).trades == 1
    assert len(book.recent) == 1


@pytest.mark.usefixtures("_backtest")
def test_each_trade_counts_once_however_often_it_is_looked_at():
    book = trade_history()
    for number in range(1, 4):
        make_closed(number, profit_ratio=0.01 * number, date=NOON)
    for minute in range(5, 60, 5):
        book.update(NOON + minute * MINUTE)

    edge = book.edge(PAIR, NOON + 60 * MINUTE)

    assert (edge.trades, edge.wins) == (3, 3)
    assert edge.mean_win == pytest.approx(0.02)


@pytest.mark.usefixtures("_backtest")
def test_a_pair_with_enough_trades_is_judged_by_its_own():
    book = trade_history(min_trades=10)
    for number in range(1, 13):
        # Ten of BTC, the first of them lost; then two of ETH, both lost.
        pair, profit_ratio = (PAIR if number <= 10 else ETH), (0.01 if 1 < number <= 10 else -0.02)
        date = NOON + timedelta(days=number)
        make_closed(number, profit_ratio=profit_ratio, pair=pair, date=date)
    time = NOON + timedelta(days=13)
    book.update(time)

    own, pooled = book.edge(PAIR, time), book.edge(ETH, time)
    assert (own.trades, own.wins) == (10, 9)
    assert (pooled.trades, pooled.wins) == (12, 9)


@pytest.mark.usefixtures("_backtest")
def test_longs_and_shorts_of_a_day_fall_by_themselves():
    book = trade_history(min_trades=10)
    # All longs won and all shorts lost: as good as two trades; all of one side, they were one.
    for number, short in enumerate([False] * 20 + [True] * 20, start=1):
        make_closed(number, profit_ratio=-0.01 if short else 0.05, short=short, date=NOON)
    book.update(NOON + HOUR)

    edge = book.edge(PAIR, NOON + HOUR)
    assert (edge.trades, edge.wins) == (40, 20)
    assert edge.effective_trades == pytest.approx(2.0)


@pytest.mark.usefixtures("_backtest")
def test_at_a_start_what_a_breaker_may_just_look_back_at_is_new():
    settings = {"circuit_breaker": {"lookback_hours": 48}, "funding_breaker": {"lookback_hours": 6}}
    book = TradeHistory(load_config({"profile": "moderate", **settings}))
    for number, seconds in enumerate((-1, 0), start=1):
        date = NOON - timedelta(hours=48, seconds=-seconds)
        make_closed(number, profit_ratio=-0.01, date=date)

    assert [trade.trade_id for trade in book.update(NOON)] == [2]
    assert book.edge(PAIR, NOON).trades == 2


@pytest.mark.usefixtures("_backtest")
def test_trades_leave_with_the_window():
    book = trade_history(max_age_days=1.0, sparse_age_days=2.0)
    make_closed(1, profit_ratio=0.01, date=NOON)
    book.update(NOON + 5 * MINUTE)

    for days, left in ((1, 1), (2, 0)):
        later = NOON + timedelta(days=days, minutes=1)
        book.update(later)
        assert book.edge(PAIR, later).trades == left

    assert len(book.recent) == 1  # a streak has no lookback


@pytest.mark.usefixtures("_backtest")
@pytest.mark.parametrize(
    ("per_pair", "days"), [(True, [4, 6, 8, 9]), (False, [6, 8, 9])], ids=["per pair", "together"]
)
def test_the_newest_are_kept_for_a_streak(per_pair, days):
    # Three losers pause entries: so many of BTC, and the one of ETH; or so many of both.
    book = breaker_ledger(per_pair=per_pair)
    for number in range(5):
        date = NOON + timedelta(days=2 * number)
        make_closed(number + 1, profit_ratio=-0.01, date=date)
        book.update(date + MINUTE)
    make_closed(9, profit_ratio=-0.01, date=NOON + timedelta(days=9), pair=ETH, short=True)
    book.update(NOON + timedelta(days=11))

    assert [(trade.close_time - NOON).days for trade in book.recent] == days
    again = breaker_ledger(per_pair=per_pair)
    again.update(NOON + timedelta(days=11))
    assert list(again.recent) == list(book.recent)
    book.update(NOON + timedelta(days=1_000))
    assert len(book.recent) == len(days)


@pytest.mark.usefixtures("_backtest")
@pytest.mark.parametrize(("circuit", "funding"), [(6.0, 48.0), (48.0, 6.0)])
def test_what_the_longest_lookback_of_a_breaker_sees_is_kept(circuit, funding):
    settings = {
        "profile": "moderate",
        "circuit_breaker": {"lookback_hours": circuit},
        "funding_breaker": {"lookback_hours": funding},
    }
    book = TradeHistory(load_config(settings))
    # One more than a streak keeps without any lookback.
    for number in range(1, 5):
        make_closed(number, profit_ratio=-0.01, date=NOON)
    book.update(NOON + 5 * MINUTE)

    book.update(NOON + timedelta(hours=48))
    assert len(book.recent) == 4
    book.update(NOON + timedelta(hours=48, minutes=1))
    assert len(book.recent) == 3


@pytest.mark.usefixtures("_backtest")
def test_what_was_last_done_on_a_pair():
    book = trade_history()
    make_closed(1, profit_ratio=-0.01, leverage=10.0, date=NOON)
    make_closed(2, profit_ratio=0.01, leverage=3.0, date=NOON + MINUTE, pair=ETH)
    make_closed(3, profit_ratio=-0.02, leverage=4.0, date=NOON + 2 * MINUTE)
    time = NOON + 5 * MINUTE
    book.update(time)

    last = book.history(PAIR, time)
    assert (last.last_leverage, last.lost_last_trade) == (4.0, True)
    other = book.history(ETH, time)
    assert (other.last_leverage, other.lost_last_trade) == (3.0, False)
    never = book.history("SOL/USDT:USDT", time)
    assert (never.last_leverage, never.lost_last_trade) == (None, False)


@pytest.mark.usefixtures("_backtest")
def test_what_was_done_long_ago_is_forgotten():
    book = trade_history(max_age_days=1.0)
    make_closed(1, profit_ratio=-0.01, date=NOON)
    book.update(NOON + 5 * MINUTE)

    assert book.history(PAIR, NOON + timedelta(days=1)).lost_last_trade
    assert not book.history(PAIR, NOON + timedelta(days=1, minutes=1)).lost_last_trade


@pytest.mark.usefixtures("_backtest")
def test_a_restart_comes_to_the_same():
    for number in range(1, 5):
        sign = -1 if number % 2 else 1
        make_closed(number, profit_ratio=0.01 * sign, date=NOON + number * MINUTE)
    time = NOON + 60 * MINUTE
    before = trade_history()
    for minute in range(0, 61, 5):
        before.update(NOON + minute * MINUTE)
    again = trade_history()
    again.update(time)

    assert again.edge(PAIR, time) == before.edge(PAIR, time)
    assert again.history(PAIR, time) == before.history(PAIR, time)
    assert list(again.recent) == list(before.recent)


@pytest.mark.usefixtures("_backtest")
@pytest.mark.parametrize(
    ("groups", "numbers"),
    [
        # Two losers pause, so the newest two of each group stay however old; number 9 is new.
        ({}, [7, 8, 9]),
        ({"per_pair": True}, [5, 6, 7, 8, 9]),
        ({"per_side": True}, [3, 6, 7, 8, 9]),
        ({"per_pair": True, "per_side": True}, [3, 4, 5, 6, 7, 8, 9]),
    ],
)
def test_what_a_streak_needs_is_kept_beyond_the_lookback(groups, numbers):
    # Two pairs by turns, every third one short, a day apart each.
    for number in range(1, 10):
        pair, date = (PAIR, ETH)[number % 2], NOON + timedelta(days=number)
        make_closed(number, profit_ratio=-0.01, pair=pair, short=number % 3 == 0, date=date)
    time = NOON + timedelta(days=9, hours=1)
    once = breaker_ledger(losing_trades=2, **groups)
    once.update(time)
    daily = breaker_ledger(losing_trades=2, **groups)
    for day in range(1, 10):
        daily.update(NOON + timedelta(days=day, hours=1))

    assert [trade.trade_id for trade in once.recent] == numbers
    assert list(daily.recent) == list(once.recent)


COUNT = 2_000


@pytest.mark.parametrize("where", ["database", "postgres_database"])
def test_a_long_record_is_read_by_a_few_questions_and_no_objects(request, where):
    request.getfixturevalue(where)
    book_closed_trades(
        COUNT, first=NOON - timedelta(days=90), last=NOON - MINUTE, pairs=(PAIR, ETH)
    )
    memory = DatabaseStore()
    book, payments, profit = (
        trade_history(),
        FundingPayments(timedelta(days=1), memory),
        ClosedProfit(),
    )
    asked, loaded = [], []
    engine = Trade.session.get_bind()

    def note(*given):
        asked.append(given[2])

    def note_object(*given):
        loaded.append(given[0])

    event.listen(engine, "before_cursor_execute", note)
    event.listen(Trade, "load", note_object)
    try:
        new = book.update(NOON)
        paid = payments.update(NOON, [], new)
        earned = profit.quote(NOON)
        at_the_start = len(asked)
        for second in range(5, 60, 5):
            time = NOON + timedelta(seconds=second)
            assert book.update(time) == []
            payments.update(time, [], [])
            profit.quote(time)
        later = asked[at_the_start:]
    finally:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(Trade, "load", note_object)

    assert loaded == []
    assert at_the_start < 10
    # Further loops do not look at closed trades at all: which are open, and the newest number.
    assert not any("close_" in statement for statement in later)
    # A trade every 90 days / 1,999 = 64.8 minutes: 23 in the last day, each paid 0.5 at its end.
    assert len(new) == 23
    assert paid == pytest.approx(11.5)
    # 500 rounds of 0.4 - 0.3 + 0.2 - 0.25 % on 10,000: 5 each.
    assert earned == pytest.approx(2_500.0)
    assert book.edge(PAIR, NOON).trades == 200


@pytest.mark.parametrize("where", ["database", "postgres_database"])
def test_a_restart_of_a_bot_comes_to_what_it_would_have_gone_on_with(request, where):
    request.getfixturevalue(where)
    first = NOON - timedelta(days=100)
    book_closed_trades(240, first=first, last=NOON, pairs=(PAIR, ETH))
    time, going_on = first, trade_history()
    while time < NOON:
        time += timedelta(hours=29)
        going_on.update(time)
    again = trade_history()
    again.update(time)

    assert list(again.recent) == list(going_on.recent)
    for pair in (PAIR, ETH, "SOL/USDT:USDT"):
        assert again.edge(pair, time) == going_on.edge(pair, time)
        assert again.history(pair, time) == going_on.history(pair, time)


@pytest.mark.usefixtures("database")
def test_a_trade_that_is_booked_late_counts_once():
    book_closed_trades(3, first=NOON - timedelta(hours=3), last=NOON - HOUR, pairs=(PAIR,))
    book = trade_history()
    assert len(book.update(NOON)) == 3

    # Closed on the exchange before the others, while the bot was off.
    late = NOON - timedelta(hours=20)
    book_closed_trades(1, first=late, last=late, pairs=(PAIR,))

    assert [trade.trade_id for trade in book.update(NOON + MINUTE)] == [4]
    assert book.update(NOON + 2 * MINUTE) == []
    assert [trade.trade_id for trade in book.recent] == [4, 1, 2, 3]
    assert book.edge(PAIR, NOON + 2 * MINUTE).trades == 4


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("again", [False, True])
def test_trades_that_are_booked_days_after_their_close_count_like_after_a_restart(again):
    def book_close(number, rate, closed):
        trade = found_again(number)
        fill(trade, trade.exit_side, trade.amount, rate, closed)
        trade.close_date = closed
        trade.close(rate, show_msg=False)
        Trade.commit()

    for number in range(1, 6):
        booked_trade(number, leverage=2.0, stake=100.0)
    book = breaker_ledger(losing_trades=3)
    book.update(NOON)
    # The exchange had closed two with a profit an hour ago, and three with a loss two days before.
    for number in (4, 5):
        book_close(number, 110.0, NOON - HOUR)
    assert [trade.trade_id for trade in book.update(NOON + MINUTE)] == [4, 5]
    for number in (1, 2, 3):
        book_close(number, 90.0, NOON - timedelta(hours=50 - number))
    if again:
        book = breaker_ledger(losing_trades=3)
    new = book.update(NOON + 2 * MINUTE)

    # A start reads of what is older than the lookback only what a streak and Kelly need.
    assert [trade.trade_id for trade in new] == ([4, 5] if again else [1, 2, 3])
    assert [trade.trade_id for trade in book.recent] == [1, 2, 3, 4, 5]
    assert book.edge(PAIR, NOON + 2 * MINUTE).trades == 5
    assert not book.history(PAIR, NOON + 2 * MINUTE).lost_last_trade
    assert book.update(NOON + 3 * MINUTE) == []


@pytest.mark.usefixtures("_backtest")
@pytest.mark.parametrize("failing", ["newest_closed", "closed_since"])
def test_what_a_failing_look_did_not_read_is_read_at_the_next_and_counts_once(failing, monkeypatch):
    for number in range(1, 4):
        make_closed(number, profit_ratio=-0.01, date=NOON - timedelta(days=3 * number))
    make_closed(4, profit_ratio=-0.01, date=NOON)
    book, looks = trade_history(), []
    original = getattr(ledger_module, failing)

    def once(*args, **kwargs):
        looks.append(args)
        if len(looks) == 1:
            msg = "the database is locked"
            raise OSError(msg)
        return original(*args, **kwargs)

    monkeypatch.setattr(ledger_module, failing, once)
    with pytest.raises(OSError, match="locked"):
        book.update(NOON + MINUTE)

    assert [trade.trade_id for trade in book.update(NOON + 2 * MINUTE)] == [4]
    assert book.edge(PAIR, NOON + 2 * MINUTE).trades == 4
    assert len(book.recent) == 4

"""The account's equity and what it is measured against, on freqtrade's own trade objects."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from math import isnan, nan
from types import SimpleNamespace

import pytest
from freqtrade.enums import RunMode
from freqtrade.persistence import Trade
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from freqtrade_riskguard.adapters.account.equity import Equity
from freqtrade_riskguard.adapters.account.kept_equity import KeptEquity
from freqtrade_riskguard.adapters.account.wallet import free_quote, wallet_quote
from freqtrade_riskguard.adapters.live.booked_trades import booked_trade as as_booked
from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore, InMemoryStore
from freqtrade_riskguard.engine.reconciliation import AGREED, EndedPosition, Reconciled, compare
from freqtrade_riskguard.snapshot.exchange import ExchangePosition
from tests.adapters.bots import Wallets, open_database
from tests.adapters.trades import booked_trade, closed_trade, fill, found_again, open_trade, wait
from tests.factories import NOON

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def bot(total=10_000.0, **config):
    return SimpleNamespace(
        wallets=Wallets(total),
        config={"stake_currency": "USDT", "runmode": RunMode.BACKTEST, **config},
    )


def counting(memory=None):
    return Equity(
        memory or InMemoryStore(), lambda _time, text: logging.getLogger("equity").warning(text)
    )


def telling(told, memory=None):
    return Equity(memory or InMemoryStore(), lambda time, text: told.append((time, text)))


def read(equity, total, time, exchange=AGREED):
    """Value an account whose balance was read right now."""
    strategy = bot(total, runmode=RunMode.LIVE, dry_run=False)
    strategy.wallets._last_wallet_refresh = time
    return equity.update(strategy, time, [], [], exchange)


def update(equity, strategy, time, trades=(), mark=100.0):
    return equity.update(strategy, time, list(trades), [mark] * len(trades))


@pytest.mark.usefixtures("_backtest")
class TestInABacktest:
    @pytest.mark.parametrize(("short", "mark"), [(False, 97.0), (True, 103.0)])
    def test_open_losses_count(self, short, mark):
        # 10,000 notional, 3 % against it.
        trade = open_trade(short=short)

        assert update(counting(), bot(), NOON, [trade], mark).equity_quote == pytest.approx(9_700.0)

    @pytest.mark.parametrize(("short", "mark"), [(False, 103.0), (True, 97.0)])
    def test_open_profits_count(self, short, mark):
        track = update(counting(), bot(), NOON, [open_trade(short=short)], mark)

        assert track.equity_quote == track.peak_quote == pytest.approx(10_300.0)

    def test_realised_profit_counts_once(self):
        equity = counting()
        update(equity, bot(10_000.0), NOON)
        closed_trade(1, profit_ratio=0.02, date=NOON)

        # freqtrade's wallet has the profit too.
        track = update(equity, bot(10_200.0), NOON + 5 * MINUTE)

        assert track.equity_quote == pytest.approx(10_200.0)

    def test_what_a_part_of_a_trade_has_realised_counts_once(self):
        equity, trade = counting(), open_trade()
        update(equity, bot(), NOON, [trade])
        fill(trade, trade.exit_side, 50.0, 102.0, NOON)  # 50 units, 2 higher

        # The other 50 are 1 higher; the wallet has the 100 of the first already.
        track = update(equity, bot(10_100.0), NOON + MINUTE, [trade], 101.0)
        begun_late = update(counting(), bot(10_100.0), NOON + MINUTE, [trade], 101.0)

        assert track.equity_quote == pytest.approx(10_150.0)
        assert begun_late.equity_quote == pytest.approx(10_150.0)

    def test_funding_paid_counts(self):
        trade = open_trade()
        trade.funding_fees = -50.0

        assert update(counting(), bot(), NOON, [trade]).equity_quote == pytest.approx(9_950.0)

    def test_each_trade_has_its_own_mark(self):
        trades = [open_trade(1), open_trade(2, short=True)]

        track = counting().update(bot(), NOON, trades, [101.0, 98.0])

        # 100 units, 1 higher; 100 units short, 2 lower.
        assert track.equity_quote == pytest.approx(10_300.0)

    def test_the_day_starts_with_its_first_loop_and_in_utc(self):
        equity, trade = counting(), open_trade()
        update(equity, bot(), NOON, [trade])

        late = NOON.replace(hour=23, minute=55)
        assert update(equity, bot(), late, [trade], 98.0).day_start_quote == 10_000.0
        midnight = NOON.replace(hour=0) + DAY
        track = update(equity, bot(), midnight, [trade], 98.0)
        assert track.day_start_quote == pytest.approx(9_800.0)
        assert track.week_start_quote == 10_000.0

    def test_a_clock_that_jumps_ahead_and_back_loses_neither_day_nor_peak(self):
        memory, trade = InMemoryStore(), open_trade()  # 10,000 notional
        equity = counting(memory)
        update(equity, bot(), NOON, [trade])
        # 2 % down while the clock is three days ahead: no other start for the day that goes on.
        ahead = update(equity, bot(), NOON + 3 * DAY, [trade], 98.0)
        assert ahead.day_start_quote == pytest.approx(9_800.0)
        back = update(equity, bot(), NOON + MINUTE, [trade], 97.0)
        assert (back.day_start_quote, back.equity_quote) == (10_000.0, pytest.approx(9_700.0))

        # The next days begin like any other.
        update(equity, bot(), NOON + DAY, [trade], 110.0)
        later = NOON + DAY + HOUR
        track = update(equity, bot(), later, [trade], 105.0)
        assert track.day_start_quote == track.peak_quote == pytest.approx(11_000.0)

        # And a restart finds the day and the peak.
        again = update(counting(memory), bot(), later + MINUTE, [trade], 105.0)
        assert again.day_start_quote == again.peak_quote == pytest.approx(11_000.0)

    def test_a_start_with_a_clock_that_was_ahead_before_goes_back_too(self):
        memory, trade = InMemoryStore(), open_trade()
        update(counting(memory), bot(), NOON + 3 * DAY, [trade])

        equity = counting(memory)
        assert update(equity, bot(), NOON, [trade], 98.0).day_start_quote == 10_000.0
        tomorrow = update(equity, bot(), NOON + DAY, [trade], 98.0)

        assert tomorrow.day_start_quote == pytest.approx(9_800.0)

    def test_the_week_starts_on_monday(self):
        equity, trade = counting(), open_trade()
        update(equity, bot(), NOON, [trade])  # a Wednesday

        sunday = NOON.replace(day=14, hour=23)
        assert update(equity, bot(), sunday, [trade], 98.0).week_start_quote == 10_000.0
        monday = NOON.replace(day=15, hour=0)
        assert update(equity, bot(), monday, [trade], 98.0).week_start_quote == 9_800.0

    def test_the_peak_is_the_highest_marked_equity(self):
        equity, trade = counting(), open_trade()
        marks = (100.0, 104.0, 97.0, 103.0)
        peaks = [
            update(equity, bot(), NOON + number * HOUR, [trade], mark).peak_quote
            for number, mark in enumerate(marks)
        ]

        assert peaks == pytest.approx([10_000.0, 10_400.0, 10_400.0, 10_400.0])

    def test_after_a_halt_the_drawdown_counts_from_there(self):
        equity, trade = counting(), open_trade()
        update(equity, bot(), NOON, [trade], 110.0)
        before = update(equity, bot(), NOON + HOUR, [trade], 90.0)

        equity.rebase_peak(NOON)
        track = update(equity, bot(), NOON + 2 * HOUR, [trade], 90.0)

        # From 11,000 to 9,000; the day's start stays.
        assert before.drawdown_ratio == pytest.approx(2_000 / 11_000)
        assert track.peak_quote == pytest.approx(9_000.0)
        assert track.drawdown_ratio == 0.0
        assert track.day_start_quote == pytest.approx(11_000.0)

    def test_available_capital_is_the_base(self):
        track = update(counting(), bot(50_000.0, available_capital=2_000), NOON)

        assert track.equity_quote == 2_000.0

    def test_a_new_run_begins_anew(self):
        update(counting(), bot(10_000.0), NOON)

        assert update(counting(), bot(500.0), NOON).equity_quote == 500.0

    def test_a_wallet_that_changes_in_a_backtest_is_no_transfer(self):
        equity = counting()
        update(equity, bot(10_000.0), NOON)

        for minute in range(1, 10):
            track = update(equity, bot(5_000.0), NOON + minute * MINUTE)

        assert track.equity_quote == 10_000.0

    def test_the_wallet_is_read_in_the_stake_currency(self):
        strategy = bot(10_000.0)
        strategy.wallets.free = 4_000.0

        assert wallet_quote(strategy) == 10_000.0
        assert free_quote(strategy) == 4_000.0

    def test_without_wallets_nothing_can_be_counted(self):
        strategy = bot()
        strategy.wallets = None

        with pytest.raises(RuntimeError, match="has not attached the wallets yet"):
            update(counting(), strategy, NOON)


@pytest.mark.usefixtures("_backtest")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # no example leaves a trade
@given(
    marks=st.lists(st.floats(50.0, 150.0), min_size=2, max_size=12),
    restarts=st.sets(st.integers(0, 11)),
    hours=st.integers(1, 40),
)
def test_restarts_change_nothing(marks, restarts, hours):
    trade, memory = open_trade(stake=500.0), InMemoryStore()
    whole, restarted = counting(), counting(memory)
    for number, mark in enumerate(marks):
        time = NOON + number * hours * HOUR
        if number in restarts:
            restarted = counting(memory)
        expected = update(whole, bot(), time, [trade], mark)

        assert update(restarted, bot(), time, [trade], mark) == expected


def live(total=10_000.0, **config):
    return bot(total, runmode=RunMode.DRY_RUN, **config)


def looks(equity, total, *, times=3, minutes=1, start=0, runmode=RunMode.DRY_RUN, **about):
    """Look at a wallet several times; return the last answer."""
    track = None
    for number in range(times):
        time = NOON + (start + number * minutes) * MINUTE
        track = update(equity, bot(total, runmode=runmode), time, **about)
    return track


class TestOnARunningBot:
    def test_a_restart_goes_on_with_base_day_week_and_peak(self, database):
        trade = booked_trade()
        equity = counting(DatabaseStore())
        update(equity, live(), NOON)
        update(equity, live(), NOON + HOUR, [trade], 104.0)
        open_database(database)

        # Its wallet is not looked at again: there the base was 10,000 as well.
        track = update(counting(DatabaseStore()), live(), NOON + 2 * HOUR, [found_again()], 97.0)

        assert track.equity_quote == pytest.approx(9_700.0)
        assert track.day_start_quote == track.week_start_quote == 10_000.0
        assert track.peak_quote == pytest.approx(10_400.0)

    def test_the_next_day_is_another_day(self, database):
        update(counting(DatabaseStore()), live(), NOON)
        open_database(database)

        track = update(counting(DatabaseStore()), live(), NOON + DAY, [open_trade()], 97.0)

        assert track.day_start_quote == pytest.approx(9_700.0)

    def test_a_bot_that_began_without_the_guard_has_its_base_counted_back(self, database):
        trade = booked_trade(1)
        fill(trade, trade.exit_side, trade.amount, 103.0, NOON)
        trade.close_date = NOON.replace(tzinfo=None)
        trade.close(103.0, show_msg=False)
        Trade.commit()

        # The wallet holds the 300 that it has won.
        track = update(counting(DatabaseStore()), live(10_300.0), NOON + HOUR)

        assert track.equity_quote == pytest.approx(10_300.0)

    def test_money_taken_out_while_the_bot_was_off(self, database, caplog):
        update(counting(DatabaseStore()), live(10_000.0), NOON)
        open_database(database)
        memory = DatabaseStore()

        track = looks(counting(memory), 9_750.0, start=60)

        assert track.equity_quote == track.day_start_quote == 9_750.0
        assert "Account changed by -250.00 USDT not from this bot" in caplog.text
        open_database(database)
        later = update(counting(DatabaseStore()), live(9_750.0), NOON + 2 * HOUR)
        assert later.equity_quote == 9_750.0

    def test_capital_that_is_set_later_holds_from_then_on(self, database, caplog):
        memory = DatabaseStore()
        for hour, total in enumerate((10_000.0, 10_000.0)):
            update(counting(memory), live(total), NOON + hour * HOUR)
        open_database(database)
        share = {"available_capital": 2_000, "stake_currency": "USDT"}

        track = update(counting(DatabaseStore()), live(10_000.0, **share), NOON + 2 * HOUR)

        assert track.equity_quote == track.peak_quote == track.day_start_quote == 2_000.0
        assert "available_capital changed by -8000.00 to 2000 USDT" in caplog.text
        caplog.clear()
        open_database(database)
        again = update(counting(DatabaseStore()), live(10_000.0, **share), NOON + 3 * HOUR)
        assert again.equity_quote == 2_000.0
        assert not caplog.text

    def test_a_peak_that_counts_anew_is_kept_at_once(self, database):
        equity, trade = counting(DatabaseStore()), open_trade()
        update(equity, live(), NOON, [trade], 110.0)
        update(equity, live(), NOON + HOUR, [trade], 90.0)
        later = NOON + HOUR + timedelta(seconds=5)
        update(equity, live(), later, [trade], 90.0)
        equity.rebase_peak(later)

        open_database(database)
        again = update(
            counting(DatabaseStore()), live(), later + timedelta(seconds=5), [trade], 90.0
        )

        assert again.drawdown_ratio == 0.0

    @pytest.mark.usefixtures("database")
    def test_capital_that_is_set_later_heals_no_drawdown_and_is_told_with_its_time(self):
        memory, trade = DatabaseStore(), open_trade()
        told: list[tuple[datetime, str]] = []
        update(counting(memory), live(), NOON, [trade], 110.0)
        update(counting(memory), live(), NOON + HOUR, [trade], 99.0)
        later = NOON + 2 * HOUR

        share = live(available_capital=15_000)
        track = update(telling(told, memory), share, later, [trade], 99.0)

        # 11,000 at the peak, 9,900 now: 10 % below; with 5,000 more it is as far below.
        assert track.equity_quote == pytest.approx(14_900.0)
        assert track.peak_quote == pytest.approx(11_000.0 * 14_900 / 9_900)
        ((time, text),) = told
        assert time == later
        assert text.startswith("available_capital changed by +5000.00 to 15000 USDT")

    @pytest.mark.usefixtures("database")
    @pytest.mark.parametrize(("seconds", "peak"), [(59, 10_000.0), (60, 10_400.0)])
    def test_a_peak_is_kept_once_a_minute(self, seconds, peak):
        equity, trade, memory = counting(DatabaseStore()), open_trade(), DatabaseStore()
        update(equity, live(), NOON, [trade])
        update(equity, live(), NOON + timedelta(seconds=seconds), [trade], 104.0)

        kept = KeptEquity.recalled(memory)

        assert kept is not None
        assert kept.track.peak_quote == pytest.approx(peak)

    @pytest.mark.usefixtures("database")
    def test_closed_profits_are_not_added_up_again_within_a_minute(self):
        equity, asked = counting(DatabaseStore()), []
        update(equity, live(), NOON)

        def note(*given):
            asked.append(given[2])

        engine = Trade.session.get_bind()
        event.listen(engine, "before_cursor_execute", note)
        try:
            for seconds in (5, 59, 60):
                update(equity, live(), NOON + timedelta(seconds=seconds))
                sums = sum("close_profit_abs" in statement for statement in asked)
                assert sums == (seconds == 60)
        finally:
            event.remove(engine, "before_cursor_execute", note)

    @pytest.mark.usefixtures("database")
    def test_what_is_kept_by_another_release_is_named(self):
        memory = DatabaseStore()
        memory.set("equity", "[10000.0, 9000.0]")

        wrong = "riskguard_equity in the database has 2 numbers, not 9"
        with pytest.raises(ValueError, match=wrong):
            update(counting(memory), live(), NOON)

    def test_what_is_kept_fits_a_text_of_the_database(self, database):
        memory, price = DatabaseStore(), 98_765.432109876543
        update(counting(memory), live(price), NOON)
        update(counting(memory), live(price * 1.000001), NOON + HOUR)

        assert 20 < len(str(memory.get("equity"))) < 255


@pytest.mark.usefixtures("_backtest")
class TestTransfers:
    def test_money_taken_out_is_no_loss_and_reported_once(self, caplog):
        equity = counting()
        update(equity, live(10_000.0), NOON)

        track = looks(equity, 9_750.0, start=1, times=10)

        assert track.equity_quote == track.peak_quote == 9_750.0
        assert track.day_start_quote == track.week_start_quote == 9_750.0
        told = [message for message in caplog.messages if "Account changed" in message]
        assert len(told) == 1
        assert "Account changed by -250.00 USDT not from this bot" in told[0]

    @pytest.mark.parametrize(("total", "more"), [(10_000.0, 250.0), (50.0, 0.75)])
    def test_money_that_comes_is_told_with_its_sign_and_time(self, total, more):
        told: list[tuple[datetime, str]] = []
        equity = telling(told)
        update(equity, live(total), NOON)

        looks(equity, total + more, start=1)

        ((time, text),) = told
        assert time == NOON + 3 * MINUTE
        assert text.startswith(f"Account changed by +{more:.2f} USDT not from this bot")

    def test_a_deposit_heals_no_drawdown(self):
        equity, trade = counting(), open_trade()
        update(equity, live(10_000.0), NOON, [trade], 110.0)

        track = looks(equity, 15_000.0, start=1, trades=[trade], mark=99.0)

        # 11,000 at the peak, 9,900 now: 10 % below; with 5,000 more it is as far below.
        assert track.equity_quote == pytest.approx(14_900.0)
        assert track.peak_quote == pytest.approx(11_000.0 * 14_900 / 9_900)
        assert track.drawdown_ratio == pytest.approx(0.1)
        assert track.day_loss_ratio == pytest.approx(0.1)

    def test_it_counts_when_it_has_lasted_for_three_looks(self):
        equity = counting()
        update(equity, live(10_000.0), NOON)

        assert looks(equity, 9_000.0, start=1, times=2).equity_quote == 10_000.0
        assert looks(equity, 9_000.0, start=3, times=1).equity_quote == 9_000.0

    def test_looks_within_a_minute_are_one(self):
        equity = counting()
        update(equity, live(10_000.0), NOON)

        for seconds in range(60, 110, 5):
            time = NOON + timedelta(seconds=seconds)
            track = update(equity, live(9_000.0), time)

        assert track.equity_quote == 10_000.0

    def test_a_wallet_that_lags_behind_is_no_transfer(self):
        equity = counting()
        update(equity, live(10_000.0), NOON)
        looks(equity, 9_000.0, start=1, times=2)

        track = looks(equity, 10_000.0, start=3, times=5)

        assert track.equity_quote == 10_000.0

    @pytest.mark.parametrize(("total", "expected"), [(9_951.0, 10_000.0), (9_940.0, 9_940.0)])
    def test_up_to_half_a_percent_is_fees_and_rounding(self, total, expected):
        equity = counting()
        update(equity, live(10_000.0), NOON)

        assert looks(equity, total, start=1).equity_quote == expected

    def test_a_trade_that_closes_is_no_transfer(self):
        equity = counting()
        update(equity, live(10_000.0), NOON)
        closed_trade(1, profit_ratio=-0.05, date=NOON)

        track = looks(equity, 9_500.0, start=1)

        assert track.equity_quote == pytest.approx(9_500.0)
        assert track.day_start_quote == 10_000.0

    def test_fees_and_funding_that_a_real_wallet_has_paid_are_no_transfer(self, caplog):
        equity, trade = counting(), open_trade(fee=0.005)
        update(equity, bot(10_000.0, runmode=RunMode.LIVE), NOON)
        trade.funding_fees = -20.0

        # Paid so far: 0.5 % of 10,000 to enter, and 20 of funding.
        track = looks(equity, 9_930.0, start=1, runmode=RunMode.LIVE, trades=[trade])

        # To close would cost another 50.
        assert track.equity_quote == pytest.approx(10_000.0 - 50.0 - 20.0 - 50.0)
        assert track.day_start_quote == 10_000.0
        assert "not from this bot" not in caplog.text

    def test_a_real_wallet_that_traded_before_the_guard_has_its_base_counted_back(self):
        closed_trade(1, profit_ratio=0.02, date=NOON)
        trade = open_trade(2, fee=0.005)

        # It began with 10,000, won 200, and paid 0.5 % of 10,000 to enter.
        track = update(counting(), bot(10_150.0, runmode=RunMode.LIVE), NOON + HOUR, [trade])

        # To close would cost another 50.
        assert track.equity_quote == pytest.approx(10_000.0 + 200.0 - 50.0 - 50.0)

    @pytest.mark.parametrize("funding", [-200.0, 200.0])
    @pytest.mark.parametrize("short", [False, True])
    def test_funding_of_open_trades_in_a_real_wallet_is_no_transfer(self, caplog, funding, short):
        equity, trade = counting(), open_trade(short=short)
        update(equity, bot(10_000.0, runmode=RunMode.LIVE), NOON)
        trade.funding_fees = funding

        # 2 %, four times what would be taken for fees and rounding.
        total = 10_000.0 + funding
        track = looks(equity, total, start=1, runmode=RunMode.LIVE, trades=[trade])

        assert track.equity_quote == pytest.approx(total)
        assert track.day_start_quote == 10_000.0
        assert "not from this bot" not in caplog.text

    @pytest.mark.parametrize(("short", "price"), [(False, 104.0), (True, 96.0)])
    def test_what_an_exit_that_waits_has_won_in_a_real_wallet_is_no_transfer(
        self, caplog, short, price
    ):
        equity, trade = counting(), open_trade(short=short, fee=0.001)
        update(equity, bot(10_000.0, runmode=RunMode.LIVE), NOON)
        # 90 of 100 are sold with 4 each; fees of 0.1 % on 10,000 and on 90 * price.
        wait(trade, 100.0, price, filled=90.0, side=trade.exit_side)

        total = 10_000.0 + 360.0 - 10.0 - 0.09 * price
        track = looks(equity, total, start=1, runmode=RunMode.LIVE, trades=[trade])

        # The rest is where it was, at 100, and pays 0.1 % of 1,000 to be closed.
        assert track.equity_quote == pytest.approx(total - 1.0)
        assert track.day_start_quote == 10_000.0
        assert "not from this bot" not in caplog.text

    def test_a_simulated_wallet_has_paid_no_funding_of_open_trades(self, caplog):
        equity, trade = counting(), open_trade(fee=0.005)
        update(equity, live(10_000.0), NOON)
        trade.funding_fees = -200.0

        track = looks(equity, 10_000.0, start=1, trades=[trade])

        # Fees of 50 to enter and 50 to close.
        assert track.equity_quote == pytest.approx(10_000.0 - 200.0 - 100.0)
        assert "not from this bot" not in caplog.text

    @pytest.mark.parametrize(
        ("held", "paid", "expected"),
        [
            # Bought once more at 100: 5 of fees each, and 10 to close both.
            (200.0, 5.0, 10_000.0 - 5.0 - 5.0 - 10.0),
            # Half was sold at 100 for 2.50; 2.50 to close the rest.
            (50.0, 2.5, 10_000.0 - 5.0 - 2.5 - 2.5),
        ],
    )
    def test_each_fee_of_an_amount_that_differs_counts_once(self, held, paid, expected):
        equity, trade = counting(), open_trade(fee=0.0005)  # 100 at 100
        real = {"runmode": RunMode.LIVE}
        update(equity, bot(10_000.0 - 5.0, **real), NOON, [trade])
        at = ExchangePosition(trade.pair, 1, held, entry_price=100.0, mark_price=100.0)
        found = Reconciled(tuple(compare([as_booked(trade)], [at])), is_settled=False, settles=True)

        left = bot(10_000.0 - 5.0 - paid, **real)
        track = equity.update(left, NOON + MINUTE, [trade], [100.0], found)

        assert track.equity_quote == pytest.approx(expected)

    @pytest.mark.parametrize(
        ("told_quote", "equity_quote", "day_start_quote"),
        # 600 are gone. The start of the day goes with what was withdrawn, and 400 are lost. Where
        # nobody tells, all of it is.
        [(-200.0, 9_400.0, 9_800.0), (nan, 9_400.0, 10_000.0)],
    )
    def test_what_was_withdrawn_before_all_agrees_again_is_not_lost(
        self, told_quote, equity_quote, day_start_quote
    ):
        asked = []

        def transferred(_, since, until):
            asked.append((since, until))
            return told_quote if len(asked) == 1 else 0.0

        told = []
        memory = InMemoryStore()
        equity = Equity(memory, lambda _, why: told.append(why), transferred)
        read(equity, 10_000.0, NOON)
        read(equity, 10_000.0, NOON + MINUTE)
        open_question = Reconciled(is_settled=False)
        read(equity, 9_400.0, NOON + 2 * MINUTE, open_question)
        again = Equity(memory, lambda _, why: told.append(why), transferred)

        # A restart knows since when to ask, and a second look asks for nothing twice.
        over = replace(open_question, settles=True)
        read(again, 9_400.0, NOON + 3 * MINUTE, over)
        track = read(again, 9_400.0, NOON + 4 * MINUTE, over)

        assert asked[0] == (NOON + MINUTE, NOON + 3 * MINUTE)
        assert asked[1] == (NOON + 3 * MINUTE, NOON + 4 * MINUTE)
        assert track.equity_quote == pytest.approx(equity_quote)
        assert track.day_start_quote == pytest.approx(day_start_quote)
        assert any("-200.00 USDT not from this bot" in why for why in told) == (told_quote == -200)
        (result,) = [why for why in told if "are counted as a result" in why]
        assert ("the exchange names none" in result) == isnan(told_quote)

    @pytest.mark.parametrize(("told_quote", "day_loss"), [(600.0, 0.04), (nan, 0.04), (0.0, -0.02)])
    def test_a_deposit_that_nobody_tells_hides_no_loss(self, told_quote, day_loss):
        told, answers = [], [told_quote, 0.0 * told_quote]
        equity = Equity(InMemoryStore(), lambda _, why: told.append(why), lambda *_: answers.pop(0))
        read(equity, 10_000.0, NOON)
        # An open loss of 400 beside the trades; it is lost, and 600 have come meanwhile.
        at = ExchangePosition("ETH/USDT:USDT", 1, 100.0, entry_price=100.0, mark_price=96.0)
        found = Reconciled(tuple(compare([], [at])), is_settled=False)
        assert read(equity, 10_000.0, NOON + MINUTE, found).day_loss_ratio == pytest.approx(0.04)

        over = Reconciled(is_settled=False, settles=True)
        track = read(equity, 10_200.0, NOON + 2 * MINUTE, over)

        assert track.equity_quote == pytest.approx(10_200.0)
        loss = 1 - track.equity_quote / track.day_start_quote
        assert loss == pytest.approx(day_loss)
        assert any("+600.00 USDT came while" in why for why in told) == isnan(told_quote)
        # A second look finds nothing new.
        assert read(equity, 10_200.0, NOON + 3 * MINUTE, over) == track

    def test_a_bot_with_a_share_of_the_account_does_not_see_what_others_do(self):
        equity = counting()
        share = {"runmode": RunMode.DRY_RUN, "available_capital": 2_000}
        update(equity, bot(50_000.0, **share), NOON)

        for minute in range(1, 6):
            track = update(equity, bot(20_000.0, **share), NOON + minute * MINUTE)

        assert track.equity_quote == 2_000.0

    def test_what_a_position_of_no_trade_has_left_counts_once_and_over_restarts(self):
        memory = InMemoryStore()
        told: list[tuple[datetime, str]] = []
        share = bot(50_000.0, runmode=RunMode.LIVE, dry_run=False, available_capital=2_000)
        ended = (EndedPosition("ETH/USDT:USDT", NOON + MINUTE, -150.0, "at what was told"),)
        gone = Reconciled(is_settled=False, settles=True, ended=ended)
        telling(told, memory).update(share, NOON, [], [])

        # Told until the database has it, and once more after a death in between.
        for minute in (2, 3, 4):
            track = telling(told, memory).update(share, NOON + minute * MINUTE, [], [], gone)
            assert track.equity_quote == 1_850.0

        assert track.day_start_quote == 2_000.0
        (_, why) = told[0]
        assert len(told) == 1
        assert "ETH/USDT:USDT: -150.00 USDT that no trade knows are counted as a result" in why

    def test_what_has_just_been_counted_is_kept_at_once(self):
        memory = InMemoryStore()
        share = bot(50_000.0, runmode=RunMode.LIVE, dry_run=False, available_capital=2_000)
        ended = (EndedPosition("ETH/USDT:USDT", NOON, -150.0, "at what was told"),)
        gone = Reconciled(is_settled=False, settles=True, ended=ended)
        equity = counting(memory)
        equity.update(share, NOON, [], [])
        equity.update(share, NOON + MINUTE / 2, [], [], gone)

        assert counting(memory).update(share, NOON + MINUTE, [], []).equity_quote == 1_850.0

    def test_what_a_release_before_has_kept_is_taken_up_and_nothing_asked_of_before(self):
        memory = InMemoryStore()
        memory.set("equity", "[10000.0, 9000.0, 10500.0, 19000, 9100.0, 2700, 9200.0]")
        asked = []

        def transferred(_, since, until):
            asked.append((since, until))
            return 0.0

        equity = Equity(memory, lambda *_: None, transferred)

        open_question = Reconciled(is_settled=False, settles=True)
        track = read(equity, 9_800.0, NOON, open_question)

        # 800 more than was kept, and nobody says whether they are a deposit: no gain.
        assert (track.equity_quote, track.peak_quote) == (
            9_800.0,
            pytest.approx(10_500.0 * 9_800 / 9_000),
        )
        assert asked == []
        again = Equity(memory, lambda *_: None, transferred)
        read(again, 9_800.0, NOON + MINUTE, open_question)
        assert asked == [(NOON, NOON + MINUTE)]


class TestAnUnknownEquity:
    def test_is_unknown_while_it_lasts_and_what_it_is_measured_against_stays(self):
        equity, trade = counting(), open_trade(1)
        known = equity.update(bot(), NOON, [trade], [100.0])

        # Whatever it is that nobody knows: the price, or what a trade has paid.
        for number, (mark, funding) in enumerate([(nan, 0.0), (60.0, nan)], start=1):
            trade.funding_fees = funding
            unknown = equity.update(bot(), NOON + number * MINUTE, [trade], [mark])
            assert isnan(unknown.equity_quote)
            assert isnan(unknown.drawdown_ratio)
            assert isnan(unknown.day_loss_ratio)
            assert unknown.peak_quote == known.peak_quote
            assert unknown.day_start_quote == known.day_start_quote

        trade.funding_fees = 0.0
        again = equity.update(bot(), NOON + 3 * MINUTE, [trade], [100.0])
        assert again.equity_quote == known.equity_quote

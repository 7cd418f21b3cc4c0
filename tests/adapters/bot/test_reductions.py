"""Cuts and closes on freqtrade's own trades: ordered once, asked for until they are done.

The trade is 100 units at 100, with 1,000 of margin at 10x.
"""

import pytest
from ccxt import DECIMAL_PLACES, TICK_SIZE
from freqtrade.persistence import Trade
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.adapters.bot.reductions import Reductions, is_taken_out
from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore, InMemoryStore
from tests.adapters.bots import broken, open_database
from tests.adapters.trades import booked_trade, fill, found_again, open_trade, wait, waiting_trade
from tests.factories import NOON

RATE = 100.0
MINIMUM = 5.0


def watching(*trades, memory=None):
    reductions = Reductions(memory or InMemoryStore(), lambda *_: "in force")
    reductions.watch(list(trades))
    return reductions


def sell(trade, amount):
    fill(trade, trade.exit_side, amount, RATE, NOON)


@pytest.mark.parametrize("short", [False, True])
def test_a_cut_is_the_share_of_the_margin_that_goes(short):
    trade = open_trade(short=short)
    reductions = watching(trade)
    assert not reductions

    reductions.order(trade, 0.75, "margin_ladder")

    assert reductions
    assert reductions.is_ordered(1)
    # A quarter of 1,000, out; freqtrade turns it back into 25 of 100 units.
    assert reductions.cut_stake(trade, RATE, MINIMUM) == (
        pytest.approx(-250.0),
        "riskguard_margin_ladder_cut",
    )
    assert reductions.exit_tag(1) is None


def test_an_order_that_is_not_filled_is_asked_for_again():
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.75, "margin_ladder")
    reductions.cut_stake(trade, RATE, MINIMUM)

    reductions.watch([trade])

    assert reductions.cut_stake(trade, RATE, MINIMUM) == (
        pytest.approx(-250.0),
        "riskguard_margin_ladder_cut",
    )


def test_of_an_order_that_is_filled_in_part_the_rest_is_asked_for():
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.75, "margin_ladder")
    sell(trade, 10.0)  # of 25

    reductions.watch([trade])

    # 15 of the 90 units that are left, which have 900 of margin.
    cut, _ = reductions.cut_stake(trade, RATE, MINIMUM)
    assert trade.stake_amount == pytest.approx(900.0)
    assert cut == pytest.approx(-150.0)


def test_an_order_that_is_filled_is_done():
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.75, "margin_ladder")
    sell(trade, 25.0)

    reductions.watch([trade])

    assert not reductions
    assert not reductions.is_ordered(1)
    assert reductions.cut_stake(trade, RATE, MINIMUM) is None


def test_what_is_done_may_be_ordered_again_from_there():
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.5, "margin_ladder")
    sell(trade, 50.0)
    reductions.watch([trade])

    reductions.order(trade, 0.5, "equity_stop")

    # Half of the 50 units left, and of their 500 of margin.
    assert reductions.cut_stake(trade, RATE, MINIMUM) == (
        pytest.approx(-250.0),
        "riskguard_equity_stop_cut",
    )


def test_the_smaller_target_stays():
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.5, "margin_ladder")

    reductions.order(trade, 0.75, "drawdown_ladder")
    assert reductions.cut_stake(trade, RATE, MINIMUM) == (
        pytest.approx(-500.0),
        "riskguard_margin_ladder_cut",
    )
    reductions.order(trade, 0.25, "equity_stop")
    assert reductions.cut_stake(trade, RATE, MINIMUM) == (
        pytest.approx(-750.0),
        "riskguard_equity_stop_cut",
    )


def test_what_is_added_while_a_cut_is_under_way_goes_too():
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.75, "margin_ladder")
    fill(trade, trade.entry_side, 20.0, RATE, NOON)  # an order that had been waiting

    reductions.watch([trade])

    # From 120 units, with 1,200 of margin, to 75.
    assert reductions.cut_stake(trade, RATE, MINIMUM)[0] == pytest.approx(-450.0)


def test_a_cut_is_of_what_is_filled_also_while_the_order_waits():
    # 10 units held, and 90 of 100 more: half of the 100 units stay.
    trade = open_trade(stake=100.0)
    reductions = watching(trade)
    waiting = wait(trade, 100.0, RATE, filled=90.0)
    reductions.order(trade, 0.5, "margin_ladder")
    reductions.watch([trade])
    # freqtrade can sell the 10 that it counts.
    assert reductions.is_ordered(1)
    assert reductions.cut_stake(trade, RATE, MINIMUM)[0] == pytest.approx(-100.0)

    # The guard has the rest cancelled: what was filled is part of the trade.
    waiting.status, waiting.ft_is_open, waiting.order_filled_date = "canceled", False, NOON
    trade.recalc_trade_from_orders()
    reductions.watch([trade])

    # 50 of 100 units, with 1,000 of margin.
    assert (trade.amount, trade.stake_amount) == (100.0, pytest.approx(1_000.0))
    assert reductions.cut_stake(trade, RATE, MINIMUM)[0] == pytest.approx(-500.0)


def test_a_first_entry_that_is_filled_in_part_is_cut_once_freqtrade_counts_it():
    trade = waiting_trade()
    order = trade.orders[0]
    order.filled, order.remaining = 40.0, 60.0
    reductions = watching(trade)
    reductions.order(trade, 0.5, "margin_ladder")
    reductions.watch([trade])
    assert reductions.cut_stake(trade, RATE, MINIMUM) is None

    order.status, order.ft_is_open, order.order_filled_date = "canceled", False, NOON
    trade.recalc_trade_from_orders()
    reductions.watch([trade])

    # 20 of 40 units, with 400 of margin.
    assert reductions.cut_stake(trade, RATE, MINIMUM)[0] == pytest.approx(-200.0)


def test_a_close_is_an_exit_and_no_cut():
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.0, "daily_loss")

    assert reductions
    assert reductions.exit_tag(1) == "riskguard_daily_loss"
    assert reductions.cut_stake(trade, RATE, MINIMUM) is None
    reductions.order(trade, 0.5, "margin_ladder")
    assert reductions.exit_tag(1) == "riskguard_daily_loss"


@pytest.mark.parametrize(
    "rule", ["margin_ladder", "drawdown_ladder", "account_margin", "equity_stop"]
)
def test_a_cut_and_the_close_after_it_have_different_tags(rule):
    # freqtrade skips an exit whose tag it has used in this candle while an order waits.
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.5, rule)
    _, of_cut = reductions.cut_stake(trade, RATE, MINIMUM)

    reductions.order(trade, 0.0, rule)

    assert (of_cut, reductions.exit_tag(1)) == (f"riskguard_{rule}_cut", f"riskguard_{rule}")


def test_a_close_is_asked_for_until_the_trade_is_over():
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.0, "daily_loss")
    sell(trade, 99.0)

    reductions.watch([trade])
    assert reductions.exit_tag(1) == "riskguard_daily_loss"

    reductions.watch([])
    assert not reductions
    assert reductions.exit_tag(1) is None


@pytest.mark.parametrize("minimum", [2_500.0, 2_501.0, 2_600.0])
def test_a_cut_that_would_leave_less_than_the_minimum_is_a_close(minimum):
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.25, "margin_ladder")  # 25 units at 100 would be left

    assert reductions.cut_stake(trade, RATE, minimum) is None
    assert reductions.exit_tag(1) == "riskguard_margin_ladder"


def test_a_cut_that_leaves_just_more_than_the_minimum_is_a_cut():
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.25, "margin_ladder")

    assert reductions.cut_stake(trade, RATE, 2_499.0) == (
        pytest.approx(-750.0),
        "riskguard_margin_ladder_cut",
    )


def test_a_cut_that_a_running_bot_would_ignore_is_a_close():
    # At 1x, where the exchange asks for 5: what an exit leaves must be 5 * 1.5 (freqtrade's reserve
    # for a class stop of -0.99), or freqtrade does nothing at all.
    trade = open_trade(stake=12.0, leverage=1.0)  # 0.12 units
    reductions = watching(trade)
    reductions.order(trade, 0.5, "margin_ladder")  # 6 would be left

    assert reductions.cut_stake(trade, RATE, 7.5) is None
    assert reductions.exit_tag(1) == "riskguard_margin_ladder"


def test_without_a_minimum_a_cut_that_leaves_nothing_is_a_close():
    trade = open_trade()
    trade.amount_precision = None
    reductions = watching(trade)
    reductions.order(trade, 1e-15, "margin_ladder")

    assert reductions.cut_stake(trade, RATE, 0.0) is None
    assert reductions.exit_tag(1) == "riskguard_margin_ladder"


def test_what_is_less_than_a_lot_is_a_lot():
    trade = open_trade()  # sold by the thousandth of a unit
    reductions = watching(trade)
    reductions.order(trade, 0.999995, "margin_ladder")

    # 0.0005 units: one thousandth, of 100 units with 1,000 of margin.
    assert reductions.cut_stake(trade, RATE, MINIMUM)[0] == pytest.approx(-0.01)


@pytest.mark.parametrize("mode", [TICK_SIZE, DECIMAL_PLACES])
@pytest.mark.parametrize(
    ("contract_size", "units", "keep_ratio", "sold"),
    [
        (10.0, 100.0, 0.75, 30.0),  # a quarter of ten contracts: two and a half, so three
        (10.0, 30.0, 0.75, 10.0),  # three contracts: one
        (10.0, 100.0, 0.8, 20.0),  # exactly two
        (0.001, 0.003, 0.75, 0.001),
        (100.0, 300.0, 0.5, 200.0),
    ],
)
def test_a_cut_is_rounded_up_to_whole_contracts(mode, contract_size, units, keep_ratio, sold):
    trade = open_trade(stake=units * 100.0 / 10.0)
    trade.contract_size, trade.precision_mode = contract_size, mode
    trade.amount_precision = 1.0 if mode == TICK_SIZE else 0
    reductions = watching(trade)
    reductions.order(trade, keep_ratio, "margin_ladder")

    cut, _ = reductions.cut_stake(trade, RATE, 0.0)

    assert -cut / trade.stake_amount * trade.amount == pytest.approx(sold)


@pytest.mark.parametrize(("contract_size", "units"), [(10.0, 10.0), (0.001, 0.001), (100.0, 100.0)])
def test_a_lot_cannot_be_halved_so_it_is_closed(contract_size, units):
    trade = open_trade(stake=units * 100.0 / 10.0)
    trade.contract_size, trade.amount_precision = contract_size, 1.0
    reductions = watching(trade)
    reductions.order(trade, 0.5, "margin_ladder")

    assert reductions.cut_stake(trade, RATE, 0.0) is None
    assert reductions.exit_tag(1) == "riskguard_margin_ladder"


def test_a_float_that_is_a_little_off_is_no_lot():
    trade = open_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.75, "margin_ladder")
    trade.amount = 75.0 + 1e-10

    assert reductions.cut_stake(trade, RATE, MINIMUM) is None
    assert not reductions.is_ordered(1)


def test_it_says_what_is_to_remain_and_by_which_rule():
    trade = open_trade()
    reductions = watching(trade)
    assert (reductions.target_amount(1, 100.0), reductions.ordered_by(1)) == (100.0, None)

    reductions.order(trade, 0.75, "margin_ladder")

    assert reductions.ordered_by(1) == "margin_ladder"
    # 75 of 100; less where less is left, and all of another trade.
    left = [reductions.target_amount(1, 100.0), reductions.target_amount(1, 60.0)]
    assert left == [75.0, 60.0]
    assert reductions.target_amount(2, 100.0) == 100.0


@pytest.mark.parametrize(
    ("mode", "precision", "contract_size", "keep_ratio", "sold"),
    [
        # 22.23 units: nothing is known of lots; whole units; tenths, of 24.85.
        (TICK_SIZE, None, 1.0, 0.7777, 22.23),
        (TICK_SIZE, 1.0, None, 0.7777, 23.0),
        (DECIMAL_PLACES, 1, None, 0.7515, 24.9),
    ],
)
def test_a_lot_by_hand(mode, precision, contract_size, keep_ratio, sold):
    trade = open_trade()
    trade.precision_mode, trade.amount_precision = mode, precision
    trade.contract_size = contract_size
    reductions = watching(trade)
    reductions.order(trade, keep_ratio, "margin_ladder")

    stake_quote, _ = reductions.cut_stake(trade, RATE, MINIMUM)

    # 10 of margin for each unit, and a billionth more: truncated to lots it is not one less.
    assert -stake_quote == pytest.approx(10.0 * sold * (1 + 1e-9), rel=1e-12)


@pytest.mark.parametrize(
    ("stake_quote", "least_quote", "is_taken"),
    [
        # All of it, whatever must remain.
        (1_000.0, 1e9, True),
        # 75 units of 100 are left, 7,500: more than must remain, or not.
        (250.0, 7_499.0, True),
        (250.0, 7_500.0, False),
    ],
)
def test_what_freqtrade_takes_out_by_hand(stake_quote, least_quote, is_taken):
    assert is_taken_out(open_trade(), stake_quote, RATE, least_quote) is is_taken


@pytest.mark.parametrize(("mode", "precision"), [(TICK_SIZE, 1.0), (DECIMAL_PLACES, 0)])
@pytest.mark.parametrize(("least_quote", "is_taken"), [(7_999.0, True), (8_000.0, False)])
def test_freqtrade_takes_out_whole_contracts(mode, precision, least_quote, is_taken):
    # 25.5 units are two contracts of 10: 80 are left, 8,000.
    trade = open_trade()
    trade.precision_mode, trade.amount_precision, trade.contract_size = mode, precision, 10.0

    assert is_taken_out(trade, 255.0, RATE, least_quote) is is_taken


def test_an_entry_that_waits_is_still_to_be_closed():
    trade = waiting_trade()
    reductions = watching(trade)
    reductions.order(trade, 0.0, "daily_loss")

    reductions.watch([trade])

    assert reductions.exit_tag(1) == "riskguard_daily_loss"


def test_a_cut_of_less_than_a_unit_is_done_too():
    trade, memory = open_trade(stake=5.0), InMemoryStore()  # half a unit
    reductions = watching(trade, memory=memory)
    reductions.order(trade, 0.5, "margin_ladder")
    reductions.keep([trade])
    sell(trade, 0.25)

    reductions.watch([trade])

    assert not reductions.is_ordered(1)
    assert not watching(trade, memory=memory).is_ordered(1)


def test_what_is_no_lot_more_is_done_after_a_restart_too():
    trade, memory = open_trade(), InMemoryStore()
    reductions = watching(trade, memory=memory)
    # A ten-billionth of a unit too much: the lot is a thousandth.
    reductions.order(trade, 1 - 1e-12, "margin_ladder")
    reductions.keep([trade])
    assert watching(trade, memory=memory).is_ordered(1)

    assert reductions.cut_stake(trade, RATE, MINIMUM) is None

    assert not watching(trade, memory=memory).is_ordered(1)


def test_trades_are_cut_each_for_itself():
    first, second = open_trade(1), open_trade(2)
    reductions = watching(first, second)
    reductions.order(second, 0.5, "account_margin")

    assert reductions.cut_stake(first, RATE, MINIMUM) is None
    assert reductions.cut_stake(second, RATE, MINIMUM) == (
        pytest.approx(-500.0),
        "riskguard_account_margin_cut",
    )
    reductions.watch([first])
    assert not reductions


@pytest.mark.parametrize(
    ("keep_ratio", "sold", "cut", "tag"),
    [
        (0.75, 0.0, -250.0, None),
        (0.75, 10.0, -150.0, None),
        (0.75, 25.0, None, None),
        (0.0, 0.0, None, "riskguard_margin_ladder"),
        (0.0, 40.0, None, "riskguard_margin_ladder"),
    ],
)
def test_a_restart_goes_on_where_it_was(keep_ratio, sold, cut, tag):
    memory, trade = InMemoryStore(), open_trade()
    reductions = watching(trade, memory=memory)
    reductions.order(trade, keep_ratio, "margin_ladder")
    reductions.keep([trade])
    if sold:
        sell(trade, sold)

    again = watching(trade, memory=memory)

    asked = again.cut_stake(trade, RATE, MINIMUM)
    assert asked == (None if cut is None else (pytest.approx(cut), "riskguard_margin_ladder_cut"))
    assert again.exit_tag(1) == tag


def test_an_order_that_could_not_be_kept_is_kept_the_next_time(monkeypatch):
    memory, trade = InMemoryStore(), open_trade()
    reductions = watching(trade, memory=memory)
    with monkeypatch.context() as patched:
        patched.setattr(memory, "set_for_trade", broken)
        reductions.order(trade, 0.75, "margin_ladder")
        with pytest.raises(ZeroDivisionError):
            reductions.keep([trade])
        # Not kept, and in force all the same.
        assert reductions.cut_stake(trade, RATE, MINIMUM)[0] == pytest.approx(-250.0)

    reductions.keep([trade])

    again = watching(trade, memory=memory)
    assert again.cut_stake(trade, RATE, MINIMUM)[0] == pytest.approx(-250.0)


def test_a_restart_does_not_repeat_what_was_done():
    memory, trade = InMemoryStore(), open_trade()
    reductions = watching(trade, memory=memory)
    reductions.order(trade, 0.75, "margin_ladder")
    sell(trade, 25.0)
    reductions.watch([trade])
    fill(trade, trade.entry_side, 50.0, RATE, NOON)  # a person adds to it later

    assert not watching(trade, memory=memory)


@given(
    keep_ratios=st.lists(st.floats(0.01, 1.0), min_size=1, max_size=4),
    fills=st.lists(st.floats(0.0, 1.0), max_size=6),
)
def test_whatever_is_filled_it_ends_at_the_smallest_target(keep_ratios, fills):
    trade, memory = open_trade(), InMemoryStore()
    reductions = watching(trade, memory=memory)
    for keep_ratio in keep_ratios:
        reductions.order(trade, keep_ratio, "margin_ladder")
    reductions.keep([trade])
    target = 100.0 * min(keep_ratios)

    for share in (*fills, 1.0, 1.0):  # each order is filled in part, or not at all, then in full
        reductions = watching(trade, memory=memory)  # a restart in between changes nothing
        asked = reductions.cut_stake(trade, RATE, 0.0)
        if asked is None:
            break
        assert asked[0] < 0
        amount = round(-asked[0] / trade.stake_amount * trade.amount * share, 3)
        if amount:
            sell(trade, amount)
        # Rounded up, to a thousandth of a unit: what is sold by lots is a lot more at the most.
        assert trade.amount > target - 2e-3

    assert target - 2e-3 < trade.amount <= target + 1e-9


class TestOnARunningBot:
    def test_a_restart_finds_what_was_ordered(self, database):
        memory = DatabaseStore()
        cut, closing, left = (booked_trade(number) for number in (1, 2, 3))
        reductions = watching(cut, closing, left, memory=memory)
        reductions.order(cut, 0.75, "margin_ladder")
        reductions.order(closing, 0.0, "daily_loss")
        reductions.keep([cut, closing, left])
        open_database(database)

        trades = [found_again(number) for number in (1, 2, 3)]
        again = watching(*trades, memory=DatabaseStore())

        assert again.cut_stake(trades[0], RATE, MINIMUM) == (
            pytest.approx(-250.0),
            "riskguard_margin_ladder_cut",
        )
        assert again.exit_tag(2) == "riskguard_daily_loss"
        assert not again.is_ordered(3)

    def test_a_restart_does_not_repeat_what_was_done(self, database):
        trade = booked_trade()
        reductions = watching(trade, memory=DatabaseStore())
        reductions.order(trade, 0.75, "margin_ladder")
        reductions.keep([trade])
        trade.amount = 75.0
        reductions.watch([trade])
        trade.amount = 90.0
        Trade.commit()
        open_database(database)

        assert not watching(found_again(), memory=DatabaseStore())

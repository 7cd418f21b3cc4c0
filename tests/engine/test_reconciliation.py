"""What the exchange holds against what the trades say: figures by hand, and what must never be."""

from dataclasses import replace
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.engine.reconciliation import (
    ConfirmedMismatches,
    Reconciled,
    booked_amounts,
    compare,
    unwanted_stops,
)
from freqtrade_riskguard.snapshot.exchange import (
    NOTHING_TOLD,
    BookedTrade,
    ExchangePosition,
    ExchangeStop,
    PositionReport,
)

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
LOT, FEE = 0.001, 0.0005

SIDES = pytest.mark.parametrize("side", [1, -1])


def trade(side=1, amount=0.05, **changes):
    figures = {"lot": LOT, "price": 100_000.0, "fee_ratio": FEE, "stop_price": 97_000.0, **changes}
    return BookedTrade(trade_id=3, pair=BTC, side=side, amount=amount, **figures)


def position(side=1, amount=0.05, **changes):
    figures = {"entry_price": 100_000.0, "mark_price": 90_000.0, **changes}
    return ExchangePosition(BTC, side, amount, **figures)


@SIDES
def test_what_agrees_is_no_mismatch(side):
    assert compare([trade(side)], [position(side)]) == []
    assert compare([], []) == []
    # A position that the exchange lists as closed.
    assert compare([], [position(side, amount=0.0)]) == []


@SIDES
def test_a_position_without_a_trade_is_told_with_what_it_has_lost(side):
    (found,) = compare([], [position(side)])

    assert (found.kind, found.booked, found.held) == ("orphan", 0.0, side * 0.05)
    # 10,000 down on 0.05: 500 lost or won, and no fee is known without a trade.
    assert isclose(found.profit_quote, -side * 500.0)


@SIDES
def test_a_trade_without_a_position_is_told_and_valued_at_nothing(side):
    (found,) = compare([trade(side)], [])

    assert (found.kind, found.booked, found.held) == ("lost", side * 0.05, 0.0)
    assert found.profit_quote == 0.0
    assert Reconciled((found,)).lost_trades == {3}


@SIDES
def test_a_lot_more_or_less_is_noise_and_two_are_not(side):
    for within in (0.051, 0.049):
        assert compare([trade(side)], [position(side, within)]) == []
    for beyond in (0.052, 0.048):
        (found,) = compare([trade(side)], [position(side, beyond)])
        assert (found.kind, found.held) == ("amount", side * beyond)


@SIDES
def test_what_is_missing_of_a_trade_wins_and_loses_no_more(side):
    (found,) = compare([trade(side)], [position(side, 0.02)])

    # The trade says 0.05 and 0.03 of them are gone: their loss of 300 is taken back, and so are
    # fees of 0.05 % on 3,000 and on 2,700.
    assert isclose(found.profit_quote, side * 300.0 + 1.5 + 1.35)


@SIDES
@pytest.mark.parametrize(
    ("held", "average", "mark", "beside"),
    [
        # 1 more bought at 120: 2 at 110 on average have won nothing at 110; the trade says +10.
        (2.0, 110.0, 110.0, -10.0),
        # 2 at 90 lose 20 at 80; the trade says -20.
        (2.0, 90.0, 80.0, 0.0),
        # The trade was closed at 90: the wallet has that. 1 of the other side since 90 has won 10
        # at 80; the trade says -20.
        (-1.0, 90.0, 80.0, 30.0),
        # And 2 of the other side have won 20.
        (-2.0, 90.0, 80.0, 40.0),
        # Half is gone at the trade's own average: what is left loses 10 at 80.
        (0.5, 100.0, 80.0, 10.0),
    ],
)
def test_an_amount_that_differs_is_worth_what_is_held(side, held, average, mark, beside):
    # A short position is the mirror of a long one at 100.
    average, mark = 100.0 + side * (average - 100.0), 100.0 + side * (mark - 100.0)
    booked = trade(side, 1.0, price=100.0, fee_ratio=0.0)
    told = replace(position(side, entry_price=average, mark_price=mark), amount=abs(held))
    told = replace(told, side=side if held > 0 else -side)

    (found,) = compare([booked], [told])

    assert found.profit_quote == pytest.approx(beside)


@SIDES
def test_each_fill_pays_its_fee_once(side):
    booked = trade(side, 100.0, price=100.0, fee_ratio=0.0005)

    def beside(amount):
        at = position(side, amount, entry_price=100.0, mark_price=100.0)
        (found,) = compare([booked], [at])
        return found.profit_quote, found.paid_quote

    # 0.05 % of 10,000 more, paid to enter and to be paid at the exit.
    assert beside(200.0) == pytest.approx((-10.0, -5.0))
    # The trade says that of 5,000 too much; the wallet has paid the entry all the same.
    assert beside(50.0) == pytest.approx((5.0, 2.5))
    # The trade's fees of 10 are over; 5 + 5 are those of the other side.
    at = position(-side, 100.0, entry_price=100.0, mark_price=100.0)
    (other,) = compare([booked], [at])
    assert (other.profit_quote, other.paid_quote) == pytest.approx((0.0, 0.0))


@SIDES
def test_a_trade_of_which_the_other_side_is_held_is_missing(side):
    for amount in (0.03, 0.05, 0.07):
        (found,) = compare([trade(side)], [position(-side, amount)])
        assert found.is_missing
        assert found.surplus == -side * amount


@SIDES
def test_the_other_side_is_a_mismatch(side):
    (found,) = compare([trade(side)], [position(-side)])

    assert (found.kind, found.booked, found.held) == ("amount", side * 0.05, -side * 0.05)


@SIDES
def test_orders_that_wait_explain_what_they_may_have_done(side):
    # Half of an entry that the database has not seen yet, and a third of an exit.
    assert compare([trade(side, 0.0, entering=0.05)], [position(side, 0.025)]) == []
    assert compare([trade(side, 0.0, entering=0.05)], []) == []
    assert compare([trade(side, exiting=0.05)], [position(side, 0.03)]) == []
    (found,) = compare([trade(side, exiting=0.05)], [])
    assert found.kind == "lost"
    (found,) = compare([trade(side, 0.0, entering=0.05)], [position(side, 0.06)])
    assert found.kind == "orphan"


def test_trades_of_one_pair_count_together():
    assert compare([trade(), replace(trade(), trade_id=4)], [position(amount=0.1)]) == []


def test_a_mismatch_counts_from_the_second_look():
    looks = ConfirmedMismatches()

    assert not looks.look(compare([trade()], []), ())
    assert not looks.confirmed
    assert [item.kind for item in looks.suspected] == ["lost"]
    assert looks.look(compare([trade()], []), ())
    assert [item.kind for item in looks.confirmed] == ["lost"]
    assert not looks.look(compare([trade()], []), ())
    # Over at once.
    assert looks.look([], ())
    assert not looks.confirmed + looks.suspected
    # And begins anew.
    assert not looks.look(compare([trade()], []), ())
    assert not looks.confirmed


def test_a_lost_answer_makes_it_count_at_the_first_look():
    looks = ConfirmedMismatches()

    assert looks.look(compare([], [position()]), {BTC})
    assert [item.pair for item in looks.confirmed] == [BTC]
    other = ConfirmedMismatches()
    assert not other.look(compare([], [position()]), {ETH})
    assert not other.confirmed


def test_another_amount_of_the_same_mismatch_is_a_change():
    looks = ConfirmedMismatches()
    looks.look(compare([], [position()]), {BTC})

    assert looks.look(compare([], [position(amount=0.03)]), ())
    assert not looks.look(compare([], [position(amount=0.03)]), ())


@SIDES
def test_what_is_booked_meanwhile_begins_anew(side):
    mismatches = ConfirmedMismatches()
    found = compare([trade(side)], [])
    mismatches.look(found, ())
    mismatches.look(found, ())
    mismatches.drop({ETH})
    assert mismatches.confirmed == tuple(found)
    mismatches.drop({BTC})
    assert mismatches.confirmed == ()
    # Seen again, it is of one moment only.
    assert not mismatches.look(found, ())
    assert mismatches.confirmed == ()


@SIDES
def test_only_what_a_trade_has_can_be_missing(side):
    def is_missing(trades, positions):
        (found,) = compare(trades, positions)
        return found.is_missing

    assert is_missing([trade(side)], [])
    assert is_missing([trade(side)], [position(side, 0.03)])
    assert not is_missing([trade(side)], [position(side, 0.07)])
    assert not is_missing([], [position(side)])


@SIDES
def test_what_is_held_beyond_the_trades(side):
    def surplus(trades, positions):
        (found,) = compare(trades, positions)
        return found.surplus

    assert surplus([], [position(side)]) == side * 0.05
    assert surplus([trade(side)], [position(side, 0.07)]) == pytest.approx(side * 0.02)
    # Of the other side nothing is booked.
    assert surplus([trade(side)], [position(-side, 0.03)]) == -side * 0.03
    assert surplus([trade(side)], [position(side, 0.03)]) == 0.0
    assert surplus([trade(side)], []) == 0.0


@SIDES
def test_what_trades_say_is_held(side):
    both = [trade(side, 0.05), trade(side, 0.02), replace(trade(-side, 0.3), pair=ETH)]
    booked = booked_amounts(both)
    assert booked == pytest.approx({BTC: side * 0.07, ETH: -side * 0.3})
    assert booked_amounts([]) == {}


def stop(order_id="9", side=1, trigger=96_000.0, **changes):
    """Return the stop order of a position on this side."""
    figures = {"amount": 0.05, "trigger_price": trigger, "reduces_only": True, **changes}
    return ExchangeStop(order_id, BTC, -side, **figures)


def test_a_stop_that_was_left_behind_is_unwanted():
    assert list(unwanted_stops([stop()], [], [], None)) == [stop()]
    # It protects what is there, whether a trade knows of that or not.
    assert list(unwanted_stops([stop()], [], [position()], None)) == []
    assert list(unwanted_stops([stop()], [trade()], [position()], None)) == []
    # Somebody's way into a position, and a pair that is another bot's affair.
    assert list(unwanted_stops([stop(reduces_only=False)], [], [], None)) == []
    assert list(unwanted_stops([stop()], [], [], {ETH})) == []
    # Nobody says what is held.
    assert list(unwanted_stops([stop()], [], None, None)) == []


@SIDES
def test_the_stop_of_an_earlier_trade_is_unwanted_once_that_of_this_one_stands(side):
    held = trade(side, stop_ids=frozenset({"1"}), stop_price=100_000.0 - side * 3_000)
    first = stop("1", side, 100_000.0 - side * 3_000)
    # Of another size, and nearer: it would close the trade before its time.
    earlier = stop("7", side, 100_000.0 - side * 2_000, amount=0.07)
    at = [position(side)]

    assert list(unwanted_stops([first, earlier], [held], at, None, {"7"})) == [earlier]
    assert list(unwanted_stops([first, earlier], [held], at, None)) == []
    # Until then it is all the protection that there is.
    assert list(unwanted_stops([earlier], [held], at, None, {"7"})) == []
    assert list(unwanted_stops([earlier], [], at, None, {"7"})) == []


@SIDES
def test_a_second_stop_is_unwanted_only_behind_one_that_stands(side):
    held = trade(side, stop_ids=frozenset({"1"}), stop_price=100_000.0 - side * 3_000)
    first = stop("1", side, 100_000.0 - side * 3_000)
    further = stop("2", side, 100_000.0 - side * 4_000)
    nearer = stop("3", side, 100_000.0 - side * 2_000)
    at = [position(side)]

    for told in (at, None):
        assert list(unwanted_stops([first, further, nearer], [held], told, None)) == [further]
    # The known one is gone: what is there protects.
    assert list(unwanted_stops([further, nearer], [held], at, None)) == []
    # A person's own, for a part.
    part = replace(further, amount=0.02)
    assert list(unwanted_stops([first, part], [held], at, None)) == []


amounts = st.floats(0.002, 10.0)


@given(amounts, st.sampled_from([1, -1]), st.floats(-0.0009, 0.0009))
def test_what_the_exchange_holds_within_a_lot_never_alarms(amount, side, noise):
    assert compare([trade(side, amount)], [position(side, amount + noise)]) == []


@given(amounts, amounts, st.sampled_from([1, -1]), st.floats(50_000, 150_000))
def test_trade_and_correction_together_are_worth_what_is_held(booked, held, side, mark):
    """The profit of the trade and of the mismatch is that of the position, fees apart."""
    free = trade(side, booked, fee_ratio=0.0)
    profit = side * booked * (mark - 100_000.0)
    found = compare([free], [position(side, held, mark_price=mark)])
    profit += sum(item.profit_quote for item in found)

    off = LOT * abs(mark - 100_000.0) * 1.001 if not found else 1e-6
    assert abs(profit - side * held * (mark - 100_000.0)) <= off + 1e-6


def test_what_is_not_told_of_a_position_adds_nothing_to_it():
    more = PositionReport(added_margin_quote=100.0)
    told = Reconciled(reports={3: more})
    assert told.report(3) is more
    assert told.report(4) is NOTHING_TOLD
    assert (NOTHING_TOLD.added_margin_quote, NOTHING_TOLD.leads_adl_queue) == (0.0, None)

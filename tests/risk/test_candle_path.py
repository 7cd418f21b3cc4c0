"""Where within a candle an account falls to its floor."""

from math import isnan

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import CandleLeg, FloorTouch, equity_floor_touch

LOW, HIGH = -1, 1


def leg(side=1, amount=100.0, start=100.0, low=90.0, high=105.0, **changes):
    """Return a position of 10,000; a short one sees the same candle upside down."""
    ends = {"low_price": low, "high_price": high}
    if side < 0:
        ends = {"low_price": 2 * start - high, "high_price": 2 * start - low}
    return CandleLeg(side=side, amount=amount, start_price=start, **ends, **changes)


@pytest.mark.parametrize("side", [1, -1])
def test_a_position_alone_is_closed_where_the_limit_is_lost(side):
    held = leg(side)

    touch = equity_floor_touch(10_000.0, 9_700.0, [held])

    # 300 of the 1,000 that its candle takes, 10 % away: after 0.3 of the way, 3 % from the start.
    assert (touch.towards, touch.share) == (-side, pytest.approx(0.3))
    assert touch.exit_price(held) == pytest.approx(100.0 - side * 3.0)


def test_the_fee_of_closing_is_part_of_the_loss():
    held = leg(exit_fee_ratio=0.001)

    touch = equity_floor_touch(10_000.0, 9_700.0, [held])
    price = touch.exit_price(held)

    # The equity has paid 10 to close at 100; closing lower costs less: 100 * 0.999 per unit.
    assert 100 * (100.0 - price) * 0.999 == pytest.approx(300.0)


def test_what_the_other_side_wins_on_the_way_counts():
    # Both at 100, the long's candle falls by 10, the short's by 6: 1,000 lost and 600 won.
    long = leg(1, low=90.0, high=100.0)
    short = CandleLeg(side=-1, amount=100.0, start_price=100.0, low_price=94.0, high_price=100.0)

    assert equity_floor_touch(10_000.0, 9_500.0, [long, short]) is None
    touch = equity_floor_touch(10_000.0, 9_700.0, [long, short])
    # 300 of 400: 7.5 down for the long, and 4.5 down for the short, which wins.
    assert (touch.towards, touch.share) == (LOW, pytest.approx(0.75))
    assert touch.exit_price(long) == pytest.approx(92.5)
    assert touch.exit_price(short) == pytest.approx(95.5)


def test_a_hedged_book_stands_still():
    long = leg(1, low=50.0, high=150.0)
    short = CandleLeg(side=-1, amount=100.0, start_price=100.0, low_price=50.0, high_price=150.0)

    assert equity_floor_touch(10_000.0, 9_999.9, [long, short]) is None


def test_the_way_that_gets_there_first_counts():
    long = leg(1, low=90.0, high=100.0)
    short = CandleLeg(side=-1, amount=100.0, start_price=10.0, low_price=10.0, high_price=30.0)

    # 300 of 1,000 to the lows, 300 of 2,000 to the highs.
    touch = equity_floor_touch(10_000.0, 9_700.0, [long, short])

    assert (touch.towards, touch.share) == (HIGH, pytest.approx(0.15))
    assert touch.exit_price(short) == pytest.approx(13.0)


def test_a_stop_on_the_way_loses_no_more_and_closes_in_its_own_name():
    stopped, other = leg(stop_price=99.0), leg()

    # 100 lost at the stop, 200 more by the other alone.
    touch = equity_floor_touch(10_000.0, 9_700.0, [stopped, other])
    assert (touch.towards, touch.share) == (LOW, pytest.approx(0.2))
    assert isnan(touch.exit_price(stopped))
    assert touch.exit_price(other) == pytest.approx(98.0)
    # Before the stop both lose.
    early = equity_floor_touch(10_000.0, 9_900.0, [stopped, other])
    assert (early.towards, early.share) == (LOW, pytest.approx(0.05))
    assert equity_floor_touch(10_000.0, 9_800.0, [stopped]) is None
    # The market has passed it already.
    assert equity_floor_touch(10_000.0, 9_999.0, [leg(stop_price=101.0)]) is None


def test_a_floor_is_reached_between_two_stops_although_the_end_is_above_it():
    # The long is stopped after 200 at a tenth of the way; the short then wins 1,000 alone.
    long = leg(1, amount=200.0, low=90.0, high=100.0, stop_price=99.0)
    short = CandleLeg(side=-1, amount=100.0, start_price=100.0, low_price=90.0, high_price=100.0)

    # At that tenth: 200 lost, 100 won.
    touch = equity_floor_touch(10_000.0, 9_950.0, [long, short])

    assert (touch.towards, touch.share) == (LOW, pytest.approx(0.05))


def test_at_the_floor_already_it_is_the_start():
    touch = equity_floor_touch(9_700.0, 9_700.0, [leg()])

    assert touch.share == 0.0
    assert touch.exit_price(leg()) == 100.0


def test_what_cannot_be_closed_any_more_counts_at_the_end_of_its_way():
    settled, asked = leg(low=97.5), leg()

    # 250 will be lost by what is settled: 50 of 1,000 are left.
    touch = equity_floor_touch(10_000.0, 9_700.0, [asked], [settled])
    assert (touch.towards, touch.share) == (LOW, pytest.approx(0.05))
    # More than all is lost already: at once.
    touch = equity_floor_touch(10_000.0, 9_700.0, [asked], [leg(low=95.0)])
    assert touch == FloorTouch(LOW, 0.0)
    # What is asked makes up for it.
    short = CandleLeg(side=-1, amount=100.0, start_price=100.0, low_price=90.0, high_price=100.0)
    assert equity_floor_touch(10_000.0, 9_700.0, [short], [leg(low=95.0)]) is None


legs = st.builds(
    lambda side, amount, down, up, stop: CandleLeg(
        side=side,
        amount=amount,
        start_price=100.0,
        low_price=100.0 - down,
        high_price=100.0 + up,
        stop_price=100.0 - side * stop,
    ),
    st.sampled_from([1, -1]),
    st.floats(1.0, 500.0),
    st.floats(0.0, 60.0),
    st.floats(0.0, 60.0),
    st.floats(0.1, 90.0),
)
books = st.lists(legs, min_size=1, max_size=5)
floors = st.floats(5_000.0, 9_990.0)


def equity_at(book, towards, share):
    return 10_000.0 + sum(
        item.change_quote(towards) * min(share, item.stop_share(towards)) for item in book
    )


@given(books, st.integers(0, 5), floors)
def test_nothing_is_closed_while_neither_way_reaches_the_floor(book, settled, floor):
    touch = equity_floor_touch(10_000.0, floor, book[settled:], book[:settled])
    least = min(
        equity_at(book, towards, share)
        for towards in (LOW, HIGH)
        for share in (1.0, *(item.stop_share(towards) for item in book))
    )
    assume(abs(least - floor) > 1e-6)

    assert (touch is not None) == (least < floor)


@given(books, floors)
def test_closed_there_the_book_has_lost_just_the_limit(book, floor):
    touch = equity_floor_touch(10_000.0, floor, book)
    assume(touch is not None)

    assert equity_at(book, touch.towards, touch.share) == pytest.approx(floor, abs=1e-6)
    for item in book:
        price = touch.exit_price(item)
        assert isnan(price) or item.low_price <= price <= item.high_price


@given(books, floors)
def test_the_mirrored_book_is_closed_at_the_mirrored_prices(book, floor):
    mirrored = [
        CandleLeg(
            side=-item.side,
            amount=item.amount,
            start_price=100.0,
            low_price=200.0 - item.high_price,
            high_price=200.0 - item.low_price,
            stop_price=200.0 - item.stop_price,
        )
        for item in book
    ]

    touch, twin = (equity_floor_touch(10_000.0, floor, legs_) for legs_ in (book, mirrored))

    assert (touch is None) == (twin is None)
    if touch is not None and twin is not None:
        assert twin.share == pytest.approx(touch.share, abs=1e-9)

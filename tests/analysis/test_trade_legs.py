import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.analysis.trade_legs import average_at, parts_in
from tests.support.results import order, pair_candles, result, trade

# Bought 2 at the open of the first candle, at 100; more is bought in the second.
MARKET = [(100, 104, 96, 100), (90, 95, 70, 85), (85, 110, 84, 108)]


def parts(orders, market=MARKET, **changes):
    leave = orders[-1]["safe_price"]
    (one,) = result(trade(100, leave, 0, 2, orders=orders, leverage=2.0, **changes)).trades
    return parts_in(one, pair_candles(market), 0, 2)


def bought(price, *, cut=0.0):
    sold = [order(100, cut, 0.5, is_entry=False)] if cut else []
    return [
        order(100, 2.0, 0, is_entry=True),
        *sold,
        order(price, 2.0, 1, is_entry=True),
        order(108, 4.0 - cut, 2, is_entry=False),
    ]


def values(part):
    return part.entry_price, part.stake_quote, part.lowest, part.highest


def test_added_at_the_open_of_a_candle_only_what_comes_after_has_seen_it():
    before, after = parts(bought(90))
    assert values(before) == (100, 100, 90, 104)
    # 2 at 100 and 2 at 90.
    assert values(after) == (95, 190, 70, 110)


def test_added_below_the_open_the_way_down_ended_there():
    before, after = parts(bought(80))
    assert values(before) == (100, 100, 80, 104)
    assert values(after) == (90, 180, 70, 110)


def test_added_above_the_open_nobody_knows_what_came_first():
    before, _ = parts(bought(92))
    assert (before.lowest, before.highest) == (70, 104)


def test_what_was_sold_in_between_leaves_the_average():
    # 1 of 2 at 100 is left, and 2 at 90: 280/3.
    _, after = parts(bought(90, cut=1.0))
    assert after.entry_price == pytest.approx(280 / 3)
    assert after.stake_quote == pytest.approx(140)
    (one,) = result(trade(100, 108, 0, 2, orders=bought(90, cut=1.0))).trades
    assert [average_at(one, place) for place in (0, 1)] == [100, 100]


def test_one_entry_is_one_part_with_the_stake_that_freqtrade_recorded():
    orders = [order(100, 2.0, 0, is_entry=True), order(108, 2.0, 2, is_entry=False)]
    (one,) = parts(orders, stake_amount=103.0)
    assert (one.entry_price, one.stake_quote) == (100, 103)


PRICE = st.floats(60, 140)


@given(st.lists(st.tuples(PRICE, PRICE, PRICE, PRICE), min_size=3, max_size=3), PRICE, PRICE)
def test_a_short_in_the_mirrored_market_sees_the_same(prices, more, leave):
    market = [(o, max(o, h, low, c), min(o, h, low, c), c) for o, h, low, c in prices]
    mirrored = [(200 - o, 200 - low, 200 - h, 200 - c) for o, h, low, c in market]
    orders = [
        order(100, 2.0, 0, is_entry=True),
        order(more, 2.0, 1, is_entry=True),
        order(leave, 4.0, 2, is_entry=False),
    ]
    flipped = [{**each, "safe_price": 200 - each["safe_price"]} for each in orders]
    for long, short in zip(
        parts(orders, market), parts(flipped, mirrored, is_short=True), strict=True
    ):
        assert short.entry_price == pytest.approx(200 - long.entry_price)
        assert short.lowest == pytest.approx(200 - long.highest)
        assert short.highest == pytest.approx(200 - long.lowest)
        assert long.lowest <= long.highest

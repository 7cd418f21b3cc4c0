"""An account in cross margin, candle by candle: by hand, and against a plain simulation."""

from datetime import timedelta
from math import isnan, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.analysis.account_path import account_paths
from freqtrade_riskguard.analysis.fill_stress import cut_fills, last_fills, moved_exits
from freqtrade_riskguard.analysis.price_extremes import extremes_of
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable, WholePositionTiers
from tests.support.results import BTC, ETH, START, at, candles, order, pair_candles, result, trade

FEE = 0.0005
# 0.4 % up to 50,000, and 0.5 % of what is above.
TIERS = ResultTiers(
    {}, "own", TierTable.build([(0.0, None, 0.004, 0.0, None), (50_000.0, None, 0.005, None, None)])
)


def paths(made, market, ways=(), tiers=TIERS):
    extremes = extremes_of(made, market)
    fills, cuts = last_fills(made, extremes, tiers), cut_fills(made, extremes)
    exits = moved_exits(made, fills, cuts)
    return account_paths(made, market.by_pair, tiers, exits, ways)


def liquidation(made, market, **changes):
    return paths(made, market, **changes).liquidations[0]


def traded(*trades, **changes):
    return result(*trades, margin_mode="cross", starting_balance=10_000.0, **changes)


def position(leave=100.0, closed=4, *, opened=0, amount=500.0, **changes):
    """Return a trade of 50,000 at 100 unless changed: 5x of an account of 10,000."""
    side = -1 if changes.get("is_short") else 1
    profit = side * amount * (leave - 100.0) - FEE * amount * (100.0 + leave)
    fees = {"fee_open": FEE, "fee_close": FEE, "profit_abs": profit}
    return trade(100.0, leave, opened, closed, amount=amount, leverage=5.0, **{**fees, **changes})


def falling(*lows):
    return candles(*((100.0, 101.0, low, 100.0) for low in lows))


def rising(*highs):
    return candles(*((100.0, high, 99.0, 100.0) for high in highs))


def test_a_long_dies_at_the_low_of_a_candle():
    # 10,000 less 25 of fee; at 80.4 500 coins have lost 9,800 and owe 20.1 of fee: 154.9 are left,
    # less than 0.4 % of 40,200, which is 160.8. At 80.5: 204.875 against 161.
    found = liquidation(traded(position()), falling(100, 90, 80.4, 70, 100))
    assert found.time == at(2)
    assert found.equity_quote == pytest.approx(10_000 - 25 - 9_800 - 20.1)
    assert found.loss_ratio == pytest.approx(1 - 154.9 / 10_000)
    assert liquidation(traded(position()), falling(100, 90, 80.5, 81, 100)) is None


def test_a_short_dies_at_the_high():
    # At 119.6: 9,975 - 9,800 - 29.9 = 145.1 against 0.5 % of 59,800 less 50, which is 249. At
    # 119.3: 295.175 against 248.25.
    short = position(is_short=True)
    assert liquidation(traded(short), rising(101, 110, 119.6, 100, 100)).time == at(2)
    assert liquidation(traded(short), rising(101, 119.3, 119.3, 119.3, 101)) is None


def test_what_lives_has_a_drawdown_from_the_most_that_was_realised():
    # A gain of 1,000 less 25 and 25.5 of fees, then 500 coins at 90: 25 of fee, 5,000 lost, and
    # 22.5 of fee to leave there. At a fifth of the size each is that share of what is left.
    won = position(102.0, 1, amount=500.0)
    lost = position(closed=4, opened=2)
    peak, low = 1_000 - 50.5, 25 + 5_000 + 22.5
    found = paths(
        traded(won, lost),
        candles((100, 102, 100, 102), (102, 102, 100, 100), *[(100, 101, 90, 100)] * 3),
        [(0.2, nan), (20.0, nan)],
    )
    assert found.liquidations[:2] == (None, None)
    one, fifth, dead = found.drawdown_ratios
    assert one == pytest.approx(low / (10_000 + peak))
    assert fifth == pytest.approx(0.2 * one)
    assert isnan(dead)


def test_a_hedge_counts_at_its_own_worst():
    # Two halves of 25,000: at 90 and 110 each has lost 2,500, at 70 and 130 7,500.
    both = traded(position(amount=250.0), position(amount=250.0, is_short=True))
    assert liquidation(both, candles(*[(100, 110, 90, 100)] * 5)) is None
    assert liquidation(both, candles(*[(100, 130, 70, 100)] * 5)).time == at(0)


def test_pairs_fall_together():
    # Each of 25,000 has lost 2,500 at 90; at 80 each has lost 5,000, and the account all.
    both = traded(position(amount=250.0), position(amount=250.0, pair=ETH))
    btc, eth = falling(100, 80, 100, 100, 100), falling(100, 90, 80, 100, 100)
    market = ResultCandles("1h", {**btc.by_pair, ETH: eth.by_pair[BTC]})
    # 7,500 are lost at 80 and 90.
    assert liquidation(both, market) is None
    eth = falling(100, 80, 100, 100, 100)
    market = ResultCandles("1h", {**btc.by_pair, ETH: eth.by_pair[BTC]})
    assert liquidation(both, market).time == at(1)


def test_a_stop_ends_at_its_price_and_another_exit_at_any():
    stopped = position(85.0, closed=2, exit_reason="stop_loss")
    assert liquidation(traded(stopped), falling(100, 90, 70, 50, 50)) is None
    # A profit that is taken in the candle of the fall may have come after it.
    taken = position(110.0, closed=2, exit_reason="roi")
    assert liquidation(traded(taken), falling(100, 90, 70, 50, 50)).time == at(2)
    # What leaves at the candle's open saw nothing of it.
    left = position(100.0, closed=2)
    assert liquidation(traded(left), falling(100, 90, 70, 50, 50)) is None


def test_what_was_lost_before_is_no_collateral():
    # 2,500 and 48.75 of fees are gone: the next of 40,000 has 7,451.25 less its fee of 20. At 82 it
    # has lost 7,200 and owes 16.4 and 131.2; at 81.5 it has lost 7,400.
    lost = position(95.0, closed=1, exit_reason="stop_loss")
    second = position(closed=4, opened=2, amount=400.0)
    assert liquidation(traded(second), falling(100, 95, 95, 81.5, 100)) is None
    assert liquidation(traded(lost, second), falling(100, 95, 95, 82, 100)) is None
    assert liquidation(traded(lost, second), falling(100, 95, 95, 81.5, 100)).time == at(3)


def test_a_cut_before_the_fall_saves_what_is_left():
    # Half is sold at the open of the second candle: the fall to 80.4 costs 4,900.
    orders = [
        order(100.0, 500.0, 0, is_entry=True),
        order(100.0, 250.0, 1, is_entry=False),
        order(100.0, 250.0, 4, is_entry=False),
    ]
    assert liquidation(traded(position(orders=orders)), falling(100, 80.4, 80.4, 80.4, 100)) is None
    # One candle later it comes too late.
    orders[1] = order(100.0, 250.0, 2, is_entry=False)
    late = traded(position(orders=orders))
    assert liquidation(late, falling(100, 80.4, 80.4, 80.4, 100)).time == at(1)


def test_what_is_added_counts_from_its_candle_at_the_average():
    # 250 at 100 and 250 at 90, 95 on average: at 76 9,500 are lost of 9,976.25; 19 and 152 owed.
    # At 75.3 9,850 are lost, and the rest of 126.25 is less than 18.8 and 150.6.
    orders = [
        order(100.0, 250.0, 0, is_entry=True),
        order(90.0, 250.0, 2, is_entry=True),
        order(100.0, 500.0, 4, is_entry=False),
    ]
    added = position(orders=orders, profit_abs=2_500 - FEE * (47_500 + 50_000))
    assert liquidation(traded(added), falling(100, 76, 90, 76, 100)) is None
    assert liquidation(traded(added), falling(100, 76, 90, 75.3, 100)).time == at(3)


def test_funding_that_was_paid_counts_from_the_entry():
    # 100 paid: at 80.5 the account has 104.875 against 161.
    paid = position(profit_abs=-50.0 - 100.0)
    assert liquidation(traded(paid), falling(100, 90, 80.5, 81, 100)).time == at(2)
    # 100 received do not help before they are known to have come.
    received = position(profit_abs=-50.0 + 100.0)
    assert liquidation(traded(received), falling(100, 90, 80.4, 81, 100)).time == at(2)


def test_a_candle_that_is_missing_leaves_the_price_where_it_was():
    whole = falling(100, 90, 80.4, 100, 100).by_pair[BTC]
    hole = falling(100, 90, 100, 100).by_pair[BTC]
    times = whole.opened_at[[0, 1, 3, 4]]
    shorter = type(hole)(times, 3600, hole.open, hole.high, hole.low, hole.close)
    assert liquidation(traded(position()), ResultCandles("1h", {BTC: shorter})) is None


def test_prices_that_are_no_numbers_do_not_pass_for_survival():
    assert liquidation(traded(position()), falling(100, 90, nan, 90, 100)).time == at(2)


def test_a_stop_that_is_filled_badly():
    # Stopped at 90 in a candle that fell to 85: as filled 4,975 are left, and 2 % beyond, at 83.3,
    # 1,625.
    stopped = traded(position(90.0, closed=2, exit_reason="stop_loss"))
    market = falling(100, 95, 85, 100, 100)
    found = paths(stopped, market, [(1.0, 0.02), (3.0, nan), (2.0, nan)]).liquidations
    assert found[:2] == (None, None)
    # At 15x 15,000 are lost at 90, and 75 of fee.
    assert found[2].time == at(2)
    assert found[2].equity_quote == pytest.approx(10_000 - 75 - 15_000 - FEE * 1_500 * 90)
    # At 10x 10,000, and 50.
    assert found[3].time == at(2)
    worse = paths(stopped, market, [(1.15, nan), (1.2, 0.02)]).liquidations
    assert worse[1] is None
    # 600 coins from 100 to 83.3: 10,020.
    assert worse[2].time == at(2)


def test_the_greatest_effective_leverage_is_that_after_an_entry():
    # 30,000 of 9,985; then, at 90, 300 coins are 27,000 and 200 more 18,000, on 10,000 less 3,000
    # and 15 + 9 of fees: 45,000/6,976.
    first = position(amount=300.0)
    profit = 2_000 - FEE * 200 * (90 + 100)
    second = position(opened=2, amount=200.0, profit_abs=profit)
    second["orders"][0]["safe_price"] = 90.0
    market = candles(*[(100, 101, 99, 100)] * 2, *[(90, 101, 89, 100)] * 2, (100, 100, 100, 100))
    assert paths(traded(first, second), market).max_leverage == pytest.approx(45_000 / 6_976)


def test_stakes_that_are_a_share_of_the_account_follow_it():
    # At twice the size the first trade loses 10,000*(0.5 + costs of 0.00975) instead of half of it.
    # A share of what is left is a share of 4,902.5/7,451.25: 65.79 % of twice 37,000.
    lost = position(95.0, closed=1, exit_reason="stop_loss")
    second = position(opened=2, amount=370.0)
    for low, dies in ((91.1, False), (90.0, True)):
        made = traded(lost, second)
        found = paths(made, falling(100, 95, 95, low, 100), [(2.0, nan)]).liquidations
        assert (found[1] is not None) is dies
    # With fixed stakes it is twice 37,000 on 4,902.5: gone at 93.4.
    fixed = traded(lost, second, stake_amount=7_400.0)
    assert paths(fixed, falling(100, 95, 95, 93.0, 100), [(2.0, nan)]).liquidations[1] is not None


def test_tiers_of_the_whole_position_are_those_of_each_size():
    # 1 % up to 60,000, else 10 % of all of it.
    rows = [(0.0, None, 0.01, None, None), (60_000.0, None, 0.1, None, None)]
    tiers = ResultTiers({}, "own", WholePositionTiers.by_notional(rows))
    # At 88 there are 9,975 - 6,000 - 22 = 3,953 against 440; at 1.3 times the size 2,138.9 against
    # a tenth of 57,200, as it was 65,000 once.
    market = falling(100, 88, 100, 100, 100)
    found = paths(traded(position()), market, [(1.3, nan)], tiers=tiers).liquidations
    assert found[0] is None
    assert found[1].time == at(0) or found[1].time == at(1)


prices = st.floats(50.0, 150.0)
bars = st.lists(st.tuples(prices, prices, prices), min_size=6, max_size=6)
sides = st.sampled_from((1, -1))
spans = st.tuples(st.integers(0, 4), st.integers(1, 5), sides, st.floats(1.0, 400.0), st.booleans())


@settings(max_examples=150, deadline=None)
@given(st.tuples(bars, bars), st.lists(spans, min_size=1, max_size=5), st.floats(0.2, 5.0))
def test_against_a_plain_simulation(market, books, size):
    frames = {pair: list(map(_bar, each)) for pair, each in zip((BTC, ETH), market, strict=True)}
    trades = []
    for number, (opened, length, side, amount, stops) in enumerate(books):
        pair, closed = (BTC, ETH)[number % 2], min(opened + length, 5)
        trades.append(_trade(frames, pair, opened, closed, side, amount, stops=stops))
    made = traded(*trades, stake_amount=100.0)
    by_pair = {pair: pair_candles(each) for pair, each in frames.items()}
    found = paths(made, ResultCandles("1h", by_pair), [(size, nan)]).liquidations
    for way, factor in zip(found, (1.0, size), strict=True):
        expected = _plain(trades, frames, factor)
        assert (way and (way.time - START) // timedelta(hours=1)) == (expected and expected[0])
        if way:
            assert way.equity_quote == pytest.approx(expected[1], abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.tuples(bars, bars), st.lists(spans, min_size=1, max_size=5))
def test_the_size_that_ends_it_is_that_of_a_bisection(market, books):
    frames = {pair: list(map(_bar, each)) for pair, each in zip((BTC, ETH), market, strict=True)}
    trades = []
    for number, (opened, length, side, amount, stops) in enumerate(books):
        pair, closed = (BTC, ETH)[number % 2], min(opened + length, 5)
        trades.append(_trade(frames, pair, opened, closed, side, amount, stops=stops))
    # With fixed stakes what is left falls ever faster with the size: one size ends it.
    lives, dies = 0.0, 1e4
    if _plain(trades, frames, dies) is None:
        return
    for _ in range(60):
        middle = (lives + dies) / 2
        lives, dies = (lives, middle) if _plain(trades, frames, middle) else (middle, dies)
    made = traded(*trades, stake_amount=100.0)
    by_pair = {pair: pair_candles(each) for pair, each in frames.items()}
    ways = [(lives * (1 - 1e-9), nan), (dies * (1 + 1e-9), nan)]
    _, below, above = paths(made, ResultCandles("1h", by_pair), ways).liquidations
    assert below is None
    assert above is not None


def _bar(three):
    opened, one, other = three
    return opened, max(three), min(three), (one + other) / 2


def _trade(frames, pair, opened, closed, side, amount, *, stops):
    entry = frames[pair][opened][0]
    leave = frames[pair][closed][3 if stops else 0]
    return trade(
        entry, leave, opened, closed, pair=pair, amount=amount, is_short=side < 0,
        fee_open=FEE, fee_close=FEE, exit_reason="stop_loss" if stops else "exit_signal",
        profit_abs=side * amount * (leave - entry) - FEE * amount * (entry + leave),
    )  # fmt: skip


def _plain(trades, frames, factor):
    """Return the candle and the equity; a number at a time, and from the trades alone."""
    for hour in range(6):
        equity, owed = 10_000.0, 0.0
        for each in trades:
            side = -1 if each["is_short"] else 1
            (enter, leave), amount = each["orders"], each["amount"] * factor
            opened, closed = (
                round((one["order_filled_timestamp"] / 1000 - START.timestamp()) / 3600)
                for one in (enter, leave)
            )
            bar = frames[each["pair"]][hour]
            if hour < opened:
                continue
            equity -= FEE * amount * each["open_rate"]
            price = bar[2] if side > 0 else bar[1]
            at_open = abs(each["close_rate"] / frames[each["pair"]][closed][0] - 1) < 1e-5
            if hour > closed or (hour == closed and at_open and closed > opened):
                price, gone = each["close_rate"], True
            else:
                gone = False
                if hour == closed and each["exit_reason"] == "stop_loss":
                    price = each["close_rate"]
            notional = amount * price
            equity += side * amount * (price - each["open_rate"]) - FEE * notional
            if not gone:
                owed += max(0.004 * notional, 0.005 * notional - 50.0)
        if equity <= owed:
            return hour, equity
    return None

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.analysis.fill_stress import cut_fills, last_fills, stress
from freqtrade_riskguard.analysis.price_extremes import extremes_of
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable, fill_stress
from tests.support.results import START, START_QUOTE, candles, order, result, trade

TIERS = ResultTiers({}, "flat", TierTable.flat(0.01))
NOTHING = ResultCandles("1h")


def seen(made):
    """Return candles in which every trade, where it was left, saw its recorded extremes."""
    flat = [(500.0, 500.0, 500.0, 500.0)] * 48
    for one in made.trades:
        hour = int((one.close_time - START).total_seconds() // 3600)
        flat[hour] = (500.0, one.highest_price, one.lowest_price, 500.0)
    return candles(*flat)


def stressed(made, market=None, slippage=0.02):
    extremes = extremes_of(made, seen(made) if market is None else market)
    fills, cuts = last_fills(made, extremes, TIERS), cut_fills(made, extremes)
    return stress(made, fills, slippage, cuts)


def stopped(entry, leave, opened, closed, worst, **changes):
    extreme = "max_rate" if changes.get("is_short") else "min_rate"
    return trade(
        entry, leave, opened, closed, **{"exit_reason": "stop_loss", extreme: worst, **changes}
    )


def test_a_stop_is_filled_at_the_worst_of_its_candle_and_beyond():
    # Long 1 at 500, stop at 480, the candle falls to 450: filled at 450*0.98 = 441, so -59.
    market = candles((500, 505, 490, 495), (495, 496, 450, 470))
    found = stressed(result(trade(500, 480, 0, 1, exit_reason="stop_loss")), market)
    assert found.profits_quote == pytest.approx([-59])
    assert found.outcome.worst_trade_ratio == pytest.approx(-0.059)
    assert (found.outcome.liquidations, found.unknown) == (0, 0)


def test_each_slippage():
    # 450*0.99 = 445.5 and 450*0.97 = 436.5.
    made = result(stopped(500, 480, 0, 1, 450.0))
    assert stressed(made, slippage=0.01).profits_quote == pytest.approx([-54.5])
    assert stressed(made, slippage=0.03).profits_quote == pytest.approx([-63.5])


def test_past_liquidation_all_of_the_margin_is_lost():
    # 5x: margin 100, liquidation at (500 - 100)/(1 - 0.01) = 404.04; 410*0.98 = 401.8.
    found = stressed(result(stopped(500, 480, 0, 1, 410.0, leverage=5.0)))
    assert found.profits_quote == pytest.approx([-100])
    assert found.exit_reasons == ("liquidation",)
    assert found.outcome.liquidations == 1


def test_the_short_twin_is_liquidated_upwards():
    # (500 + 100)/(1 + 0.01) = 594.06; 590*1.02 = 601.8.
    found = stressed(result(stopped(500, 520, 0, 1, 590.0, leverage=5.0, is_short=True)))
    assert found.profits_quote == pytest.approx([-100])


def test_what_was_liquidated_in_the_backtest_loses_all_of_its_margin():
    # freqtrade leaves at its liquidation price, 405 here: -95 of the margin of 100.
    made = result(trade(500, 405, 0, 1, leverage=5.0, exit_reason="liquidation"))
    assert stressed(made).profits_quote == pytest.approx([-100])


def test_other_exits_keep_their_profit():
    made = result(trade(500, 480, 0, 1, min_rate=10.0), trade(500, 520, 2, 3))
    assert stressed(made).profits_quote == pytest.approx([-20, 20])


def test_what_was_sold_before_keeps_its_price():
    # Two at 500, one sold at 550 (+50), the other stopped at 480 (-20), filled at 441 (-59).
    orders = [
        order(500, 2.0, 0, is_entry=True),
        order(550, 1.0, 1, is_entry=False),
        order(480, 1.0, 3, is_entry=False),
    ]
    made = result(stopped(500, 480, 0, 3, 450.0, profit_abs=30.0, orders=orders))
    assert stressed(made).profits_quote == pytest.approx([-9])


def test_stakes_that_are_a_share_stay_that_share():
    # The first loses 5.9 % instead of 2 %; the second made 98 of the 980 left: 10 % of 941.
    made = result(stopped(500, 480, 0, 1, 450.0), trade(500, 598, 2, 3))
    found = stressed(made)
    assert found.outcome.final_balance_quote == pytest.approx(941 * 1.1)
    # Fixed stakes make what they made.
    fixed = stressed(replace(made, compounds=False))
    assert fixed.outcome.final_balance_quote == pytest.approx(941 + 98)


def test_an_account_that_is_gone_loses_and_wins_nothing_more():
    # Ten at 500 with 5x of the account of 1000 at first: 441 costs 590; then 590 again is more
    # than the 410 left, and the winner after that cannot be entered.
    lost = [stopped(500, 480, n, n + 1, 450.0, amount=10.0, leverage=5.0) for n in (0, 2)]
    made = replace(result(*lost, trade(500, 600, 4, 5)), compounds=False)
    found = stressed(made)
    assert found.profits_quote == pytest.approx([-590, -410, 0])
    assert found.outcome.final_balance_quote == pytest.approx(0)
    assert found.outcome.worst_trade_ratio == pytest.approx(-1)


def test_stops_whose_candle_is_unknown_are_counted():
    # freqtrade's own record is of the whole trade: it says nothing of the candle of the stop.
    stops = stopped(500, 480, 0, 1, 450.0), stopped(500, 480, 2, 9, 450.0)
    made = replace(result(*stops), compounds=False)
    found = stressed(made, candles((500, 500, 500, 500), (500, 500, 450, 470)))
    assert found.unknown == 1
    assert found.profits_quote == pytest.approx([-59, -20])


def cut_in_half(worst, **changes):
    """Return a long of two at 100, of which the guard sells one at 97, and a signal one at 98."""
    tag = changes.pop("tag", "riskguard_margin_ladder")
    orders = [
        order(100, 2.0, 0, is_entry=True),
        order(97, 1.0, 1, is_entry=False, tag=tag),
        order(98, 1.0, 3, is_entry=False),
    ]
    made = result(trade(100, 98, 0, 3, amount=2.0, profit_abs=-5.0, orders=orders, **changes))
    market = candles((100, 100, 100, 100), (97, 100, worst, 97), (97, 98, 97, 98), (98, 98, 98, 98))
    return made, market


def test_what_the_guard_has_cut_off_is_filled_badly_too():
    # 80*0.98 = 78.4 instead of 97: 18.6 less; the other half is left by a signal, as it was.
    made, market = cut_in_half(80)
    assert stressed(made, market).profits_quote == pytest.approx([-23.6])
    # What the strategy has sold keeps its price.
    own, _ = cut_in_half(80, tag="take_profit")
    assert stressed(own, market).profits_quote == pytest.approx([-5])
    # At 10x its half of the margin of 20 is all that it can lose: 10 instead of 3.
    thin, _ = cut_in_half(80, leverage=10.0)
    assert stressed(thin, market).profits_quote == pytest.approx([-12])


def test_a_cut_whose_candle_is_unknown_is_counted():
    made, _ = cut_in_half(80)
    found = stressed(made, NOTHING)
    assert (found.unknown, found.profits_quote.tolist()) == (1, [-5])


LEVERAGE, PRICE = st.sampled_from([1.0, 3.0, 10.0]), st.floats(80, 120)


@given(st.lists(st.tuples(PRICE, PRICE, st.booleans(), st.booleans(), LEVERAGE), max_size=8))
def test_with_fixed_stakes_it_is_what_the_risk_mathematics_says(drawn):
    fee, trades = 0.0005, []
    for number, (leave, worst, is_short, is_stop, leverage) in enumerate(drawn):
        side = -1 if is_short else 1
        profit = side * (leave - 100) - fee * (100 + leave)
        trades.append(
            trade(
                100,
                leave,
                number,
                number + 0.5,
                is_short=is_short,
                leverage=leverage,
                exit_reason="stop_loss" if is_stop else "roi",
                profit_abs=profit,
                fee_open=fee,
                fee_close=fee,
                min_rate=worst,
                max_rate=worst,
            )
        )
    made = replace(result(*trades), compounds=False)
    fills = last_fills(made, extremes_of(made, seen(made)), TIERS)
    found = stress(made, fills, 0.02)
    pure = fill_stress(fills, start_balance_quote=START_QUOTE, slippage_ratio=0.02)
    # A backtest would have liquidated what left past liquidation: stops are compared.
    alive = all(not fill.is_liquidated_at(fill.exit_price) for fill in fills)
    if alive:
        assert found.outcome.final_balance_quote == pytest.approx(pure.final_balance_quote)
        assert found.outcome.liquidations == pure.liquidations
        lowest = min([*found.profits_quote, 0.0])
        assert lowest == pytest.approx(min(pure.worst_trade_quote, 0.0))

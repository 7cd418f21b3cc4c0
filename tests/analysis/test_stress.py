from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.analysis.candles import ResultCandles
from freqtrade_riskguard.analysis.extremes import extremes_of
from freqtrade_riskguard.analysis.stress import last_fills, stress
from freqtrade_riskguard.analysis.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable, fill_stress
from tests.support.results import START_QUOTE, candles, order, result, trade

TIERS = ResultTiers({}, "flat", TierTable.flat(0.01))
NOTHING = ResultCandles("1h")


def stressed(made, market=NOTHING, slippage=0.02):
    extremes = extremes_of(made, market)
    return stress(made, last_fills(made, extremes, TIERS), slippage)


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
    found = stressed(result(stopped(500, 480, 0, 1, None), stopped(500, 480, 2, 3, 470.0)))
    assert found.unknown == 1
    assert found.profits_quote[0] == pytest.approx(-20)


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
    fills = last_fills(made, extremes_of(made, NOTHING), TIERS)
    found = stress(made, fills, 0.02)
    pure = fill_stress(fills, start_balance_quote=START_QUOTE, slippage_ratio=0.02)
    # A backtest would have liquidated what left past liquidation: stops are compared.
    alive = all(not fill.is_liquidated_at(fill.exit_price) for fill in fills)
    if alive:
        assert found.outcome.final_balance_quote == pytest.approx(pure.final_balance_quote)
        assert found.outcome.liquidations == pure.liquidations
        lowest = min([*found.profits_quote, 0.0])
        assert lowest == pytest.approx(min(pure.worst_trade_quote, 0.0))

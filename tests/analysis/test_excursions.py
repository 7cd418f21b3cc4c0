from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from numpy.testing import assert_allclose

from freqtrade_riskguard.analysis.excursions import excursions_of
from freqtrade_riskguard.analysis.result_analysis import examine
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable
from tests.support.results import BTC, ETH, order, pair_candles, result, trade

TIERS = ResultTiers({}, "flat", TierTable.flat(0.0))
# The average true range is 10 everywhere, and not known of ETH.
STEADY = ResultCandles(
    "1h",
    atr=lambda pair, time: float("nan") if pair == ETH else 10.0,  # noqa: ARG005 - steady
    atr_timeframe="1h",
)


def measured(*trades):
    return excursions_of(examine(result(*trades), STEADY, TIERS))


def ended(leave, low, number, **changes):
    return trade(100, leave, number, number + 0.5, min_rate=float(low), **changes)


def test_figures_of_a_result_by_hand():
    # Winners went 4, 8, 12 and 22 against a long at 100: 0.4, 0.8, 1.2 and 2.2 ATR of 10; losers
    # 15 and 30; one was still open at the end, 50 against it.
    lows = {96: 120, 92: 110, 88: 105, 78: 101, 85: 90, 70: 80}
    trades = [ended(leave, low, number) for number, (low, leave) in enumerate(lows.items())]
    found = measured(*trades, ended(60, 50, 9, exit_reason="force_exit"))

    assert_allclose(found.adverse_ratio, [0.04, 0.08, 0.12, 0.22, 0.15, 0.30, 0.50])
    assert_allclose(found.adverse_atr, [0.4, 0.8, 1.2, 2.2, 1.5, 3.0, 5.0])
    assert_allclose(found.favourable_ratio[:4], [0.20, 0.10, 0.05, 0.01])
    assert_allclose(found.return_ratio, [0.20, 0.10, 0.05, 0.01, -0.10, -0.20, -0.40])
    rates = found.hit_rates
    assert rates.multiples[:6] == (0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
    # Of four winners three went 0.5 ATR or more, two 1, one 1.5, one 2, none 2.5.
    assert rates.winners[:6] == (0.75, 0.5, 0.25, 0.25, 0.0, 0.0)
    # Of two losers both went 1.5 ATR, one 3.
    assert rates.losers[:6] == (1.0, 1.0, 1.0, 0.5, 0.5, 0.5)
    # The open one is in neither share.
    assert (rates.winner_count, rates.loser_count, rates.censored_count) == (4, 2, 1)
    assert found.censored.tolist() == [False] * 6 + [True]


def winners(count, **changes):
    """Winners at 100, 12 against each of them but every tenth: that went 22, of an ATR of 10."""
    return [ended(110, 78 if n % 10 == 0 else 88, n, **changes) for n in range(count)]


class TestRecommendation:
    def test_of_thirty_winners_with_the_sample_size(self):
        # 1.0 ATR hits all, 1.5 one in ten.
        found = measured(*winners(30))
        assert found.recommended_multiple == 1.5
        assert found.recommendation == (
            "Recommended stop: 1.5 ATR, the smallest that would have hit fewer than 15 % of the 30 "
            "winners."
        )

    def test_of_a_run_that_lost_it_says_that_no_stop_makes_it_win(self):
        # 30 winners of 10, and one that lost all 301.
        lost = trade(400, 99, 30, 30.5, min_rate=99.0)
        found = measured(*winners(30), lost)
        assert found.recommendation.startswith("Recommended stop: 1.5 ATR")
        assert "does not make a losing strategy win" in found.recommendation
        even = trade(400, 100, 30, 30.5, min_rate=100.0)
        assert "losing strategy" not in measured(*winners(30), even).recommendation

    def test_fewer_winners_recommend_nothing(self):
        found = measured(*winners(29), ended(90, 85, 40))
        assert isnan(found.recommended_multiple)
        assert "takes 30 winners with a known ATR, and this result has 29" in found.recommendation

    def test_winners_without_a_known_atr_do_not_count(self):
        found = measured(*winners(29), ended(110, 99, 40, pair=ETH))
        assert "this result has 29" in found.recommendation

    def test_no_multiple_spares_enough(self):
        found = measured(*[ended(110, 40, n) for n in range(30)])
        assert "each up to 5 ATR would have hit 15 % or more of the 30" in found.recommendation

    def test_a_guarded_result_recommends_nothing(self):
        examined = examine(replace(result(*winners(30)), is_guarded=True), STEADY, TIERS)
        found = excursions_of(examined)
        assert isnan(found.recommended_multiple)
        assert "its own stop cuts the excursions" in found.recommendation

    def test_what_the_guard_closed_or_decided_tells_of_it(self):
        closed = ended(90, 85, 40, exit_reason="riskguard_daily_loss")
        assert isnan(measured(*winners(30), closed).recommended_multiple)
        examined = examine(result(*winners(30)), STEADY, TIERS)
        assert isnan(excursions_of(examined, is_guarded=True).recommended_multiple)


def test_the_short_twin():
    found = measured(
        trade(100, 90, 0, 1, is_short=True, max_rate=112.0),
        trade(100, 120, 2, 3, is_short=True, max_rate=125.0),
    )
    assert_allclose(found.adverse_atr, [1.2, 2.5])
    assert found.won.tolist() == [True, False]


def test_what_was_added_to_went_as_far_as_from_what_was_held_then():
    # 100 to 70 is 30 % and 3 ATR of 10; from the average of 85 it would have been 17.6 %.
    orders = [
        order(100, 1.0, 1, is_entry=True),
        order(82, 5.0, 3, is_entry=True),
        order(90, 6.0, 5, is_entry=False),
    ]
    flat = (100, 100, 100, 100), (100, 101, 99, 100), (100, 100, 70, 82), (82, 85, 81, 84)
    market = replace(STEADY, by_pair={BTC: pair_candles([*flat, *[(90, 90, 90, 90)] * 2])})
    made = result(trade(85, 90, 1, 5, amount=6.0, leverage=5.0, orders=orders))
    found = excursions_of(examine(made, market, TIERS))
    assert_allclose(found.adverse_ratio, [0.30])
    assert_allclose(found.adverse_atr, [3.0])
    # Up from 85 to 90; never more than 1 from 100.
    assert_allclose(found.favourable_ratio, [5 / 85])
    assert_allclose(found.liquidation_ratio, [0.2])


def test_leverage_does_not_stretch_the_excursion():
    found = measured(ended(110, 96, 0, leverage=5.0))
    assert_allclose(found.adverse_ratio, [0.04])
    # 10 of a notional of 100, though half of the margin of 20.
    assert_allclose(found.return_ratio, [0.10])


def test_without_an_atr_a_trade_is_unknown():
    found = measured(ended(110, 96, 0, pair=ETH), ended(110, 96, 2))
    assert np.isnan(found.adverse_atr).tolist() == [True, False]
    assert found.hit_rates.unknown_count == 1


def test_what_was_stopped_at_a_multiple_is_hit_by_a_stop_there():
    # At 2 ATR the stop is 80; rounded to steps of 0.05 it was filled at 80.01.
    found = measured(ended(80.01, 80.01, 0, exit_reason="stop_loss"))
    assert found.hit_rates.losers[3] == 1.0


def test_distances_of_stop_and_liquidation():
    # 5x: liquidation at 100*(1 - 1/5) = 80; the last stop at 95, the first at 90.
    near = ended(110, 96, 0, leverage=5.0, initial_stop_loss_abs=90.0, stop_loss_abs=95.0)
    # Trailed into profit: the first one counts.
    trailed = ended(110, 96, 2, initial_stop_loss_abs=90.0, stop_loss_abs=105.0)
    short = trade(100, 90, 4, 5, is_short=True, leverage=5.0, stop_loss_abs=103.0)
    none = ended(110, 96, 6, initial_stop_loss_abs=None, stop_loss_abs=None)
    found = measured(near, trailed, short, none)
    assert_allclose(found.stop_ratio, [0.05, 0.10, 0.03, np.nan])
    # At 1x a long cannot be liquidated.
    assert_allclose(found.liquidation_ratio, [0.2, 1.0, 0.2, 1.0], atol=1e-12)


@pytest.mark.parametrize("trades", [(), (ended(110, 96, 0),)])
def test_few_trades_are_no_error(trades):
    assert len(measured(*trades).adverse_ratio) == len(trades)

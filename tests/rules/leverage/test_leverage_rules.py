"""The caps on leverage, one by one. Every expectation is derived by hand beside it."""

from dataclasses import replace
from math import nan

import pytest

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.risk import Borrowed, Edge, TierTable
from freqtrade_riskguard.rules import Cap
from freqtrade_riskguard.rules.leverage.hard_cap import HardCap
from freqtrade_riskguard.rules.leverage.kelly import Kelly
from freqtrade_riskguard.rules.leverage.liquidation_distance import LiquidationDistance
from freqtrade_riskguard.rules.leverage.regime_cap import RegimeCap
from freqtrade_riskguard.rules.leverage.volatility_target import VolatilityTarget
from freqtrade_riskguard.rules.stop.atr_stop import AtrStop
from freqtrade_riskguard.rules.stop.percent_stop import PercentStop
from tests.factories import account, entry, market

KELLY = Kelly(fraction=0.5, unproven_leverage=1.0, min_trades=30)
# 60 of 100 won, wins of 2 %, losses of 1 %: p0 = l/(w+l) = 1/3,
# p' = (60 + 20/3) / (100 + 20) = 0.5556, exposure = p'/l - (1-p')/w = 55.56 - 22.22 = 33.33.
PROVEN = Edge(trades=100, wins=60, mean_win=0.02, mean_loss=0.01)
# 10 of 100 won at even payoff: the upper bound of the win rate is far below one half.
DISPROVEN = Edge(trades=100, wins=10, mean_win=0.01, mean_loss=0.01)
# 50 of 100 won at even payoff: no edge, and none disproven.
BREAK_EVEN = Edge(trades=100, wins=50, mean_win=0.01, mean_loss=0.01)


def test_hard_cap_is_the_configured_figure():
    cap = HardCap(5.0, "moderate").max_leverage(entry(leverage=50.0))

    assert cap.limit == 5.0
    assert "moderate" in cap.why


@pytest.mark.parametrize(
    ("volatility", "limit"), [(0.06, 1), (0.03, 3), (0.01, 10), (0.003, 20), (nan, 1)]
)
def test_regime_cap(volatility, limit):
    rule = RegimeCap(load_config({"profile": "moderate"}).regime_cap.table())

    assert rule.max_leverage(entry(market=market(daily_volatility=volatility))).limit == limit


def test_volatility_target_at_a_quarter_of_the_account():
    # budget 2 % / volatility 2 % = exposure 1; a quarter of the account has that at 4x.
    rule = VolatilityTarget(0.02)

    assert rule.max_leverage(entry(stake_quote=2_500.0)).limit == pytest.approx(4.0)


def test_volatility_target_shrinks_the_position_where_1x_is_too_much():
    # One slot, 4 % a day, 2 % budget: half the capital.
    rule = VolatilityTarget(0.02)
    wild = entry(market=market(daily_volatility=0.04), stake_quote=10_000.0, leverage=1.0)

    assert rule.max_leverage(wild).limit == pytest.approx(0.5)
    assert rule.max_stake(wild).limit == pytest.approx(5_000.0)


def test_volatility_target_without_known_volatility_allows_no_position():
    unknown = entry(market=market(daily_volatility=nan))

    assert VolatilityTarget(0.02).max_stake(unknown).limit == 0.0
    assert "unknown" in VolatilityTarget(0.02).max_stake(unknown).why


def test_volatility_target_sizes_on_the_smaller_of_equity_and_wallet():
    rich_on_paper = account(equity_quote=20_000.0, wallet_quote=10_000.0)
    wild = entry(market=market(daily_volatility=0.04), account=rich_on_paper, leverage=1.0)

    assert VolatilityTarget(0.02).max_stake(wild).limit == pytest.approx(5_000.0)


def test_kelly_without_evidence_gives_the_unproven_leverage_and_leaves_the_stake():
    few = entry(edge=Edge(trades=12, wins=12, mean_win=0.05, mean_loss=0.0))

    assert KELLY.max_leverage(few).limit == 1.0
    assert KELLY.max_leverage(few).why == "edge unproven, 12 of 30 closed trades"
    assert KELLY.max_stake(few) is None


def test_kelly_says_when_it_is_a_loss_that_is_missing():
    lucky = entry(edge=Edge(trades=40, wins=40, mean_win=0.05, mean_loss=0.0))

    assert KELLY.max_leverage(lucky).why == "edge unproven, no loss yet in 40 trades"


def test_kelly_with_a_proven_edge_caps_the_exposure():
    # Half of 33.33 is 16.67 of the account: 66.7x on a quarter of it.
    allowed = entry(edge=PROVEN, stake_quote=2_500.0, leverage=10.0)

    assert KELLY.max_leverage(allowed).limit == pytest.approx(200 / 3)
    # At 10x, a stake of 16.67 * 10,000 / 10.
    assert KELLY.max_stake(allowed).limit == pytest.approx(50_000 / 3)


def test_kelly_at_break_even_gives_1x():
    assert KELLY.max_leverage(entry(edge=BREAK_EVEN)).limit == 1.0
    assert KELLY.max_stake(entry(edge=BREAK_EVEN)) is None


def test_kelly_with_a_disproven_edge_gives_no_trade():
    assert KELLY.max_stake(entry(edge=DISPROVEN)).limit == 0.0
    assert KELLY.max_leverage(entry(edge=DISPROVEN)).limit == 1.0
    assert "10 of 100 trades won" in KELLY.max_stake(entry(edge=DISPROVEN)).why


def test_kelly_on_probation_gives_1x_and_a_tenth_of_the_stake():
    few = entry(edge=replace(DISPROVEN, trades=12, wins=3, ban_age_days=9.0))

    assert KELLY.max_leverage(few).limit == 1.0
    assert KELLY.max_stake(few) is None
    assert KELLY.stake_factor(few).limit == 0.1
    assert KELLY.stake_factor(few).why == (
        "edge on probation, disproven 9 days ago: 3 of 12 trades won, mean win 1.00 %, mean loss "
        "1.00 % of notional: stakes x0.1"
    )
    for edge in (PROVEN, BREAK_EVEN, replace(few.edge, ban_age_days=6.0)):
        assert KELLY.stake_factor(entry(edge=edge)) is None
    assert KELLY.max_stake(entry(edge=replace(few.edge, ban_age_days=6.0))).limit == 0.0


def test_kelly_says_what_counts_from_backtests_and_what_does_not():
    # 12 own trades and 38 of backtests: enough to be judged.
    few = Edge(trades=12, wins=6, mean_win=0.02, mean_loss=0.01)
    borrowed = Borrowed(trades=152, weight=38.0, win_weight=24.0)
    lent = entry(edge=replace(few, borrowed=borrowed))
    # p0 = 1/3, p' = (6 + 24 + 20/3)/(50 + 20) = 0.52381; x = 52.381 - 23.810 = 28.571; half of
    # it at a quarter of the account: 57.14x.
    assert KELLY.max_leverage(lent).limit == pytest.approx(57.143, abs=1e-3)
    assert KELLY.max_leverage(lent).why == (
        "edge proven: 6 of 12 trades won (and 152 from backtests as 38.0 trades, 24.0 won), "
        "mean win 2.00 %, mean loss 1.00 % of notional"
    )
    overruled = entry(edge=replace(few, wins=2, borrowed=Borrowed(overruled=True)))
    assert KELLY.max_leverage(overruled).limit == 1.0
    assert KELLY.max_leverage(overruled).why == (
        "edge unproven, 12 of 30 closed trades (evidence from backtests overruled by 10 own losers)"
    )


def test_kelly_says_how_much_the_trades_are_worth():
    clustered = entry(edge=replace(PROVEN, effective_trades=40.0))

    assert "60 of 100 trades won (as good as 40 independent ones)" in KELLY.max_stake(clustered).why


@pytest.mark.parametrize("side", [1, -1])
def test_liquidation_15_percent_away(side):
    # Zero maintenance and fees: liquidation of a long is at E(1 - 1/L), of a short at E(1 + 1/L).
    # No slippage, so 15 % away is 1/0.15 = 6.67x.
    rule = LiquidationDistance(0.15, 0.0, 0.0, ())
    tiers = TierTable.flat(1e-12)

    cap = rule.max_leverage(entry(side=side, market=market(tiers=tiers)))

    assert cap.limit == pytest.approx(1 / 0.15)
    assert "15.0 %" in cap.why


def test_liquidation_beyond_three_sigmas():
    # 3 sigmas of 10 % are more than 15 %: 1/0.3.
    rule = LiquidationDistance(0.15, 3.0, 0.0, ())
    wild = entry(market=market(tiers=TierTable.flat(1e-12), daily_volatility=0.10))

    assert rule.max_leverage(wild).limit == pytest.approx(1 / 0.3)


def test_unknown_volatility_never_allows_more_than_known_volatility():
    rule = LiquidationDistance(0.10, 3.0, 0.0, ())
    unknown = entry(market=market(daily_volatility=nan))

    assert rule.max_leverage(unknown) == Cap(1.0, "volatility unknown")
    assert rule.denial(entry(market=market(daily_volatility=nan), leverage=1.0)) is None
    assert "volatility unknown" in str(rule.denial(unknown))


@pytest.mark.parametrize("side", [1, -1])
def test_liquidation_beyond_the_stop_and_its_buffer(side):
    # ATR 10, twice: the stop of a long at 80, of a short at 120. The buffer is 3 % of the
    # liquidation price (maintenance is nil): P * 1.03 = 80 -> P = 77.67; short P * 0.97 = 120.
    rule = LiquidationDistance(0.15, 0.0, 0.0, (AtrStop(2.0, {}, trailing=False),))
    tiers = TierTable.flat(1e-12)
    wide = entry(side=side, market=market(tiers=tiers, atr=10.0))

    liquidation = 80 / 1.03 if side > 0 else 120 / 0.97
    cap = rule.max_leverage(wide)

    # 1/L is the distance to liquidation.
    assert cap.limit == pytest.approx(1 / (side * (100 - liquidation) / 100))
    assert "beyond the atr_stop" in cap.why


def test_a_stop_below_zero_allows_1x_only():
    rule = LiquidationDistance(0.15, 0.0, 0.0, (AtrStop(2.0, {}, trailing=False),))

    # Twice an ATR of 49.9 leaves a stop of 0.2; 1.3 * 1 % * 100 below it there is no price.
    assert rule.max_leverage(entry(market=market(atr=49.9))).limit == 1.0


@pytest.mark.parametrize("side", [1, -1])
def test_gate_denies_what_is_liquidated_too_early(side):
    rule = LiquidationDistance(0.15, 0.0, 0.01, ())

    assert rule.denial(entry(side=side, leverage=10.0)).startswith("liquidation ")
    assert rule.denial(entry(side=side, leverage=2.0)) is None


def test_gate_accepts_exactly_the_leverage_that_the_cap_allows():
    rule = LiquidationDistance(0.15, 3.0, 0.01, (AtrStop(2.0, {}, trailing=False),))
    for side in (1, -1):
        cap = rule.max_leverage(entry(side=side)).limit

        assert rule.denial(entry(side=side, leverage=cap)) is None
        assert rule.denial(entry(side=side, leverage=cap * 1.01)) is not None


def test_a_long_without_liquidation_is_never_denied():
    assert LiquidationDistance(0.99, 20.0, 0.01, ()).denial(entry(leverage=1.0)) is None


def test_a_stake_of_nothing_is_not_a_division_by_zero():
    nothing = entry(stake_quote=0.0)

    assert VolatilityTarget(0.02).max_leverage(nothing).limit == 0.0
    assert KELLY.max_leverage(entry(stake_quote=0.0, edge=PROVEN)).limit == 0.0


@pytest.mark.parametrize("stops", [(), (AtrStop(2.0, {}, trailing=False),)])
def test_fees_and_slippage_bring_liquidation_nearer(stops):
    def limit(slippage, fee):
        # Twice an ATR of 20 is further than 15 %: where there is a stop, it is the limit.
        costly = entry(market=market(taker_fee=fee, atr=20.0))
        return LiquidationDistance(0.15, 0.0, slippage, stops).max_leverage(costly).limit

    assert limit(0.03, 0.0) < limit(0.02, 0.0) < limit(0.0, 0.0)
    assert limit(0.0, 0.002) < limit(0.0, 0.001) < limit(0.0, 0.0)


def test_a_stop_that_is_unknown_does_not_hide_the_next():
    rule = LiquidationDistance(0.15, 0.0, 0.0, (AtrStop(2.0, {}, trailing=False), PercentStop(0.4)))

    assert "beyond the percent_stop at 60" in rule.max_leverage(entry(market=market(atr=nan))).why


def test_the_gate_tells_how_near_liquidation_is_and_what_is_required():
    # Maintenance 1 %: 22,500 / (250 * 0.99) = 90.91. 3 sigmas of 6 % are 18 %.
    rule = LiquidationDistance(0.15, 3.0, 0.0, ())

    assert rule.denial(entry(market=market(daily_volatility=0.06))) == (
        "liquidation at 90.9091, only 9.1 % away at 10x; required: "
        "liquidation at least 18.0 % away, 3 daily sigmas of 6.0 %"
    )


def test_volatility_target_with_another_budget():
    # 3 % of 2 % a day are 1.5 times the account: 15,000, at 10x a stake of 1,500; 6x on a quarter.
    rule = VolatilityTarget(0.03)

    assert rule.max_stake(entry(leverage=10.0)).limit == pytest.approx(1_500.0)
    assert rule.max_leverage(entry(stake_quote=2_500.0)).limit == pytest.approx(6.0)
    assert rule.max_leverage(entry()).why == "volatility 2.0 %/day, budget 3.0 %/day of the account"


def test_regime_cap_tells_the_regime():
    rule = RegimeCap(load_config({"profile": "moderate"}).regime_cap.table())

    assert rule.max_leverage(entry()).why == "volatility 2.0 %/day, regime moderate"
    assert rule.max_leverage(entry(market=market(daily_volatility=nan))).why.startswith(
        "volatility unknown, regime "
    )

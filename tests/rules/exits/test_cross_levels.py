"""The account's levels in cross margin: effective leverage, and distance to liquidation."""

from math import inf, nan

import pytest

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.risk import AccountLimits, TierTable
from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.rules.exits.account_margin import AccountMargin
from freqtrade_riskguard.rules.exits.cross_levels import CrossLimits
from tests.factories import account, entry, market, position

# 15 % and 5x: distances of 12, 9.75 and 6 %, leverage of 6x, 7.5x and 10x.
RULE = AccountMargin(AccountLimits())
BY_DISTANCE = AccountMargin(
    AccountLimits(), CrossLimits(distances=(0.12, 0.0975, 0.06), leverages=(inf, inf, inf))
)
OK, WARNING, DANGER, EMERGENCY = range(4)
NO_MARGIN = market(tiers=TierTable.flat(1e-12))


def held(side, notional, **more):
    return position(
        market=NO_MARGIN, side=side, amount=notional / 100, margin_quote=notional / 10, **more
    )


def cross(*positions, equity=1_000.0):
    return account(
        positions=positions, equity_quote=equity, margin_mode="cross", hedge_correlation=0.5
    ).with_liquidation()


@pytest.mark.parametrize(
    ("notional", "level"),
    [
        (5_990, OK),
        (6_000, WARNING),
        (7_490, WARNING),
        (7_500, DANGER),
        (9_990, DANGER),
        (10_000, EMERGENCY),
    ],
)
@pytest.mark.parametrize("side", [1, -1])
def test_levels_of_effective_leverage(side, notional, level):
    assert RULE.advance_account(OK, cross(held(side, notional))).level == level


@pytest.mark.parametrize(
    ("notional", "level"),
    # At beta 2 the market moves half as far: 1,000 / (2 * 4,180) is 12.0 %.
    [(4_100, OK), (4_180, WARNING), (5_100, WARNING), (5_140, DANGER), (8_340, EMERGENCY)],
)
def test_levels_of_the_distance_to_liquidation(notional, level):
    fast = cross(held(1, notional, beta=2.0))
    assert BY_DISTANCE.advance_account(OK, fast).level == level


def test_the_words_name_the_figure_that_decides():
    assert RULE.pause_reason(cross(held(1, 6_500))) == (
        "account margin WARNING: effective leverage is 6.50x (limit 6x), candle close: "
        "no new exposure"
    )
    assert BY_DISTANCE.pause_reason(cross(held(-1, 8_500))) == (
        "account margin WARNING: a rise of the market of 11.8 % liquidates the account (limit "
        "12.0 %), candle close: no new exposure"
    )


def test_from_a_warning_on_nothing_is_entered():
    assert RULE.denial(entry(account=cross(held(1, 6_500)))) is not None
    assert RULE.denial(entry(account=cross(held(1, 5_500)))) is None


def test_the_same_account_in_isolated_margin_says_nothing():
    isolated = account(positions=(held(1, 9_000),), equity_quote=1_000.0)
    assert RULE.pause_reason(isolated) is None
    assert RULE.advance_account(OK, isolated) == Step(OK)


def test_danger_cuts_the_smallest_first_and_once():
    # 8,000 on 1,000: a fifth of the margin of 800 is 160, all of it from the smaller one of 200.
    danger = cross(held(1, 6_000), held(1, 2_000))
    step = RULE.advance_account(WARNING, danger)
    assert step.level == DANGER
    assert step.keep_ratios == pytest.approx((1.0, 0.2))
    assert step.why.endswith("20 % of the margin is cut, smallest positions first")
    assert RULE.advance_account(DANGER, danger) == Step(DANGER)


def test_emergency_cuts_in_every_loop_the_best_last():
    # 40 % of 1,200 is 480: the smallest has won, so the larger one gives it.
    emergency = cross(held(1, 10_000), held(1, 2_000, open_rate=90.0))
    for before in (OK, EMERGENCY):
        step = RULE.advance_account(before, emergency)
        assert step.level == EMERGENCY
        assert step.keep_ratios == pytest.approx((1 - 480 / 1_000, 1.0))


@pytest.mark.parametrize("side", [1, -1])
def test_what_hedges_the_rest_is_not_cut(side):
    # The short is the smallest; without it the longs would be nearer. A fifth of 1,000 is 200.
    hedged = cross(held(side, 8_000), held(side, 2_000), held(-side, 500), equity=1_300.0)
    step = RULE.advance_account(OK, hedged)
    assert step.level == DANGER
    assert step.keep_ratios == pytest.approx((1.0, 0.0, 1.0))


@pytest.mark.parametrize("unknown", [nan, inf])
def test_an_unknown_account_allows_nothing_and_cuts_nothing(unknown):
    for blind in (cross(held(1, 1_000), equity=unknown), cross(held(1, 1_000, rate=unknown))):
        assert RULE.pause_reason(blind) == "account margin unknown: no new exposure"
        step = RULE.advance_account(OK, blind)
        assert (step.level, step.keep_ratios) == (WARNING, ())
        assert RULE.advance_account(DANGER, blind) == Step(DANGER)


def test_levels_follow_the_profile():
    # 8 % and 10x.
    config = load_config({"profile": "aggressive"})
    limits = config.account_margin.cross_limits(
        config.max_leverage, config.liquidation_distance.min_distance
    )
    assert limits.distances == pytest.approx((0.064, 0.052, 0.032))
    assert limits.leverages == pytest.approx((12.0, 15.0, 20.0))

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.rules.exits.funding_exit import FundingExit
from freqtrade_riskguard.snapshot import Funding
from tests.factories import account, position

RULE = FundingExit(
    max_rate_8h=0.001,
    periods=3,
    extreme_rate_8h=0.003,
    max_drain_ratio=0.10,
    extreme_only=False,
    expected_edge_ratio=None,
    warn_days=5.0,
)
SEATBELT = replace(RULE, extreme_only=True)
ACCOUNT = account()


def paying(*rates, interval=8.0, **changes):
    return position(funding=Funding(rates, interval), **changes)


def reason(*rates, rule=RULE, **changes):
    return rule.exit_reason(paying(*rates, **changes), ACCOUNT)


def test_an_extreme_rate_closes_at_once():
    assert reason(0.003) is None
    assert reason(0.0031) == "pays 0.310 % funding per 8 h (closes at once above 0.300 %)"
    # Only the last one counts.
    assert reason(0.0031, 0.0001) is None


def test_a_high_rate_closes_after_three_in_a_row():
    assert reason(0.002, 0.002) is None
    assert reason(0.002, 0.0011, 0.0012) == (
        "pays 0.120 % funding per 8 h, above 0.100 % for 3 settlements in a row"
    )
    assert reason(0.002, 0.001, 0.002) is None
    assert reason(0.002, 0.002, 0.002, 0.0005) is None


def test_the_side_that_is_paid_stays():
    assert reason(0.005, 0.005, 0.005, side=-1) is None
    assert reason(-0.005, -0.005, -0.005) is None
    assert reason(-0.0012, -0.0012, -0.0012, side=-1) == (
        "pays 0.120 % funding per 8 h, above 0.100 % for 3 settlements in a row"
    )


def test_a_drained_position_is_closed():
    # 10 % of a margin of 1,000 is 100.
    assert reason(funding_quote=-100.0) is None
    assert reason(funding_quote=-101.0) == "funding has taken 10.1 % of the margin (limit 10.0 %)"
    assert reason(funding_quote=500.0) is None


def test_the_seatbelt_closes_at_extreme_rates_only():
    assert reason(0.002, 0.002, 0.002, rule=SEATBELT, funding_quote=-900.0) is None
    assert "at once" in reason(0.004, rule=SEATBELT)


@pytest.mark.parametrize("rates", [(), (nan,), (inf,), (0.002, nan, 0.002), (0.002, 0.002, nan)])
def test_unknown_rates_close_nothing_and_what_was_paid_still_counts(rates):
    assert reason(*rates) is None
    assert reason(*rates, rule=SEATBELT) is None
    assert "10.1 % of the margin" in reason(*rates, funding_quote=-101.0)


def test_an_unknown_payment_closes_nothing():
    assert reason(funding_quote=nan) is None


HIGH = (0.002, 0.002, 0.002)


def test_an_edge_still_to_come_can_be_worth_the_funding():
    edged = replace(RULE, expected_edge_ratio=0.01)

    # 0.2 % is due; 1 % was expected.
    assert reason(*HIGH, rule=edged) is None
    # The price has come 0.7 %: 0.3 % are left. At 100.85: 0.15 %.
    assert reason(*HIGH, rule=edged, rate=100.7) is None
    assert "for 3 settlements in a row" in reason(*HIGH, rule=edged, rate=100.85)
    assert "for 3 settlements in a row" in reason(
        *(-r for r in HIGH), rule=edged, side=-1, rate=99.15
    )
    # A loss does not make more of the edge than was expected: 1 % are left, and 0.2 % is due.
    assert reason(*HIGH, rule=edged, rate=99.0) is None
    # At 100.85 only half of it is due every 4 hours: 0.1 % against 0.15 %.
    assert reason(*HIGH, rule=edged, rate=100.85, interval=4.0) is None


def test_the_edge_excuses_neither_extremes_nor_drain_nor_missing_figures():
    edged = replace(RULE, expected_edge_ratio=0.5)

    assert "at once" in reason(0.004, rule=edged)
    assert "of the margin" in reason(rule=edged, funding_quote=-101.0)
    assert "for 3 settlements in a row" in reason(*HIGH, rule=edged, interval=nan)
    assert "for 3 settlements in a row" in reason(*HIGH, rule=edged, rate=nan)


def test_the_end_of_the_margin_is_warned_about_once():
    # 10,000 at 0.59 % per 8 h pay 177 a day; 1,000 - 100 maintenance last 5.08 days.
    assert RULE.advance(0, paying(0.0059), ACCOUNT) == Step(0)
    # At 0.6 % 180 a day, and 100 are paid already: 800 / 180 = 4.44 days.
    low = paying(0.006, funding_quote=-100.0)
    assert RULE.advance(0, low, ACCOUNT) == Step(
        1,
        "pays 0.600 % funding per 8 h on 10000 USDT: at this rate funding uses up the "
        "margin in 4.4 days "
        "(warning below 5 days)",
    )
    assert RULE.advance(1, low, ACCOUNT) == Step(1)


def test_it_warns_again_only_after_a_real_recovery():
    # 900 / (30,000 * rate) days: 0.4 % gives 7.5, 0.29 % 10.3, and nothing to pay infinite ones.
    assert RULE.advance(1, paying(0.004), ACCOUNT) == Step(1)
    assert RULE.advance(1, paying(0.0029), ACCOUNT) == Step(0)
    assert RULE.advance(1, paying(-0.003), ACCOUNT) == Step(0)


@pytest.mark.parametrize("level", [0, 1])
def test_an_unknown_rate_neither_warns_nor_arms(level):
    assert RULE.advance(level, paying(), ACCOUNT) == Step(level)
    assert RULE.advance(level, paying(nan), ACCOUNT) == Step(level)


def test_the_seatbelt_warns_too_and_zero_days_never():
    assert SEATBELT.advance(0, paying(0.02), ACCOUNT).level == 1
    never = replace(RULE, warn_days=0.0)
    assert never.advance(0, paying(0.02, funding_quote=-1_000.0), ACCOUNT) == Step(0)


rates = st.lists(st.floats(-0.01, 0.01), max_size=6)


@given(rates, st.sampled_from((1, -1)), st.floats(-300, 300))
def test_long_and_short_are_twins(paid, side, funding):
    rule = replace(RULE, expected_edge_ratio=0.002)
    one = reason(*paid, rule=rule, side=side, funding_quote=funding)
    twin = reason(*(-r for r in paid), rule=rule, side=-side, funding_quote=funding)

    assert one == twin


@given(rates, st.floats(-300, 300), st.floats(0, 0.01))
def test_paying_more_never_keeps_a_position_open(paid, funding, more):
    if reason(*paid, funding_quote=funding):
        assert reason(*(rate + more for rate in paid), funding_quote=funding)


def coming(rate, *settled, rule=RULE, **changes):
    funding = Funding(settled, 8.0, rate)
    return rule.exit_reason(position(funding=funding, **changes), ACCOUNT)


def test_the_payment_to_come_decides_and_not_the_one_just_made():
    # 0.395 % was paid, the next is 0.01 %: that is over.
    assert coming(0.0001, 0.00395) is None
    assert coming(0.0001, 0.00395, rule=SEATBELT) is None
    assert coming(0.00395, 0.0001) == "pays 0.395 % funding per 8 h (closes at once above 0.300 %)"
    # Two were paid, the third would be.
    assert coming(0.0012, 0.002, 0.002) == (
        "pays 0.120 % funding per 8 h, above 0.100 % for 3 settlements in a row"
    )
    assert coming(0.0005, 0.002, 0.002, 0.002) is None


def test_while_the_payment_to_come_is_not_known_it_is_waited_for():
    assert coming(nan, 0.00395) is None
    assert coming(nan, 0.002, 0.002, 0.002) is None
    # What was paid has been paid.
    assert "10.1 % of the margin" in coming(nan, 0.00395, funding_quote=-101.0)


def test_a_hedge_that_will_be_paid_stays():
    assert coming(0.005, 0.0, side=-1) is None
    assert "at once" in coming(-0.005, 0.0, side=-1)


def test_the_edge_that_is_left_is_held_against_the_payment_to_come():
    edged = replace(RULE, expected_edge_ratio=0.0015)

    assert coming(0.0012, 0.002, 0.002, rule=edged) is None
    assert "for 3 settlements" in coming(0.0016, 0.002, 0.002, rule=edged)

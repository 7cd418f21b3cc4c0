from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import TierTable
from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.rules.exits.margin_ladder import MarginLadder
from tests.factories import account, market, position

LADDER = MarginLadder(hard_cover=1.3, soft_cover=1.5)
ACCOUNT = account()


def at(price, **changes):
    # 100 units from 100 on, 10x: equity 1,000 + 100 * (price - 100), maintenance price / 100 * 100.
    return position(rate=float(price), **changes)


def look(level, price, ladder=LADDER, **changes):
    return ladder.advance(level, at(price, **changes), ACCOUNT)


@pytest.mark.parametrize(
    ("price", "level", "keep", "why"),
    [
        # (600 - 96) / (1,000 - 96) = 0.558
        (96, 0, (), ""),
        # (500 - 95) / (1,000 - 95) = 0.448
        (95, 1, (), "margin left 44.8 % (equity 500, maintenance 95.00 USDT): monitor"),
        # (300 - 93) / 907 = 0.228
        (93, 2, (0.75,), "margin left 22.8 % (equity 300, maintenance 93.00 USDT): cut 25 %"),
        # (250 - 92.5) / 907.5 = 0.174
        (92.5, 3, (0.5,), "margin left 17.4 % (equity 250, maintenance 92.50 USDT): cut 50 %"),
        # (200 - 92) / 908 = 0.119
        (92, 4, (0.0,), "margin left 11.9 % (equity 200, maintenance 92.00 USDT): close"),
    ],
)
def test_a_fresh_position_takes_the_deepest_step_at_once(price, level, keep, why):
    assert look(0, price) == Step(level, why, keep)


def test_a_short_position_is_cut_in_the_same_way():
    # At 107: equity 1,000 - 700 = 300, maintenance 107: 193 / 893 = 0.216.
    step = look(0, 107, side=-1)

    assert (step.level, step.keep_ratios) == (2, (0.75,))


def test_the_same_level_does_not_cut_again():
    # Whether the cut has been filled or not: the guard goes on with it by itself.
    assert look(2, 93) == Step(2)
    assert look(2, 93.3) == Step(2)
    assert look(3, 92.5) == Step(3)


def test_a_deeper_step_cuts_once_more():
    assert look(2, 92.5).keep_ratios == (0.5,)


def test_it_is_armed_again_only_past_the_step_above():
    # Level 2 (0.30) is left above 0.50 only: at 95.5 (550 - 95.5) / 904.5 = 0.502.
    assert look(2, 95) == Step(2)
    assert look(2, 95.5) == Step(1)
    assert look(1, 93).keep_ratios == (0.75,)
    # Level 1 is left above 0.60 only: at 96.5 (650 - 96.5) / 903.5 = 0.613.
    assert look(1, 96) == Step(1)
    assert look(1, 96.5) == Step(0)


def test_a_close_is_asked_for_as_long_as_it_is_called_for():
    assert look(4, 92).keep_ratios == (0.0,)
    # At 92.5 (0.174) it is no longer; the guard still finishes what was asked.
    assert look(4, 92.5) == Step(4)


# 50x: 200 of margin on 10,000. Cover at entry 200 / 100 = 2.


def test_the_hard_stop_closes_whatever_the_ladders_level():
    # At 99.29: 129 / 99.29 = 1.299; margin left (129 - 99.29) / (200 - 99.29) = 0.295.
    step = look(0, 99.29, margin_quote=200.0)

    assert step.keep_ratios == (0.0,)
    assert step.why == (
        "margin left 29.5 % (equity 129, maintenance 99.29 USDT): cut 25 %; "
        "equity is 1.3 times the maintenance margin (limit 1.3): close"
    )
    assert look(step.level, 99.29, margin_quote=200.0).keep_ratios == (0.0,)
    assert look(4, 99.29, margin_quote=200.0).keep_ratios == (0.0,)


def test_the_soft_stop_warns_once():
    # With 1.8: at 99.7 it is 170 / 99.7 = 1.705, margin left 70.3 / 100.3 = 0.70: only a warning.
    ladder = MarginLadder(hard_cover=1.3, soft_cover=1.8)

    first = look(0, 99.7, ladder, margin_quote=200.0)
    assert first == Step(
        5, "equity is 1.71 times the maintenance margin (limit 1.8): near liquidation", ()
    )
    assert look(5, 99.7, ladder, margin_quote=200.0) == Step(5)
    # 190 / 99.9 = 1.902 is better than 1.8, not by a tenth: still warned.
    assert look(5, 99.9, ladder, margin_quote=200.0) == Step(5)
    # 199 / 99.99 = 1.99 is: the next fall warns again.
    assert look(5, 99.99, ladder, margin_quote=200.0) == Step(0)


def test_the_warning_and_the_ladder_do_not_disturb_each_other():
    # At 99.4: cover 140 / 99.4 = 1.408, margin left 40.6 / 100.6 = 0.404.
    step = look(0, 99.4, margin_quote=200.0)
    assert step.level == 1 + 5
    assert "monitor; equity is 1.41 times" in step.why
    # At 99.31: cover 131 / 99.31 = 1.319, margin left 31.69 / 100.69 = 0.315.
    assert look(6, 99.31, margin_quote=200.0) == Step(6)
    # At 99.4 again after the hard stop: it has closed, so there is nothing to warn about.
    assert look(1 + 10, 99.4, margin_quote=200.0) == Step(11)


def test_a_healthy_position_is_left_alone():
    assert look(0, 100) == Step(0)
    assert look(0, 150) == Step(0)


def test_a_great_profit_is_no_reason_to_sell():
    # At 300, 50x long: maintenance 300 is more than the margin of 200; equity 20,200 covers it.
    assert look(0, 300, margin_quote=200.0) == Step(0)


def test_a_position_that_never_covered_its_maintenance_is_closed():
    assert look(0, 100, margin_quote=90.0).keep_ratios == (0.0,)


def test_unknown_figures_cut_nothing_and_are_warned_about_once():
    for level in range(5):
        step = look(level, nan)
        assert step == Step(level + 5, "equity over maintenance margin unknown: near liquidation")
        assert look(level + 5, nan) == Step(level + 5)


prices = st.floats(50, 150)


@given(
    side=st.sampled_from((1, -1)),
    level=st.integers(0, 14),
    leverage=st.floats(1, 60),
    rate=st.floats(0.001, 0.03),
    one=prices,
    other=prices,
)
def test_worse_margin_never_keeps_more(side, level, leverage, rate, one, other):
    def keeps(price):
        step = LADDER.advance(
            level,
            position(
                market=market(tiers=TierTable.flat(rate)),
                side=side,
                margin_quote=10_000.0 / leverage,
                rate=price,
            ),
            ACCOUNT,
        )
        return min(step.keep_ratios, default=1.0)

    worse, better = sorted((one, other), reverse=side < 0)
    assert keeps(worse) <= keeps(better)


@given(st.integers(0, 14), prices, st.sampled_from((1, -1)))
def test_a_second_look_at_the_same_price_cuts_no_further(level, price, side):
    first = look(level, price, side=side)
    second = look(first.level, price, side=side)

    assert second.level == first.level
    assert second.keep_ratios in ((), (0.0,))
    assert second.why == "" or second.keep_ratios == (0.0,)

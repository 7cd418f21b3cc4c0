"""Figures that several rules need: how far a stop is away, and what a position loses at it."""

from math import inf, isnan, nan

import pytest

from freqtrade_riskguard.rules.entry_math import (
    position_loss_quote,
    stop_distance_ratio,
    used_margin_quote,
)
from tests.factories import account, entry, market, position


@pytest.mark.parametrize("side", [1, -1])
def test_a_stop_is_as_far_away_as_the_rate_says(side):
    assert stop_distance_ratio(entry(side=side, stop_price=100.0 - 2.0 * side)) == 0.02
    assert stop_distance_ratio(entry(side=side, rate=50.0, stop_price=50.0 - side)) == 0.02
    # The market has passed it.
    assert stop_distance_ratio(entry(side=side, stop_price=100.0 + side)) == 0.0
    assert isnan(stop_distance_ratio(entry(side=side, stop_price=nan)))


@pytest.mark.parametrize("side", [1, -1])
def test_of_an_addition_it_counts_from_the_mark_of_the_position(side):
    others = (position(trade_id=3, rate=90.0), position(trade_id=4, rate=100.0 + 4.0 * side))
    adding = entry(
        side=side, stop_price=100.0 - 2.0 * side, account=account(positions=others), adds_to=4
    )

    assert stop_distance_ratio(adding) == pytest.approx(0.06)


@pytest.mark.parametrize(
    ("side", "losses"),
    [
        # Of 10,000: 2 %, twice 0.1 %, and the slippage of 0.5 or 1 %.
        (1, (270.0, 320.0, 70.0)),
        # A short is filled at 102 * 1.005 = 102.51 or 102 * 1.01 = 103.02, and where its stop was
        # passed at 100 * 1.005; its second fee is taken of that.
        (-1, (251.0 + 10.0 + 10.251, 302.0 + 10.0 + 10.302, 50.0 + 10.0 + 10.05)),
    ],
)
def test_a_position_loses_the_way_to_its_stop_both_fees_and_slippage(side, losses):
    costly = market(taker_fee=0.001)
    held = position(side=side, stop_price=100.0 - 2.0 * side, market=costly)
    passed = position(side=side, stop_price=100.0 + side, market=costly)

    found = [
        position_loss_quote(held, 0.005),
        position_loss_quote(held, 0.01),
        position_loss_quote(passed, 0.005),
    ]
    assert found == pytest.approx(losses)


@pytest.mark.parametrize("side", [1, -1])
def test_without_a_stop_it_loses_all_that_is_in_it(side):
    # 1,000 of margin, and 3 on each of 100 units.
    assert position_loss_quote(position(side=side, rate=100.0 + 3.0 * side), 0.0) == 1_300.0
    assert position_loss_quote(position(side=side, rate=100.0 - 3.0 * side), 0.0) == 1_000.0
    assert position_loss_quote(position(side=side, funding_quote=nan), 0.0) == inf


def test_margin_in_use_is_that_of_the_others():
    held = account(positions=(position(trade_id=1), position(trade_id=2, margin_quote=300.0)))

    assert used_margin_quote(entry(account=held)) == 1_300.0
    assert used_margin_quote(entry(account=held, adds_to=1)) == 300.0


def test_in_cross_margin_a_position_without_a_stop_may_lose_all_that_it_is_worth():
    # Its margin is 1,000, its notional 10,000; a short has no end.
    assert position_loss_quote(position(margin_mode="cross"), 0.005) == 10_000.0
    assert position_loss_quote(position(margin_mode="cross", side=-1), 0.005) == inf

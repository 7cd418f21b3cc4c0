from math import isnan, nan

import pytest

from freqtrade_riskguard.risk import TierTable
from freqtrade_riskguard.rules.stop.atr_stop import AtrStop
from freqtrade_riskguard.rules.stop.liquidation_buffer import LiquidationBuffer
from freqtrade_riskguard.rules.stop.percent_stop import PercentStop
from tests.factories import market, position


@pytest.mark.parametrize(("side", "stop"), [(1, 96.0), (-1, 104.0)])
def test_atr_stop_is_two_atrs_of_2_from_an_entry_at_100(side, stop):
    assert AtrStop(2.0, {}, trailing=False).stop_price(position(side=side)) == stop


def test_atr_multiple_by_enter_tag():
    rule = AtrStop(2.0, {"reversion": 1.0}, trailing=False)

    assert rule.stop_price(position(enter_tag="reversion")) == 98.0
    assert rule.stop_price(position(enter_tag="trend")) == 96.0
    assert rule.stop_price(position(enter_tag=None)) == 96.0


@pytest.mark.parametrize(("side", "rate", "stop"), [(1, 110.0, 106.0), (-1, 90.0, 94.0)])
def test_trailing_atr_stop_follows_the_rate(side, rate, stop):
    rule = AtrStop(2.0, {}, trailing=True)

    assert rule.stop_price(position(side=side, rate=rate)) == stop


def test_trailing_never_loosens_below_the_entrys_stop():
    assert AtrStop(2.0, {}, trailing=True).stop_price(position(rate=90.0)) == 96.0


def test_unknown_atr_gives_no_stop():
    rule = AtrStop(2.0, {}, trailing=True)

    assert isnan(rule.stop_price(position(market=market(atr=nan))))


@pytest.mark.parametrize(("side", "stop"), [(1, 95.0), (-1, 105.0)])
def test_percent_stop(side, stop):
    assert PercentStop(0.05).stop_price(position(side=side)) == pytest.approx(stop)


@pytest.mark.parametrize("side", [1, -1])
def test_liquidation_buffer_of_a_position_at_10x(side):
    # Maintenance 1 %, no fee: liquidation = (side*100*100 - 1000) / (100*(side - 0.01)):
    # long 9000/99 = 90.909, short 11000/101 = 108.911.
    # Effective 1 % nearer; buffer max(1.3 * 1 % * 100 = 1.3, 3 % of the price = 2.73 or 3.27).
    liquidation = 9_000 / 99 if side > 0 else 11_000 / 101
    expected = liquidation * (1 + side * 0.01) + side * 0.03 * liquidation

    stop = LiquidationBuffer(0.01).stop_price(position(side=side))

    assert stop == pytest.approx(expected)
    assert side * (stop - liquidation) > 0


def test_liquidation_buffer_of_a_high_maintenance_rate():
    # Maintenance 5 %: liquidation = 9000/95 = 94.737, buffer max(6.5, 2.84) = 6.5.
    heavy = position(market=market(tiers=TierTable.flat(0.05)))
    liquidation = 9_000 / 95

    assert LiquidationBuffer(0.01).stop_price(heavy) == pytest.approx(liquidation * 1.01 + 6.5)


# 1 % below a notional of 9,500 and 5 % from there on, of which 9,500 * 4 % = 380 are taken off.
STEPPED = TierTable.build([(0.0, None, 0.01, 0.0, None), (9_500.0, None, 0.05, None, None)])


def test_the_rate_of_the_buffer_is_that_of_the_tier_in_which_a_long_is_liquidated():
    # 10,000 notional at the entry; liquidated at 9000/99 = 90.909, a notional of 9,091: at 1 %,
    # of which 1.3 are less than 3 % of the price. 5 % would be 6.5.
    held = position(market=market(tiers=STEPPED))

    assert LiquidationBuffer(0.01).stop_price(held) == pytest.approx(9_000 / 99 * 1.04)


def test_the_rate_of_the_buffer_is_that_of_the_tier_in_which_a_short_is_liquidated():
    # 9,000 notional at the entry; liquidated where 1,000 - (90*P - 9,000) = 90*P*5 % - 380:
    # P = 10,380 / 94.5 = 109.84, a notional of 9,886: at 5 % the buffer is 1.3 * 5 % * 100 = 6.5.
    held = position(side=-1, amount=90.0, market=market(tiers=STEPPED))

    expected = 10_380 / 94.5 * 0.99 - 6.5
    assert LiquidationBuffer(0.01).stop_price(held) == pytest.approx(expected)


def test_the_exchanges_price_counts_where_it_is_nearer():
    own = LiquidationBuffer(0.01).stop_price(position())
    theirs = LiquidationBuffer(0.01).stop_price(position(exchange_liquidation_price=93.0))
    further = LiquidationBuffer(0.01).stop_price(position(exchange_liquidation_price=80.0))

    assert theirs == pytest.approx(93.0 * 1.04)
    assert further == own


def test_the_exchanges_price_counts_where_ours_is_unknown():
    unknown = position(funding_quote=nan, exchange_liquidation_price=93.0)

    assert LiquidationBuffer(0.01).stop_price(unknown) == pytest.approx(93.0 * 1.04)


def test_a_long_at_1x_cannot_be_liquidated():
    unlevered = position(margin_quote=10_000.0, leverage=1.0)

    assert isnan(LiquidationBuffer(0.01).stop_price(unlevered))


def test_funding_paid_moves_the_stop_nearer():
    rule = LiquidationBuffer(0.01)

    assert rule.stop_price(position(funding_quote=-100.0)) > rule.stop_price(position())
    assert rule.stop_price(position(side=-1, funding_quote=-100.0)) < rule.stop_price(
        position(side=-1)
    )


@pytest.mark.parametrize("side", [1, -1])
def test_other_settings_than_the_usual_ones(side):
    # 3 ATRs of 2 from 110 (90); liquidation 5 % nearer, and 3 % of it on top.
    trailing = AtrStop(3.0, {}, trailing=True)
    moved = position(side=side, rate=100.0 + side * 10.0)
    assert trailing.stop_price(moved) == pytest.approx(100.0 + side * 10.0 - side * 6.0)

    own = position(side=side)
    liquidation = own.liquidation_price
    assert LiquidationBuffer(0.05).stop_price(own) == pytest.approx(
        liquidation * (1 + side * 0.05) + side * 0.03 * liquidation
    )

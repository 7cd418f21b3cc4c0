from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import (
    NO_LIQUIDATION,
    TierTable,
    bankruptcy_price,
    liquidation_price,
    position_equity,
)
from tests.risk.strategies import USELESS, fees, positions, prices, sides, thorough
from tests.risk.tiers import FALLING, FLAT, RISING, STEPPED, THREE


def price_of(side, amount, margin, tiers=FLAT, **more):
    return liquidation_price(
        side=side, entry_price=100.0, amount=amount, margin_quote=margin, tiers=tiers, **more
    )


def test_single_tier():
    # long, 2 coins at 100 on 20: equity 20 + 2*(P - 100) = 2*P*0.005, so P = 180/1.99
    assert price_of(1, 2.0, 20.0) == pytest.approx(180.0 / 1.99, rel=1e-14)
    # short: 20 - 2*(P - 100) = 2*P*0.005, so P = 220/2.01
    assert price_of(-1, 2.0, 20.0) == pytest.approx(220.0 / 2.01, rel=1e-14)


def test_fee_and_funding():
    # long, 1 paid in funding, fee 0.05 %: 19 + 2*(P - 100) - 0.001*P = 0.01*P, so P = 181/1.989
    found = price_of(1, 2.0, 20.0, taker_fee=0.0005, funding_quote=-1.0)
    assert found == pytest.approx(181.0 / 1.989, rel=1e-14)
    # short: 19 - 2*(P - 100) - 0.001*P = 0.01*P, so P = 219/2.011
    found = price_of(-1, 2.0, 20.0, taker_fee=0.0005, funding_quote=-1.0)
    assert found == pytest.approx(219.0 / 2.011, rel=1e-14)


def test_long_that_stays_in_its_tier():
    # 12 coins, 1200 on 120: (1200 - 120 - 10)/(12*0.98) = 1070/11.76, notional 1091.8: tier two
    assert price_of(1, 12.0, 120.0, STEPPED) == pytest.approx(1070.0 / 11.76, rel=1e-14)


def test_long_that_falls_into_the_tier_below():
    # 1200 on 300: in tier two 890/11.76 = 75.68, notional 908: not tier two.
    # In tier one (1200 - 300)/(12*0.99) = 75.7575..., notional 909.09: consistent
    assert price_of(1, 12.0, 300.0, STEPPED) == pytest.approx(900.0 / 11.88, rel=1e-14)


def test_short_that_rises_into_the_tier_above():
    # 9 coins, 900 on 180: in tier one 1080/(9*1.01) = 118.81, notional 1069: not tier one.
    # In tier two (900 + 180 + 10)/(9*1.02) = 118.7363..., notional 1068.6: consistent
    assert price_of(-1, 9.0, 180.0, STEPPED) == pytest.approx(1090.0 / 9.18, rel=1e-14)


def test_three_tiers():
    # 60 coins, 6000 on 1000: in tier three 4840/(60*0.95), a notional of 5095
    assert price_of(1, 60.0, 1000.0, THREE) == pytest.approx(4840.0 / 57.0, rel=1e-14)
    # on 1500: in tier three 4340/0.95 = 4568: not in it. In tier two 4490/(60*0.98), 4582
    assert price_of(1, 60.0, 1500.0, THREE) == pytest.approx(4490.0 / 58.8, rel=1e-14)
    # on 5500: in tier three 358, in tier two 490/0.98 = 500, in tier one 500/0.99 = 505
    assert price_of(1, 60.0, 5500.0, THREE) == pytest.approx(500.0 / 59.4, rel=1e-14)
    # short, 900 on 4500: in tier one 5400/1.01, in tier two 5410/1.02 = 5304, in tier three
    # 5560/1.05 = 5295
    assert price_of(-1, 9.0, 4500.0, THREE) == pytest.approx(5560.0 / 9.45, rel=1e-14)
    # on 1000: in tier one 1881, in tier two 1910/1.02 = 1873
    assert price_of(-1, 9.0, 1000.0, THREE) == pytest.approx(1910.0 / 9.18, rel=1e-14)


def test_one_tier_with_an_amount_of_its_own():
    # the exchange asks 5 less: 20 + 2*(P - 100) = 0.01*P - 5, so P = 175/1.99; short 225/2.01
    table = TierTable.build([(0.0, None, 0.005, 5.0, None)])
    assert price_of(1, 2.0, 20.0, table) == pytest.approx(175.0 / 1.99, rel=1e-14)
    assert price_of(-1, 2.0, 20.0, table) == pytest.approx(225.0 / 2.01, rel=1e-14)


def test_a_long_at_1x_has_none_and_a_short_at_1x_has():
    assert price_of(1, 1.0, 100.0) == NO_LIQUIDATION
    assert price_of(1, 12.0, 1200.0, STEPPED) == NO_LIQUIDATION
    # short: (100 + 100)/1.005
    assert price_of(-1, 1.0, 100.0) == pytest.approx(200.0 / 1.005, rel=1e-14)


def test_a_position_without_margin_is_liquidated_on_the_winning_side():
    # long: (100 + 5)/0.995 above the entry; short: (100 - 5)/1.005 below it
    assert price_of(1, 1.0, -5.0) == pytest.approx(105.0 / 0.995, rel=1e-14)
    assert price_of(-1, 1.0, -5.0) == pytest.approx(95.0 / 1.005, rel=1e-14)


def test_a_short_that_lost_more_than_everything_is_liquidated_at_any_price():
    found = price_of(-1, 1.0, -150.0)  # equity -150 - (P - 100) = -50 - P: below 0 everywhere
    assert 0.0 < found < 1e-300


def test_where_the_margin_jumps_past_equity_it_is_the_floor():
    # long: n1 = 1000/0.99 = 1010 is not in tier one, n2 = 970/0.98 = 989.8 not in tier two
    assert price_of(1, 12.0, 200.0, FALLING) == pytest.approx(1000.0 / 12.0)  # from above
    assert price_of(1, 9.0, -100.0, FALLING) == pytest.approx(1000.0 / 9.0)  # from below
    # short: n1 = 1015/1.01 = 1004.95 is not in tier one, n2 = 1015/1.02 = 995.1 not in tier two
    assert price_of(-1, 9.0, 115.0, RISING) == pytest.approx(1000.0 / 9.0)  # from below
    assert price_of(-1, 12.0, -185.0, RISING) == pytest.approx(1000.0 / 12.0)  # from above


def test_of_two_consistent_prices_it_is_the_first_on_the_way():
    # long: n1 = 985/0.99 = 994.9 and n2 = 985/0.98 = 1005.1 are both consistent
    assert price_of(1, 12.0, 215.0, RISING) == pytest.approx(985.0 / 0.98 / 12.0)


@pytest.mark.parametrize("tiers", [FLAT, STEPPED])
@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("useless", USELESS)
def test_useless_market_data_gives_unknown(useless, side, tiers):
    common = {"side": side, "tiers": tiers}
    for name in ("entry_price", "amount"):
        sound = {"entry_price": 100.0, "amount": 1.0, "margin_quote": 20.0}
        assert math.isnan(liquidation_price(**common, **(sound | {name: useless})))
        assert math.isnan(bankruptcy_price(side=side, **(sound | {name: useless})))


@pytest.mark.parametrize("tiers", [FLAT, STEPPED])
@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("useless", [math.nan, math.inf, -math.inf])
def test_unknown_money_gives_unknown(useless, side, tiers):
    assert math.isnan(price_of(side, 1.0, useless, tiers))
    assert math.isnan(price_of(side, 1.0, 20.0, tiers, funding_quote=useless))


def test_overflow_is_unknown_and_not_an_error():
    found = liquidation_price(
        side=1, entry_price=1e300, amount=1e300, margin_quote=1.0, tiers=STEPPED
    )
    assert math.isnan(found)


@pytest.mark.parametrize("side", [0, 2, -2])
def test_a_bad_side_is_an_error(side):
    with pytest.raises(ValueError, match="side"):
        price_of(side, 1.0, 20.0)
    with pytest.raises(ValueError, match="side"):
        bankruptcy_price(side=side, entry_price=100.0, amount=1.0, margin_quote=20.0)


@pytest.mark.parametrize("fee", [0.996, 1.0, math.nan])
@pytest.mark.parametrize("tiers", [FLAT, STEPPED])
def test_a_fee_that_takes_everything_is_an_error(fee, tiers):
    with pytest.raises(ValueError, match="notional"):
        price_of(1, 1.0, 20.0, tiers, taker_fee=fee)


def test_bankruptcy():
    # 20 + 2*(P - 100) = 0 at 90; with 0.1 % fee 2*P*0.999 = 180; short 20 - 2*(P - 100) = 0 at 110
    keywords = {"entry_price": 100.0, "amount": 2.0, "margin_quote": 20.0}
    assert bankruptcy_price(side=1, **keywords) == pytest.approx(90.0, rel=1e-15)
    found = bankruptcy_price(side=1, **keywords, taker_fee=0.001)
    assert found == pytest.approx(180.0 / 1.998, rel=1e-15)
    assert bankruptcy_price(side=-1, **keywords) == pytest.approx(110.0, rel=1e-15)
    found = bankruptcy_price(side=-1, **keywords, funding_quote=-2.0)
    assert found == pytest.approx(109.0, rel=1e-15)


def test_bankruptcy_of_a_long_at_1x_is_none():
    assert bankruptcy_price(side=1, entry_price=100.0, amount=1.0, margin_quote=100.0) == 0.0


@thorough
@given(positions(), st.floats(-0.5, 0.5))
def test_equity_equals_maintenance_at_the_price(position, funding_share):
    funding = funding_share * position.stake_quote
    price = liquidation_price(**position.keywords(funding_quote=funding))
    assume(price > 1e-290)
    equity = position_equity(
        side=position.side,
        entry_price=position.entry_price,
        price=price,
        amount=position.amount,
        margin_quote=position.stake_quote,
        funding_quote=funding,
        taker_fee=position.taker_fee,
    )
    maintenance = position.tiers.maintenance_margin(position.amount * price)
    notional = position.amount * max(price, position.entry_price)
    assert equity == pytest.approx(maintenance, rel=1e-9, abs=1e-12 * notional)


@thorough
@given(positions())
def test_the_price_is_consistent_with_its_tier(position):
    price = liquidation_price(**position.keywords())
    assume(price > 0.0)
    tier = position.tiers.tier_at(position.amount * price)
    fixed = position.side * position.amount * position.entry_price - position.stake_quote
    share = position.side - tier.maintenance_rate - position.taker_fee
    solved = (fixed - tier.maintenance_amount_quote) / (position.amount * share)
    assert price == pytest.approx(solved, rel=1e-9)


@thorough
@given(positions())
def test_it_lies_on_the_losing_side_of_entry_and_before_bankruptcy(position):
    entry_notional = position.stake_quote * position.leverage
    owed = position.tiers.maintenance_margin(entry_notional) + position.taker_fee * entry_notional
    assume(position.stake_quote > owed * 1.000001)
    price = liquidation_price(**position.keywords())
    assert position.side * price < position.side * position.entry_price
    keywords = position.keywords()
    del keywords["tiers"]
    ruin = bankruptcy_price(**keywords)
    assert position.side * price >= position.side * ruin * (1.0 - position.side * 1e-12)


@thorough
@given(positions(), st.floats(1.001, 3.0))
def test_more_leverage_brings_it_nearer(position, times):
    more = position.amount * times
    near = liquidation_price(**position.keywords(amount=more))
    far = liquidation_price(**position.keywords())
    assert position.side * near >= position.side * far
    if far > 0.0:
        assert near != far


@thorough
@given(positions(), st.floats(0.0001, 0.9))
def test_funding_paid_brings_it_nearer_and_received_takes_it_away(position, share):
    funding = share * position.stake_quote
    paid = liquidation_price(**position.keywords(funding_quote=-funding))
    none = liquidation_price(**position.keywords())
    received = liquidation_price(**position.keywords(funding_quote=funding))
    assert position.side * paid >= position.side * none >= position.side * received
    assert paid != none or none == NO_LIQUIDATION


@thorough
@given(positions(), st.floats(0.0, 0.01))
def test_a_higher_fee_brings_it_nearer(position, more):
    cheap = liquidation_price(**position.keywords())
    dear = liquidation_price(**position.keywords(taker_fee=position.taker_fee + more))
    assert position.side * dear >= position.side * cheap * (1.0 - position.side * 1e-14)


@thorough
@given(prices, st.floats(1.0, 1e6), st.floats(1.01, 100.0), st.floats(0.0, 0.009), fees)
def test_long_and_short_mirror_each_other(entry, stake, leverage, rate, fee):
    # Seen from the entry, loss plus fee plus maintenance at the price is the margin on both sides:
    # E - P_long*(1 - mmr - fee) = P_short*(1 + mmr + fee) - E = M/A
    table = TierTable.flat(rate)
    amount = stake * leverage / entry
    long_price, short_price = (
        liquidation_price(
            side=side,
            entry_price=entry,
            amount=amount,
            margin_quote=stake,
            tiers=table,
            taker_fee=fee,
        )
        for side in (1, -1)
    )
    below = entry - long_price * (1.0 - rate - fee)
    above = short_price * (1.0 + rate + fee) - entry
    assert below == pytest.approx(entry / leverage, rel=1e-9)
    assert above == pytest.approx(entry / leverage, rel=1e-9)


@thorough
@given(positions(), st.floats(1e-3, 1e3))
def test_the_unit_of_price_does_not_matter(position, scale):
    price = liquidation_price(**position.keywords())
    scaled = liquidation_price(
        **position.keywords(
            entry_price=position.entry_price * scale, amount=position.amount / scale
        )
    )
    # relative to the entry: a price near zero is a difference of large numbers
    assert scaled / scale == pytest.approx(price, rel=1e-9, abs=1e-9 * position.entry_price)


@given(sides)
def test_size_alone_moves_it_only_through_the_tiers(side):
    small, large = (price_of(side, size, 10.0 * size) for size in (1.0, 1e6))
    assert small == pytest.approx(large, rel=1e-14)
    small, large = (price_of(side, size, 10.0 * size, STEPPED) for size in (1.0, 1e6))
    assert side * large > side * small  # a higher tier liquidates sooner

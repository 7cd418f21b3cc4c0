from dataclasses import replace
from math import isnan

import pytest

from freqtrade_riskguard.engine.cross_account import CrossAccount
from freqtrade_riskguard.risk import TierTable
from tests.factories import account, market, position

NO_MARGIN = market(tiers=TierTable.flat(1e-12))


def held(trade_id, notional, side=1):
    return position(
        market=NO_MARGIN, side=side, amount=notional / 100, trade_id=trade_id, margin_mode="cross"
    )


def cross(*positions, equity=1_000.0, beside=()):
    shared = {"equity_quote": equity, "margin_mode": "cross", "hedge_correlation": 1.0}
    return account(positions=positions, beside=beside, **shared).with_liquidation()


def test_a_position_in_isolated_margin_stays_what_it_is():
    kept = CrossAccount()
    kept.update(account(positions=(position(trade_id=1),)))
    alone = position(trade_id=1)
    assert kept.place(alone) is alone
    assert kept.price(1, alone.amount) is None


def test_a_known_position_has_the_accounts_price():
    kept = CrossAccount()
    kept.update(cross(held(1, 4_000.0)))
    assert kept.price(1, 40.0) == pytest.approx(75.0)
    # Whatever rate is handed over.
    assert kept.place(replace(held(1, 4_000.0), rate=130.0)).liquidation_price == pytest.approx(75)
    assert kept.price(1, 39.0) is None


def test_before_the_account_is_valued_nothing_is_known():
    assert isnan(CrossAccount().place(held(1, 4_000.0)).liquidation_price)


def test_a_new_position_brings_all_prices_nearer():
    kept = CrossAccount()
    kept.update(cross(held(1, 4_000.0)))
    # 1,000 of 5,000.
    assert kept.place(held(2, 1_000.0)).liquidation_price == pytest.approx(80.0)
    assert kept.price(1, 40.0) == pytest.approx(80.0)


@pytest.mark.parametrize("side", [1, -1])
def test_what_no_trade_knows_brings_all_prices_nearer(side):
    kept = CrossAccount()
    whole = cross(held(1, 4_000.0, side), beside=(held(-1, 1_000.0, side),))
    kept.update(whole)

    # As a position of a trade would: 1,000 of 5,000.
    assert kept.price(1, 40.0) == pytest.approx(100.0 - 20.0 * side)
    assert whole.single_liquidation_price(0) == pytest.approx(100.0 - 25.0 * side)
    assert whole.effective_leverage == pytest.approx(5.0)
    assert kept.price(-1, 10.0) is None
    # So too beside one that is new: 1,000 of 10,000.
    assert kept.place(held(2, 5_000.0, side)).liquidation_price == pytest.approx(100 - 10 * side)


def test_the_maintenance_margin_is_that_of_all_that_is_held():
    rate = market(tiers=TierTable.flat(0.01))
    one, other = (position(market=rate, amount=n, trade_id=n) for n in (40, -10))

    # A hundredth of 4,000 and of 1,000, at 100.
    assert account(positions=(one,)).maintenance_quote == pytest.approx(40.0)
    both = account(positions=(one,), beside=(replace(other, amount=10),))
    assert both.maintenance_quote == pytest.approx(50.0)


def test_what_was_cut_takes_less_room():
    kept = CrossAccount()
    kept.update(cross(held(1, 5_000.0)))
    assert kept.place(held(1, 2_500.0)).liquidation_price == pytest.approx(60.0)


def test_a_price_that_hardly_moves_is_the_same_one():
    kept = CrossAccount()
    kept.update(cross(held(1, 4_000.0)))
    first = kept.price(1, 40.0)
    # 997 of 4,000: 75.075, a tenth of a per cent nearer; 980: 75.5.
    kept.update(cross(held(1, 4_000.0), equity=997.0))
    assert kept.price(1, 40.0) == first
    kept.update(cross(held(1, 4_000.0), equity=980.0))
    assert kept.price(1, 40.0) == pytest.approx(75.5)

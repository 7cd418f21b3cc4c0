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


def cross(*positions, equity=1_000.0):
    return account(
        positions=positions, equity_quote=equity, margin_mode="cross", hedge_correlation=1.0
    ).with_liquidation()


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

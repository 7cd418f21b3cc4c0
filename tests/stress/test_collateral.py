from math import isnan

import pytest

from freqtrade_riskguard.stress.collateral import (
    collateral_loss,
    collateral_row,
    stable_share,
)
from tests.stress.parts import COLLATERAL, account

USDT, BTC = account(collateral=COLLATERAL).collateral


def test_stablecoins_lose_nothing():
    assert collateral_loss([USDT], -0.20) == 0.0
    assert collateral_row(USDT).stressed_quote == 5_000.0


def test_coins_fall_with_the_market_and_are_sold_at_a_loss():
    # 0.5 * 10000 = 5000; * 0.8 = 4000; less 10 % haircut and 3 % for the forced sale: 3480.
    row = collateral_row(BTC)
    assert (row.value_quote, row.haircut_ratio) == (5_000.0, 0.10)
    assert row.stressed_quote == pytest.approx(3_480.0)
    assert collateral_loss([USDT, BTC], -0.20) == pytest.approx(1_520.0)
    # 5000 * 0.95 * 0.87
    assert collateral_loss([BTC], -0.05) == pytest.approx(5_000 - 4_132.5)


def test_a_rising_market_takes_nothing():
    assert collateral_loss([BTC], 0.20) == 0.0
    assert collateral_loss([], -0.20) == 0.0


def test_the_share_of_stablecoins():
    assert stable_share(account(collateral=COLLATERAL)) == pytest.approx(0.5)
    assert isnan(stable_share(account()))


def test_coins_beside_the_equity_count_in_it_where_they_stand_behind_positions():
    # 5000 of Bitcoin beside 10000 that are listed, half of them Bitcoin, and beside 10000 of cash.
    beside = {"other_collateral": COLLATERAL[1:], "multi_assets": True}
    assert stable_share(account(collateral=COLLATERAL, **beside)) == pytest.approx(1 / 3)
    assert stable_share(account(**beside)) == pytest.approx(2 / 3)

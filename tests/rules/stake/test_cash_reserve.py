from math import nan

import pytest

from freqtrade_riskguard.rules import Cap
from freqtrade_riskguard.rules.stake.cash_reserve import CashReserve
from tests.factories import account, entry, position

RULE = CashReserve(reserve_ratio=0.10)


def test_a_tenth_stays_free():
    # 10 % of 10,000 stay of the 4,000 that are free.
    assert RULE.max_stake(entry(account=account(free_quote=4_000.0))) == Cap(
        3_000.0, "10 % of 10000 USDT must stay free, 4000 is free now"
    )


def test_the_margin_of_the_position_that_is_added_to_is_its_own():
    own = position(trade_id=7, margin_quote=1_000.0)
    held = account(free_quote=4_000.0, positions=(own, position(trade_id=8)))

    assert RULE.max_stake(entry(adds_to=7, account=held)).limit == 4_000.0


@pytest.mark.parametrize(
    "changes",
    [{"free_quote": 900.0}, {"free_quote": nan}, {"equity_quote": nan}, {"equity_quote": -1.0}],
)
def test_what_is_unknown_or_below_the_reserve_gives_no_stake(changes):
    assert RULE.max_stake(entry(account=account(**changes))).limit == 0.0


def test_another_share_than_the_usual_one():
    # 30 % of 10,000.
    other = CashReserve(reserve_ratio=0.30)

    assert other.max_stake(entry(account=account(free_quote=4_000.0))).limit == 1_000.0

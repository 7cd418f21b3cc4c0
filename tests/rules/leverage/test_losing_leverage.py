from math import nan

import pytest

from freqtrade_riskguard.rules import Cap
from freqtrade_riskguard.rules.leverage.losing_leverage import LosingLeverage
from freqtrade_riskguard.snapshot import PairHistory
from tests.factories import account, entry

RULE = LosingLeverage(first_step_ratio=0.05)
WON = PairHistory(last_leverage=3.0)
LOST = PairHistory(last_leverage=3.0, lost_last_trade=True)
# 9,400 below a peak of 10,000 are 6 %.
UNDER_WATER = account(equity_quote=9_400.0)


def test_a_winner_is_not_held_back():
    assert RULE.max_leverage(entry(history=WON)) is None
    # 4.99 % are not beyond the step.
    assert RULE.max_leverage(entry(history=WON, account=account(equity_quote=9_501.0))) is None


def test_a_lost_trade_holds_the_pairs_leverage():
    assert RULE.max_leverage(entry(history=LOST)) == Cap(
        3.0, "no more than the last 3x on the pair: the pair's last trade lost"
    )


def test_a_drawdown_holds_the_pairs_leverage():
    assert RULE.max_leverage(entry(history=WON, account=UNDER_WATER)) == Cap(
        3.0, "no more than the last 3x on the pair: drawdown 6.0 % (this applies from 5.0 %)"
    )


def test_a_pair_that_was_never_traded_has_no_leverage_to_keep():
    assert RULE.max_leverage(entry(account=UNDER_WATER)) is None


def test_an_unknown_drawdown_counts_as_losing():
    unknown = account(peak_equity_quote=nan)

    assert RULE.max_leverage(entry(history=WON, account=unknown)) == Cap(
        3.0, "no more than the last 3x on the pair: drawdown unknown"
    )


@pytest.mark.parametrize("last", [nan, 0.4])
def test_a_last_leverage_that_cannot_be_is_1x(last):
    odd = PairHistory(last_leverage=last, lost_last_trade=True)

    assert RULE.max_leverage(entry(history=odd)).limit == 1.0

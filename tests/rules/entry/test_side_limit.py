import pytest

from freqtrade_riskguard.rules.entry.side_limit import SideLimit
from tests.factories import account, entry, position

TWO_LONGS_ONE_SHORT = account(
    positions=(position(trade_id=1), position(trade_id=2), position(trade_id=3, side=-1))
)


@pytest.mark.parametrize(
    ("rule", "side", "why"),
    [
        (SideLimit(2, 2), 1, "long trades open: 2 (limit 2)"),
        (SideLimit(2, 2), -1, None),
        (SideLimit(3, 1), 1, None),
        (SideLimit(3, 1), -1, "short trades open: 1 (limit 1)"),
        (SideLimit(None, 1), 1, None),
        (SideLimit(1, None), -1, None),
    ],
)
def test_a_full_side_takes_no_new_trade(rule, side, why):
    assert rule.denial(entry(side=side, account=TWO_LONGS_ONE_SHORT)) == why


def test_a_trade_of_a_full_side_may_be_added_to():
    assert SideLimit(2, 2).denial(entry(adds_to=2, account=TWO_LONGS_ONE_SHORT)) is None

"""What trades have paid in funding, added up by pair and side: open and closed ones together."""

from datetime import timedelta

import pytest

from freqtrade_riskguard.rules.pauses.funding_breaker import FundingBreaker
from freqtrade_riskguard.snapshot import ClosedTrade
from tests.factories import NOON, PAIR, account, market, position

# More than 10 % of the margin of a pair and side, or 1 % of the equity.
RULE = FundingBreaker(0.10, 0.01, timedelta(hours=24), timedelta(hours=8))
DAY = timedelta(hours=24)
OTHER = "ETH/USDT:USDT"


def closed(funding, margin=1_000.0, ago=timedelta(hours=1), side=1):
    return ClosedTrade(PAIR, side, NOON - ago, 0.0, margin, funding)


def locked(trades, *positions, **changes):
    """Return what is locked: pairs and sides."""
    locks = RULE.locks(account(**changes), trades, positions)
    return [(lock.pair, lock.side) for lock in locks]


@pytest.mark.parametrize("side", [1, -1])
def test_a_closed_trade_counts_alone_and_with_open_ones(side):
    held = position(side=side, funding_quote=-60.0)
    assert locked([closed(-150.0, side=side)]) == [(PAIR, side)]
    # 150 + 60 of 2,000 are 10.5 %; 130 + 60 are 9.5 %; 0 + 120 are 6 %.
    assert locked([closed(-150.0, side=side)], held) == [(PAIR, side)]
    assert locked([closed(-130.0, side=side)], held) == []
    assert locked([closed(0.0, side=side)], position(side=side, funding_quote=-120.0)) == []
    # On the other side it is another sum.
    assert locked([closed(-150.0, side=-side)], held) == [(PAIR, -side)]


def test_a_closed_trade_counts_until_the_lookback_is_over():
    assert locked([closed(-150.0, ago=DAY)])
    assert not locked([closed(-150.0, ago=DAY + timedelta(seconds=1))])


def test_what_was_received_is_nothing_however_little_it_is():
    # 0.11 of 1 is 11 %, whatever another trade has received.
    small = position(margin_quote=0.5, funding_quote=-0.11)
    assert locked([], small, position(margin_quote=0.5, funding_quote=0.5)) == [(PAIR, 1)]
    earning = position(margin_quote=5.0, funding_quote=3.0, market=market(pair=OTHER))
    assert locked([], small, earning) == [(PAIR, 1)]


def test_exactly_the_limit_is_not_above_it():
    at_limit = position(funding_quote=-100.0)
    above = position(funding_quote=-100.1, market=market(pair=OTHER))

    assert locked([], at_limit, above) == [(OTHER, 1)]
    assert locked([], at_limit, funding_paid_quote=100.0) == []


def test_a_trade_without_margin_is_no_error():
    assert locked([closed(-1.0, margin=0.0)]) == []


def test_small_accounts_are_held_to_the_same():
    # 0.06 of 0.5 are 12 %, 0.006 of 0.5 are 1.2 % and 0.004 are 0.8 %.
    assert locked([], position(margin_quote=0.5, funding_quote=-0.06)) == [(PAIR, 1)]
    assert locked([closed(-0.06, margin=0.5)]) == [(PAIR, 1)]
    assert locked([], equity_quote=0.5, funding_paid_quote=0.006) == [("*", 0)]
    drained = position(margin_quote=0.5, funding_quote=-0.06)
    assert locked([], drained, equity_quote=0.5, funding_paid_quote=0.004) == [(PAIR, 1)]


def test_a_drained_pair_is_not_a_drained_account():
    # 99 of 10,000 are less than 1 %.
    drained = position(margin_quote=500.0, funding_quote=-99.0)

    assert locked([], drained, funding_paid_quote=99.0) == [(PAIR, 1)]

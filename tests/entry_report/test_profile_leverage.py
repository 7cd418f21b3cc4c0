"""Profiles differ: each cap can be reached in a calm market, and none in a wild one."""

import pytest

from freqtrade_riskguard.config.profiles import PROFILE_MAX_LEVERAGE
from freqtrade_riskguard.entry_report.profile_leverage import profile_leverage
from freqtrade_riskguard.risk import TierTable
from tests.factories import entry, market

# One tier, as the lowest of BTC's on Binance: 0.4 % maintenance; fees of 0.05 %.
BTC = market(tiers=TierTable.flat(0.004), taker_fee=0.0005)


LONG, SHORT = 1, -1


def allowed(side):
    found = profile_leverage(entry(side=side, market=BTC, stake_quote=100.0), 125.0)
    return {row.profile: row for row in found}


def test_every_cap_can_be_reached_in_a_calm_market():
    # Long from 100: liquidation at (100 - 100 / L) / 0.9955, 1 % nearer for slippage. At 20x
    # 95.43 * 1.01 = 96.38, 3.6 % away: beyond 3.5 %. At 10x 91.31, 8.7 %: beyond 8 %. At 5x 81.17,
    # 18.8 %: beyond 15 %.
    found = allowed(LONG)
    assert {name: row.calm for name, row in found.items()} == PROFILE_MAX_LEVERAGE
    assert {name: row.cap for name, row in found.items()} == PROFILE_MAX_LEVERAGE


def test_for_shorts_too_but_for_the_last_tenth_of_the_highest():
    # Short from 100: (100 + 100 / L) / 1.0045, 1 % nearer. At 10x 108.41, 8.4 % away. At 20x
    # 103.48, 3.48 %: too near; 100 / (103.5 * 1.0045 / 0.99 - 100) = 19.94.
    calm = {name: row.calm for name, row in allowed(SHORT).items()}
    assert calm == {**PROFILE_MAX_LEVERAGE, "speculative": 19.9}


@pytest.mark.parametrize("side", [LONG, SHORT])
def test_a_wild_market_leaves_1x_where_regimes_count(side):
    # At 6 % a day the regime is turbulent. The seatbelt has none: three sigmas are 18 %, long
    # 100 / (100 - 82 / 1.01 * 0.9955) = 5.2x, short 100 / (118 / 0.99 * 1.0045 - 100) = 5.07x,
    # and its cap 5x.
    wild = {name: row.wild for name, row in allowed(side).items()}
    assert wild == {**dict.fromkeys(PROFILE_MAX_LEVERAGE, 1.0), "seatbelt": 5.0}


@pytest.mark.parametrize("side", [LONG, SHORT])
def test_a_riskier_profile_never_allows_less(side):
    found = allowed(side)
    order = ("conservative", "moderate", "aggressive", "speculative")
    for of in ("calm", "wild", "cap"):
        figures = [getattr(found[name], of) for name in order]
        assert figures == sorted(figures)
    # The seatbelt has moderate's cap, but no regimes: it only saves the account.
    assert found["seatbelt"].calm == found["moderate"].calm


def test_the_exchange_has_its_own_maximum():
    found = profile_leverage(entry(market=BTC, stake_quote=100.0), 3.0)
    assert [row.calm for row in found] == [3.0, 2.0, 3.0, 3.0, 3.0]

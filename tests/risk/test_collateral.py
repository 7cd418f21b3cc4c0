from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard import risk
from freqtrade_riskguard.risk import AssetClass, Holding, stablecoin_share, stressed_collateral
from tests.risk.strategies import thorough

CASH = Holding(AssetClass.STABLECOIN, 10_000.0, 1.0)
COINS = Holding(AssetClass.BTC, 0.5, 50_000.0, shock_ratio=-0.30)


def test_by_hand():
    # 0.5 BTC at 50,000 after a fall of 30 %: 17,500, of which 1 - 0.10 - 0.03 = 87 % is 15,225;
    # 10,000 in stablecoins need not be sold: together 25,225
    assert stressed_collateral([CASH, COINS]) == pytest.approx(25_225.0)
    assert stressed_collateral([COINS], forced_sale_ratio=0.0) == pytest.approx(15_750.0)
    assert stressed_collateral([]) == 0.0


def test_the_kind_of_an_asset_is_that_of_its_name():
    names = ("usdc", "BTC", "ETH", "SOL", "PEPE")
    assert [risk.asset_class(name) for name in names] == list(AssetClass)


@pytest.mark.parametrize(
    ("asset_class", "kept"),
    [
        (AssetClass.STABLECOIN, 1.0),
        (AssetClass.BTC, 0.87),
        (AssetClass.ETH, 0.85),
        (AssetClass.LARGE_CAP, 0.77),
        (AssetClass.SMALL_CAP, 0.57),
    ],
)
def test_haircut_and_forced_sale(asset_class, kept):
    assert Holding(asset_class, 2.0, 50.0).stressed_quote() == pytest.approx(100.0 * kept)


def test_share_of_stablecoins():
    assert stablecoin_share([CASH, COINS]) == pytest.approx(10_000.0 / 35_000.0)
    assert stablecoin_share([COINS]) == 0.0
    assert stablecoin_share([CASH]) == 1.0
    assert stablecoin_share([]) == 0.0


@pytest.mark.parametrize("useless", [math.nan, math.inf, -1.0])
def test_what_has_no_known_value_backs_nothing(useless):
    for holding in (
        Holding(AssetClass.BTC, useless, 100.0),
        Holding(AssetClass.BTC, 1.0, useless),
    ):
        assert holding.market_quote == holding.stressed_quote() == 0.0
        assert stablecoin_share([CASH, holding]) == 1.0
        assert stressed_collateral([CASH, holding]) == 10_000.0


@pytest.mark.parametrize("shock", [math.nan, math.inf, -1.0, -2.0])
def test_a_shock_leaves_at_least_nothing(shock):
    assert Holding(AssetClass.BTC, 1.0, 100.0, shock).stressed_quote() == 0.0


def test_a_haircut_and_premium_above_everything_leave_nothing():
    assert Holding(AssetClass.SMALL_CAP, 1.0, 100.0).stressed_quote(0.7) == 0.0


@pytest.mark.parametrize("premium", [-0.1, 1.0, math.nan])
def test_a_premium_is_a_share(premium):
    with pytest.raises(ValueError, match="forced_sale_ratio"):
        stressed_collateral([CASH], premium)


@thorough
@given(
    st.lists(
        st.builds(
            Holding,
            st.sampled_from(AssetClass),
            st.floats(0.0, 1e6),
            st.floats(0.0, 1e6),
            st.floats(-0.99, 0.0),
        ),
        max_size=6,
    ),
    st.floats(0.0, 0.5),
)
def test_stress_never_adds(holdings, premium):
    market = math.fsum(holding.market_quote for holding in holdings)
    stressed = stressed_collateral(holdings, premium)
    assert 0.0 <= stressed <= market * (1.0 + 1e-12)
    assert 0.0 <= stablecoin_share(holdings) <= 1.0 + 1e-12

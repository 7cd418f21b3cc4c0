from math import inf, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.rules import Cap
from freqtrade_riskguard.rules.stake.portfolio_volatility import PortfolioVolatility
from tests.factories import account, entry, market, portfolio, position

RULE = PortfolioVolatility(max_annual_ratio=0.50)
YEAR = 1 / sqrt(365)  # daily volatility of 100 % a year
ETH = market(pair="ETH/USDT:USDT")
# 3,000 of the 10,000.
HELD = account(positions=(position(market=ETH, amount=30.0),))


def pairs(*daily, ties=0.0):
    size = len(daily)
    matrix = np.full((size, size), ties)
    np.fill_diagonal(matrix, 1.0)
    return portfolio(size, daily_volatility=np.array(daily), correlation=matrix)


def test_without_a_portfolio_it_has_no_opinion():
    assert RULE.max_stake(entry(portfolio=None)) is None


def test_the_first_position():
    # 50 % / 100 % = exposure 0.5: 5,000, at 2x a stake of 2,500.
    cap = RULE.max_stake(entry(leverage=2.0, portfolio=pairs(YEAR)))

    assert cap.limit == pytest.approx(2_500.0)
    assert cap.why == "annual volatility of open positions 0 %, of this pair 100 % (limit 50 %)"


def test_a_second_long_is_held_to_the_stressed_correlation():
    # Weight 0.3 at 100 % and correlation 0.9: x^2 + 2 * 0.9 * 0.3 x + 0.09 = 0.25,
    # x = -0.27 + sqrt(0.27^2 + 0.16) = 0.2126; uncorrelated it would be 0.4.
    asked = entry(leverage=2.0, account=HELD, portfolio=pairs(YEAR, YEAR))

    assert RULE.max_stake(asked).limit == pytest.approx(10_000 * (sqrt(0.2329) - 0.27) / 2)
    assert RULE.max_stake(asked).why == (
        "annual volatility of open positions 30 % with stressed correlations, "
        "of this pair 100 % (limit 50 %)"
    )


def test_a_hedge_is_held_to_the_correlation_of_now():
    # Uncorrelated: x^2 + 0.09 = 0.25. Falling together the short would be a hedge, and 0.75.
    asked = entry(side=-1, leverage=2.0, account=HELD, portfolio=pairs(YEAR, YEAR))

    assert RULE.max_stake(asked).limit == pytest.approx(10_000 * 0.4 / 2)
    assert "together" not in RULE.max_stake(asked).why


def test_beyond_the_limit_nothing_is_added():
    # Weight 0.3 at 200 % is 60 %.
    assert RULE.max_stake(entry(account=HELD, portfolio=pairs(2 * YEAR, YEAR))).limit == 0.0


def test_a_pair_that_never_moved_does_not_bind():
    assert RULE.max_stake(entry(portfolio=pairs(0.0))).limit == inf


@pytest.mark.parametrize(
    ("daily", "named"),
    [
        ((YEAR, nan), "volatility of BTC/USDT:USDT unknown"),
        ((nan, YEAR), "volatility of ETH/USDT:USDT unknown"),
        ((nan, nan), "volatility of ETH/USDT:USDT, BTC/USDT:USDT unknown"),
    ],
)
def test_an_unknown_volatility_gives_no_stake(daily, named):
    assert RULE.max_stake(entry(account=HELD, portfolio=pairs(*daily))) == Cap(0.0, named)


@pytest.mark.parametrize("equity", [0.0, -5.0, nan])
def test_no_equity_gives_no_stake(equity):
    broke = entry(account=account(equity_quote=equity), portfolio=pairs(YEAR))

    assert RULE.max_stake(broke).limit == 0.0


def test_a_portfolio_of_other_positions_is_a_mistake():
    with pytest.raises(ValueError, match="shorter"):
        RULE.max_stake(entry(account=HELD, portfolio=pairs(YEAR)))


@given(
    weight=st.floats(-0.5, 0.5),
    own=st.floats(0.1, 3),
    ties=st.floats(-0.99, 0.99),
    leverage=st.floats(1, 20),
)
def test_the_stake_allowed_keeps_the_limit_and_longs_and_shorts_are_twins(
    weight, own, ties, leverage
):
    stakes = []
    for side in (1, -1):
        held = position(market=ETH, side=1 if side * weight > 0 else -1, amount=abs(weight) * 100)
        asked = entry(
            side=side,
            leverage=leverage,
            account=account(positions=(held,)),
            portfolio=pairs(YEAR, own * YEAR, ties=ties),
        )
        stakes.append(RULE.max_stake(asked).limit)
    added = stakes[0] * leverage / 10_000

    assert stakes[0] == pytest.approx(stakes[1], rel=1e-6, abs=1e-6)
    for correlation in (ties, max(ties, 0.9)):
        variance = weight**2 + (own * added) ** 2 + 2 * correlation * weight * own * added
        assert variance <= 0.25 * (1 + 1e-9)

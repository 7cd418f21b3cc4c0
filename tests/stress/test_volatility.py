from math import isnan, sqrt

import numpy as np
import pytest

from freqtrade_riskguard.stress.volatility import volatilities
from tests.stress.parts import BTC, ETH, account

NOTIONALS = [20_000.0, 5_000.0]


def test_the_portfolio_in_normal_and_stressed_times():
    found = volatilities(account(), NOTIONALS)
    # Weights 2 and -0.5, volatilities 2 % and 3 %: parts of 0.04 and -0.015.
    # Normal: 0.0016 + 0.000225 - 2 * 0.6 * 0.0006 = 0.001105.
    assert found.normal == pytest.approx(sqrt(0.001105 * 365))
    # Stressed, 0.9: 0.001825 - 0.00108 = 0.000745. The short hedges more.
    assert found.stressed == pytest.approx(sqrt(0.000745 * 365))
    assert found.correlation.tolist() == [[1.0, 0.9], [0.9, 1.0]]
    # 0.04 * (0.04 - 0.9 * 0.015) / 0.000745
    assert found.shares.tolist() == pytest.approx([0.00106 / 0.000745, -0.000315 / 0.000745])


def test_two_longs_are_worse_off_under_stress():
    found = volatilities(account(positions=[BTC, {**ETH, "side": "long"}]), NOTIONALS)
    assert found.stressed > found.normal


def test_an_unknown_correlation_is_that_of_stress():
    found = volatilities(account(correlations=[]), NOTIONALS)
    assert found.normal == pytest.approx(found.stressed)


def test_one_pair_moves_as_one():
    twice = volatilities(account(positions=[BTC, BTC], correlations=[]), [20_000.0, 20_000.0])
    assert twice.normal == pytest.approx(4 * 0.02 * sqrt(365))
    assert twice.correlation.tolist() == [[1.0, 1.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    "changes",
    [
        {"positions": [{**BTC, "daily_volatility": None}, ETH]},
        {"positions": [], "correlations": []},
    ],
)
def test_what_is_not_known_is_unknown(changes):
    given = account(**changes)
    found = volatilities(given, NOTIONALS[: len(given.positions)])
    assert isnan(found.normal)
    assert isnan(found.stressed)
    assert np.isnan(found.shares).all()

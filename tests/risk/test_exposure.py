from __future__ import annotations

import math

import pytest

from freqtrade_riskguard.risk import gross_exposure, net_exposure
from tests.risk.strategies import NOT_FINITE, USELESS


def test_by_hand():
    # 300 long and 100 short on 200: gross 2, net 1
    assert gross_exposure([300.0, 100.0], 200.0) == 2.0
    assert gross_exposure([300.0, -100.0], 200.0) == 2.0
    assert net_exposure([1, -1], [300.0, 100.0], 200.0) == 1.0
    assert net_exposure([-1, 1], [300.0, 100.0], 200.0) == 1.0
    assert net_exposure([1, -1], [100.0, 100.0], 200.0) == 0.0


def test_nothing_open():
    assert gross_exposure([], 200.0) == net_exposure([], [], 200.0) == 0.0
    assert gross_exposure([], 0.0) == 0.0


@pytest.mark.parametrize("useless", USELESS)
def test_without_equity_exposure_is_unlimited(useless):
    assert gross_exposure([300.0], useless) == math.inf
    assert net_exposure([1], [300.0], useless) == math.inf


@pytest.mark.parametrize("useless", NOT_FINITE)
def test_unknown_exposure_is_unlimited(useless):
    assert gross_exposure([300.0, useless], 200.0) == math.inf
    assert net_exposure([1, 1], [300.0, useless], 200.0) == math.inf

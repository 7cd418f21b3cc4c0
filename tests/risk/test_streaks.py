from __future__ import annotations

import math

import pytest

from freqtrade_riskguard.risk import losing_streak, losses_within


@pytest.mark.parametrize(
    ("profits", "streak"),
    [
        ([], 0),
        ([1.0], 0),
        ([1.0, -1.0, -2.0], 2),
        ([-1.0, 0.5, -1.0], 1),
        ([-1.0, 0.0, -1.0], 3),  # a zero is no win
        ([1.0, math.nan, -1.0], 2),  # nor is an unknown
        ([-1.0, math.inf], 0),
        ([-math.inf], 1),
    ],
)
def test_streak(profits, streak):
    assert losing_streak(profits) == streak


TRADES = [(50.0, -5.0), (10.0, -1.0), (80.0, 40.0), (100.0, -2.0), (101.0, -9.0)]


def lost(trades=TRADES, now=100.0, lookback=50.0):
    return losses_within(trades, now_seconds=now, lookback_seconds=lookback)


def test_recent_losses():
    # within 50..100: 5 and 2; the gain of 40 is not set against them
    assert lost() == 7.0
    assert lost(lookback=49.0) == 2.0
    assert lost(now=101.0, lookback=1e9) == 17.0
    assert lost([]) == 0.0


def test_unknown_losses():
    assert lost([(100.0, math.nan)]) == math.inf
    assert lost([(10.0, math.nan), (100.0, -2.0)]) == 2.0  # not recent
    assert lost([(100.0, -math.inf)]) == math.inf
    assert lost(now=math.nan) == lost(lookback=math.nan) == 0.0
    assert lost([(math.nan, -5.0)]) == 0.0

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import Health, Light, account_health
from freqtrade_riskguard.risk.account_health import (
    BUFFER_LIGHT,
    NET_EXPOSURE_LIGHT,
    SHOCK_COVER_LIGHT,
    UTILISATION_LIGHT,
)
from tests.risk.strategies import NOT_FINITE, thorough


def health_of(**changes):
    keywords = {
        "equity_quote": 1000.0,
        "initial_margin_quote": 300.0,
        "maintenance_quote": 50.0,
        "net_notional_quote": -1500.0,
        "shocked_equity_quote": 1300.0,
        "shocked_maintenance_quote": 40.0,
    }
    return account_health(**(keywords | changes))


def test_by_hand():
    health = health_of()
    assert health.utilisation_ratio == 0.3
    assert health.buffer_ratio == 0.95  # (1000 - 50)/1000
    assert health.net_exposure_ratio == 1.5
    assert health.shock_cover == 32.5  # 1300/40
    assert health.headroom_quote == 300.0  # 0.6*1000 - 300
    assert set(health.lights.values()) == {Health.OK}
    # utilisation 0.3 of 0.6: 100 - 15; buffer 0.05 of 0.6: 97.5; net 1.5 of 2: 100 - 22.5;
    # cover beyond its best: 100
    assert health.score == pytest.approx(77.5)


def test_one_bad_light_rules_the_score():
    # utilisation 0.7 is half way between 0.6 (70) and 0.8 (30)
    health = health_of(initial_margin_quote=700.0)
    assert health.score == pytest.approx(50.0)
    assert health.lights["utilisation"] is Health.WARNING
    assert health.headroom_quote == 0.0


@pytest.mark.parametrize(
    ("light", "reading", "expected"),
    [
        (UTILISATION_LIGHT, 0.59, Health.OK),
        (UTILISATION_LIGHT, 0.60, Health.WARNING),
        (UTILISATION_LIGHT, 0.80, Health.WARNING),
        (UTILISATION_LIGHT, 0.81, Health.CRITICAL),
        (BUFFER_LIGHT, 0.41, Health.OK),
        (BUFFER_LIGHT, 0.40, Health.WARNING),
        (BUFFER_LIGHT, 0.20, Health.WARNING),
        (BUFFER_LIGHT, 0.19, Health.CRITICAL),
        (NET_EXPOSURE_LIGHT, 1.99, Health.OK),
        (NET_EXPOSURE_LIGHT, 2.0, Health.WARNING),
        (NET_EXPOSURE_LIGHT, 3.51, Health.CRITICAL),
        (SHOCK_COVER_LIGHT, 1.11, Health.OK),
        (SHOCK_COVER_LIGHT, 1.10, Health.WARNING),
        (SHOCK_COVER_LIGHT, 1.00, Health.WARNING),
        (SHOCK_COVER_LIGHT, 0.99, Health.CRITICAL),
        (SHOCK_COVER_LIGHT, math.inf, Health.OK),
        (SHOCK_COVER_LIGHT, math.nan, Health.CRITICAL),
    ],
)
def test_lights(light, reading, expected):
    assert light.health(reading) is expected


@pytest.mark.parametrize(
    ("reading", "score"),
    [
        (-1.0, 100.0),
        (0.0, 100.0),
        (0.3, 85.0),
        (0.6, 70.0),
        (0.7, 50.0),
        (0.8, 30.0),
        (0.9, 15.0),
        (1.0, 0.0),
        (9.0, 0.0),
        (math.nan, 0.0),
    ],
)
def test_scores_are_linear_between_the_points(reading, score):
    assert UTILISATION_LIGHT.score(reading) == pytest.approx(score)


@pytest.mark.parametrize("useless", [*NOT_FINITE, 0.0, -10.0])
def test_without_equity_nothing_is_healthy(useless):
    health = health_of(equity_quote=useless)
    assert (health.headroom_quote, health.score) == (0.0, 0.0)
    assert set(health.lights.values()) == {Health.CRITICAL}


def test_one_unknown_makes_its_light_critical():
    for name in ("initial_margin_quote", "maintenance_quote", "net_notional_quote"):
        health = health_of(**{name: math.nan})
        assert health.score == 0.0
        assert list(health.lights.values()).count(Health.CRITICAL) == 1
    assert health_of(initial_margin_quote=math.nan).headroom_quote == 0.0
    assert health_of(shocked_equity_quote=math.nan).lights["shock_cover"] is Health.CRITICAL


lights = st.sampled_from((UTILISATION_LIGHT, BUFFER_LIGHT, NET_EXPOSURE_LIGHT, SHOCK_COVER_LIGHT))
order = (Health.OK, Health.WARNING, Health.CRITICAL)


@thorough
@given(lights, st.floats(-1.0, 6.0), st.floats(-1.0, 6.0))
def test_a_worse_reading_never_scores_more(light: Light, one, other):
    better, worse = sorted((one, other), reverse=light.worst < light.best)
    assert 0.0 <= light.score(worse) <= light.score(better) <= 100.0
    assert order.index(light.health(worse)) >= order.index(light.health(better))

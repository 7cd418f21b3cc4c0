"""Which protections the guard appends to a strategy's own."""

import pytest

from freqtrade_riskguard.adapters.startup.protection_definitions import appended
from freqtrade_riskguard.config import load_config


def definitions(**settings):
    return {
        definition["method"]: definition
        for definition in appended(load_config({"profile": "moderate", **settings}))
    }


def test_each_carries_the_figures_of_its_rule():
    found = definitions(
        daily_loss_limit=0.02,
        weekly_loss={"limit": 0.07},
        drawdown_ladder={"steps": [{"at": 0.04, "keep": 0.5}, {"at": 0.11, "keep": 0.0}]},
    )

    assert list(found) == [
        "CircuitBreaker",
        "DailyLoss",
        "WeeklyLoss",
        "EquityDrawdown",
        "FundingBreaker",
    ]
    assert found["DailyLoss"]["daily_loss_limit"] == 0.02
    assert found["WeeklyLoss"]["weekly_loss_limit"] == 0.07
    assert found["EquityDrawdown"]["max_drawdown"] == 0.11
    assert all(definition["between_closes"] for definition in found.values())


@pytest.mark.parametrize("mode", ["observe", "off"])
def test_a_rule_that_does_not_enforce_has_none(mode):
    found = definitions(weekly_loss={"mode": mode}, drawdown_ladder={"mode": mode})

    assert set(found) == {"CircuitBreaker", "DailyLoss", "FundingBreaker"}


def test_switched_off_there_are_none():
    assert definitions(enabled=False) == {}

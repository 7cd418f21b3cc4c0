"""The settings of an ablation's backtests, and their figures."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from rich.console import Console

from freqtrade_riskguard.analysis.ablation import (
    AblationRun,
    ablation_run,
    ablation_table,
    alone,
    deciding_rules,
    observing,
    silent_rules,
)
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.loading import for_pair
from freqtrade_riskguard.config.profiles import PROFILES
from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.engine.decision_stats import DecisionStats
from freqtrade_riskguard.engine.journal import Decision
from tests.factories import NOON, PAIR
from tests.support.results import at, result, trade


def modes(settings, pair=None):
    config = load_config(settings)
    config = config if pair is None else for_pair(config, pair)
    return {rule: config.mode_of(rule) for rule in RULES}


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "hard_cap"])
def test_one_rule_observes_and_all_others_are_as_they_were(profile, rule):
    settings = {"profile": profile}

    assert modes(observing(settings, rule)) == modes(settings) | {rule: "observe"}
    assert settings == {"profile": profile}


@pytest.mark.parametrize("profile", PROFILES)
def test_one_rule_is_alone_beside_the_cap(profile):
    settings = {"profile": profile, "own_rules": {"mine": "enforce"}}

    changed = alone(settings, "daily_loss", ["mine", "other"])

    enforced = {rule for rule, mode in modes(changed).items() if mode == "enforce"}
    assert enforced == {"hard_cap", "daily_loss"}
    assert changed["own_rules"] == {"mine": "observe", "other": "observe"}
    only_own = alone(settings, "mine", ["mine", "other"])
    assert only_own["own_rules"] == {"mine": "enforce", "other": "observe"}


def test_settings_of_a_rule_and_of_a_pair_stay():
    own = {"atr_stop": {"multiple": 3.0, "mode": "enforce"}, "max_leverage": 2}
    settings = {"profile": "moderate", "atr_stop": {"multiple": 4.0}, "pairs": {PAIR: own}}

    changed = observing(settings, "atr_stop")

    assert changed["atr_stop"] == {"multiple": 4.0, "mode": "observe"}
    assert modes(changed, PAIR)["atr_stop"] == "observe"
    assert changed["pairs"][PAIR]["atr_stop"]["multiple"] == 3.0
    assert modes(alone(settings, "atr_stop"), PAIR)["atr_stop"] == "enforce"


def test_a_rule_decides_that_has_changed_anything():
    def decision(rule, question="stake", *, enforced=True):
        return Decision(
            time=NOON,
            pair=PAIR,
            side=1,
            question=question,
            rule=rule,
            asked=2.0,
            answered=1.0,
            enforced=enforced,
            why="because",
        )

    stats = DecisionStats()
    for found in (
        decision("mine"),
        decision("kelly"),
        decision("hard_cap", "leverage"),
        decision("heat", enforced=False),
        decision("equity", "alert"),
    ):
        stats.add(found)

    decided = deciding_rules(stats)

    assert decided == ["hard_cap", "kelly", "mine"]
    known: dict[str, Mode] = {
        "hard_cap": "enforce",
        "heat": "observe",
        "kelly": "enforce",
        "atr_stop": "enforce",
    }
    assert silent_rules(decided, known) == ["atr_stop"]


def test_figures_by_hand():
    # Ten coins from 100 at 1x of an account of 1,000: 90 at the second close, sold at 110.
    bought = result(trade(100, 110, 0, 3, amount=10.0), hours=3)
    times = np.array([int(at(hour).timestamp()) for hour in range(-1, 5)])
    closes = np.array([500.0, 100.0, 90.0, 100.0, 110.0, 1.0])

    run = ablation_run("alone", "heat", bought, {PAIR: (times, closes)})

    assert (run.label, run.trades) == ("only heat", 1)
    assert run.profit_ratio == pytest.approx(0.1)
    assert run.marked_drawdown_ratio == pytest.approx(0.1)
    assert run.worst_day_ratio == pytest.approx(-0.1)
    assert run.profit_per_drawdown == pytest.approx(1.0)


def test_without_a_drawdown_the_ratio_has_no_end():
    run = AblationRun("guarded", "", 1, 0.1, 0.0, 0.0)

    assert run.profit_per_drawdown == inf
    assert replace(run, profit_ratio=0.0).profit_per_drawdown == 0.0


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_the_table_fits_every_terminal(columns):
    run = AblationRun("observing", "portfolio_volatility", 1_234, -0.123, 0.456, -0.2)
    console = Console(width=columns, record=True)

    console.print(ablation_table("Mine, 2024-01-01 to 2024-02-01", [run]))

    text = console.export_text()
    assert max(map(len, text.splitlines())) <= columns
    for figure in ("without portfolio_volatility", "1,234", "-12.3 %", "-45.6 %", "-0.27"):
        assert figure in text

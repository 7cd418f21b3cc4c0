"""Every section of the configuration becomes the rule of that name, with its figures."""

import re
from dataclasses import fields
from datetime import timedelta
from importlib import import_module

import pytest

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.config.settings_page import section_groups
from freqtrade_riskguard.rules import RuleBook
from freqtrade_riskguard.rules.registry import build_rules
from tests.support.cases.entry import OF_RUNNING_BOTS

FOLDERS = ("leverage", "stake", "entry", "stop", "exits", "pauses")


def folder_of(rule):
    """Return the folder of the module that a rule is in."""
    return rule.__module__.split(".")[-2]


def built(**raw):
    return {rule.name: rule for rule, _ in build_rules(load_config({"profile": "moderate", **raw}))}


def test_every_section_has_its_rule():
    # Two rules have no figure of their own until it is given.
    assert set(RULES) - set(built()) == {"target_leverage", "percent_stop"}
    given = built(target_leverage={"target": 3}, percent_stop={"max_loss": 0.04})
    assert set(given) == set(RULES)


def test_no_rule_is_built_twice():
    rules = build_rules(load_config({"profile": "moderate"}))

    assert len(rules) == len({rule.name for rule, _ in rules})


class TestOneTaxonomy:
    """Folder, settings, documents, cases and registry sort the rules alike, in the same order."""

    def test_rules_are_built_in_the_order_of_their_folders(self):
        every = {"target_leverage": {"target": 3}, "percent_stop": {"max_loss": 0.04}}
        built_in = [(folder_of(type(rule)), name) for name, rule in built(**every).items()]
        wanted = [(folder, name) for folder in FOLDERS for name in section_groups()[folder]]
        assert built_in == wanted

    @pytest.mark.parametrize("folder", FOLDERS)
    def test_a_chapter_of_the_documents_has_the_rules_of_a_folder(self, project, folder):
        chapter = (project / "docs" / "rules" / f"{folder}.md").read_text(encoding="utf-8")
        named = re.findall(r"^## `(\w+)`$", chapter, re.MULTILINE)
        assert named == section_groups()[folder]

    @pytest.mark.parametrize("folder", FOLDERS)
    def test_a_file_of_cases_has_the_rules_of_a_folder(self, folder):
        cases = import_module(f"tests.support.cases.{folder}").CASES
        assert {case.rule for case in cases} == set(section_groups()[folder]) - OF_RUNNING_BOTS


def test_what_is_off_is_not_built_and_what_observes_says_so():
    raw = {"profile": "moderate", "heat": {"mode": "off"}, "kelly": {"mode": "observe"}}
    modes = {rule.name: mode for rule, mode in build_rules(load_config(raw))}

    assert "heat" not in modes
    assert modes["kelly"] == "observe"
    assert {mode for name, mode in modes.items() if name != "kelly"} == {"enforce"}


def test_every_rule_answers_a_question():
    book = RuleBook.sort(build_rules(load_config({"profile": "moderate"})))
    asked = {rule.name for field in fields(RuleBook) for rule, _ in getattr(book, field.name)}

    assert asked == set(built())


@pytest.mark.parametrize(
    ("raw", "rule", "figures"),
    [
        ({"max_leverage": 3}, "hard_cap", {"max_leverage_limit": 3.0, "profile": "moderate"}),
        ({"max_leverage": 3}, "conviction", {"max_leverage_limit": 3.0}),
        (
            {"target_leverage": {"target": 3, "base_volatility": 0.8}},
            "target_leverage",
            {"target": 3, "base_volatility": 0.8},
        ),
        (
            {"drawdown_ladder": {"steps": [{"at": 0.1, "keep": 0.5}, {"at": 0.3, "keep": 0}]}},
            "losing_leverage",
            {"first_step_ratio": 0.1},
        ),
        (
            {"daily_loss_limit": 0.02, "fixed_risk": {"slippage": 0.01}},
            "heat",
            {"daily_loss_limit": 0.02, "slippage_ratio": 0.01},
        ),
        (
            {"position_cap": {"max_position": 0.3, "max_total": 0.5}},
            "position_cap",
            {"max_position_ratio": 0.3, "max_total_ratio": 0.5},
        ),
        ({"cash_reserve": {"reserve": 0.2}}, "cash_reserve", {"reserve_ratio": 0.2}),
        (
            {"exposure_cap": {"max_gross": 4, "max_net": 1.5}},
            "exposure_cap",
            {"max_gross_ratio": 4, "max_net_ratio": 1.5},
        ),
        (
            {"side_limit": {"max_longs": 4, "max_shorts": 2}},
            "side_limit",
            {"max_longs": 4, "max_shorts": 2},
        ),
        (
            {"portfolio_volatility": {"max_annual": 0.7}},
            "portfolio_volatility",
            {"max_annual_ratio": 0.7},
        ),
        ({"margin_utilisation": {"max_share": 0.4}}, "margin_utilisation", {"max_share": 0.4}),
        ({"stress_survival": {"min_cover": 1.3}}, "stress_survival", {"min_cover": 1.3}),
        (
            {"funding_gate": {"max_rate_8h": 0.002, "require_data": True}},
            "funding_gate",
            {"max_rate_8h": 0.002, "require_data": True},
        ),
        ({"stale_data": {"max_intervals": 3}}, "stale_data", {"max_intervals": 3}),
        ({"reward_risk": {"min_ratio": 2}}, "reward_risk", {"min_ratio": 2}),
        ({"max_spread": {"max_ratio": 0.002}}, "max_spread", {"max_ratio": 0.002}),
        (
            {"margin_ladder": {"hard_cover": 1.4, "soft_cover": 1.6}},
            "margin_ladder",
            {"hard_cover": 1.4, "soft_cover": 1.6},
        ),
        (
            {"drawdown_ladder": {"cut_open": False, "resume_after_hours": 48}},
            "drawdown_ladder",
            {"cut_open": False, "resume_after": timedelta(days=2)},
        ),
        ({}, "drawdown_ladder", {"cut_open": True, "resume_after": None}),
        (
            {"equity_stop": {"distance": 0.2, "pause_hours": 12, "keep": 0.25}},
            "equity_stop",
            {"distance_ratio": 0.2, "pause": timedelta(hours=12), "keep_ratio": 0.25},
        ),
        (
            {"daily_loss_limit": 0.02, "daily_loss": {"close_all": True}},
            "daily_loss",
            {"limit_ratio": 0.02, "close_all": True},
        ),
        (
            {"weekly_loss": {"limit": 0.1, "close_all": True}},
            "weekly_loss",
            {"limit_ratio": 0.1, "close_all": True},
        ),
        (
            {
                "funding_exit": {
                    "max_rate_8h": 0.002,
                    "periods": 2,
                    "extreme_rate_8h": 0.004,
                    "max_drain": 0.2,
                    "warn_days": 3,
                    "extreme_only": True,
                    "expected_edge": 0.01,
                }
            },
            "funding_exit",
            {
                "max_rate_8h": 0.002,
                "periods": 2,
                "extreme_rate_8h": 0.004,
                "max_drain_ratio": 0.2,
                "warn_days": 3,
                "extreme_only": True,
                "expected_edge_ratio": 0.01,
            },
        ),
    ],
)
def test_the_figures_arrive(raw, rule, figures):
    found = built(**raw)[rule]

    assert {name: getattr(found, name) for name in figures} == figures


def test_tables_and_windows_arrive():
    rules = built(
        account_margin={"warning": 0.4},
        drawdown_ladder={"steps": [{"at": 0.1, "keep": 0.5}, {"at": 0.3, "keep": 0}]},
        event_windows={"windows": [{"name": "fork", "start": "2026-01-01", "end": "2026-01-02"}]},
    )

    assert rules["account_margin"].limits.warning == 0.4
    assert [step.threshold for step in rules["drawdown_ladder"].ladder.steps] == [0.1, 0.3]
    assert [window.name for window in rules["event_windows"].windows] == ["fork"]


def test_the_distance_to_liquidation_looks_at_stops_that_are_enforced_only():
    raw = {"percent_stop": {"max_loss": 0.04}, "atr_stop": {"mode": "observe"}}

    stops = built(**raw)["liquidation_distance"].stops

    assert [stop.name for stop in stops] == ["percent_stop"]

from freqtrade_riskguard.adapters.preview.config_layers import ConfigLayer
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.loading import for_margin_mode
from freqtrade_riskguard.entry_report.settings_in_force import (
    rules_by_mode,
    rules_without_limit,
    settings_in_force,
)

PARAMETERS = "parameters in Mine.json"


def listed(*blocks, tuned=None):
    """Return the settings of some files, the later ones counting more."""
    layers = [
        ConfigLayer(f"{number}.json", {"riskguard": block}) for number, block in enumerate(blocks)
    ]
    raw = {key: value for block in blocks for key, value in block.items()}
    configured = load_config(raw)
    in_force = configured if tuned is None else load_config({**raw, **tuned})
    found = settings_in_force(configured, in_force, layers, PARAMETERS)
    assert len({setting.key for setting in found}) == len(found)
    return {setting.key: (setting.value, setting.origin) for setting in found}, found


def test_each_setting_knows_where_it_comes_from():
    found, _ = listed(
        {"profile": "aggressive"}, {"risk_per_trade": 0.02, "kelly": {"fraction": 0.1}}
    )

    assert found["profile"] == ("aggressive", "0.json")
    assert found["risk_per_trade"] == (0.02, "1.json")
    assert found["kelly.fraction"] == (0.1, "1.json")
    # What the profile sets, and what nobody does.
    assert found["max_leverage"] == (10.0, "profile aggressive")
    assert found["daily_loss_limit"] == (0.05, "profile aggressive")
    assert found["kelly.min_trades"] == (30, "default")


def test_a_secret_that_stands_there_by_mistake_is_masked():
    hook = "https://discord.com/api/webhooks/1/hunter2"
    found, _ = listed({"profile": "moderate", "journal_file": hook})
    assert found["journal_file"][0] == "https://discord.com/**********"


def test_what_hyperopt_has_found_is_told():
    found, _ = listed({"profile": "moderate"}, tuned={"atr_stop": {"multiple": 3.0}})
    assert found["atr_stop.multiple"] == (3.0, PARAMETERS)
    assert found["atr_stop.trailing"] == (False, "default")


def test_the_global_mode_overrides_downwards():
    found, _ = listed({"profile": "moderate", "mode": "observe", "kelly": {"mode": "off"}})
    assert found["heat.mode"] == ("observe", "riskguard.mode")
    assert found["kelly.mode"] == ("off", "0.json")


def test_settings_of_single_pairs():
    pairs = {"DOGE/USDT:USDT": {"max_leverage": 2, "atr_stop": {"multiple": 3.0}}}
    found, _ = listed({"profile": "moderate"}, {"pairs": pairs})
    assert found["pairs.DOGE/USDT:USDT.max_leverage"] == (2, "1.json")
    assert found["pairs.DOGE/USDT:USDT.atr_stop.multiple"] == (3.0, "1.json")


def test_names_of_a_persons_own_choice_are_one_setting():
    regimes = {"wild": {"above": 0.04, "max_leverage": 1}, "tame": {"above": 0, "max_leverage": 4}}
    found, _ = listed({"profile": "moderate", "regime_cap": {"regimes": regimes}})
    assert found["regime_cap.regimes"][0]["tame"]["max_leverage"] == 4
    assert found["regime_cap.regimes"][1] == "0.json"


def test_the_journal_is_told_though_it_is_taken_away():
    layers = [ConfigLayer("a.json", {"riskguard": {"journal_file": "x.jsonl"}})]
    configured = load_config({"journal_file": "x.jsonl"})
    found = settings_in_force(configured, load_config({}), layers, PARAMETERS)
    assert ("x.jsonl", "a.json") in [(setting.value, setting.origin) for setting in found]


def test_what_everybody_should_know_and_what_was_chosen_is_shown():
    _, found = listed({"profile": "moderate", "heat": {"mode": "observe"}})
    chosen = {setting.key: setting.text for setting in found if setting.is_chosen}
    assert set(chosen) == {
        "profile",
        "mode",
        "max_leverage",
        "risk_per_trade",
        "daily_loss_limit",
        "strict",
        "heat.mode",
    }
    assert chosen["strict"] == "false"
    assert chosen["profile"] == '"moderate"'


def test_what_belongs_to_a_rule_that_is_off_is_marked():
    # seatbelt has neither fixed_risk nor heat nor kelly, but the other two headline figures.
    pairs = {"DOGE/USDT:USDT": {"atr_stop": {"multiple": 3}, "fixed_risk": {"mode": "enforce"}}}
    _, found = listed({"kelly": {"fraction": 0.1}, "pairs": pairs})
    text = {setting.key: setting.text for setting in found}
    assert text["risk_per_trade"] == "0.01 (off)"
    assert text["kelly.fraction"] == "0.1 (off)"
    assert text["kelly.mode"] == '"off"'
    assert text["max_leverage"] == "5.0"
    assert text["daily_loss_limit"] == "0.05"
    assert text["pairs.DOGE/USDT:USDT.atr_stop.multiple"] == "3 (off)"
    assert text["pairs.DOGE/USDT:USDT.fixed_risk.mode"] == '"enforce"'

    _, found = listed({"profile": "moderate", "daily_loss": {"mode": "off"}})
    text = {setting.key: setting.text for setting in found}
    # It limits the heat still.
    assert text["daily_loss_limit"] == "0.03"
    assert not any(words.endswith("(off)") for key, words in text.items() if "daily_" not in key)


def test_rules_by_what_they_do():
    modes = rules_by_mode(load_config({"profile": "moderate", "heat": {"mode": "observe"}}))
    assert modes["observe"] == ["heat"]
    assert modes["off"] == []
    assert "kelly" in modes["enforce"]
    assert "kelly" in rules_by_mode(load_config({}))["off"]


def test_a_rule_without_a_limit_protects_from_nothing():
    assert rules_without_limit(load_config({"profile": "moderate"})) == ["max_spread", "side_limit"]
    of_one = {"BTC/USDT:USDT": {"max_spread": {"max_ratio": 0.01}}}
    limited = {"profile": "moderate", "pairs": of_one, "side_limit": {"max_shorts": 0}}
    assert rules_without_limit(load_config(limited)) == []


def test_a_rule_that_cross_margin_switches_off_says_so():
    cross = for_margin_mode(load_config({"profile": "moderate"}), is_cross=True)
    found = {item.key: item for item in settings_in_force(cross, cross, [], PARAMETERS)}
    ladder = found["margin_ladder.mode"]
    assert (ladder.value, ladder.origin) == ("off", "margin_mode 'cross'")
    assert found["account_margin.mode"].origin == "default"
    assert found["margin_ladder.hard_cover"].is_off

"""What the README and the example configuration say must be so."""

import re

import pytest
import rapidjson

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.loading import InvalidSettingsError
from freqtrade_riskguard.config.profiles import PROFILE_MAX_LEVERAGE, PROFILES
from freqtrade_riskguard.config.schema import RULES
from tests.support.pages import COMMENTS, PAGES, ROOT, anchors, blocks, objects, rows, section

README = PAGES["README.md"]
EXAMPLE = (ROOT / "user_data" / "config.example.json").read_text(encoding="utf-8")
SAMPLE = (ROOT / "user_data" / "strategies" / "riskguard_sample.py").read_text(encoding="utf-8")
MODERATE, SEATBELT = load_config({"profile": "moderate"}), load_config({"profile": "seatbelt"})
THE_RULES = "docs/rules/index.md"


def settings_of(config):
    """Return every setting but modes by its full name."""
    found: dict[str, object] = {}
    for name, value in config.model_dump(mode="json").items():
        if name in RULES or name in {"volatility", "liquidation", "margin_top_up"}:
            found |= {f"{name}.{key}": below for key, below in value.items() if key != "mode"}
        else:
            found[name] = value
    return found


class TestSettings:
    def test_what_is_shown_is_the_default_that_holds(self):
        (shown,) = objects("README.md")
        config = load_config(shown["riskguard"])

        # Examples, not defaults.
        examples = {"journal_file", "pairs", "event_windows.windows", "atr_stop.multiples_by_tag"}
        defaults = settings_of(MODERATE)
        for name, value in settings_of(config).items():
            assert name in examples or value == defaults[name], name
        assert all(config.mode_of(rule) == MODERATE.mode_of(rule) for rule in RULES)

    def test_the_profiles_are_what_the_table_says(self):
        stated = {
            row[0].split("`")[1]: (float(row[1].rstrip("x")), float(row[2].rstrip(" %")) / 100)
            for row in rows(section("Settings"))
        }
        assert stated == {
            profile: (
                PROFILE_MAX_LEVERAGE[profile],
                load_config({"profile": profile}).daily_loss_limit,
            )
            for profile in PROFILES
        }

    def test_the_error_shown_is_the_one_given(self):
        (text,) = [
            block
            for block in blocks("text", "README.md")
            if block.startswith("Configuration error: ")
        ]
        with pytest.raises(InvalidSettingsError) as caught:
            load_config({"daily_loss_limit": 3})

        assert text.strip() == f"Configuration error: {caught.value}"

    def test_the_example_configuration_is_accepted(self):
        given = rapidjson.loads(EXAMPLE, parse_mode=COMMENTS)["riskguard"]
        assert load_config(given).profile == "moderate"

    def test_the_example_names_the_sample(self):
        assert f"class {rapidjson.loads(EXAMPLE, parse_mode=COMMENTS)['strategy']}(" in SAMPLE

    def test_the_example_leaves_to_hyperopt_what_the_sample_lets_it_search(self):
        given = rapidjson.loads(EXAMPLE, parse_mode=COMMENTS)["riskguard"]
        searched = re.findall(r"\briskguard__(\w+) =", SAMPLE)

        assert searched
        for name in searched:
            first, *rest = name.split("__")
            # The configuration counts for more than what hyperopt has found.
            assert first not in given or (rest and rest[0] not in given[first]), name


class TestRules:
    def table(self):
        names = [(row, re.match(r"\[`(\w+)`\]", row[0])) for row in rows(PAGES[THE_RULES])]
        return {found[1]: row for row, found in names if found}

    def test_it_says_how_many_there_are(self):
        assert f"The {len(RULES)} rules answer" in README

    def test_the_table_has_every_rule_once(self):
        names = re.findall(r"^\| \[`(\w+)`\]", PAGES[THE_RULES], re.MULTILINE)
        assert sorted(names) == sorted(RULES)

    def test_every_rule_has_its_place(self):
        for name, row in self.table().items():
            page, anchor = re.search(r"\((.+)#(.+)\)", row[0]).groups()
            assert anchor == name
            text = PAGES[f"docs/rules/{page}"].split(f"\n## `{name}`\n")[1].split("\n## ")[0]
            parts = ("**What.**", "**Why.**", "**When it applies.**")
            assert all(part in text for part in parts), name
            assert f"../settings.md#{name})" in text

    def test_it_says_what_seatbelt_does_with_each(self):
        for name, (_, does, seatbelt) in self.table().items():
            assert (seatbelt == "off") == (SEATBELT.mode_of(name) == "off"), name
            assert ("*yours*" in does) == (seatbelt == "yours"), name
            assert all(MODERATE.mode_of(rule) == "enforce" for rule in RULES)
            # Where seatbelt has settings of its own, "on" would not be all.
            own = set(PROFILES["seatbelt"].get(name, {})) - {"mode"}
            assert not (own and seatbelt == "on"), name


def test_the_table_of_protection_says_what_seatbelt_leaves_out():
    rules = {
        "one position that is too large": "fixed_risk",
        "four coins that fall together": "heat",
        "a losing streak": "circuit_breaker",
    }
    table = {row[0]: row[2] for row in rows(section("What it protects from"))}
    assert {name for name, seatbelt in table.items() if seatbelt == "no"} == set(rules)
    assert all(SEATBELT.mode_of(rule) == "off" for rule in rules.values())
    # The only other rules that limit leverage are off too.
    assert SEATBELT.mode_of("kelly") == SEATBELT.mode_of("volatility_target") == "off"
    assert table["10x with a wide stop"].startswith(f"only the cap ({SEATBELT.max_leverage:g}x)")
    assert (
        f"{SEATBELT.funding_gate.max_rate_8h:.1%}".replace("%", " %")
        in (table["funding that drains a position"])
    )


def test_links_lead_somewhere():
    # Those between the pages of the site are checked when it is built.
    for target in re.findall(r"\]\(([^)\s]+)\)", README):
        if not target.startswith("http"):
            path, _, anchor = target.partition("#")
            assert (ROOT / path).exists(), target
            assert not anchor or anchor in anchors(path or "README.md"), target

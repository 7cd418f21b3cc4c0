"""What is generated from the schema: the committed files, and what an editor will make of them."""

import json
from pathlib import Path

import pytest
import rapidjson
from freqtrade.config_schema import CONF_SCHEMA
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from freqtrade_riskguard.config import load_config, reference
from freqtrade_riskguard.config.defaults import default_text, defaults_of
from freqtrade_riskguard.config.json_schema import FREQTRADES, json_schema, schema_text
from freqtrade_riskguard.config.loading import InvalidSettingsError
from freqtrade_riskguard.config.profiles import PROFILES
from freqtrade_riskguard.config.schema import ACCOUNT_WIDE, RULES, RiskGuardConfig
from freqtrade_riskguard.config.settings_page import section_groups, settings_page
from freqtrade_riskguard.config_types import Section

ROOT = Path(__file__).parents[2]
EXAMPLE = rapidjson.loads(
    (ROOT / "user_data" / "config.example.json").read_text(encoding="utf-8"),
    parse_mode=rapidjson.PM_COMMENTS | rapidjson.PM_TRAILING_COMMAS,
)
PAIR = "DOGE/USDT:USDT"
DAYS = {"name": "Christmas", "start": "2026-12-24", "end": "2026-12-27T18:30"}
# freqtrade's own is published on the internet; the installed one is the same.
EDITOR = Draft202012Validator(
    json_schema(),
    registry=Registry().with_resource(FREQTRADES, DRAFT202012.create_resource(CONF_SCHEMA)),
)


def complaints(riskguard):
    """Return what an editor underlines in an otherwise good configuration."""
    return [error.message for error in EDITOR.iter_errors({**EXAMPLE, "riskguard": riskguard})]


class TestTheCommittedFiles:
    def test_are_those_generated(self):
        wanted = "run python -m freqtrade_riskguard.config.reference"
        assert reference.PAGE.read_text(encoding="utf-8") == settings_page(), wanted
        assert reference.SCHEMA.read_text(encoding="utf-8") == schema_text(), wanted

    def test_a_user_writes_the_schema_beside_the_configuration(self, tmp_path, capsys):
        path = tmp_path / "riskguard.schema.json"
        assert reference.main(["--schema", str(path)]) == 0
        assert json.loads(path.read_text(encoding="utf-8")) == json_schema()
        assert capsys.readouterr().out == f"{path} written\n"

    def test_a_folder_that_is_not_there_is_one_line(self, tmp_path, capsys):
        path = tmp_path / "nowhere" / "schema.json"
        assert reference.main(["--schema", str(path)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert line.endswith("(No such file or directory): name a file in a folder that exists")


class TestDefaults:
    def test_profiles_that_differ_are_named(self):
        limits = defaults_of(("daily_loss_limit",))
        assert default_text(limits) == (
            "0.03; seatbelt, aggressive, speculative: 0.05; conservative: 0.02"
        )

    @pytest.mark.parametrize("profile", PROFILES)
    def test_they_are_what_the_configuration_has(self, profile):
        config = load_config({"profile": profile})
        assert defaults_of(("kelly", "mode"))[profile] == config.kelly.mode
        assert defaults_of(("max_leverage",))[profile] == config.max_leverage

    def test_that_of_the_profile_itself_is_the_seatbelt(self):
        assert set(defaults_of(("profile",)).values()) == {"seatbelt"}


class TestThePage:
    def test_every_section_stands_in_one_group(self):
        grouped = [name for names in section_groups().values() for name in names]
        assert sorted(grouped) == sorted({*RULES, "volatility", "liquidation", "margin_top_up"})

    def test_it_has_every_setting_with_words(self):
        page = settings_page()
        rows = [line for line in page.splitlines() if line.startswith("| `")]
        sections = [
            field.annotation
            for field in RiskGuardConfig.model_fields.values()
            if isinstance(field.annotation, type) and issubclass(field.annotation, Section)
        ]
        below = sum(len(set(each.model_fields) - {"mode"}) for each in sections)
        # The bot's own, those of the sections, and the table of profiles.
        assert len(rows) == len(RiskGuardConfig.model_fields) - len(sections) + below + len(
            PROFILES
        )
        assert all(len(line.split("|")[-2].strip()) > 1 for line in rows)


class TestTheSchema:
    def test_it_is_one(self):
        Draft202012Validator.check_schema(json_schema())

    def test_the_example_configuration_is_good(self):
        assert complaints(EXAMPLE["riskguard"]) == []

    def test_freqtrades_own_settings_are_checked_too(self):
        assert list(EDITOR.iter_errors({**EXAMPLE, "max_open_trades": "four"}))

    @pytest.mark.parametrize("profile", PROFILES)
    def test_a_whole_configuration_written_out_is_good(self, profile):
        given = load_config({"profile": profile}).model_dump(mode="json")
        assert complaints(given) == []

    @pytest.mark.parametrize(
        "wrong",
        [
            {"max_leverge": 3},
            {"max_leverage": "3"},
            {"max_leverage": 0.5},
            {"daily_loss_limit": 3},
            {"profile": "reckless"},
            {"kelly": {"mode": "maybe"}},
            {"kelly": {"fractions": 0.5}},
            {"drawdown_ladder": {"steps": []}},
            {"drawdown_ladder": {"steps": [{"at": 0.1}]}},
            {"event_windows": {"windows": [{"name": "FOMC", "start": "2026-12-09"}]}},
            {"regime_cap": {"regimes": {}}},
            {"own_rules": {"mine": "sometimes"}},
            {"pairs": {PAIR: {"max_leverge": 3}}},
            {"pairs": {PAIR: {"atr_stop": {"multiple": 0}}}},
            *({"pairs": {PAIR: {name: None}}} for name in sorted(ACCOUNT_WIDE)),
            {"pairs": {PAIR: {"kelly": {"min_trades": 30}}}},
            {"pairs": {PAIR: {"hard_cap": {"mode": "enforce"}}}},
        ],
        ids=str,
    )
    def test_what_the_guard_refuses_is_underlined(self, wrong):
        with pytest.raises(InvalidSettingsError):
            load_config(wrong)
        assert complaints(wrong)

    @pytest.mark.parametrize(
        "good",
        [
            {},
            {"max_leverage": 3},
            {"journal_file": None},
            {"daily_loss": {"close_all": True}},
            {"pairs": {PAIR: {"max_leverage": 2, "kelly": {"fraction": 0.25}}}},
            {"event_windows": {"windows": [{**DAYS, "factor": 0}]}},
            {"event_windows": {"windows": [{**DAYS, "end": "2026-12-27T21:00Z"}]}},
            {"own_rules": {"mine": "observe"}},
        ],
        ids=str,
    )
    def test_what_the_guard_takes_is_not(self, good):
        load_config(good)
        assert complaints(good) == []

    @pytest.mark.parametrize("value", [-1, 0, 0.5, 1, 2, 1e9, None, True, "a text", [], {}])
    def test_no_value_that_the_guard_takes_is_underlined(self, value):
        sections = load_config({"profile": "moderate"}).model_dump()
        paths = [
            (name, key)
            for name, settings in sections.items()
            for key in (
                settings
                if name in {*RULES, "volatility", "liquidation", "margin_top_up"}
                else ("",)
            )
        ]
        for name, key in paths:
            given = {"profile": "moderate", name: {key: value} if key else value}
            try:
                load_config(given)
            except InvalidSettingsError:
                continue
            assert complaints(given) == [], given

    def test_an_editor_shows_what_a_setting_means(self):
        guard = json_schema()["$defs"]["RiskGuard"]["properties"]
        assert guard["daily_loss_limit"]["description"] == (
            "loss of the UTC day / equity at its start; open losses count "
            "(default: 0.03; seatbelt, aggressive, speculative: 0.05; conservative: 0.02)"
        )
        assert guard["risk_per_trade"]["default"] == 0.01

"""What the README shows must be possible."""

import re
from pathlib import Path

import pytest
import rapidjson

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.schema import RULES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# As freqtrade reads its configuration.
COMMENTS = rapidjson.PM_COMMENTS | rapidjson.PM_TRAILING_COMMAS


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_settings_shown_are_the_defaults_that_hold():
    (block,) = blocks("jsonc")
    shown = rapidjson.loads("{" + block + "}", parse_mode=COMMENTS)["riskguard"]

    config, plain = load_config(shown), load_config({"profile": "moderate"})

    different = {"journal_file", "pairs", "percent_stop", "atr_stop"}  # examples, not defaults
    assert config.model_dump(exclude=different) == plain.model_dump(exclude=different)
    assert config.atr_stop.multiple == plain.atr_stop.multiple
    assert set(RULES) - set(shown) == {"hard_cap"}


def test_the_example_configuration_is_accepted():
    text = (ROOT / "user_data" / "config.example.json").read_text(encoding="utf-8")

    assert load_config(rapidjson.loads(text)["riskguard"]).profile == "moderate"


@pytest.mark.parametrize("code", blocks("python"))
def test_python_in_it_is_python(code):
    # A property of a strategy stands in one of them without its class.
    compile(code, "README.md", "exec")

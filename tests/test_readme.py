"""What the README and the pages beside it say must be so, and what they show must run."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest
import rapidjson
from freqtrade.commands.arguments import Arguments

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.loading import InvalidSettingsError
from freqtrade_riskguard.config.profiles import BREAKERS, PROFILE_MAX_LEVERAGE, PROFILES
from freqtrade_riskguard.config.schema import ACCOUNT_WIDE, RULES
from freqtrade_riskguard.journal import Decision
from tests.support.freqtrade import backtest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / "user_data" / "config.example.json").read_text(encoding="utf-8")
SAMPLE = (ROOT / "user_data" / "strategies" / "riskguard_sample.py").read_text(encoding="utf-8")
MODERATE, SEATBELT = load_config({"profile": "moderate"}), load_config({"profile": "seatbelt"})
# As freqtrade reads its configuration.
COMMENTS = rapidjson.PM_COMMENTS | rapidjson.PM_TRAILING_COMMAS

# Every command that the README shows, and who runs it.
RUN_HERE = {"riskguard replay", "freqtrade backtesting", "freqtrade hyperopt"}
RUN_ELSEWHERE = {
    "make demo": "tests/e2e/test_demo.py",
    "make test": "tests/conftest.py",
    "pip install": "tests/e2e/test_wheel.py",
}
# They need an exchange: freqtrade only parses them here.
NEEDS_EXCHANGE = {"freqtrade download-data", "freqtrade trade"}

ENTRIES = """
    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        hour, quarter = dataframe["date"].dt.hour, dataframe["date"].dt.minute == 15
        dataframe.loc[quarter & (hour % 6 == 0), ["enter_long", "enter_tag"]] = (1, "weak")
        dataframe.loc[quarter & (hour % 6 == 3), ["enter_long", "enter_tag"]] = (1, "strong")
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        dataframe.loc[dataframe["date"].dt.hour % 3 == 2, "exit_long"] = 1
        return dataframe

    def leverage(self, *args, **kwargs):
        return 10.0
"""
NAMED = """
from reckless import Reckless


class MyProtectedStrategy(Reckless):
    timeframe = "5m"
"""


def blocks(language, text=README):
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(block) for _, block in found]


def commands():
    return "".join(blocks("bash")).splitlines()


def command(name):
    (line,) = [line for line in commands() if line.startswith(name)]
    return line


def rows(text):
    """Return the cells of every row of the tables in a text, without their heads."""
    lines = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)
    cells = [[cell.strip() for cell in line.split("|")] for line in lines]
    heads = {number - 1 for number, row in enumerate(cells) if set("".join(row)) == {"-"}}
    return [
        row
        for number, row in enumerate(cells)
        if number not in heads and set("".join(row)) != {"-"}
    ]


def section(title, text=README):
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def plain(value):
    """Return a value as it stands in a file."""
    return json.loads(json.dumps(value, default=str))


def settings_of(config):
    """Return every setting but modes by its full name."""
    found: dict[str, object] = {}
    for name, value in config.model_dump(mode="json").items():
        if name in RULES or name in {"volatility", "liquidation"}:
            found |= {f"{name}.{key}": below for key, below in value.items() if key != "mode"}
        else:
            found[name] = value
    return found


class TestSettings:
    @pytest.mark.parametrize("block", [*blocks("jsonc"), *blocks("jsonc", SETTINGS)])
    def test_what_is_shown_is_the_default_that_holds(self, block):
        shown = rapidjson.loads("{" + block + "}", parse_mode=COMMENTS)
        given = shown.get("riskguard", shown)
        config = load_config({"profile": "moderate"} | given)

        # Examples, not defaults.
        examples = {"journal_file", "pairs", "event_windows.windows", "atr_stop.multiples_by_tag"}
        defaults = settings_of(MODERATE)
        for name, value in settings_of(config).items():
            assert name in examples or value == defaults[name], name
        assert all(config.mode_of(rule) == MODERATE.mode_of(rule) for rule in RULES)

    def test_the_page_of_settings_has_them_all_with_their_defaults(self):
        stated = {name.strip("`"): default for name, default, *_ in setting_rows()}
        # The default profile is the safest; the page's defaults are those of another.
        expected = settings_of(MODERATE) | {"profile": "seatbelt"}

        assert set(stated) == set(expected)
        assert not [name for name, times in Counter(map(str, stated)).items() if times > 1]
        for name, default in stated.items():
            if default != "see below":  # its block is checked like the README's
                assert json.loads(default.strip("`")) == plain(expected[name]), name

    def test_it_says_what_seatbelt_sets(self):
        stated = {row[0].strip("`"): json.loads(row[1].strip("`")) for row in seatbelt_rows()}
        moderate, seatbelt = settings_of(MODERATE), settings_of(SEATBELT)
        different = {name for name in moderate if moderate[name] != seatbelt[name]}

        assert stated == {name: seatbelt[name] for name in stated}
        # Those two stand in the README's table.
        assert set(stated) == different - {"profile", "daily_loss_limit"}

    def test_it_names_what_a_pair_cannot_have(self):
        paragraph = SETTINGS.split("cannot be set for a pair")[1].split("\n\n")[0]
        named = set(re.findall(r"`(\w+)`", paragraph)) - {"kelly"}

        assert named == ACCOUNT_WIDE - {"pairs"}

    def test_it_names_what_the_riskiest_profile_cannot_be_without(self):
        paragraph = SETTINGS.split("refuses to start with\n")[1].split(" off.")[0]
        assert set(re.findall(r"`(\w+)`", paragraph)) == set(BREAKERS)

    def test_the_error_shown_is_the_one_given(self):
        (text,) = [block for block in blocks("text") if block.startswith("Configuration error: ")]
        with pytest.raises(InvalidSettingsError) as caught:
            load_config({"daily_loss_limit": 3})

        assert text.strip() == f"Configuration error: {caught.value}"

    def test_the_example_configuration_is_accepted(self):
        given = rapidjson.loads(EXAMPLE)["riskguard"]
        assert load_config(given).profile == "moderate"

    def test_the_example_leaves_to_hyperopt_what_the_sample_lets_it_search(self):
        given = rapidjson.loads(EXAMPLE)["riskguard"]
        searched = re.findall(r"\briskguard__(\w+) =", SAMPLE)

        assert searched
        for name in searched:
            first, *rest = name.split("__")
            # The configuration counts for more than what hyperopt has found.
            assert first not in given or (rest and rest[0] not in given[first]), name


@pytest.mark.parametrize("page", ["README.md", "docs/settings.md", "docs/formulas.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]*(?:#[\w-]+)?)\)", text):
        if not target.startswith("http"):
            path, _, anchor = target.partition("#")
            found = (ROOT / page).parent / path if path else ROOT / page
            assert found.exists(), target
            assert not anchor or anchor in anchors(found.read_text(encoding="utf-8")), target


def anchors(text):
    """Return the names by which GitHub links to the headings of a page."""
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def setting_rows():
    return [row for row in rows(SETTINGS.split("\n## Profiles\n")[0]) if row[0].startswith("`")]


def seatbelt_rows():
    return rows(SETTINGS.split("\n## Profiles\n")[1])


class TestRules:
    def table(self):
        return {
            row[0].strip("`"): row for row in rows(section("The rules")) if row[0].startswith("`")
        }

    def test_the_table_has_every_rule_once(self):
        names = re.findall(r"^\| `(\w+)` \|", section("The rules"), re.MULTILINE)
        assert sorted(names) == sorted(RULES)

    def test_it_says_what_seatbelt_does_with_each(self):
        for name, (_, does, seatbelt) in self.table().items():
            assert (seatbelt == "off") == (SEATBELT.mode_of(name) == "off"), name
            assert ("*yours*" in does) == (seatbelt == "yours"), name
            assert all(MODERATE.mode_of(rule) == "enforce" for rule in RULES)
            # Where seatbelt has settings of its own, "on" would not be all.
            own = set(PROFILES["seatbelt"].get(name, {})) - {"mode"}
            assert not (own and seatbelt == "on"), name

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


class TestCommands:
    def test_each_is_run_by_a_test(self):
        shown = {" ".join(line.split()[:2]) for line in commands()}
        assert shown == RUN_HERE | set(RUN_ELSEWHERE) | NEEDS_EXCHANGE
        for line in RUN_ELSEWHERE.values():
            assert (ROOT / line).is_file()

    def test_make_knows_its_own(self):
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        for line in commands():
            if line.startswith("make "):
                assert re.search(rf"^{line.split()[1]}:", makefile, re.MULTILINE), line

    @pytest.mark.parametrize("line", [line for line in commands() if line.startswith("freqtrade")])
    def test_freqtrade_takes_its_own(self, line):
        parsed = Arguments(line.split()[1:]).get_parsed_arg()
        assert parsed["config"] == ["user_data/config.json"]

    @pytest.mark.slow
    def test_a_trader_can_type_them(self, scenario_candles, tmp_path):
        bot = tmp_path / "bot"
        shutil.copytree(ROOT / "user_data" / "strategies", bot / "user_data" / "strategies")
        (bot / "user_data" / "config.json").write_text(EXAMPLE, encoding="utf-8")
        candles = scenario_candles("flash_crash", days=10)
        shutil.copytree(candles, bot / "user_data" / "data" / "binance")
        with subprocess.Popen(
            command("riskguard replay").split(),
            executable=str(Path(sys.executable).parent / "riskguard"),
            cwd=bot,
            env={**os.environ, "COLUMNS": "1000", "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            text=True,
        ) as replay:
            assert replay.stdout is not None
            printed = "".join(iter(replay.stdout.readline, "Ctrl-C stops it.\n"))
            (bot / "replay.json").write_text(printed[printed.index("{") :], encoding="utf-8")
            try:
                tested = run(command("freqtrade backtesting"), bot)
                searched = run(
                    command("freqtrade hyperopt").replace("--epochs 100", "--epochs 2"), bot
                )
            finally:
                replay.send_signal(signal.SIGINT)
        assert replay.returncode == 0

        assert re.search(r"│ +RiskGuardSample +│ +[1-9]\d* +│", tested)
        (journal,) = (bot / "user_data" / "backtest_results").glob("*.riskguard.jsonl")
        assert journal.stat().st_size
        assert "RISKGUARD: RiskGuardSample" in tested
        assert "is not used: the configuration sets" not in tested + searched
        found = json.loads((bot / "user_data" / "strategies" / "riskguard_sample.json").read_text())
        assert {name for name in found["params"]["protection"] if name.startswith("riskguard__")}


def run(line, folder):
    """Run a command of the README with the exchange's configuration, as it says there."""
    done = subprocess.run(
        [*line.split(), "-c", "replay.json"],
        executable=str(Path(sys.executable).parent / line.split()[0]),
        cwd=folder,
        env={**os.environ, "COLUMNS": "1000", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    log = done.stdout + done.stderr
    assert done.returncode == 0, log[-3000:]
    assert " - ERROR - " not in log, log[-3000:]
    return log


class TestCode:
    @pytest.mark.slow
    def test_the_strategies_trade_as_it_says(self, scenario_candles, tmp_path):
        own, guarded, frank, ruled, searched, named = blocks("python")
        result = backtest(
            tmp_path / "bot",
            scenario_candles("flash_crash", days=23),
            *("MyProtectedStrategy", "MyNewStrategy", "MyGuardedStrategy", "MySearchedStrategy"),
            *("MyFrankStrategy", "MyRuledStrategy"),
            args=("--timerange", "20240119-20240123"),
            strategies={
                "my_new_strategy.py": own.replace("MyStrategy", "MyNewStrategy") + ENTRIES,
                "my_strategy.py": own.replace("RiskGuard, ", "") + ENTRIES,
                "my_guarded_strategy.py": guarded,
                "my_frank_strategy.py": frank,
                "my_ruled_strategy.py": ruled,
                "my_searched_strategy.py": searched,
                "reckless.py": (ROOT / "tests/support/strategies/reckless.py").read_text(),
                "my_protected_strategy.py": NAMED + textwrap.indent(named, "    "),
            },
            # Without Kelly, so that there is leverage to take away.
            riskguard={"profile": "moderate", "kelly": {"mode": "off"}},
        ).succeeded()
        trades = {name: outcome.trades for name, outcome in result.outcomes.items()}
        assert len(trades) == 6

        # A mixin on the strategy itself and one on a subclass guard alike; so do parameters that
        # nobody has searched yet.
        assert trades["MyNewStrategy"]
        assert trades["MyGuardedStrategy"] == trades["MyNewStrategy"]
        assert trades["MySearchedStrategy"] == trades["MyNewStrategy"]
        assert max(trade["leverage"] for trade in trades["MyNewStrategy"]) <= 5

        # Half of what the rules leave, by tag.
        plain, halved = (
            most_leverage(trades["MyGuardedStrategy"]),
            most_leverage(trades["MyFrankStrategy"]),
        )
        assert plain["weak"] > 1
        assert halved["weak"] < plain["weak"]

        # 2024-01-20 and 2024-01-21 are a Saturday and a Sunday.
        by_day = Counter(trade["open_date"][:10] for trade in trades["MyGuardedStrategy"])
        assert by_day["2024-01-21"]
        opened = [trade["open_date"][:10] for trade in trades["MyRuledStrategy"]]
        assert opened
        assert "2024-01-21" not in opened
        rules = {record["rule"] for record in result.journal}
        assert "quiet_sundays" in rules

        for name in (
            "CircuitBreaker",
            "DailyLoss",
            "WeeklyLoss",
            "EquityDrawdown",
            "FundingBreaker",
        ):
            assert f"Using resolved protection {name}" in result.log
        assert trades["MyProtectedStrategy"]

    def test_a_line_of_the_journal_is_what_it_shows(self):
        (shown,) = map(json.loads, blocks("json"))
        assert set(shown) - {"strategy"} == set(Decision.__dataclass_fields__)
        assert shown["rule"] in RULES


def most_leverage(trades):
    found: dict[str, float] = {}
    for trade in trades:
        found[trade["enter_tag"]] = max(found.get(trade["enter_tag"], 1.0), trade["leverage"])
    return found

"""The site is built, and what its pages and the README show is run: commands, strategies, JSON."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
import rapidjson
import yaml  # type: ignore[import-untyped]
from freqtrade.commands.arguments import Arguments
from freqtrade.config_schema import CONF_SCHEMA
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from freqtrade_riskguard import cli
from freqtrade_riskguard.commands.arguments.parser import COMMANDS, build_parser
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.config.json_schema import FREQTRADES, json_schema
from freqtrade_riskguard.config.schema import RULES, RiskGuardConfig
from freqtrade_riskguard.engine.journal import Decision
from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.clock import wall_clock_ms
from freqtrade_riskguard.replay.fault_rules import read_rules
from freqtrade_riskguard.replay.time_shift import find_shift
from freqtrade_riskguard.stress.input import StressInput
from freqtrade_riskguard.watch.settings import Limits, WatchSettings
from tests.support import warm_freqtrade
from tests.support.bot_api import PASSWORD, USERNAME, BotApi
from tests.support.freqtrade import backtest
from tests.support.pages import COMMENTS, PAGES, ROOT, blocks, commands, objects, plain, rows
from tests.support.trading import TradingBot

EXAMPLE = (ROOT / "user_data" / "config.example.json").read_text(encoding="utf-8")
WALKTHROUGHS, HALT = "docs/walkthroughs.md", "docs/halt.md"
WALKED = "TestTheWalkthroughs"
# The walkthroughs are followed from top to bottom, by a class of their own.
OTHERS = [name for name in PAGES if name != WALKTHROUGHS]
# Who runs what is shown, by the beginning of the command; the longest counts.
HERE = {
    "curl --user freqtrader": "TestAfterAHalt",
    "freqtrade-client": "TestAfterAHalt",
    "mkdocs build": "TestTheSite",
    "freqtrade backtesting": "TestABotsFolder",
    "freqtrade backtesting -c user_data/config.json -c": WALKED,
    "freqtrade hyperopt": "TestABotsFolder",
    "python -m freqtrade_riskguard.config.reference --schema": "TestABotsFolder",
    "riskguard check": "TestABotsFolder",
    "riskguard replay --write replay.json": "TestABotsFolder",
    "riskguard replay --data cascade --write": WALKED,
    "riskguard replay --data user_data/data/binance --write": WALKED,
    "riskguard report": "TestABotsFolder",
    "riskguard scenario": "TestABotsFolder",
    "riskguard scenario flash_crash --output user_data/data": WALKED,
    "riskguard size": "TestABotsFolder",
    "riskguard stress": "TestABotsFolder",
    "riskguard survive": "TestABotsFolder",
    "riskguard watch --config": "TestTheGuardian",
    "riskguard why": "TestABotsFolder",
}
ELSEWHERE = {
    "cp user_data/config.example.json": "tests/e2e/test_first_steps.py",
    "curl --cacert": "tests/e2e/test_live_processes.py",
    "freqtrade backtesting -c user_data/config.json -c replay.json --enable": (
        "tests/e2e/test_first_steps.py"
    ),
    "make demo": "tests/e2e/test_demo.py",
    "make test": "tests/conftest.py",
    "pip install": "tests/e2e/test_wheel.py",
    "python -m freqtrade_riskguard.config.reference": "tests/config/test_reference.py",
    "riskguard ablation": "tests/commands/test_ablation.py",
    "riskguard calibrate": "tests/commands/test_calibrate.py",
    "riskguard check --live": "tests/e2e/test_live_gate.py",
    "riskguard demo": "tests/e2e/test_demo.py",
    "riskguard evidence": "tests/commands/test_evidence.py",
    "riskguard rehearse": "tests/e2e/test_rehearsal.py",
    "riskguard selftest": "tests/commands/test_selftest.py",
    "riskguard replay --data crash": "tests/commands/test_replay.py",
    "riskguard replay --exchange okx --write replay.json": "tests/commands/test_replay.py",
    "riskguard replay --exchange bybit --data user_data/data/binance": (
        "tests/commands/test_replay.py"
    ),
    "riskguard replay --write replay.json --start": "tests/commands/test_replay.py",
    "riskguard status -c": "tests/e2e/test_status.py",
    "riskguard status --notify": "tests/commands/test_status.py",
    "riskguard status --schema": "tests/status/test_json_schema.py",
    "riskguard status --test-message": "tests/commands/test_status.py",
    "riskguard status --url": "tests/commands/test_status.py",
    "riskguard stress --url": "tests/commands/test_stress.py",
    "riskguard watch --config watch.json --page": "tests/commands/test_watch.py",
    "riskguard watch --config watch.json --test-message": "tests/commands/test_watch.py",
    "riskguard watch --url": "tests/e2e/test_watch.py",
}
# They are only parsed, by the programs themselves.
NOT_RUN = {
    "source .venv/bin/activate": "changes a shell",
    "rm -r user_data/data/binance": "takes the candles of the other tests away",
    "freqtrade download-data": "needs an exchange",
    "freqtrade trade": "runs until it is stopped, see tests/support/bot.py",
    "docker compose": "needs Docker, see tests/test_docker.py",
}

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

WISHFUL = """
from freqtrade_riskguard import callbacks
from my_plain_strategy import MyPlainStrategy


class MyWishfulStrategy(MyPlainStrategy):
"""


def runner(line):
    """Return the entry of the tables that a command belongs to."""
    known = [start for start in (*HERE, *ELSEWHERE, *NOT_RUN) if line.startswith(start)]
    return max(known, key=len, default=None)


def run_here(*, starting):
    lines = [line for line in commands(*OTHERS) if line.startswith(starting)]
    return [line for line in lines if HERE.get(runner(line), WALKED) != WALKED]


def riskguards():
    """Return the names of the commands of riskguard."""
    return list(COMMANDS)


class TestTheSite:
    @pytest.mark.slow
    def test_it_builds_without_a_warning_and_needs_no_network(self, tmp_path):
        done = subprocess.run(
            [*["mkdocs", "build", "--strict", "--site-dir"], str(tmp_path)],
            executable=str(Path(sys.executable).parent / "mkdocs"),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        pages = sorted(tmp_path.rglob("*.html"))
        assert len(pages) >= len(PAGES) - 1
        for page in pages:
            html = page.read_text(encoding="utf-8")
            loaded = re.findall(r"<(?:script|img|iframe)[^>]* src=\"?(https?:[^\" >]+)", html)
            loaded += re.findall(r"<link[^>]*stylesheet[^>]* href=\"?(https?:[^\" >]+)", html)
            assert not loaded, page
        assert not list(tmp_path.rglob("*.py"))

    def test_every_page_is_in_the_navigation(self):
        text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
        named = set(re.findall(r"[\w/-]+\.md$", text, re.MULTILINE))
        assert {f"docs/{name}" for name in named} == set(PAGES) - {"README.md"}
        assert yaml.safe_load(text)["theme"]["font"] is False

    def test_pictures_are_small_and_all_used(self):
        for picture in (ROOT / "docs" / "images").glob("*.svg"):
            assert picture.stat().st_size < 100_000
            assert any(f"/{picture.name})" in text for text in PAGES.values()), picture
        # What a browser showed.
        for picture in (ROOT / "docs" / "images").glob("*.png"):
            assert picture.stat().st_size < 400_000
            assert any(f"/{picture.name})" in text for text in PAGES.values()), picture


class TestCommands:
    @pytest.mark.parametrize("line", commands())
    def test_each_is_run_by_a_test_or_it_says_why_not(self, line):
        assert runner(line), "put it into one of the tables above"

    def test_the_tables_are_not_longer_than_need_be(self):
        assert {runner(line) for line in commands()} == {*HERE, *ELSEWHERE, *NOT_RUN}
        assert all((ROOT / path).is_file() for path in ELSEWHERE.values())

    def test_make_knows_its_own(self):
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        for line in commands():
            if line.startswith("make "):
                assert re.search(rf"^{line.split()[1]}:", makefile, re.MULTILINE), line

    @pytest.mark.parametrize("line", [line for line in commands() if line.startswith("freqtrade ")])
    def test_freqtrade_takes_its_own(self, line):
        parsed = Arguments(line.split()[1:]).get_parsed_arg()
        assert parsed["config"][0] == "user_data/config.json"

    @pytest.mark.parametrize("line", [line for line in commands() if line.startswith("riskguard")])
    def test_riskguard_takes_its_own(self, line):
        assert build_parser().parse_args(shlex.split(line)[1:]).run

    @pytest.mark.parametrize("line", [line for line in commands() if line.startswith("docker")])
    def test_docker_is_given_what_it_knows(self, line):
        given = shlex.split(line)[2:]
        file = "docker-compose.yml"
        if given[0] == "-f":
            _, file, *given = given
        verb, *rest = given
        services = yaml.safe_load((ROOT / file).read_text())["services"]
        assert verb in {"build", "up", "logs", "run"}
        if "--scale" in rest:
            assert rest[rest.index("--scale") + 1].partition("=")[0] in services
        if verb == "logs":
            assert rest[-1] in services
        if verb == "run":
            assert rest[0] == "--rm"
            at = rest.index("freqtrade")
            if rest[1:at] == ["--entrypoint", "riskguard"]:
                assert build_parser().parse_args(rest[at + 1 :]).run
            else:
                assert Arguments(rest[at + 1 :]).get_parsed_arg()

    def test_commands_within_sentences_exist(self):
        known = set(riskguards())
        for text in PAGES.values():
            assert set(re.findall(r"`riskguard (\w+)", text)) <= known

    def test_the_page_of_commands_has_them_all(self):
        known = riskguards()
        table = PAGES["docs/commands.md"].split("\n## ")[0]
        assert re.findall(r"^\| \[`riskguard (\w+)`\]", table, re.MULTILINE) == sorted(known)


class TestABotsFolder:
    """Everything that a trader can type in the folder of a bot, one after the other."""

    @pytest.mark.slow
    def test_a_trader_can_type_it(self, scenario_candles, tmp_path, monkeypatch, capsys):
        bot = tmp_path / "bot"
        for name in ("hyperopts", "strategies"):
            shutil.copytree(ROOT / "user_data" / name, bot / "user_data" / name)
        shutil.copy(ROOT / "user_data" / "positions.example.json", bot / "user_data")
        (bot / "user_data" / "config.json").write_text(EXAMPLE, encoding="utf-8")
        candles = scenario_candles("flash_crash", days=10)
        shutil.copytree(candles, bot / "user_data" / "data" / "binance")
        monkeypatch.chdir(bot)
        monkeypatch.setenv("COLUMNS", "200")
        (replaying,) = run_here(starting="riskguard replay")
        with subprocess.Popen(
            replaying.split(),
            executable=str(Path(sys.executable).parent / "riskguard"),
            cwd=bot,
            env={**os.environ, "COLUMNS": "1000", "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            text=True,
        ) as replay:
            assert replay.stdout is not None
            printed = "".join(iter(replay.stdout.readline, "Ctrl-C stops it.\n"))
            assert (bot / "replay.json").is_file(), printed
            try:
                line, parts = run_here(starting="freqtrade backtesting")
                assert re.search(r"│ +RiskGuardParts +│ +[1-9]\d* +│", run(parts, bot))
                # Those of the sample are looked at below.
                for result in (bot / "user_data" / "backtest_results").glob("*"):
                    result.unlink()
                tested = run(line, bot)
                (line,) = run_here(starting="freqtrade hyperopt")
                searched = run(line.replace("--epochs 100", "--epochs 2"), bot)
                self.ask_the_guard()
            finally:
                replay.send_signal(signal.SIGINT)
        assert replay.returncode == 0

        assert re.search(r"│ +RiskGuardSample +│ +[1-9]\d* +│", tested)
        results = bot / "user_data" / "backtest_results"
        (journal,) = results.glob("*.riskguard.jsonl")
        assert journal.stat().st_size
        assert "RISKGUARD: RiskGuardSample" in tested
        assert "is not used: the configuration sets" not in tested + searched
        found = json.loads((bot / "user_data" / "strategies" / "riskguard_sample.json").read_text())
        assert {name for name in found["params"]["protection"] if name.startswith("riskguard__")}

        # As in the page of reports.
        (result,) = results.glob("backtest-result-*.zip")
        for name in ("guarded.zip", "bare.zip"):
            shutil.copy(result, bot / name)
        capsys.readouterr()
        self.look_at_what_there_is()
        told = capsys.readouterr().out
        assert (bot / "report.html").is_file()
        assert list(results.glob("*.RiskGuardSample.html"))
        assert "SURVIVES (isolated margin). Liquidated: BTC long at -10 %, SOL long" in told

    def ask_the_guard(self):
        lines = [*run_here(starting="riskguard check"), *run_here(starting="riskguard why")]
        assert len(lines) > 1
        codes = {"check": {0}, "why": {0, 1}}
        for line in lines:
            asked = [*shlex.split(line)[1:], "-c", "replay.json"]
            assert cli.main(asked) in codes[asked[0]], line

    def look_at_what_there_is(self):
        for name in ("survive", "report", "stress", "size", "scenario"):
            lines = run_here(starting=f"riskguard {name}")
            assert lines
            for line in lines:
                assert cli.main(shlex.split(line)[1:]) == 0, line
        (line,) = run_here(starting="python -m")
        subprocess.run([sys.executable, *shlex.split(line)[1:]], check=True)
        schema = json.loads(Path("user_data/riskguard.schema.json").read_text(encoding="utf-8"))
        assert schema == json_schema()


class TestTheWalkthroughs:
    @pytest.mark.slow
    def test_they_can_be_followed(self, tmp_path):
        bot = tmp_path / "bot"
        strategies = bot / "user_data" / "strategies"
        strategies.mkdir(parents=True)
        shutil.copy(ROOT / "user_data" / "strategies" / "riskguard_sample.py", strategies)
        (bot / "user_data" / "config.json").write_text(EXAMPLE, encoding="utf-8")
        for language, named in (
            ("python", r"`(user_data/strategies/\w+\.py)`"),
            ("json", r"`(user_data/(?!config)\w+\.json)`"),
        ):
            names = dict.fromkeys(re.findall(named, PAGES[WALKTHROUGHS]))
            for name, content in zip(names, blocks(language, WALKTHROUGHS), strict=True):
                (bot / name).write_text(content, encoding="utf-8")
        with ExitStack() as opened:
            for line in commands(WALKTHROUGHS):
                if line.startswith("riskguard replay"):
                    opened.enter_context(self.served(line, bot))
                else:
                    typed(line, bot)
        assert (bot / "rehearsal.html").is_file()

    @contextmanager
    def served(self, line, folder):
        """Run the exchange that a line starts until the others are done."""
        with subprocess.Popen(
            shlex.split(line),
            executable=str(Path(sys.executable).parent / "riskguard"),
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
        ) as replay:
            assert replay.stdout is not None
            assert "Ctrl-C stops it.\n" in iter(replay.stdout.readline, "")
            try:
                yield
            finally:
                replay.terminate()
        assert replay.returncode == 0


class TestAfterAHalt:
    @pytest.mark.slow
    def test_it_is_lifted_as_the_page_says(self, scenario_candles, tmp_path):
        data = scenario_candles("calm_trend", days=6)
        candles = pd.read_feather(next((data / "futures").glob("*-5m-futures.feather")))
        start = candles["date"].iloc[0] + timedelta(days=4)
        shift = find_shift(data, start.to_pydatetime(), wall_clock_ms())
        # A trade's fees are more than this: it halts the bot at once.
        halting = {"drawdown_ladder": {"steps": [{"at": 0.0002, "keep": 0.0}]}}
        lines = commands(HALT)
        client = [line for line in lines if line.startswith("freqtrade-client")]
        curl = [line for line in lines if line.startswith("curl")]
        assert len(client) + len(curl) == len(lines) == 6
        with (
            ReplayExchange(data, shift_ms=shift.shift_ms) as exchange,
            TradingBot(tmp_path / "bot", exchange, guarded=True, riskguard=halting) as bot,
        ):
            bot.wait_until_running()
            (tmp_path / "user_data").mkdir()
            shutil.copy(tmp_path / "bot" / "config.json", tmp_path / "user_data")
            number = bot.enter_until_halted("BTC/USDT:USDT")
            for locks, status, _ in (client, curl):
                reasons = self.reasons(self.answer(locks, bot, number))
                assert reasons[number].endswith(f"Lift: /unlock {number}")
                assert self.answer(status, bot, number) == []
            assert "error" in bot.api.forceenter("BTC/USDT:USDT", "long")
            for *_, delete in (client, curl):
                assert number not in self.reasons(self.answer(delete, bot, number))
                # Another one for the other way.
                added = bot.api.lock_add("*", "2099-01-01 00:00:00+00:00")
                (number,) = (lock["id"] for lock in added["locks"] if lock["pair"] == "*")

    def reasons(self, answered):
        """Return the reasons of locks by their numbers."""
        return {lock["id"]: lock["reason"] for lock in answered["locks"]}

    def answer(self, line, bot, number):
        """Return what a line of the page answers here: for this bot, and this lock."""
        line = line.replace("127.0.0.1:8080", bot.url.removeprefix("http://"))
        line = re.sub(r"(locks/|delete_lock )2$", rf"\g<1>{number}", line)
        login = shlex.quote(f"{USERNAME}:{PASSWORD}")
        line = line.replace("--user freqtrader", f"--silent --user {login}")
        return json.loads(typed(line, bot.folder.parent))


class TestTheGuardian:
    def test_it_takes_the_settings_that_are_shown(self, tmp_path, monkeypatch, capsys):
        shown = [found for found in objects() if "bots" in found]
        assert len(shown) == 2
        (line,) = run_here(starting="riskguard watch")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("RISKGUARD_WATCH_USERNAME", USERNAME)
        monkeypatch.setenv("RISKGUARD_WATCH_PASSWORD", PASSWORD)
        with BotApi() as one, BotApi() as two:
            for place, settings in enumerate(shown):
                for bot, api in zip(settings["bots"], (one, two), strict=False):
                    bot["url"] = api.url
                settings["state_file"] = f"state-{place}.json"
                Path("watch.json").write_text(json.dumps(settings), encoding="utf-8")
                assert cli.main(shlex.split(line)[1:]) == 0
        assert re.search(r"swing +dry-run +running", capsys.readouterr().out)

    @pytest.mark.parametrize(
        ("model", "head", "without"),
        [(WatchSettings, "every_seconds", {"bots", "limits", "fleet"}), (Limits, "gross", set())],
    )
    def test_the_tables_have_every_setting_with_its_default(self, model, head, without):
        tables = PAGES["docs/watch.md"].split("\n\n")
        (table,) = [each for each in tables if f"| `{head}" in each and each.startswith("|")]
        stated = {row[0].strip("`"): row[1] for row in rows(table)}
        assert set(stated) == set(model.model_fields)
        for name, default in stated.items():
            if name not in without:
                assert json.loads(default.strip("`")) == model.model_fields[name].default


def run(line, folder):
    """Run a command with the exchange's configuration, as the pages say."""
    return typed(f"{line} -c replay.json", folder)


def typed(line, folder):
    """Run a command and return all that it says."""
    words = shlex.split(line)
    ours = Path(sys.executable).parent / words[0]
    environment = {**os.environ, "COLUMNS": "1000", "NO_COLOR": "1"}
    if words[0] in {"freqtrade", "riskguard"}:
        code, log = warm_freqtrade.run(
            folder, words[1:], environment, script=ours, timeout_seconds=300
        )
    else:
        done = subprocess.run(
            words,
            executable=str(ours) if ours.is_file() else shutil.which(words[0]),
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        code, log = done.returncode, done.stdout + done.stderr
    assert code == 0, log[-3000:]
    assert " - ERROR - " not in log, log[-3000:]
    return log


class TestCode:
    @pytest.mark.slow
    def test_the_strategies_trade_as_it_says(self, scenario_candles, tmp_path):
        name_of = re.compile(r"(?:class (?:My|Quiet)|def )(\w+)")
        shown = blocks("python", *OTHERS)
        by_name = {name_of.findall(block)[0]: block for block in shown}
        assert len(by_name) == len(shown) == 8
        own, guarded, frank, ruled, searched, named, plain, wish = (
            by_name[name]
            for name in (
                *("Strategy", "GuardedStrategy", "FrankStrategy", "Sundays", "SearchedStrategy"),
                *("protections", "PlainStrategy", "leverage"),
            )
        )
        result = backtest(
            tmp_path / "bot",
            scenario_candles("flash_crash", days=23),
            *("MyProtectedStrategy", "MyNewStrategy", "MyGuardedStrategy", "MySearchedStrategy"),
            *("MyFrankStrategy", "MyRuledStrategy", "MyPlainStrategy", "MyWishfulStrategy"),
            args=("--timerange", "20240119-20240123"),
            strategies={
                "my_new_strategy.py": own.replace("MyStrategy", "MyNewStrategy") + ENTRIES,
                "my_strategy.py": own.replace("RiskGuard, ", "") + ENTRIES,
                "my_plain_strategy.py": plain + ENTRIES.partition("    def leverage")[0],
                "my_wishful_strategy.py": WISHFUL + textwrap.indent(wish, "    "),
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
        assert len(trades) == 8

        # A mixin on the strategy itself and one on a subclass guard alike; so do parameters that
        # nobody has searched yet.
        assert trades["MyNewStrategy"]
        assert trades["MyGuardedStrategy"] == trades["MyNewStrategy"]
        assert trades["MySearchedStrategy"] == trades["MyNewStrategy"]
        assert max(trade["leverage"] for trade in trades["MyNewStrategy"]) <= 5

        # Half of what the rules leave, by tag.
        plain_, halved = (
            most_leverage(trades["MyGuardedStrategy"]),
            most_leverage(trades["MyFrankStrategy"]),
        )
        assert plain_["weak"] > 1
        assert halved["weak"] < plain_["weak"]

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

        # With the parts only: the same rules for leverage, one with a wish of its own.
        for name in ("MyPlainStrategy", "MyWishfulStrategy"):
            assert 1 < max(trade["leverage"] for trade in trades[name]) <= 5
            assert {trade["exit_reason"] for trade in trades[name]} & {"stop_loss"}


def most_leverage(trades):
    found: dict[str, float] = {}
    for trade in trades:
        found[trade["enter_tag"]] = max(found.get(trade["enter_tag"], 1.0), trade["leverage"])
    return found


class TestJson:
    EDITOR = Draft202012Validator(
        {"$defs": json_schema()["$defs"], "properties": json_schema()["properties"]}
    )

    @pytest.mark.parametrize("shown", objects(), ids=lambda shown: ", ".join(shown)[:40])
    def test_what_is_shown_is_valid(self, shown):
        if "bots" in shown:
            WatchSettings.model_validate(shown)
        elif "positions" in shown:
            StressInput.model_validate(shown)
            example = ROOT / "user_data" / "positions.example.json"
            assert shown == json.loads(example.read_text(encoding="utf-8"))
        elif "what" in shown:
            assert read_rules(shown, "the page")
        elif "question" in shown:
            # A line of the journal.
            assert set(shown) - {"strategy"} == set(Decision.__dataclass_fields__)
            assert shown["rule"] in RULES
        else:
            # Settings of a bot, or, on their page, of the guard.
            is_guards = set(shown) <= set(RiskGuardConfig.model_fields)
            settings = {"riskguard": shown} if is_guards else shown
            config = {**rapidjson.loads(EXAMPLE, parse_mode=COMMENTS), **settings}
            load_config(config["riskguard"])
            assert not list(self.EDITOR.iter_errors(config))
            assert not list(Draft202012Validator(CONF_SCHEMA).iter_errors(plain(config)))

    def test_the_schema_builds_on_freqtrades(self):
        assert json_schema()["allOf"] == [{"$ref": FREQTRADES}]

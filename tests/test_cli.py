import os
import re
import subprocess
import sys

import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.replay.scenarios import SCENARIOS
from freqtrade_riskguard.watch.settings import FLEET
from freqtrade_riskguard.watch.settings_loader import PASSWORD, USERNAME

COMMANDS = (
    *(
        "ablation",
        "calibrate",
        "check",
        "demo",
        "evidence",
        "rehearse",
        "replay",
        "report",
        "scenario",
        "selftest",
        "size",
        "status",
        "stress",
        "survive",
        "watch",
    ),
    "why",
)
HEAVY = re.compile(
    r"\| +(freqtrade|ccxt|pandas|numpy|scipy|talib|pydantic|rich|plotly|aiohttp|requests)$",
    re.MULTILINE,
)


def riskguard(*arguments, options=(), **more):
    command = [sys.executable, *options, "-m", "freqtrade_riskguard.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)


def test_help_shows_every_command(capsys):
    with pytest.raises(SystemExit) as done:
        main(["--help"])

    assert done.value.code == 0
    text = capsys.readouterr().out
    # What a long name does is in the line below it.
    assert all(re.search(rf"\n    {name}\s", text) for name in COMMANDS)


@pytest.mark.parametrize("argv", [[], ["fly"], ["scenario"], ["demo", "--scenario", "boring"]])
def test_what_it_does_not_know_ends_with_2(argv, capsys):
    with pytest.raises(SystemExit) as done:
        main(argv)

    assert done.value.code == 2
    assert "usage: riskguard" in capsys.readouterr().err


@pytest.mark.parametrize(("typed", "meant"), [("chekc", "check"), ("survives", "survive")])
def test_a_mistyped_command_is_told_which_one_it_may_be(typed, meant, capsys):
    with pytest.raises(SystemExit) as done:
        main([typed, "-c", "config.json"])

    assert done.value.code == 2
    assert f"there is no command '{typed}': did you mean '{meant}'?" in capsys.readouterr().err


def test_a_command_like_no_other_is_told_all(capsys):
    with pytest.raises(SystemExit):
        main(["fly"])

    assert f"choose from {', '.join(COMMANDS)}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        *(((name, "--help"), 0) for name in COMMANDS),
        (("--help",), 0),
        (("--version",), 0),
        (("chekc",), 2),
        (("why", "BTC", "sideways"), 2),
    ],
)
def test_help_and_mistakes_are_answered_at_once(arguments, code):
    before = os.times()
    done = riskguard(*arguments, options=("-X", "importtime"))
    after = os.times()

    assert done.returncode == code
    assert "freqtrade_riskguard.commands.arguments.parser" in done.stderr
    assert not HEAVY.findall(done.stderr)
    spent_seconds = sum(after[2:4]) - sum(before[2:4])
    assert spent_seconds < 0.5


def test_the_version_is_that_of_everything_a_fault_may_depend_on():
    told = riskguard("--version").stdout
    assert re.fullmatch(r"riskguard \S+, freqtrade 20\S+, ccxt \S+, Python 3\.1\d\.\d+\n", told)


@pytest.mark.parametrize("columns", [60, 80, 200])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_help_with_examples_and_exit_codes_that_fits_the_terminal(
    name, columns, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", str(columns))
    with pytest.raises(SystemExit):
        main([name, "--help"])

    text = capsys.readouterr().out
    assert re.search(rf"^ +riskguard {name}( |$)", text, re.MULTILINE)
    assert "exit code" in text
    # A path that is longer by itself stays whole; the usage line is argparse's own.
    _, _, text = text.partition("\n\n")
    wide = [line for line in text.splitlines() if len(line) > min(columns, 100)]
    assert not [line for line in wide if " " in line.strip()]


def test_a_scenario_is_written_without_freqtrade(tmp_path):
    done = riskguard(
        "scenario", "calm_trend", "--output", str(tmp_path), options=("-X", "importtime")
    )
    assert done.returncode == 0
    assert re.search(r"\| +pandas$", done.stderr, re.MULTILINE)
    assert not re.findall(r"\| +(freqtrade|ccxt)$", done.stderr, re.MULTILINE)


def test_demo_offers_every_scenario(capsys):
    with pytest.raises(SystemExit):
        main(["demo", "--help"])

    text = capsys.readouterr().out
    assert all(name in text for name in SCENARIOS)


@pytest.mark.parametrize(
    ("name", "words"), [("watch", (repr(FLEET), USERNAME, PASSWORD)), ("stress", (USERNAME,))]
)
def test_help_calls_things_as_the_commands_do(name, words, capsys):
    with pytest.raises(SystemExit):
        main([name, "--help"])

    text = capsys.readouterr().out
    assert all(word in text for word in words)


def test_missing_folders_are_one_line_and_2(tmp_path, capsys):
    assert main(["demo", "--strategies", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("riskguard demo: ")
    assert "riskguard_sample.py is missing" in error

    assert main(["replay", "--data", str(tmp_path / "nowhere")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("riskguard replay: ")
    assert len(error.splitlines()) == 1

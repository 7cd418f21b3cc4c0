"""``riskguard ablation`` on real backtests."""

import json

import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.config.schema import RULES
from freqtrade_riskguard.replay import ReplayExchange
from tests.support.offline import SAFE, write_bot

pytestmark = pytest.mark.slow

TIMERANGE = "20240119-20240124"
# Two rules and the cap: each decides in the crash of the 22nd.
OFF = {name: {"mode": "off"} for name in RULES if name != "hard_cap"}
RISKGUARD = {
    "profile": "moderate",
    **OFF,
    "daily_loss": {"close_all": True},
    "position_cap": {},
    "funding_gate": {},
}


def ablation(file, data, *argv):
    place = "--userdir", str(file.parent), "--datadir", str(data)
    return main(["ablation", "-c", str(file), *place, "--timerange", TIMERANGE, *argv])


@pytest.fixture(scope="module")
def crash(scenario_candles):
    return scenario_candles("flash_crash", days=24)


@pytest.fixture(scope="module")
def bot(crash, tmp_path_factory):
    with ReplayExchange(crash) as exchange:
        folder = tmp_path_factory.mktemp("ablated") / "bot"
        yield write_bot(folder, exchange, riskguard=RISKGUARD, config=SAFE)


def test_each_rule_that_decides_is_run_without_and_alone(bot, crash, capsys):
    assert ablation(bot, crash, "--json") == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    found = json.loads(shown.out)
    runs = {(run["kind"], run["rule"]): run for run in found["runs"]}

    assert list(runs) == [
        ("guarded", ""),
        ("bare", ""),
        ("alone", "hard_cap"),
        ("observing", "position_cap"),
        ("alone", "position_cap"),
        ("observing", "daily_loss"),
        ("alone", "daily_loss"),
    ]
    assert found["never_decided"] == ["funding_gate"]
    # The cap is in every run, so that of two rules each is alone where the other observes.
    for one, other in (("position_cap", "daily_loss"), ("daily_loss", "position_cap")):
        figures = [dict(runs[key]) for key in (("observing", one), ("alone", other))]
        for run in figures:
            del run["kind"], run["rule"]
        assert figures[0] == figures[1]
    # What each is there for: the smaller position loses less, and the day ends at its limit.
    guarded, bare = runs["guarded", ""], runs["bare", ""]
    assert guarded["worst_day_ratio"] == pytest.approx(-0.03, abs=0.01)
    assert runs["observing", "daily_loss"]["worst_day_ratio"] < guarded["worst_day_ratio"] - 0.02
    assert bare["worst_day_ratio"] <= runs["alone", "hard_cap"]["worst_day_ratio"] < -0.1
    for run in found["runs"]:
        ratio = run["profit_ratio"] / run["marked_drawdown_ratio"]
        assert run["profit_per_drawdown"] == pytest.approx(ratio)
    # Nothing is written into the bot's folder.
    assert not list(bot.parent.rglob("*.zip")) + list(bot.parent.rglob("*.jsonl"))


def test_the_table_fits_a_terminal_and_rules_that_never_decided_are_named(
    bot, crash, capsys, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "80")
    # Two quiet hours.
    assert ablation(bot, crash, "--timerange", "1704240000-1704247200") == 0

    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    rows = [line.split("│")[1].strip() for line in text.splitlines() if "%" in line]
    assert rows == [
        "guarded",
        "bare",
        "only hard_cap",
        "without position_cap",
        "only position_cap",
    ]
    assert "Never decided, not run: daily_loss, funding_gate" in text


def test_an_account_too_small_to_trade_has_figures_too(bot, crash, capsys):
    two_hours = "--timerange", "1704240000-1704247200"
    assert ablation(bot, crash, *two_hours, "--wallet", "1", "--json") == 0

    for run in json.loads(capsys.readouterr().out)["runs"]:
        assert run["trades"] == run["profit_ratio"] == run["profit_per_drawdown"] == 0


def test_a_spoiled_request_is_one_line(bot, crash, capsys, tmp_path):
    assert ablation(bot, crash, "--strategy", "Nobody") == 2
    assert "no strategy Nobody" in capsys.readouterr().err
    assert ablation(bot, tmp_path) == 2
    shown = capsys.readouterr()
    assert shown.err.startswith("riskguard ablation: ")
    assert len(shown.err.splitlines()) == 1
    assert shown.out == ""

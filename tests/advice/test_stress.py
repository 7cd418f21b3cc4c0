"""``riskguard stress``, as a person calls it."""

import json

import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.watch.loading import PASSWORD, USERNAME
from tests.advice.stress_parts import BTC, COLLATERAL, content
from tests.support import bot_api
from tests.support.bot_api import BotApi, ScriptedTrade


@pytest.fixture(autouse=True)
def _narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def stress(tmp_path):
    def run(*argv, **changes):
        file = tmp_path / "positions.json"
        file.write_text(json.dumps(content(**changes)), encoding="utf-8")
        return main(["stress", "--positions", str(file), *argv])

    return run


def test_one_that_survives(stress, capsys):
    assert stress(collateral=COLLATERAL) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert max(map(len, shown.out.splitlines())) <= 80
    assert "\x1b" not in shown.out
    text = " ".join(shown.out.split())
    for title in (
        "Account of 10000 USDT",
        "Positions",
        "Correlations under stress",
        "Collateral",
        "Scenarios, before any stop",
        "If you close, in this order",
    ):
        assert title in text
    assert text.endswith(
        "SURVIVES: -20 % of the market would take 4320 of 10000 USDT; equity falls to 24.1x the "
        "maintenance margin at the least."
    )


def test_one_that_does_not(stress, capsys):
    assert stress(equity_quote=2_500) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "Close first" in text
    assert text.endswith(
        "DOES NOT SURVIVE: -20 % of the market would take 2800 of 2500 USDT. Closing BTC long "
        "would save it."
    )


def test_one_that_nothing_saves(stress, capsys):
    assert stress(equity_quote=-5, positions=[BTC], correlations=[]) == 1
    assert "Closing everything does not save it." in " ".join(capsys.readouterr().out.split())


def test_the_same_figures_for_machines(stress, capsys):
    assert stress("--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["survives"] is True
    assert found["worst_loss_quote"] == pytest.approx(2_800.0)
    assert [row["move_ratio"] for row in found["scenarios"]][:2] == [-0.2, -0.15]
    assert found["close_first"][-1]["survival_after"] is None
    assert found["positions"][0]["pair"] == BTC["pair"]
    assert found["stablecoin_share_ratio"] is None


def test_colours_are_for_terminals_that_want_them(stress, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    stress()
    assert "\x1b[1;32mSURVIVES" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    stress()
    assert "\x1b[1;32m" not in capsys.readouterr().out


def test_an_account_without_positions(stress, capsys):
    assert stress(positions=[], correlations=[]) == 0
    assert capsys.readouterr().out.startswith("No open positions")


def test_the_schema_of_the_file(capsys):
    assert main(["stress", "--schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema["required"] == ["equity_quote", "positions"]


def test_a_running_bot(capsys, monkeypatch):
    monkeypatch.setenv(USERNAME, bot_api.USERNAME)
    monkeypatch.setenv(PASSWORD, bot_api.PASSWORD)
    with BotApi() as api:
        api.bot.trades = [ScriptedTrade(1, "BTC/USDT:USDT", amount=1.0, rate=100_000.0)]
        assert main(["stress", "--url", api.url, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    # 20 % of 100,000 is more than its 10,000.
    assert found["worst_loss_quote"] == pytest.approx(20_000.0)
    assert found["survives"] is False


def test_bad_input_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv(PASSWORD, raising=False)
    for argv in (
        ("--positions", str(tmp_path / "none.json")),
        ("--url", "http://127.0.0.1:1"),
        ("--url", "nonsense"),
    ):
        assert main(["stress", *argv]) == 2
        shown = capsys.readouterr()
        (line,) = shown.err.splitlines()
        assert line.startswith("riskguard stress: ")
        assert shown.out == ""


@pytest.mark.parametrize("argv", [(), ("--url", "x", "--positions", "y")])
def test_one_source_is_needed(argv, capsys):
    with pytest.raises(SystemExit) as done:
        main(["stress", *argv])
    assert done.value.code == 2
    assert "usage: riskguard stress" in capsys.readouterr().err

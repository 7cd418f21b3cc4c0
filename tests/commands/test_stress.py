"""``riskguard stress``, as a person calls it."""

import json

import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.watch.settings_loader import PASSWORD, USERNAME
from tests.stress.parts import AT_10X, BTC, COLLATERAL, ETH, content
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
        "Account of 10000 USDT, cross margin",
        "Positions",
        "Correlations under stress",
        "Collateral",
        "Scenarios, before any stop",
        "Allocation, notional / equity",
        "BTC long 200 % 142 % 150 % 5000",
        "ETH short 50 % -42 % 100 % -",
        "If you close, in this order",
    ):
        assert title in text
    assert text.endswith(
        "SURVIVES (cross margin). -20 % of the market would take 4320 of 10000 USDT; equity would "
        "fall to 24.1x the maintenance margin at the least."
    )


def test_one_that_does_not(stress, capsys):
    assert stress(equity_quote=2_500) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "Close first" in text
    assert text.endswith(
        "DOES NOT SURVIVE (cross margin). -20 % of the market would take 2800 of 2500 USDT; equity "
        "would fall to -1.3x the maintenance margin at the least. Closing BTC long would save it."
    )


# At -20 % it loses 1000.
_BITCOIN = [{"asset": "BTC", "amount": 0.5, "price": 10_000}]


class TestIsolatedMargin:
    def test_a_position_loses_its_margin_and_the_account_the_rest_of_it(self, stress, capsys):
        held = {"equity_quote": 1_000, "positions": [AT_10X], "correlations": []}
        assert stress(**held, margin_mode="isolated") == 0
        shown = capsys.readouterr().out
        assert max(map(len, shown.splitlines())) <= 80
        text = " ".join(shown.split())
        assert "Account of 1000 USDT, isolated margin" in text
        assert "6000 10x 1.00 600 54578.5 -600" in text
        assert "health 1.00 9.0 %" in text
        assert "-20 % -600 400 BTC long" in text
        assert "-5 % -300 700 -" in text
        assert text.endswith(
            "SURVIVES (isolated margin). Liquidated: BTC long at -10 %. -20 % of the market would "
            "take 600 of 1000 USDT; 400 would be left."
        )
        # The same in cross margin: 1200 are lost, of 1000.
        assert stress(**held, margin_mode="cross") == 1
        text = " ".join(capsys.readouterr().out.split())
        assert "DOES NOT SURVIVE (cross margin). -20 % of the market would take 1200 of" in text

    def test_it_is_what_is_taken_where_nothing_is_said(self, stress, capsys, monkeypatch):
        assert stress("--json", positions=[AT_10X], correlations=[], margin_mode="isolated") == 0
        assert json.loads(capsys.readouterr().out)["warnings"] == []
        bare = {"equity_quote": 1_000, "positions": [AT_10X]}
        monkeypatch.setattr("tests.commands.test_stress.content", lambda **_: bare)
        assert stress("--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert found["margin_mode"] == "isolated"
        assert found["warnings"] == ["margin_mode is not given: taken as isolated."]

    def test_an_account_of_which_too_little_is_left(self, stress, capsys):
        # 600 of 650 are lost, and 50 are less than a tenth.
        changes = {"positions": [AT_10X], "correlations": [], "margin_mode": "isolated"}
        assert stress(equity_quote=650, **changes) == 1
        text = " ".join(capsys.readouterr().out.split())
        assert text.endswith(
            "DOES NOT SURVIVE (isolated margin). Liquidated: BTC long at -10 %. -20 % of the "
            "market would take 600 of 650 USDT; 50.00 would be left. Closing BTC long would save "
            "it."
        )

    def test_a_position_beyond_its_liquidation_price_is_said_first(self, stress, capsys):
        # (0.1 * 60000 - 600) / (0.1 * (1 - 0.01 - 0.0006)) = 54579: the price is below it.
        held = {**AT_10X, "rate": 54_500}
        changes = {"positions": [held], "correlations": [], "margin_mode": "isolated"}
        assert stress(equity_quote=5_000, **changes) == 1
        shown = capsys.readouterr().out
        line = "ALREADY BEYOND LIQUIDATION: BTC long (price 54500, liquidation 54578.5)."
        assert shown.splitlines()[0] == line
        assert "SURVIVE" not in shown
        assert f"{line} No other position would be liquidated." in " ".join(shown.split())

    def test_by_the_exchanges_price_too_and_in_cross_margin(self, stress, capsys):
        held = {**AT_10X, "liquidation_price": 60_500}
        for mode in ("isolated", "cross"):
            changes = {"positions": [held], "correlations": [], "margin_mode": mode}
            assert stress("--json", equity_quote=50_000, **changes) == 1
            found = json.loads(capsys.readouterr().out)
            assert found["positions"][0]["beyond_liquidation"] is True
            assert found["survives"] is False


def test_one_that_nothing_saves(stress, capsys):
    assert stress(equity_quote=500, positions=[BTC], correlations=[], collateral=_BITCOIN) == 1
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
    first, last = found["allocation"]
    assert (first["pair"], first["cut_quote"]) == (BTC["pair"], pytest.approx(5_000.0))
    assert last["programme_weight_ratio"] is None


def test_the_allocation_of_the_programme_stands_beside_the_book(stress, capsys):
    assert stress(positions=[{**BTC, "edge_ratio": 0.01}, ETH]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "Programme" in shown
    assert "BTC long 200 % 142 % 150 % 25 % 5000" in " ".join(shown.split())


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
        # At 5x it holds 20,000, all of which is lost, in an account of 10,000.
        assert found["margin_mode"] == "isolated"
        assert found["worst_loss_quote"] == pytest.approx(20_000.0)
        assert found["survives"] is False
        assert any("in isolated margin that cannot be" in line for line in found["warnings"])
        api.bot.trades = [ScriptedTrade(1, "BTC/USDT:USDT", amount=0.4, rate=100_000.0)]
        assert main(["stress", "--url", api.url, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    # 8,000 of margin; 2,000 are left.
    assert found["worst_loss_quote"] == pytest.approx(8_000.0)
    assert found["equity_left_quote"] == pytest.approx(2_000.0)


class TestOtherCoins:
    """Long 40,000 on 10,000 in cross margin; 0.5 ETH beside it, worth 1,500: 1,020 are counted."""

    def report(self, *argv, capsys):
        with BotApi() as api:
            api.bot.dry_run, api.bot.margin_mode = False, "cross"
            api.bot.coins = {"ETH": (0.5, 1_500.0), "SHELL": (7.0, 0.0)}
            api.bot.trades = [ScriptedTrade(1, "BTC/USDT:USDT", amount=0.4, rate=100_000.0)]
            code = main(["stress", "--url", api.url, "--json", *argv])
        return code, json.loads(capsys.readouterr().out)

    def test_the_api_does_not_tell_whether_they_count(self, capsys, monkeypatch):
        monkeypatch.setenv(USERNAME, bot_api.USERNAME)
        monkeypatch.setenv(PASSWORD, bot_api.PASSWORD)
        _, bare = self.report(capsys=capsys)
        assert bare["equity_quote"] == pytest.approx(10_000.0)
        assert bare["other_collateral_quote"] == 0.0
        assert any(line.startswith("Whether ETH, SHELL stand behind") for line in bare["warnings"])
        _, counted = self.report("--multi-assets", capsys=capsys)
        assert counted["equity_quote"] == pytest.approx(10_000.0)
        assert counted["other_collateral_quote"] == pytest.approx(1_500 * 0.8 * 0.85)
        assert counted["joint_fall_ratio"] > bare["joint_fall_ratio"]
        assert "No price of SHELL: counted as nothing." in counted["warnings"]

    def test_of_a_file_they_are_said_in_it(self, stress, capsys):
        assert stress("--multi-assets") == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert "--multi-assets goes with --url only" in line


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


@pytest.mark.parametrize("equity_quote", [-5, 0])
def test_an_account_that_has_nothing_is_refused_by_its_equity(equity_quote, tmp_path, capsys):
    # Only what every version of the file had: nothing else may be what is refused.
    file = tmp_path / "positions.json"
    file.write_text(json.dumps({"equity_quote": equity_quote, "positions": [AT_10X]}))
    assert main(["stress", "--positions", str(file)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert "equity_quote must be " in line


@pytest.mark.parametrize("argv", [(), ("--url", "x", "--positions", "y")])
def test_one_source_is_needed(argv, capsys):
    with pytest.raises(SystemExit) as done:
        main(["stress", *argv])
    assert done.value.code == 2
    assert "usage: riskguard stress" in capsys.readouterr().err

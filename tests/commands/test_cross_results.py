"""``survive`` and ``report`` on a backtest in cross margin: the fate of the account."""

import json
from dataclasses import replace
from math import nan

import pytest

from freqtrade_riskguard.analysis.account_path import AccountLiquidation
from freqtrade_riskguard.analysis.account_survival import AccountFate, AccountSurvival
from freqtrade_riskguard.analysis.account_words import account_caption
from freqtrade_riskguard.cli import main
from tests.support.results import BTC, ETH, STRATEGY, at, stats, store, trade, write_candles
from tests.support.terminal import assert_fits

FALL = (100.0, 101.0, 79.0, 100.0)
MARKET = [(100.0, 101.0, 99.0, 100.0), FALL, *[(100.0, 101.0, 99.0, 100.0)] * 46]


def position(pair, closed, **changes):
    """Return a trade of 2,500 at 100: 2.5x of the account of 1,000 each."""
    return trade(100, 100, 0, closed, amount=25.0, leverage=5.0, pair=pair, **changes)


@pytest.fixture
def data(tmp_path):
    return write_candles(tmp_path / "data", {(BTC, "1h"): MARKET, (ETH, "1h"): MARKET})


def stored(folder, *trades):
    return store(folder, {STRATEGY: stats(*trades, margin_mode="cross")})


@pytest.fixture
def dead(tmp_path):
    """Both fall to 79 at once: 1,050 of 1,000 are lost."""
    return stored(tmp_path / "dead", position(BTC, 3), position(ETH, 4))


@pytest.fixture
def alive(tmp_path):
    """One at a time loses 525 of 1,000: it lives up to 4x of its 2.5x, where 840 are lost."""
    return stored(tmp_path / "alive", position(BTC, 3))


def record(capsys, path, data):
    assert main(["survive", str(path), "--datadir", str(data), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_json_has_the_moment_and_the_leverages(dead, alive, data, capsys):
    found = record(capsys, dead, data)["account"]
    assert found["basis"] == "candle by candle"
    assert found["max_effective_leverage"] == pytest.approx(5.0)
    exact = found["fills"][0]
    assert exact["as_traded"]["time"] == at(1).isoformat()
    assert exact["as_traded"]["equity_quote"] == pytest.approx(-50.0)
    assert exact["as_traded"]["loss_ratio"] == pytest.approx(1.05)
    # At 4x of both 840 of 1,000 are lost, and 0.4 % of 3,160 are owed.
    assert exact["keeps_alive"] == 4
    assert [bool(each["liquidation"]) for each in exact["by_effective_leverage"]] == (
        [False] * 4 + [True] * 16
    )
    one = record(capsys, alive, data)["account"]
    assert one["max_effective_leverage"] == pytest.approx(2.5)
    assert one["fills"][0]["as_traded"] is None
    assert one["fills"][0]["keeps_alive"] == 4
    assert one["fills"][0]["drawdown_ratio"] == pytest.approx(0.525)
    assert exact["drawdown_ratio"] is None
    assert [each["drawdown_ratio"] for each in one["fills"][0]["by_effective_leverage"]] == [
        *(pytest.approx(leverage * 0.21) for leverage in range(1, 5)),
        *[None] * 16,
    ]


def test_a_stop_may_lose_more_than_its_margin(tmp_path, data, capsys):
    # 25 coins at 5x have a margin of 500. Stopped at 95 in the candle of 79, 2 % beyond: 77.42.
    trades = (position(ETH, 4), trade(100, 95, 0, 1, amount=25.0, leverage=5.0,
                                      exit_reason="stop_loss"))  # fmt: skip
    found = record(capsys, stored(tmp_path / "stopped", *trades), data)
    stressed = found["fill_stress"][1]
    assert stressed["liquidations"] == 0
    assert stressed["final_balance_quote"] == pytest.approx(1_000 - 25 * 22.58)
    exact, _, worse, _ = found["account"]["fills"]
    # 525 and 125 are lost as it was filled, with the other at its worst; then 525 and 564.5.
    assert exact["as_traded"] is None
    assert worse["as_traded"]["equity_quote"] == pytest.approx(1_000 - 525 - 564.5)


def test_isolated_results_have_no_account(tmp_path, data, capsys):
    path = store(tmp_path / "isolated", {STRATEGY: stats(position(BTC, 3))})
    assert "account" not in record(capsys, path, data)


def test_the_terminal_says_it_first_and_last(dead, data, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["survive", str(dead), "--datadir", str(data)]) == 0
    shown = capsys.readouterr().out
    assert f"ACCOUNT LIQUIDATED at {at(1):%Y-%m-%d %H:%M} (candle by candle)" in shown
    assert "its equity was -50 USDT, -105.0 % since the start" in " ".join(shown.split())
    assert "Liquidation of the account, by effective leverage" in shown
    assert "Liquidated trades of" not in shown
    assert "Chances within a year" not in shown
    verdict = " ".join(shown.split("In short:")[1].split())
    assert f"with up to 5.0x effective leverage, the account is liquidated at {at(1):%Y}" in verdict
    assert "own fills it would not have been liquidated up to 4x, with a drawdown of" in verdict


def test_what_lives_is_shown_with_its_drawdown(alive, data, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["survive", str(alive), "--datadir", str(data)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    # 525 of 1,000 at its 2.5x; 840 at 4x.
    assert "lives -52 %" in shown
    assert "Lives means only: not liquidated" in shown
    assert "the account is not liquidated, with a drawdown of 52 %" in shown
    assert "would not have been liquidated up to 4x, with a drawdown of 84 % there" in shown


def test_losses_are_explained_only_where_there_are_any():
    lives = AccountFate(nan, None, (1.0,), (None,), 0.1, (0.1,))
    dies = replace(lives, by_leverage=(AccountLiquidation(at(1), 1.0, 0.9),))
    assert "since the account's start" not in account_caption(AccountSurvival(1.0, (lives,)))
    assert "since the account's start" in account_caption(AccountSurvival(1.0, (lives, dies)))


def test_without_candles_it_is_unknown(dead, capsys):
    assert main(["survive", str(dead)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "whether the account would have been liquidated is unknown: candles are missing" in said
    assert "It is unknown whether the account would have lived" in said
    assert main(["survive", str(dead), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["account"]
    assert found["max_effective_leverage"] is found["fills"][0]["keeps_alive"] is None
    assert "candles are missing" in found["fills"][0]["reason"]


def test_the_page_marks_the_moment(dead, alive, data, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    page = tmp_path / "page.html"
    where = ("--datadir", str(data), "--output", str(page))
    assert main(["report", str(dead), "--against", str(alive), *where]) == 0
    shown = capsys.readouterr().out
    assert f"ACCOUNT LIQUIDATED at {at(1):%Y-%m-%d %H:%M}" in shown
    html = page.read_text(encoding="utf-8")
    assert '<p class="halt" role="alert">' in html
    assert "account liquidated" in html
    assert "its account liquidated on 2024-01-01" in html
    assert "Liquidation of the account, by effective leverage" in html
    assert f"{at(1):%Y-%m-%d %H:%M} -105 %" in html
    assert "in cross margin a trade may lose more than its margin" in html
    assert 'id="survival"' not in html
    rows = [line.split() for line in shown.splitlines() if "Account liquidated" in line]
    assert any("lives" in row for row in rows)


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("name", ["survive", "report"])
def test_it_fits_a_narrow_terminal(name, columns, dead, data, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    page = ("--output", str(tmp_path / "page.html")) if name == "report" else ()
    assert main([name, str(dead), "--datadir", str(data), *page]) == 0
    assert_fits(capsys.readouterr().out, columns)

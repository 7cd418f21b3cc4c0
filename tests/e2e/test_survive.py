"""``riskguard survive`` on months that really happened."""

import json

import pytest

from freqtrade_riskguard.cli import main
from tests.support.freqtrade import backtest, strategy_files

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def covid(real_candles, tmp_path_factory):
    """Return the data of COVID, and the run of a reckless strategy through it."""
    data = real_candles("covid-2020")
    run = backtest(
        tmp_path_factory.mktemp("covid") / "bot",
        data,
        "Reckless",
        timeframe="1h",
        strategies=strategy_files("reckless"),
        riskguard=None,
        args=("--fee", "0.0005"),
    )
    return data, run.succeeded()


def test_a_bare_strategy_on_real_candles(covid, capsys):
    data, run = covid
    assert main(["survive", "--userdir", str(run.folder), "--datadir", str(data), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    assert found["candles"]["missing_pairs"] == []
    assert found["tiers"]["assumed_for"] == []
    exits = [trade["exit_reason"] for trade in run.trades]
    exact = found["as_filled"]
    assert (exact["trades"], exact["liquidations"]) == (len(exits), exits.count("liquidation"))
    assert exact["final_balance_quote"] == pytest.approx(run.outcome.stats["final_balance"])
    # 12 March 2020: what exact fills had hidden.
    for stressed in found["fill_stress"]:
        assert stressed["liquidations"] > exact["liquidations"]
        assert stressed["final_balance_quote"] < exact["final_balance_quote"]
    for survival in found["survival"]:
        lost = [each["liquidated"] for each in survival["by_leverage"]]
        assert lost == sorted(lost)
        assert lost[0] == 0
        assert lost[9] > 0
        assert survival["keeps_all"] < 10
        assert survival["keeps_all"] <= survival["keeps_99_percent"]


def test_the_same_result_is_a_report(covid, tmp_path, capsys):
    data, run = covid
    page = tmp_path / "page.html"
    where = ("--userdir", str(run.folder), "--datadir", str(data), "--output", str(page))
    assert main(["report", *where]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "There is no journal beside" in shown
    # What is recommended depends on the winners; how many they were is always said.
    assert " winners" in shown.split("stop is recommended: ")[-1].split("Recommended stop: ")[-1]
    assert page.stat().st_size < 20_000_000

"""freqtrade's other commands, on the sample and on a plain strategy with the protections."""

import json
import re

import pytest

from tests.support.freqtrade import MODERATE, freqtrade, strategy_files

pytestmark = pytest.mark.slow

EPOCHS = 3
PROTECTIONS = ("CircuitBreaker", "DailyLoss", "FundingBreaker")
OBSERVE = {**MODERATE, "mode": "observe"}
SAMPLE = ("--strategy", "RiskGuardSample", "--timeframe", "5m")


@pytest.fixture(scope="module")
def crash(scenario_candles):
    return scenario_candles("flash_crash", days=23)


def test_list_strategies_shows_the_sample(crash, tmp_path):
    run = freqtrade(tmp_path / "bot", crash, "list-strategies").succeeded()
    (row,) = [line for line in run.log.splitlines() if "RiskGuardSample" in line]
    assert re.search(r"RiskGuardSample\W+riskguard_sample\.py\W+OK\b", row)


def test_lookahead_analysis_finds_no_bias(crash, tmp_path):
    run = freqtrade(
        tmp_path / "bot",
        crash,
        "lookahead-analysis",
        *SAMPLE,
        *("--timerange", "20240114-20240122"),
        *("--minimum-trade-amount", "5", "--targeted-trade-amount", "6"),
        # Account-wide rules look biased to an analysis that reruns trades pair by pair.
        riskguard=OBSERVE,
    ).succeeded()
    assert "RiskGuardSample: no bias detected" in run.log


def test_recursive_analysis_stays_below_a_tenth_of_a_per_cent(crash, tmp_path):
    run = freqtrade(
        tmp_path / "bot",
        crash,
        "recursive-analysis",
        *SAMPLE,
        *("--timerange", "20240112-20240121", "--startup-candle", "400", "1999"),
        riskguard=OBSERVE,
    ).succeeded()
    assert "No lookahead bias on indicators found" in run.log
    deviations = [float(found) for found in re.findall(r"(-?[\d.]+)%", run.log.split("└")[0])]
    assert deviations
    assert max(map(abs, deviations)) < 0.1


@pytest.mark.parametrize("strategy", ["RiskGuardSample", "Protected"])
def test_hyperopt_runs_guarded_and_protected_in_its_workers(crash, strategy, tmp_path):
    run = freqtrade(
        tmp_path / "bot",
        crash,
        "hyperopt",
        *("--strategy", strategy, "--timeframe", "5m", "--timerange", "20240121-20240123"),
        *("--epochs", str(EPOCHS), "--job-workers", "2", "--random-state", "1"),
        *("--spaces", "stoploss", "roi", "--hyperopt-loss", "OnlyProfitHyperOptLoss"),
        "--enable-protections",
        strategies=strategy_files("protected"),
    ).succeeded()
    assert "Impossible to load Protection" not in run.log
    (results,) = (run.folder / "hyperopt_results").glob("*.fthypt")
    epochs = [json.loads(line)["results_metrics"] for line in results.read_text().splitlines()]
    assert len(epochs) == EPOCHS
    for epoch in epochs:
        assert epoch["trades"]
        reasons = [lock["reason"] for lock in epoch["locks"]]
        assert any(reason.startswith("Entries paused") for reason in reasons)
        if strategy == "RiskGuardSample":
            # It asks for 10x: the workers hold it to the profile.
            assert max(trade["leverage"] for trade in epoch["trades"]) <= 5

"""A strategy that its backtests prove starts above 1x; no other evidence is let in."""

import shutil

import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.evidence.record import from_json
from tests.support.freqtrade import backtest, strategy_files

pytestmark = pytest.mark.slow

STRATEGY = "Foreseeing"
FIRST, SECOND = "20240103-20240110", "20240110-20240114"
# Only what decides here: leverage by hard cap and Kelly.
RULES = {
    "profile": "moderate",
    "regime_cap": {"mode": "off"},
    "volatility_target": {"mode": "off"},
    "losing_leverage": {"mode": "off"},
    "circuit_breaker": {"mode": "off"},
}


def run(folder, data, timerange, *, kelly=None, **how):
    return backtest(
        folder,
        data,
        STRATEGY,
        args=("--timerange", timerange),
        riskguard={**RULES, "kelly": kelly or {}},
        strategies=how.pop("strategies", strategy_files("foreseeing")),
        **how,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("evidence")


@pytest.fixture(scope="module")
def evidence(folder, calm):
    ran = run(folder / "first", calm, FIRST).succeeded()
    assert ran.trades[0]["leverage"] == 1.0
    (result,) = (folder / "first" / "backtest_results").glob("*.zip")
    file = folder / "evidence.json"
    assert main(["evidence", str(result), "--out-of-sample", FIRST[:9], "-o", str(file)]) == 0
    return file


def test_it_starts_above_1x(evidence, folder, calm):
    assert from_json(evidence.read_bytes()).out_of_sample >= 120
    # Relative to the user directory.
    (folder / "proven").mkdir()
    shutil.copy(evidence, folder / "proven")
    kelly = {"evidence_file": evidence.name}
    proven = run(folder / "proven", calm, SECOND, kelly=kelly).succeeded()

    assert proven.trades[0]["leverage"] > 1.0
    assert "RiskGuard: kelly.evidence_file has" in proven.log


def test_another_version_of_the_strategy_stops_freqtrade(evidence, folder, calm):
    source = strategy_files("foreseeing")["foreseeing.py"]
    changed = run(
        folder / "changed",
        calm,
        SECOND,
        kelly={"evidence_file": str(evidence)},
        strategies={"foreseeing.py": source + "\n# changed\n"},
        config={"stoploss": -0.4},
    )
    assert changed.returncode == 2
    (line,) = [line for line in changed.log.splitlines() if "is not of this bot" in line]
    assert "riskguard.kelly.evidence_file" in line
    assert "another version of the file of Foreseeing; stoploss: -0.5 here, -0.4 there" in line

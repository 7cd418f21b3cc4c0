"""A strategy that its backtests prove starts above 1x; no other evidence is let in."""

import json
import shutil

import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.evidence.record import from_json
from freqtrade_riskguard.replay import ReplayExchange
from tests.support.figures import marked_figures
from tests.support.freqtrade import backtest, strategy_files
from tests.support.market import Candles
from tests.support.offline import SAFE, write_bot

pytestmark = pytest.mark.slow

STRATEGY = "Foreseeing"
FIRST, SECOND = "20240103-20240110", "20240110-20240114"
# From its day on it buys what falls, and every sixth hour is still blind.
_RISES = "        blind = "
TURNING = {
    "foreseeing.py": strategy_files("foreseeing")["foreseeing.py"].replace(
        _RISES,
        f"""        falls = dataframe["open"].shift(-EXIT) < 0.997 * dataframe["open"].shift(-ENTRY)
        rises = rises.where(dataframe["date"] < "{SECOND[:8]}", falls)
{_RISES}""",
    )
}
# Only what decides here: leverage by hard cap and Kelly.
RULES = {
    "profile": "moderate",
    "regime_cap": {"mode": "off"},
    "volatility_target": {"mode": "off"},
    "losing_leverage": {"mode": "off"},
    "circuit_breaker": {"mode": "off"},
}
LADDER = load_config(RULES).drawdown_ladder.steps


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


def evidence_of(folder, calm, **how):
    """Return the file of what was traded in the first week."""
    ran = run(folder, calm, FIRST, **how).succeeded()
    assert ran.trades[0]["leverage"] == 1.0
    (result,) = (folder / "backtest_results").glob("*.zip")
    file = folder / "evidence.json"
    assert main(["evidence", str(result), "--out-of-sample", FIRST[:9], "-o", str(file)]) == 0
    return file


@pytest.fixture(scope="module")
def evidence(folder, calm):
    return evidence_of(folder / "first", calm)


def marked_drawdown_ratio(ran, calm):
    return marked_figures(ran.outcome, Candles.read(calm, "5m").closes).drawdown_ratio


def test_it_starts_above_1x_and_never_comes_near_a_halt(evidence, folder, calm):
    assert from_json(evidence.read_bytes()).out_of_sample >= 120
    # Relative to the user directory.
    (folder / "proven").mkdir()
    shutil.copy(evidence, folder / "proven")
    kelly = {"evidence_file": evidence.name}
    proven = run(folder / "proven", calm, SECOND, kelly=kelly).succeeded()

    assert proven.trades[0]["leverage"] > 1.0
    assert "RiskGuard: kelly.evidence_file has" in proven.log
    assert sum(trade["profit_abs"] for trade in proven.trades) > 0
    # Not even the first step of the ladder.
    assert 0.0 < marked_drawdown_ratio(proven, calm) < LADDER[0].at


def test_what_loses_with_it_falls_back_within_ten_losers(folder, calm):
    proof = evidence_of(folder / "turning", calm, strategies=TURNING)
    lost = run(
        folder / "turned",
        calm,
        SECOND,
        kelly={"evidence_file": str(proof)},
        strategies=TURNING,
    ).succeeded()
    trades = sorted(lost.trades, key=lambda trade: trade["open_timestamp"])
    assert trades[0]["leverage"] > 1.0
    losers = sorted(t["close_timestamp"] for t in trades if t["profit_abs"] < 0)
    after = [t["leverage"] for t in trades if t["open_timestamp"] >= losers[9]]
    assert len(after) > 10
    assert set(after) == {1.0}
    # What was risked until then stays far from the halt.
    assert marked_drawdown_ratio(lost, calm) < LADDER[-1].at


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


@pytest.fixture(scope="module")
def bot(folder, calm):
    with ReplayExchange(calm) as exchange:
        config = {**SAFE, "strategy": STRATEGY}
        yield write_bot(
            folder / "bot", exchange, "foreseeing", riskguard=dict(RULES), config=config
        )


def test_what_a_calibration_recommends_is_taken_with_its_evidence(bot, calm, folder, capsys):
    argv = ["calibrate", "-c", str(bot), "--userdir", str(bot.parent), "--datadir", str(calm)]
    argv += ["--timerange", "20240103-20240107", "--max-drawdown", "0.2"]
    argv += ["--space", "max_leverage", "--trials", "1", "--folds", "1"]
    assert main(argv) == 0
    shown = capsys.readouterr().out
    assert "Most growth within the budget, and out of sample agrees. To paste:" in shown
    # Two days of it are no proof yet.
    assert "they count a quarter each" in " ".join(shown.split())
    pasted, _ = json.JSONDecoder().raw_decode(shown[shown.index("{") :])
    block = pasted["riskguard"]
    assert block["kelly"] == {"evidence_file": f"evidence/{STRATEGY}.json"}
    assert block.items() >= RULES.items()
    shutil.copytree(bot.parent / "evidence", folder / "pasted" / "evidence")
    days = ("--timerange", "20240110-20240112")
    files = strategy_files("foreseeing")
    pasted_folder = folder / "pasted"
    ran = backtest(pasted_folder, calm, STRATEGY, riskguard=block, strategies=files, args=days)
    ran = ran.succeeded()
    assert "RiskGuard: kelly.evidence_file has" in ran.log
    leverages = [trade["leverage"] for trade in ran.trades]
    # Own trades were missing, and thirty of them not.
    assert leverages[0] == 1.0 < leverages[29]

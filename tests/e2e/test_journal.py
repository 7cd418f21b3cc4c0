"""The journal of a backtest: summed up on the screen, kept beside the result, at no cost."""

import json
from collections import Counter

import pytest

from freqtrade_riskguard.cli import main
from freqtrade_riskguard.engine.lock_origins import rule_label
from tests.support.freqtrade import MODERATE, backtest, strategy_files

pytestmark = pytest.mark.slow

GUARDED = """
from reckless import Reckless
from freqtrade_riskguard import RiskGuard


class GuardedReckless(RiskGuard, Reckless):
    pass
"""
FENCED = """
from reckless import Reckless
from freqtrade_riskguard import RiskGuard


class Fenced(RiskGuard, Reckless):
    stoploss = -0.1
    protections = [
        {"method": "CooldownPeriod", "stop_duration_candles": 2},
        {"method": "StoplossGuard", "lookback_period": 720, "trade_limit": 1,
         "stop_duration": 120, "only_per_pair": True},
    ]
"""
STRATEGIES = {**strategy_files("reckless"), "guarded.py": GUARDED, "fenced.py": FENCED}
# Generated months are quiet at first: a few days around the crash are enough.
LATE = ("--timerange", "20240119-")


def run(data, folder, *names, args=(), **riskguard):
    args = (*LATE, *args)
    found = backtest(folder, data, *names, args=args, strategies=STRATEGIES, riskguard=riskguard)
    return found.succeeded()


def summary(log):
    """Return what is printed after freqtrade's last table: rule to cells, and the lines before."""
    lines = log[log.index("STRATEGY SUMMARY") :].splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("└")) + 1
    rows = [
        [cell.strip() for cell in line.strip()[1:-1].split("│")]
        for line in lines[start:]
        if line.startswith("│")
    ]
    return {(row[1], row[2]) for row in rows}, "\n".join(lines[start:])


@pytest.fixture(scope="module")
def data(scenario_candles):
    return scenario_candles("flash_crash", days=23)


def test_a_backtest_ends_with_what_each_strategys_guard_did(data, tmp_path):
    found = run(data, tmp_path / "bot", "RiskGuardSample", "GuardedReckless", **MODERATE)

    rows, text = summary(found.log)
    assert text.index("RISKGUARD: RiskGuardSample") < text.index("RISKGUARD: GuardedReckless")
    times = Counter((r["strategy"], r["question"], r["rule"]) for r in found.journal)
    assert {name for name, _, _ in times} == {"RiskGuardSample", "GuardedReckless"}
    assert rows == {(rule_label(rule), f"{count:,}") for (_, _, rule), count in times.items()}
    # One file beside the result, and nothing left elsewhere.
    results = tmp_path / "bot" / "backtest_results"
    (result,) = results.glob("*.zip")
    (journal,) = (tmp_path / "bot").rglob("*.jsonl")
    assert journal == results / f"{result.stem}.riskguard.jsonl"


def test_without_a_result_file_the_journal_is_beside_that_of_the_bot(data, tmp_path):
    args = ("--export", "none")
    found = run(data, tmp_path / "bot", "RiskGuardSample", "GuardedReckless", args=args, **MODERATE)

    (journal,) = (tmp_path / "bot").rglob("*.jsonl")
    assert journal == tmp_path / "bot" / "journal.backtest.jsonl"
    lines = journal.read_text(encoding="utf-8").splitlines()
    names = {json.loads(line)["strategy"] for line in lines}
    assert names == {"RiskGuardSample", "GuardedReckless"}
    assert "RISKGUARD: GuardedReckless" in found.log


def test_every_lock_of_the_result_is_in_journal_summary_and_report(data, tmp_path, capsys):
    found = run(data, tmp_path / "bot", "Fenced", **MODERATE)

    locks = Counter((each["pair"], each["reason"]) for each in found.outcome.locks)
    told = [r for r in found.journal if r["question"] == "lock" and r["enforced"]]
    assert Counter((each["pair"], each["why"]) for each in told) == locks
    rules = Counter(each["rule"] for each in told)
    assert rules["CooldownPeriod"] > 0
    assert rules["StoplossGuard"] > 0
    assert rules["other lock"] == 0
    rows, _ = summary(found.log)
    assert ("CooldownPeriod (protection)", f"{rules['CooldownPeriod']:,}") in rows
    (result,) = (tmp_path / "bot" / "backtest_results").glob("*.zip")
    page = tmp_path / "page.html"
    assert main(["report", str(result), "--datadir", str(data), "--output", str(page)]) == 0
    shown = capsys.readouterr().out
    assert "CooldownPeriod (protection)" in " ".join(shown.split())
    assert "CooldownPeriod (protection)" in page.read_text(encoding="utf-8")


def test_observing_is_told_apart_and_costs_no_trade(data, tmp_path):
    names = ("Reckless", "GuardedReckless")
    found = run(data, tmp_path / "bot", *names, **MODERATE, mode="observe")

    assert found.outcomes["GuardedReckless"].trades == found.outcomes["Reckless"].trades
    _, text = summary(found.log)
    assert "RISKGUARD: GuardedReckless: no rule has changed anything." in text
    assert "RISKGUARD WOULD HAVE: GuardedReckless" in text
    assert "RISKGUARD: Reckless" not in text

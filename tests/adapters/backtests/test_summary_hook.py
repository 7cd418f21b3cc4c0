import json
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from freqtrade_riskguard.adapters.backtests import summary_hook as backtest_summary
from freqtrade_riskguard.adapters.backtests.summary_hook import (
    GuardedRun,
    result_journal,
    summarise_at_end,
)
from freqtrade_riskguard.engine.decision_stats import DecisionStats
from freqtrade_riskguard.engine.journal import Decision, Journal
from tests.factories import NOON, PAIR

STAKE = Decision(
    time=NOON,
    pair=PAIR,
    side=1,
    question="stake",
    rule="fixed_risk",
    asked=500.0,
    answered=200.0,
    enforced=True,
    why="1 % risk",
)
CONFIG = {"stake_currency": "USDT"}
END_MS = int(datetime(2024, 1, 31, tzinfo=UTC).timestamp() * 1000)


class Backtest:
    """freqtrade's module of the backtest, as far as its end goes."""

    def __init__(self, folder):
        self.folder = folder
        self.module = SimpleNamespace(
            store_backtest_results=self.store, show_backtest_results=self.show
        )

    def store(self, config, stats, appendix, *, market_change_data=None):
        result = self.folder / "results" / f"backtest-result-{appendix}.zip"
        result.parent.mkdir(exist_ok=True)
        result.write_bytes(b"zip")
        return result

    def show(self, config, backtest_stats):
        print("freqtrade's tables")  # noqa: T201 - that is what it does

    def run(self, name, *decisions, file="guard.backtest.1.jsonl"):
        """Do what the guard does in the backtest of one strategy."""
        path = None if file is None else self.folder / file
        kept = None if file is None else self.folder / "guard.backtest.jsonl"
        run = GuardedRun(name, Journal(), DecisionStats(), path, kept)
        anew = summarise_at_end(run)
        run.journal.start_run(path, anew=anew, strategy=name, counts=run.decision_stats)
        for decision in decisions:
            run.journal.record(decision)

    def end(self, *names, stored=True):
        """End as freqtrade does; return the result's file."""
        stats = {"strategy": {name: {"backtest_end_ts": END_MS} for name in names}}
        result = None
        if stored:
            result = self.module.store_backtest_results(
                CONFIG, stats, "now", market_change_data=None
            )
        self.module.show_backtest_results(CONFIG, stats)
        return result


@pytest.fixture
def backtest(tmp_path, monkeypatch):
    found = Backtest(tmp_path)
    monkeypatch.setitem(sys.modules, "freqtrade.optimize.backtesting", found.module)
    monkeypatch.setattr(backtest_summary, "_runs", {})
    return found


def strategies(path):
    """Return which strategy each line of a journal names."""
    return [json.loads(line)["strategy"] for line in path.read_text(encoding="utf-8").splitlines()]


def test_the_summary_follows_freqtrades_own_tables(backtest, capsys):
    backtest.run("Reckless", STAKE)
    backtest.end("Reckless")

    before, _, after = capsys.readouterr().out.partition("freqtrade's tables")
    assert "RISKGUARD" not in before
    assert "RISKGUARD: Reckless" in after
    assert "fixed_risk" in after


def test_every_strategy_is_told_in_freqtrades_order_and_once(backtest, capsys):
    backtest.run("First", STAKE)
    backtest.run("Second", STAKE)
    backtest.end("Second", "Bare", "First")

    told = capsys.readouterr().out
    assert told.index("RISKGUARD: Second") < told.index("RISKGUARD: First")
    assert told.count("RISKGUARD") == 2

    backtest.end("Second", "Bare", "First")
    assert "RISKGUARD" not in capsys.readouterr().out


def test_the_journal_of_all_strategies_is_beside_the_result(backtest):
    backtest.run("First", STAKE, STAKE)
    backtest.run("Second", STAKE)
    result = backtest.end("First", "Second")

    kept = result_journal(result)
    assert kept.name == "backtest-result-now.riskguard.jsonl"
    assert strategies(kept) == ["First", "First", "Second"]
    assert not list(backtest.folder.glob("guard*"))


def test_strategies_with_files_of_their_own_lose_nothing(backtest):
    backtest.run("First", STAKE, file="one.jsonl")
    backtest.run("Second", STAKE, file="two.jsonl")
    result = backtest.end("First", "Second")

    assert strategies(result_journal(result)) == ["First", "Second"]
    assert not list(backtest.folder.glob("*.jsonl"))


def test_without_a_result_file_it_stays_beside_that_of_the_bot(backtest):
    (backtest.folder / "guard.backtest.jsonl").write_text("older", encoding="utf-8")
    backtest.run("First", STAKE)
    backtest.run("Second", STAKE)
    backtest.end("First", "Second", stored=False)

    (left,) = backtest.folder.glob("guard*")
    assert left.name == "guard.backtest.jsonl"
    assert strategies(left) == ["First", "Second"]


def test_no_file_where_none_is_configured(backtest, capsys):
    backtest.run("Reckless", STAKE, file=None)
    result = backtest.end("Reckless")

    assert not result_journal(result).exists()
    assert "fixed_risk" in capsys.readouterr().out


def test_the_next_backtest_in_this_process_begins_anew(backtest):
    for _ in range(2):
        backtest.run("Reckless", STAKE)
        result = backtest.end("Reckless")
    assert strategies(result_journal(result)) == ["Reckless"]

    # In the web UI nothing of ours happens at the end.
    backtest.run("First", STAKE)
    backtest.run("Second", STAKE)
    backtest.run("First", STAKE)
    assert strategies(backtest.folder / "guard.backtest.1.jsonl") == ["First"]


def test_freqtrades_functions_are_followed_once_and_keep_their_answers(backtest):
    store = backtest.module.store_backtest_results
    backtest.run("First")
    followed = backtest.module.store_backtest_results
    backtest.run("Second")

    assert followed is not store
    assert backtest.module.store_backtest_results is followed
    assert backtest.end("First").name == "backtest-result-now.zip"


def test_an_error_of_ours_is_logged_and_harms_no_result(backtest, caplog, capsys, monkeypatch):
    def failing(*_args):
        msg = "no table"
        raise ValueError(msg)

    monkeypatch.setattr(backtest_summary, "guard_summary", failing)
    monkeypatch.setattr(backtest_summary, "result_journal", failing)
    backtest.run("Reckless", STAKE)
    result = backtest.end("Reckless")

    assert result.read_bytes() == b"zip"
    assert "freqtrade's tables" in capsys.readouterr().out
    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]
    # The journal is not lost either.
    assert strategies(backtest.folder / "guard.backtest.jsonl") == ["Reckless"]


def test_an_error_of_freqtrades_stays_one(backtest):
    def failing(*_args):
        msg = "disk full"
        raise OSError(msg)

    backtest.module.store_backtest_results = failing
    backtest.run("Reckless")
    with pytest.raises(OSError, match="disk full"):
        backtest.module.store_backtest_results(CONFIG, {}, "now")


@pytest.mark.parametrize(
    ("missing", "consequence"),
    [
        ("store_backtest_results", "not kept beside the result"),
        ("show_backtest_results", "not printed at the end"),
    ],
)
def test_a_freqtrade_without_these_functions_is_warned_of(backtest, caplog, missing, consequence):
    delattr(backtest.module, missing)
    backtest.run("Reckless")

    (record,) = caplog.records
    assert record.levelname == "WARNING"
    assert missing in record.message
    assert consequence in record.message


def test_a_freqtrade_that_backtests_elsewhere_is_warned_of(backtest, caplog, monkeypatch):
    monkeypatch.setitem(sys.modules, "freqtrade.optimize.backtesting", None)
    backtest.run("Reckless")
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]


def test_the_supported_freqtrade_has_them():
    module = pytest.importorskip("freqtrade.optimize.backtesting")
    assert callable(module.store_backtest_results)
    assert callable(module.show_backtest_results)

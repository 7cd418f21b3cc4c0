import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from freqtrade.enums import RunMode

from freqtrade_riskguard.adapters.backtests import summary_hook as backtest_summary
from freqtrade_riskguard.adapters.bot.journal_file import backtest_path, begin_journal, journal_path
from freqtrade_riskguard.adapters.bot.notifications import Notifications
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.engine.journal import Decision, Journal
from tests.factories import NOON, PAIR


@pytest.mark.parametrize(
    ("runmode", "expected"),
    [
        (RunMode.LIVE, "logs/guard.jsonl"),
        (RunMode.DRY_RUN, "logs/guard.jsonl"),
        (RunMode.BACKTEST, "logs/guard.backtest.4711.jsonl"),
        (RunMode.UTIL_NO_EXCHANGE, "logs/guard.util_no_exchange.jsonl"),
        (RunMode.HYPEROPT, None),
    ],
)
def test_only_a_bot_that_trades_writes_its_journal(runmode, expected, monkeypatch):
    monkeypatch.setattr(os, "getpid", lambda: 4711)
    settings = load_config({"journal_file": "logs/guard.jsonl"})

    path = journal_path(settings, {"runmode": runmode})

    assert path == (None if expected is None else Path(expected))


def test_a_backtest_without_a_result_file_leaves_its_journal_beside_the_bots():
    settings = load_config({"journal_file": "logs/guard.jsonl"})
    assert backtest_path(settings) == Path("logs/guard.backtest.jsonl")


def test_no_file_unless_configured():
    assert journal_path(load_config({}), {"runmode": RunMode.LIVE}) is None
    assert backtest_path(load_config({})) is None


@pytest.mark.parametrize(
    "runmode", [RunMode.LIVE, RunMode.BACKTEST, RunMode.HYPEROPT, RunMode.UTIL_NO_EXCHANGE]
)
def test_backtests_alone_are_summarised(runmode, tmp_path, monkeypatch):
    runs: dict[str, Any] = {}
    monkeypatch.setattr(backtest_summary, "_runs", runs)
    strategy: Any = SimpleNamespace(
        config={"runmode": runmode}, timeframe="5m", get_strategy_name=lambda: "Reckless"
    )
    settings = load_config({"journal_file": str(tmp_path / "guard.jsonl")})
    journal = Journal()

    begin_journal(journal, settings, strategy, Notifications("bot"))
    for enforced in (True, False):
        journal.record(
            Decision(
                time=NOON,
                pair=PAIR,
                side=1,
                question="stake",
                rule="heat",
                asked=9.0,
                answered=3.0,
                enforced=enforced,
                why="full",
            )
        )

    assert list(runs) == (["Reckless"] if runmode == RunMode.BACKTEST else [])
    for run in runs.values():
        assert [count.times for count in run.decision_stats] == [1, 1]
    lines = [line for path in tmp_path.iterdir() for line in path.read_text("utf-8").splitlines()]
    # On a running bot the second is a repetition within its candle.
    expected = {RunMode.LIVE: 1, RunMode.HYPEROPT: 0}.get(runmode, 2)
    assert [json.loads(line)["strategy"] for line in lines] == ["Reckless"] * expected

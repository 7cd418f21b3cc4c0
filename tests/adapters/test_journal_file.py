from pathlib import Path

import pytest
from freqtrade.enums import RunMode

from freqtrade_riskguard.adapters.journal_file import journal_path
from freqtrade_riskguard.config import load_config


@pytest.mark.parametrize(
    ("runmode", "expected"),
    [
        (RunMode.LIVE, "logs/guard.jsonl"),
        (RunMode.DRY_RUN, "logs/guard.jsonl"),
        (RunMode.BACKTEST, "logs/guard.backtest.jsonl"),
        (RunMode.HYPEROPT, None),
    ],
)
def test_a_backtest_keeps_off_the_running_bots_journal(runmode, expected):
    settings = load_config({"journal_file": "logs/guard.jsonl"})

    path = journal_path(settings, {"runmode": runmode})

    assert path == (None if expected is None else Path(expected))


def test_no_file_unless_configured():
    assert journal_path(load_config({}), {"runmode": RunMode.LIVE}) is None

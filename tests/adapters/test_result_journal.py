from datetime import UTC, datetime, timedelta
from math import isnan

import pytest

from freqtrade_riskguard.adapters.result_journal import read_journal
from freqtrade_riskguard.adapters.results import ResultError, read_result
from freqtrade_riskguard.journal import Decision, Journal
from tests.support.results import STRATEGY, decision, stats, store, trade


def result_with(folder, journal):
    return read_result(store(folder, {STRATEGY: stats(trade(100, 110, 1, 2))}, journal=journal))


def test_without_a_journal_there_is_none(tmp_path):
    assert read_journal(result_with(tmp_path, None)) is None


def test_what_a_journal_writes_is_read_back(tmp_path):
    time = datetime(2024, 1, 1, tzinfo=UTC)
    whole = Decision(time, "*", 0, "lock", "daily_loss", 3.0, 1.5, False, "why", time, True)
    later = time + timedelta(hours=1)
    bare = Decision(later, "BTC/USDT:USDT", -1, "stop", "atr_stop", 1.0, 2.0, True, "why")
    found = result_with(tmp_path, ())
    journal = Journal()
    path = found.path.with_suffix(".riskguard.jsonl")
    journal.begin(path, anew=True, strategy=STRATEGY)
    journal.record(bare)
    journal.record(whole)
    journal.close()
    assert read_journal(found) == (whole, bare)


def test_figures_that_were_not_known_are_nan(tmp_path):
    (read,) = read_journal(result_with(tmp_path, [decision("alert", "margin_ladder", 1)])) or ()
    assert isnan(read.asked)
    assert isnan(read.answered)


def test_lines_of_other_strategies_are_left_out(tmp_path):
    lines = [
        decision("entry", "heat", 1, strategy="Another"),
        decision("entry", "side_limit", 2),
        {k: v for k, v in decision("entry", "heat", 3).items() if k != "strategy"},
    ]
    read = read_journal(result_with(tmp_path, lines)) or ()
    assert [each.rule for each in read] == ["side_limit", "heat"]


@pytest.mark.parametrize(
    "line",
    [
        "{half a",
        "[]",
        '{"strategy": "Mine"}',
        '{"strategy": "Mine", "time": "2024-01-01", "pair": "*", "side": "up", "question": "lock"}',
    ],
)
def test_a_broken_line_is_named_with_the_remedy(line, tmp_path):
    found = result_with(tmp_path, [decision("entry", "heat", 1)])
    path = found.path.with_suffix(".riskguard.jsonl")
    with path.open("a") as file:
        file.write(line + "\n")
    with pytest.raises(ResultError) as error:
        read_journal(found)
    assert f"{path}, line 2" in str(error.value)
    assert "delete the file" in str(error.value)


def test_a_question_that_nobody_asks(tmp_path):
    found = result_with(tmp_path, [decision("weather", "heat", 1)])
    with pytest.raises(ResultError, match="no question 'weather'"):
        read_journal(found)

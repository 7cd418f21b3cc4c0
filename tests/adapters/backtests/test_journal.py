import os
from datetime import UTC, datetime, timedelta
from math import isnan

import pytest

from freqtrade_riskguard.adapters.backtests.files import ResultError, read_result
from freqtrade_riskguard.adapters.backtests.journal import read_journal
from freqtrade_riskguard.engine.journal import Decision, Journal
from tests.support.results import STRATEGY, decision, stats, store, trade


def result_with(folder, journal):
    return read_result(store(folder, {STRATEGY: stats(trade(100, 110, 1, 2))}, journal=journal))


def test_without_a_journal_there_is_none(tmp_path):
    assert read_journal(result_with(tmp_path, None)) is None


def test_what_a_journal_writes_is_read_back(tmp_path):
    time = datetime(2024, 1, 1, tzinfo=UTC)
    whole = Decision(
        time=time,
        pair="*",
        side=0,
        question="lock",
        rule="daily_loss",
        asked=3.0,
        answered=1.5,
        enforced=False,
        why="why",
        until=time,
        halts=True,
    )
    later = time + timedelta(hours=1)
    bare = Decision(
        time=later,
        pair="BTC/USDT:USDT",
        side=-1,
        question="stop",
        rule="atr_stop",
        asked=1.0,
        answered=2.0,
        enforced=True,
        why="why",
    )
    found = result_with(tmp_path, ())
    journal = Journal()
    path = found.path.with_suffix(".riskguard.jsonl")
    journal.start_run(path, anew=True, strategy=STRATEGY)
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
    with pytest.raises(ResultError, match="not as it is written"):
        read_journal(found)


def test_times_with_and_without_a_zone_are_of_one_kind(tmp_path):
    naive = {**decision("stop", "atr_stop", 2), "time": "2024-01-01T01:00:00"}
    found = read_journal(result_with(tmp_path, [decision("stop", "atr_stop", 3), naive]))
    assert [one.time.hour for one in found] == [1, 3]


def test_what_others_wrote_is_escaped(tmp_path):
    line = decision("stop", "atr_stop", 2, why="a\nb\x1b[2J", pair="[red]\u202eBTC")
    (found,) = read_journal(result_with(tmp_path, [line])) or ()
    assert (found.why, found.pair) == ("a\\nb\\x1b[2J", "[red]\\u202eBTC")


@pytest.mark.parametrize(
    "line",
    [
        b"\xff\xfe\n",
        b"[" * 200_000 + b"\n",
        b'{"a": ' + b"1" * 5_000 + b"}\n",
        b"x" * 3_000_000,
        b'{"question": "hunter2"}\n',
        b'{"question": "stop", "time": "hunter2"}\n',
        b'{"question": "stop", "time": "2024-01-01", "pair": {"a": "hunter2"}}\n',
    ],
    ids=["not UTF-8", "deep", "digits", "without an end", "question", "time", "pair"],
)
def test_a_line_that_is_none_is_named_by_its_number_alone(tmp_path, line):
    result = result_with(tmp_path, [decision("stop", "atr_stop", 2)])
    path = result.path.with_suffix(".riskguard.jsonl")
    path.write_bytes(path.read_bytes() + line)
    with pytest.raises(ResultError, match="line 2 is not a line of a journal") as caught:
        read_journal(result)
    assert "hunter2" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_pipe_is_not_waited_for(tmp_path):
    result = result_with(tmp_path, None)
    os.mkfifo(result.path.with_suffix(".riskguard.jsonl"))
    assert read_journal(result) is None

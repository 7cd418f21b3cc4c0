"""A guard's journal is read as it grows: what was decided lately, and what took something away."""

import json

import pytest

from freqtrade_riskguard.watch.web.journal_counts import JournalCounts


def line(minute, rule="daily_loss", question="lock", **changes):
    written = {
        "strategy": "Mine",
        "time": f"2025-02-03T12:{minute:02}:00+00:00",
        "pair": "BTC/USDT:USDT",
        "side": "long",
        "question": question,
        "rule": rule,
        "asked": None,
        "answered": None,
        "enforced": True,
        "why": f"reason {minute}",
        "until": None,
        "halts": False,
    }
    return json.dumps(written | changes) + "\n"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "journal.jsonl"


def append(path, *lines):
    with path.open("a", encoding="utf-8") as file:
        file.writelines(lines)


def test_the_last_ten_the_newest_first(path):
    journal = JournalCounts(path)
    append(path, *map(line, range(15)))
    journal.counted()
    assert [made.reason for made in journal.latest] == [f"reason {n}" for n in range(14, 4, -1)]
    append(path, line(15))
    journal.counted()
    assert journal.latest[0].reason == "reason 15"


def test_cuts_and_exits_are_told_once_where_they_were_enforced(path):
    journal = JournalCounts(path)
    append(
        path,
        line(1, "equity_stop", "cut"),
        line(2, "daily_loss", "exit"),
        line(3),
        line(4, "equity_stop", "cut", enforced=False),
    )
    journal.counted()
    acts = journal.take_acts()
    assert [(mark.kind, mark.text) for mark in acts] == [
        ("cut", "BTC/USDT:USDT: cut by equity_stop: reason 1"),
        ("exit", "BTC/USDT:USDT: exit by daily_loss: reason 2"),
    ]
    assert journal.take_acts() == ()
    append(path, line(5, "equity_stop", "cut"))
    journal.counted()
    assert len(journal.take_acts()) == 1


@pytest.mark.parametrize(
    "broken",
    [
        "{}\n",
        "[]\n",
        '{"rule": "a", "question": "cut", "enforced": true}\n',
        line(1, "a", "cut", time="yesterday"),
        line(1, "a", "cut", side="up"),
        line(1, "a", "cut", why=None),
        line(1, "a", "cut")[:-20],
    ],
)
def test_a_line_that_is_no_decision_is_left_out(path, broken):
    journal = JournalCounts(path)
    append(path, broken, line(2, "equity_stop", "cut"), line(3, "equity_stop", "cut"))
    journal.counted()
    assert journal.latest[0].reason == "reason 3"
    # Of a line without an end the next one is a part.
    assert {mark.text.rpartition(" ")[2] for mark in journal.take_acts()} <= {"2", "3"}


def test_a_journal_that_begins_anew_has_only_its_own(path):
    journal = JournalCounts(path)
    append(path, line(1), line(2))
    journal.counted()
    path.write_text(line(3), encoding="utf-8")
    journal.counted()
    assert [made.reason for made in journal.latest] == ["reason 3"]

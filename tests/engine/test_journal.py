import json
import pickle
from dataclasses import replace
from datetime import timedelta
from math import nan
from pathlib import Path

import pytest

from freqtrade_riskguard.engine.journal import Decision, Journal
from tests.factories import NOON, PAIR

DECISION = Decision(
    time=NOON,
    pair=PAIR,
    side=-1,
    question="stake",
    rule="fixed_risk",
    asked=500.0,
    answered=nan,
    enforced=True,
    why="1 % risk",
)


def test_a_decision_as_a_line():
    assert DECISION.as_record() == {
        "time": "2024-01-10T12:00:00+00:00",
        "pair": PAIR,
        "side": "short",
        "question": "stake",
        "rule": "fixed_risk",
        "asked": 500.0,
        "answered": None,
        "enforced": True,
        "why": "1 % risk",
        "until": None,
        "halts": False,
    }


def test_a_lock_says_when_it_ends():
    lock = replace(DECISION, question="lock", until=NOON + timedelta(hours=12), halts=True)

    assert lock.as_record()["until"] == "2024-01-11T00:00:00+00:00"
    assert lock.as_record()["halts"] is True


def test_memory_is_bounded_and_keeps_the_newest():
    journal = Journal(size=3)
    for number in range(5):
        journal.record(replace(DECISION, asked=float(number)))

    assert [decision.asked for decision in journal] == [2.0, 3.0, 4.0]
    assert len(journal) == 3


def test_every_decision_is_a_line_in_the_file(tmp_path):
    path = tmp_path / "logs" / "journal.jsonl"
    journal = Journal()
    journal.start_run(path, anew=False)

    journal.record(DECISION)
    journal.record(DECISION)

    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["rule"] for line in lines] == ["fixed_risk", "fixed_risk"]


def test_going_on_appends_and_beginning_anew_empties(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_text("before\n", encoding="utf-8")
    journal = Journal()

    journal.start_run(path, anew=False)
    journal.record(DECISION)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2

    journal.start_run(path, anew=True)
    assert path.read_text(encoding="utf-8") == ""
    assert len(journal) == 0


def test_several_journals_of_one_file_never_write_over_each_other(tmp_path):
    # As the strategies of one backtest do: the first notes its last locks when the second is done.
    path = tmp_path / "journal.jsonl"
    first, second = Journal(), Journal()
    first.start_run(path, anew=True)
    first.record(DECISION)
    second.start_run(path, anew=False)
    longer = "a longer reason than that of the first"
    second.record(replace(DECISION, why=longer))
    first.record(DECISION)

    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["why"] for line in lines] == ["1 % risk", longer, "1 % risk"]


def test_a_file_that_cannot_be_written_is_reported_once_and_stops_nothing(tmp_path, caplog):
    journal = Journal()
    journal.start_run(tmp_path, anew=False)  # a folder

    journal.record(DECISION)
    journal.record(DECISION)

    assert len(journal) == 2
    assert len(caplog.records) == 1
    assert caplog.records[0].levelname == "ERROR"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device is Linux's")
def test_a_full_disk_stops_nothing(caplog):
    journal = Journal()
    journal.start_run(Path("/dev/full"), anew=False)

    journal.record(DECISION)
    journal.record(DECISION)

    assert len(journal) == 2
    assert len(caplog.records) == 1
    assert "No space left" in caplog.text


def test_it_travels_to_a_worker_process_without_its_file(tmp_path):
    journal = Journal()
    journal.start_run(tmp_path / "journal.jsonl", anew=True)
    journal.record(DECISION)

    copy = pickle.loads(pickle.dumps(journal))  # noqa: S301 - our own object
    copy.record(DECISION)

    assert len(copy) == 2


def test_what_stays_is_recorded_once_however_long_that_takes():
    journal = Journal()
    told = [
        journal.record(replace(DECISION, time=DECISION.time + timedelta(days=days)), stays)
        for days, stays in enumerate(["trade 1", "trade 1", "trade 2", "trade 2", "trade 1"])
    ]

    assert told == [True, False, True, False, True]
    assert len(journal) == 3
    # What only observes, or answers another question, is another decision.
    assert journal.record(replace(DECISION, enforced=not DECISION.enforced), "trade 1")
    assert journal.record(replace(DECISION, question="entry"), "trade 1")
    # The newest is known, also where it was no news.
    latest = journal.latest(DECISION.pair, DECISION.side, DECISION.question, DECISION.time)
    assert latest is not None

    journal.clear()
    assert journal.record(DECISION, "trade 1")


def test_what_lasts_is_repeated_in_time_and_an_event_is_never_a_repetition():
    journal = Journal()
    journal.start_run(None, anew=True, repeat_after=timedelta(minutes=5))

    for minutes in (0, 1, 5):
        later = replace(DECISION, time=DECISION.time + timedelta(minutes=minutes))
        journal.record(later)
        journal.record(replace(later, question="cut"))

    assert [decision.question for decision in journal] == ["stake", "cut", "cut", "stake", "cut"]

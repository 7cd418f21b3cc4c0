import json

import pytest

from freqtrade_riskguard.engine.journal import Decision, Journal
from freqtrade_riskguard.status.journal_tail import last_decisions
from tests.factories import NOON


def decision(number):
    return Decision(
        time=NOON,
        pair="*",
        side=0,
        question="lock",
        rule="daily_loss",
        asked=float("nan"),
        answered=1.0,
        enforced=True,
        why=f"why {number}",
    )


@pytest.fixture
def journal(tmp_path):
    """A journal of 5,000 decisions as the guard writes it: larger than what is read of it."""
    path = tmp_path / "journal.jsonl"
    written = Journal(path)
    for number in range(5_000):
        written.record(decision(number))
    written.close()
    return path


def test_the_newest_come_first(journal):
    found = last_decisions(journal, most=3) or ()
    assert [made.reason for made in found] == ["why 4999", "why 4998", "why 4997"]
    assert found[0].time == NOON
    assert (found[0].side, found[0].is_enforced) == ("both", True)


@pytest.mark.parametrize(
    "damage", [b'{"time": "2024', b"\xff\xfe\n", b"[]\n", b"null\n", b'{"time": 1}\n', b"[" * 9_999]
)
def test_a_line_that_is_no_decision_is_left_out(journal, damage):
    with journal.open("ab") as file:
        file.write(damage)
    assert [made.reason for made in last_decisions(journal, most=1) or ()] == ["why 4999"]


def test_no_journal_is_not_an_empty_one(tmp_path):
    assert last_decisions(None) is None
    assert last_decisions(tmp_path) is None
    # The guard makes it with its first decision.
    assert last_decisions(tmp_path / "nothing") == ()
    (tmp_path / "empty").write_bytes(b"")
    assert last_decisions(tmp_path / "empty") == ()


def test_control_characters_are_shown_written_out(tmp_path):
    path = tmp_path / "journal"
    record = decision(1).as_record() | {"why": "\x1b[31mred"}
    path.write_text(json.dumps(record), encoding="utf-8")
    (made,) = last_decisions(path) or ()
    assert made.reason == r"\x1b[31mred"

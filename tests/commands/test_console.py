import json
import sys
from datetime import UTC, datetime
from math import inf, nan

from freqtrade_riskguard.commands.console import working, write_json


def test_what_json_does_not_know_is_null(capsys):
    write_json(
        {
            "unknown": nan,
            "endless": (inf, -inf, 1.5),
            "time": datetime(2025, 2, 3, tzinfo=UTC),
            "deep": {"list": [{"x": nan}]},
        }
    )
    assert json.loads(capsys.readouterr().out) == {
        "unknown": None,
        "endless": [None, None, 1.5],
        "time": "2025-02-03T00:00:00+00:00",
        "deep": {"list": [{"x": None}]},
    }


def test_what_a_strategy_prints_stays_off_the_answer(capsys):
    with working() as wait:
        wait.describe("Working")
        wait.set_total(2)
        wait.advance()
        sys.stdout.write("chatty\n")
    shown = capsys.readouterr()
    assert shown.out == ""
    # Not on a terminal: no bar.
    assert shown.err == "chatty\n"

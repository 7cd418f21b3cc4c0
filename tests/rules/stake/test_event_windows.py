from datetime import timedelta

import pytest

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.rules import Cap
from freqtrade_riskguard.rules.stake.event_windows import EventWindows
from tests.factories import NOON, account, entry


def rule(*windows):
    given = [
        {"name": name, "start": f"2024-01-10T{start}", "end": f"2024-01-10T{end}", "factor": factor}
        for name, start, end, factor in windows
    ]
    return EventWindows(load_config({"event_windows": {"windows": given}}).event_windows.windows)


@pytest.mark.parametrize(
    ("start", "end", "inside"),
    [
        ("11:00", "13:00", True),
        ("12:00", "13:00", True),  # the start belongs to it
        ("11:00", "12:00", False),  # the end does not
        ("12:01", "13:00", False),
        ("13:30+02:00", "14:30+02:00", True),
    ],
)
def test_a_window_counts_from_its_start_until_its_end(start, end, inside):
    halved = rule(("FOMC", start, end, 0.5)).stake_factor(entry())

    assert halved == (Cap(0.5, halved.why) if inside else None)


def test_the_reason_names_the_window():
    halved = rule(("FOMC", "11:00", "13:30", 0.5))

    assert halved.stake_factor(entry()).why == "FOMC: stakes x0.5 until 2024-01-10 13:30 UTC"
    assert halved.denial(entry()) is None


def test_a_factor_of_nothing_also_closes_the_gate():
    closed = rule(("FOMC", "11:00", "13:30", 0.0))

    assert closed.stake_factor(entry()).limit == 0.0
    assert closed.denial(entry()) == "FOMC: no entries until 2024-01-10 13:30 UTC"
    assert closed.denial(entry(time=NOON + timedelta(hours=2))) is None


def test_a_factor_of_nothing_pauses_entries():
    closed = rule(("FOMC", "11:00", "13:30", 0.0), ("CPI", "14:00", "15:00", 0.5))

    assert closed.pause_reason(account()) == "FOMC: no entries until 2024-01-10 13:30 UTC"
    assert closed.pause_reason(account(time=NOON + timedelta(hours=2))) is None


def test_the_strictest_of_several_windows_holds():
    both = rule(("CPI", "11:00", "13:00", 0.5), ("expiry", "12:00", "14:00", 0.25))

    assert both.stake_factor(entry()).limit == 0.25
    assert both.stake_factor(entry()).why.startswith("expiry: ")


def test_no_windows_no_opinion():
    assert rule().stake_factor(entry()) is None
    assert rule().denial(entry()) is None

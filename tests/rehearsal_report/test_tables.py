import io

import pytest
from rich.console import Console

from freqtrade_riskguard.rehearsal.record import Message, UnbookedPosition, Unprotected
from freqtrade_riskguard.rehearsal_report.tables import tables
from tests.support.rehearsals import DECISIONS, FAULTS, at, rehearsal, sample
from tests.support.scripted import BTC
from tests.support.terminal import assert_fits


def shown(record, columns=200):
    file = io.StringIO()
    console = Console(file=file, width=columns, markup=False)
    for part in tables(record):
        console.print(part)
    return file.getvalue()


@pytest.mark.parametrize("columns", [60, 80])
def test_all_of_it_fits_a_terminal(columns):
    text = shown(rehearsal(faults=FAULTS, decisions=DECISIONS), columns)
    assert_fits(text, columns)
    assert "10,090.00 USDT" in text


def test_the_account_is_told_by_both():
    samples = (sample(1, 10_000), sample(61, 9_960), sample(66, 9_970), sample(70, 10_090, 10_090))
    text = " ".join(
        shown(
            rehearsal(
                samples=samples,
                unprotected=(Unprotected(BTC, at(0), at(9), 2),),
                unbooked=(UnbookedPosition(BTC, at(0), None, None),),
                messages=(Message(at(0), "told"),),
            )
        ).split()
    )
    for told in (
        "MyStrategy (moderate), 2025-02-03 00:00 to 2025-02-04 00:00 UTC",
        "Equity by the exchange 10,090.00 USDT",
        "Equity by the guard 10,090.00 USDT",
        # 9,960 / 10,000 - 1
        "Largest difference -0.400 %, 2025-02-03 01:01",
        "Longest above 0.2 % 5 min",
        "Most loops without a stop 2",
        "Positions that no trade knew 1",
        "Messages to the owner 1",
        "Loops, requests 2, 104",
        "Machine time 1.5 min",
        "HELD: no liquidation",
    ):
        assert told in text


def test_faults_say_when_they_struck_and_how_often():
    rows = [" ".join(line.split()) for line in shown(rehearsal(faults=FAULTS)).splitlines()]
    assert (
        "refuse_stops (times 40) 2025-02-03 00:05 40 2025-02-03 00:06 to 2025-02-03 00:45" in rows
    )
    assert "go_away 2025-02-03 02:00 0 -" in rows
    assert "price_jump (change -0.03) 2025-02-03 01:00 to 2025-02-03 01:10 in force -" in rows


def test_decisions_are_counted_what_is_enforced_first():
    text = shown(rehearsal(decisions=DECISIONS)).split("What the guard decided")[1]
    rows = [line.split() for line in text.splitlines() if line.split()[-1:] in (["1"], ["2"])]
    assert rows == [
        ["cut", "drawdown_ladder", "2"],
        ["lock", "daily_loss", "1"],
        ["exit", "(observed)", "funding_exit", "1"],
    ]


def test_what_did_not_hold_is_said_last():
    text = shown(rehearsal(unprotected=(Unprotected(BTC, at(0), at(9), 10),)))
    verdict, reason = text.splitlines()[-2:]
    assert verdict == "DID NOT HOLD: 1 thing."
    assert reason.startswith(f"! {BTC} had no stop on the exchange")

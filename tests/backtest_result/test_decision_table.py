from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from math import nan

import pytest
from rich.console import Console

from freqtrade_riskguard.backtest_result.decision_table import guard_summary, halt_lines
from freqtrade_riskguard.engine.decision_stats import DecisionStats, Halt
from freqtrade_riskguard.engine.journal import Decision
from tests.factories import PAIR

END = datetime(2022, 12, 31, 23, 45, tzinfo=UTC)
HALTED_AT = datetime(2022, 11, 9, 6, tzinfo=UTC)
STAKE = Decision(
    time=HALTED_AT,
    pair=PAIR,
    side=1,
    question="stake",
    rule="portfolio_volatility",
    asked=1_000.0,
    answered=400.0,
    enforced=True,
    why="",
)
DENIED = replace(STAKE, question="entry", rule="liquidation_distance", answered=0.0)
LOCK = replace(
    STAKE,
    question="lock",
    rule="daily_loss",
    pair="*",
    asked=nan,
    answered=nan,
    until=HALTED_AT + timedelta(hours=18),
)


def printed(*decisions, width=80):
    decision_stats = DecisionStats()
    for decision in decisions:
        decision_stats.add(decision)
    screen = StringIO()
    console = Console(file=screen, width=width, no_color=True)
    for part in guard_summary("Reckless", decision_stats, END, "USDT"):
        console.print(part)
    return screen.getvalue()


def row(text, rule):
    """Return the cells of a rule's row."""
    (line,) = (line for line in text.splitlines() if rule in line)
    return [cell.strip() for cell in line.strip()[1:-1].split("│")]


def test_every_question_says_what_it_changed():
    text = printed(
        replace(STAKE, question="leverage", rule="hard_cap", asked=10.0, answered=5.0),
        replace(STAKE, question="leverage", rule="hard_cap", asked=20.0, answered=5.0),
        STAKE,
        replace(STAKE, answered=0.0),
        DENIED,
        replace(STAKE, question="stop", rule="atr_stop", asked=90.0, answered=95.0),
        replace(STAKE, question="cut", rule="equity_stop", answered=500.0),
        replace(STAKE, question="exit", rule="funding_exit", answered=0.0),
        LOCK,
        replace(STAKE, question="alert", rule="margin_ladder", asked=nan, answered=nan),
    )

    assert row(text, "hard_cap") == ["leverage", "hard_cap", "2", "1", "mean 15.0x > 5.0x"]
    assert row(text, "portfolio_vol")[2:] == ["2", "1", "-600 USDT, 1 refused"]
    assert row(text, "liquidation_dist")[2:] == ["1", "1", "denied"]
    assert row(text, "atr_stop")[4] == "nearer stop"
    assert row(text, "equity_stop")[4] == "500 USDT cut off"
    assert row(text, "funding_exit")[4] == "1,000 USDT closed"
    assert row(text, "daily_loss")[2:] == ["1", "all", "18 h locked"]
    assert row(text, "margin_ladder")[4] == "warned"


def test_a_refused_stake_is_counted_and_not_added_up():
    # Refused on every candle, the sum of what was asked would be many times the account.
    text = printed(*[replace(STAKE, answered=0.0)] * 1_500)
    assert row(text, "portfolio_vol")[2:] == ["1,500", "1", "1,500 refused"]


def test_unknown_figures_and_locks_without_an_end_leave_the_cell_empty():
    text = printed(
        replace(STAKE, question="leverage", rule="hard_cap", answered=nan),
        replace(LOCK, until=None),
    )
    assert row(text, "hard_cap")[4] == ""
    assert row(text, "daily_loss")[4] == ""


def test_what_only_observes_stands_apart():
    text = printed(STAKE, replace(DENIED, enforced=False))

    real, _, would_have = text.partition("WOULD HAVE")
    assert "portfolio_volatility" in real
    assert "liquidation_distance" not in real
    assert "liquidation_distance" in would_have
    assert "nothing was changed" in would_have


@pytest.mark.parametrize("decisions", [(), (replace(STAKE, enforced=False),)])
def test_a_guard_that_changed_nothing_says_so(decisions):
    assert "RISKGUARD: Reckless: no rule has changed anything." in printed(*decisions)


def test_it_fits_80_columns_without_colour_and_cuts_no_word_off():
    long_name = "my_own_rule_with_a_name_of_quite_some_length"
    many = [replace(STAKE, asked=1e9, answered=1e6, rule=long_name)] * 12_345
    text = printed(*many, replace(STAKE, answered=0.0, rule=long_name), DENIED)

    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert "12,346" in text


def test_a_halt_comes_first_and_says_how_long_nothing_was_traded():
    forever = HALTED_AT + timedelta(days=3650)
    text = printed(STAKE, replace(LOCK, halts=True, until=forever))

    # From 9 November 06:00 to 31 December 23:45: 21 + 31 days and a part of one.
    assert text.splitlines()[0] == "Reckless: HALTED on 2022-11-09, 52 days untraded"
    # 52 days of 24 hours and 17:45.
    assert row(text, "daily_loss")[4] == "1,266 h locked"


def test_halts_that_end_add_up():
    day = timedelta(days=1)
    # Two days each, the locks' ends one second before; the last one reaches beyond the end.
    halts = [
        Halt(HALTED_AT + n * 10 * day, HALTED_AT + (n * 10 + 2) * day - timedelta(seconds=1), True)
        for n in range(3)
    ]
    last = Halt(END - timedelta(hours=25), END + day, enforced=True)

    assert list(halt_lines(halts, END)) == ["HALTED 3 times, first on 2022-11-09, 6 days untraded"]
    assert list(halt_lines([last], END)) == ["HALTED on 2022-12-30, 1 day untraded"]
    assert list(halt_lines([], END)) == []


def test_a_halt_that_was_only_observed():
    halts = [Halt(HALTED_AT, END, enforced=False)]
    assert list(halt_lines(halts, END)) == ["Would have HALTED on 2022-11-09, 52 days untraded"]

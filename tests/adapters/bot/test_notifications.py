"""What a running bot tells a person."""

from datetime import timedelta
from math import nan
from typing import Any

from freqtrade_riskguard.adapters.bot.notifications import Notifications
from freqtrade_riskguard.engine.journal import Decision
from tests.factories import NOON, PAIR

MINUTE = timedelta(minutes=1)


def decision(question: Any, rule: str, **changes: Any) -> Decision:
    facts: dict[str, Any] = {
        "pair": PAIR,
        "side": 1,
        "asked": nan,
        "answered": nan,
        "enforced": True,
        "why": "because of 3 %",
    }
    return Decision(time=NOON, question=question, rule=rule, **{**facts, **changes})


def told(*decisions: Decision) -> list[str]:
    messages = Notifications("trend-1")
    for made in decisions:
        messages.add(made)
    return messages.drain(NOON)


def test_events_name_bot_pair_what_was_done_why_and_the_rule():
    cut = decision("cut", "margin_ladder", asked=1_000.0, answered=750.0)
    closed = decision("exit", "funding_exit", asked=99.5, answered=0.0, side=-1)
    alert = decision("alert", "margin_ladder")

    assert told(cut, closed, alert) == [
        f"trend-1: {PAIR} long: cut from 1000 to 750 of margin: because of 3 % (margin_ladder)",
        f"trend-1: {PAIR} short: closed: because of 3 % (funding_exit)",
        f"trend-1: {PAIR} long: because of 3 % (margin_ladder)",
    ]


def test_what_concerns_the_account_is_a_sentence_of_its_own():
    lock = decision("lock", "daily_loss", pair="*", side=0, why="Entries paused. Lift: /unlock 12")

    assert told(lock) == ["trend-1: Entries paused. Lift: /unlock 12"]


def test_a_lock_of_a_pair_names_it():
    lock = decision("lock", "funding_breaker", side=0)

    assert told(lock) == [f"trend-1: {PAIR}: because of 3 % (funding_breaker)"]


def test_what_only_observes_is_not_told():
    assert not told(
        decision("lock", "daily_loss", enforced=False),
        decision("entry", "funding_gate", enforced=False),
    )


def test_a_smaller_entry_is_no_refusal():
    assert not told(
        decision("leverage", "hard_cap", asked=10.0, answered=5.0),
        decision("stake", "fixed_risk", asked=2_500.0, answered=412.0),
        decision("stop", "atr_stop", asked=nan, answered=95.0),
    )


def test_an_event_is_told_once():
    messages = Notifications("trend-1")
    messages.add(decision("alert", "margin_ladder"))

    assert len(messages.drain(NOON)) == 1
    assert messages.drain(NOON + MINUTE) == []


def test_refused_entries_are_summed_up_once_an_hour():
    messages = Notifications("trend-1")
    denied = decision("entry", "funding_gate")
    unpaid = decision("stake", "heat", side=-1, asked=2_500.0, answered=0.0)

    messages.add(denied)
    first = messages.drain(NOON)
    for _ in range(20):
        messages.add(denied)
        messages.add(unpaid)
    soon = messages.drain(NOON + 59 * MINUTE)
    second = messages.drain(NOON + 60 * MINUTE)

    assert len(first) == 1
    assert f"trend-1: entries refused: {PAIR} long (funding_gate)." in first[0]
    assert soon == []
    assert len(second) == 1
    assert f"{PAIR} long (funding_gate), {PAIR} short (heat)." in second[0]
    assert messages.drain(NOON + 180 * MINUTE) == []


def test_a_long_summary_names_ten_and_counts_the_rest():
    entries = [decision("entry", "lock", pair=f"C{n}/USDT:USDT") for n in range(13)]

    (summary,) = told(*entries)

    assert "C9/USDT:USDT long (lock) and 3 more." in summary
    assert "C10/" not in summary


def test_a_new_start_begins_anew():
    messages = Notifications("trend-1")
    messages.add(decision("alert", "margin_ladder"))
    messages.add(decision("entry", "lock"))

    messages.clear()

    assert messages.drain(NOON) == []


def test_an_account_that_cannot_be_valued_is_told_at_once_and_then_once_an_hour():
    messages = Notifications("trend-1")

    news = [
        messages.report_valuation_failure(NOON + minutes * MINUTE) for minutes in (0, 5, 59, 60, 61)
    ]

    assert news == [True, False, False, True, False]
    first, second = messages.drain(NOON)
    assert first == second
    assert "its limits are NOT watched" in first

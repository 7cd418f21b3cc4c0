from datetime import timedelta
from typing import get_args

from freqtrade_riskguard.rehearsal.default_faults import default_faults
from freqtrade_riskguard.replay.fault_rules import Rule
from tests.support.rehearsals import START

FORTNIGHT = timedelta(days=14)


def test_there_is_one_of_each_kind():
    union, *_ = get_args(Rule)
    kinds = {get_args(kind.model_fields["what"].annotation)[0] for kind in get_args(union)}
    found = [rule.what for rule in default_faults(START, FORTNIGHT, "BTCUSDT")]
    assert len(found) == len(kinds)
    assert set(found) == kinds


def test_each_ends_before_the_next_begins_also_in_half_a_day():
    for length in (FORTNIGHT, timedelta(hours=13)):
        rules = default_faults(START, length, "BTCUSDT")
        times = [rule.since for rule in rules if rule.since is not None]
        assert len(times) == len(rules)
        assert all(START < time < START + length for time in times)
        for rule, since, following in zip(rules, times, [*times[1:], START + length], strict=True):
            assert since < following
            assert rule.until is None or rule.until <= following


def test_none_takes_minutes_of_the_machine():
    for rule in default_faults(START, FORTNIGHT, "BTCUSDT"):
        seconds = getattr(rule, "seconds", 0.0) * (getattr(rule, "times", 1) or 1)
        assert seconds < 1


def test_prices_change_for_one_contract_only():
    rules = default_faults(START, FORTNIGHT, "SOLUSDT")
    assert [rule.symbol for rule in rules if hasattr(rule, "change")] == ["SOLUSDT"] * 2

import pytest

from freqtrade_riskguard.replay import Faults
from freqtrade_riskguard.replay.fault_rules import FaultError, GoAway
from tests.replay.recordings import moment


def test_nothing_is_wrong_at_first_and_after_clearing():
    faults = Faults()
    sound = vars(faults).copy()
    faults.status, faults.hang_seconds, faults.frozen_at_ms = 500, 3.0, 1
    faults.empty = faults.without_funding = True
    faults.paths = ["/fapi/v1/time"]
    faults.clear()
    assert vars(faults) == sound
    assert faults.status is None


def test_clearing_does_not_forget_who_was_hit():
    faults = Faults()
    faults.hits = 3
    faults.clear()
    assert faults.hits == 3


def test_failures_concern_every_path_unless_some_are_named():
    faults = Faults()
    assert faults.concerns("/fapi/v1/time")
    faults.paths = ["/fapi/v1/klines"]
    assert faults.concerns("/fapi/v1/klines")
    assert not faults.concerns("/fapi/v1/time")
    faults.paths = []
    assert not faults.concerns("/fapi/v1/klines")


def strike(faults, now_ms=0):
    return faults.strike(GoAway, now_ms, lambda _: True) is not None


def test_a_rule_lets_pass_what_it_skips_and_strikes_as_often_as_it_says():
    faults = Faults()
    faults.add({"what": "go_away", "skip": 2, "times": 2})
    assert [strike(faults) for _ in range(6)] == [False, False, True, True, False, False]
    assert faults.hits == 2
    assert faults.listed() == [{"what": "go_away", "skip": 2, "times": 2, "hits": 2}]


def test_the_first_rule_that_still_strikes_does():
    faults = Faults()
    faults.add({"what": "go_away", "name": "once", "times": 1}, {"what": "go_away", "name": "ever"})
    names = [faults.strike(GoAway, 0, lambda _: True).name for _ in range(3)]
    assert names == ["once", "ever", "ever"]


def test_a_rule_that_does_not_say_since_when_holds_from_the_moment_it_is_added():
    faults = Faults(lambda: moment(minutes=5))
    faults.add({"what": "go_away"})
    assert not strike(faults, moment(minutes=4))
    assert strike(faults, moment(minutes=5))
    assert faults.listed()[0]["since"] == "2024-01-01T00:05:00Z"


def test_rules_are_taken_back_by_name_or_all_at_once():
    faults = Faults()
    faults.add(*({"what": "go_away", "name": name} for name in ("a", "b", "a")))
    assert faults.remove("a") == 2
    assert [rule["name"] for rule in faults.listed()] == ["b"]
    faults.clear()
    assert faults.listed() == []


def test_of_rules_that_cannot_be_read_none_is_added():
    faults = Faults()
    with pytest.raises(FaultError, match="faults: fault 2: "):
        faults.add({"what": "go_away"}, {"what": "nothing"})
    assert faults.listed() == []


def test_whoever_reckons_with_the_rules_is_told_before_they_change():
    faults, seen = Faults(), []
    faults.before_change = lambda: seen.append(len(faults.listed()))
    faults.add({"what": "go_away", "name": "a"})
    faults.remove("a")
    faults.add({"what": "go_away"})
    faults.clear()
    assert seen == [0, 1, 0, 1]

from freqtrade_riskguard.replay import Faults


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

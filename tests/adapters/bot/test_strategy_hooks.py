"""What a strategy tells of an entry, and what counts where it fails."""

from math import inf, isnan, nan

import pytest

from freqtrade_riskguard.adapters.bot import strategy_hooks as hooks
from freqtrade_riskguard.adapters.bot.strategy_hooks import conviction, target_price
from tests.adapters.bots import broken
from tests.factories import NOON, PAIR

ASKED = {"pair": PAIR, "side": "long", "rate": 100.0, "current_time": NOON, "enter_tag": None}


@pytest.fixture(autouse=True)
def _nothing_has_failed_yet(monkeypatch):
    monkeypatch.setattr(hooks, "_failed", set())


class Silent:
    """Has no hooks."""


class Telling:
    def __init__(self, answer):
        self.answer = answer
        self.asked = {}

    def riskguard_conviction(self, **asked):
        self.asked = asked
        return self.answer

    riskguard_target = riskguard_conviction


class Failing:
    riskguard_conviction = riskguard_target = broken


def convinced(strategy, **asked):
    return conviction(strategy, {**ASKED, **asked})


def aim(strategy):
    return target_price(strategy, ASKED)


def test_without_hooks_it_is_fully_convinced_and_aims_at_nothing():
    assert convinced(Silent()) == 1.0
    assert aim(Silent()) is None


@pytest.mark.parametrize(
    ("answer", "expected"), [(0.4, 0.4), (0, 0.0), (1, 1.0), (-2.0, 0.0), (7.0, 1.0), (True, 1.0)]
)
def test_a_conviction_lies_between_0_and_1(answer, expected):
    assert convinced(Telling(answer)) == expected


@pytest.mark.parametrize("answer", [nan, inf, -inf, None, "much"])
def test_a_conviction_that_is_no_number_is_none(answer):
    assert convinced(Telling(answer)) == 0.0


def test_a_target_is_a_price():
    assert aim(Telling(120)) == 120.0


@pytest.mark.parametrize("answer", [None, "high", nan, inf, -inf])
def test_a_target_that_is_no_number_is_unknown(answer):
    assert isnan(aim(Telling(answer)))


def test_a_hook_is_told_about_the_entry():
    telling = Telling(1.0)

    convinced(telling)

    assert telling.asked == ASKED


def test_a_hook_that_fails_gives_the_most_careful_answer_and_one_error_each(caplog):
    for _ in range(3):
        assert convinced(Failing()) == 0.0
        assert isnan(aim(Failing()))
    convinced(Failing(), pair="ETH/USDT:USDT")

    assert [record.getMessage().split(";")[0] for record in caplog.records] == [
        "RiskGuard: riskguard_conviction failed on BTC/USDT:USDT",
        "RiskGuard: riskguard_target failed on BTC/USDT:USDT",
        "RiskGuard: riskguard_conviction failed on ETH/USDT:USDT",
    ]
    assert all(record.exc_info for record in caplog.records)


def test_a_hook_that_does_not_take_what_it_is_given_has_failed():
    class Narrow:
        def riskguard_conviction(self, pair):
            return 1.0

    assert convinced(Narrow()) == 0.0

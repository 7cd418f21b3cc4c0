import logging
from dataclasses import dataclass
from math import nan
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard import guard as guard_module
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.guard import Guard
from freqtrade_riskguard.journal import Journal
from freqtrade_riskguard.risk import Edge
from freqtrade_riskguard.rules import Cap, Lock
from tests.factories import NOON, PAIR, account, entry, market, position


@dataclass(frozen=True)
class Fixed:
    """A rule that answers every question with what it was given."""

    name: ClassVar[str] = "fixed"

    limit: float = 3.0
    denied: str | None = None
    stop: float = nan

    def max_leverage(self, entry):
        return Cap(self.limit, "because")

    def max_stake(self, entry):
        return Cap(self.limit, "because")

    def denial(self, entry):
        return self.denied

    def stop_price(self, position):
        return self.stop

    def locks(self, account, closed, positions):
        return (Lock(NOON, "because"),)


@dataclass(frozen=True)
class Broken:
    """A rule that fails on every question."""

    name: ClassVar[str] = "broken"

    def max_leverage(self, entry):
        raise ZeroDivisionError

    max_stake = denial = stop_price = max_leverage

    def locks(self, account, closed, positions):
        raise ZeroDivisionError


@pytest.fixture
def guard_of(monkeypatch):
    def build(*rules):
        monkeypatch.setattr(guard_module, "build_rules", lambda _: rules)
        return Guard(load_config({}), Journal())

    return build


def test_the_smallest_cap_wins_and_is_recorded(guard_of):
    guard = guard_of((Fixed(4.0), "enforce"), (Fixed(2.57), "enforce"))

    assert guard.leverage(entry(leverage=10.0)) == 2.5
    (decision,) = guard.journal
    assert (decision.question, decision.rule, decision.asked, decision.answered) == (
        "leverage",
        "fixed",
        10.0,
        2.5,
    )
    assert decision.enforced


def test_leverage_is_never_below_1(guard_of):
    assert guard_of((Fixed(0.2), "enforce")).leverage(entry(leverage=10.0)) == 1.0


def test_nothing_that_bound_is_nothing_recorded(guard_of):
    guard = guard_of((Fixed(4.0), "enforce"))

    assert guard.leverage(entry(leverage=2.0)) == 2.0
    assert len(guard.journal) == 0


def test_what_only_observes_changes_nothing_and_is_recorded(guard_of):
    guard = guard_of((Fixed(2.0, denied="no", stop=99.0), "observe"))

    assert guard.leverage(entry(leverage=3.33)) == 3.33
    assert guard.stake(entry(stake_quote=50.0)) == 50.0
    assert guard.denial(entry()) is None
    assert guard.stop(position(), 90.0, NOON) == 90.0
    (lock,) = guard.locks(account(), (), ())
    assert not lock.enforced
    assert [d.question for d in guard.journal] == ["leverage", "stake", "entry", "stop"]
    assert not any(d.enforced for d in guard.journal)


def test_an_observing_rule_is_recorded_only_where_it_would_have_been_tighter(guard_of):
    guard = guard_of((Fixed(2.0), "enforce"), (Fixed(3.0), "observe"))

    guard.leverage(entry(leverage=10.0))

    assert [d.enforced for d in guard.journal] == [True]


def test_a_cap_of_nan_is_the_safest_cap(guard_of):
    guard = guard_of((Fixed(nan), "enforce"), (Fixed(5.0), "enforce"))

    assert guard.leverage(entry(leverage=10.0)) == 1.0
    assert guard.stake(entry(stake_quote=50.0)) == 0.0
    assert [decision.answered for decision in guard.journal] == [1.0, 0.0]


def test_any_denial_wins(guard_of):
    guard = guard_of((Fixed(), "enforce"), (Fixed(denied="too near"), "enforce"))

    assert guard.denial(entry()) == "fixed: too near"


@pytest.mark.parametrize(("side", "near"), [(1, 99.0), (-1, 101.0)])
def test_the_nearest_stop_wins_and_never_loosens(guard_of, side, near):
    far = 100 - 5 * side
    guard = guard_of((Fixed(stop=far), "enforce"), (Fixed(stop=near), "enforce"))

    assert guard.stop(position(side=side), 0.0, NOON) == near
    assert guard.stop(position(side=side), 100 - 20 * side, NOON) == near
    assert guard.stop(position(side=side), 100 - side / 2, NOON) == 100 - side / 2


def test_the_same_stop_is_recorded_once(guard_of):
    guard = guard_of((Fixed(stop=95.0), "observe"))

    for _ in range(10):
        guard.stop(position(), 90.0, NOON)

    assert len(guard.journal) == 1


@pytest.mark.parametrize("side", [1, -1])
def test_the_planned_stop_is_the_nearest_of_rules_and_strategy(guard_of, side):
    guard = guard_of((Fixed(stop=100 - 6 * side), "enforce"), (Fixed(stop=100 - side), "observe"))

    # The strategy's 20 % of the margin are 4 % of the price at 5x.
    own = entry(side=side, leverage=5.0, own_stop_ratio=0.20)
    assert guard.planned_stop(own) == pytest.approx(100 - 4 * side)
    wide = entry(side=side, leverage=5.0, own_stop_ratio=0.99)
    assert guard.planned_stop(wide) == pytest.approx(100 - 6 * side)


def test_a_failing_rule_answers_safely_and_once_in_the_log(guard_of, caplog):
    guard = guard_of((Broken(), "enforce"), (Fixed(50.0), "enforce"))

    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert guard.leverage(entry(leverage=10.0)) == 1.0
            assert guard.stake(entry(stake_quote=50.0)) == 0.0
            assert guard.denial(entry()) is not None
            assert guard.stop(position(), 90.0, NOON) == 90.0
            locks = guard.locks(account(), (), ())
            assert any(lock.until > NOON for lock in locks)

    failed = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(failed) == 5
    assert all("broken" in record.getMessage() for record in failed)
    assert all(record.exc_info for record in failed)
    assert sum(PAIR in record.getMessage() for record in failed) == 4


def test_a_failing_rule_that_observes_changes_nothing(guard_of, caplog):
    guard = guard_of((Broken(), "observe"))

    assert guard.leverage(entry(leverage=10.0)) == 10.0
    assert guard.stake(entry(stake_quote=50.0)) == 50.0
    assert guard.denial(entry()) is None
    assert guard.locks(account(), (), ()) == []
    assert len(caplog.records) == 4


def test_a_new_run_reports_again(guard_of, caplog):
    guard = guard_of((Broken(), "enforce"))

    guard.leverage(entry())
    guard.reset()
    guard.leverage(entry())

    assert len(caplog.records) == 2


MODERATE = load_config({"profile": "moderate"})


def test_a_pair_is_held_to_its_own_settings():
    config = load_config(
        {
            "profile": "moderate",
            "kelly": {"mode": "off"},
            "regime_cap": {"mode": "off"},
            "volatility_target": {"mode": "off"},
            "liquidation_distance": {"mode": "off"},
            "pairs": {"DOGE/USDT:USDT": {"max_leverage": 2}},
        }
    )
    guard = Guard(config, Journal())

    assert guard.leverage(entry(leverage=10.0)) == 5.0
    assert guard.leverage(entry(leverage=10.0, market=market(pair="DOGE/USDT:USDT"))) == 2.0


# 60 of 100 won, wins of 2 %, losses of 1 %: an edge that allows 16 times the account.
PROVEN = Edge(trades=100, wins=60, mean_win=0.02, mean_loss=0.01)


def wanted(side, asked, stake, volatility, atr):
    return entry(
        side=side,
        leverage=asked,
        stake_quote=stake,
        edge=PROVEN,
        market=market(daily_volatility=volatility, atr=atr),
    )


@given(
    side=st.sampled_from([1, -1]),
    asked=st.floats(1, 125),
    stake=st.floats(1, 1e5),
    volatility=st.one_of(st.just(nan), st.floats(0, 0.5)),
    atr=st.one_of(st.just(nan), st.floats(0.01, 60)),
)
def test_the_guard_only_ever_makes_an_entry_more_careful(side, asked, stake, volatility, atr):
    guard = Guard(MODERATE, Journal())

    leverage = guard.leverage(wanted(side, asked, stake, volatility, atr))
    assert 1.0 <= leverage <= max(asked, 1.0)
    assert leverage <= 5.0
    assert 0.0 <= guard.stake(wanted(side, leverage, stake, volatility, atr)) <= stake


def test_with_a_proven_edge_in_a_calm_market_the_profiles_cap_binds():
    guard = Guard(MODERATE, Journal())

    assert guard.leverage(wanted(1, 20.0, 500.0, 0.004, 0.2)) == 5.0


@given(
    atr=st.floats(0.1, 30),
    volatility=st.floats(0.001, 0.2),
    asked=st.floats(1, 125),
    stake=st.floats(10, 5_000),
)
def test_long_and_short_differ_only_by_where_liquidation_lies(atr, volatility, asked, stake):
    config = load_config({"profile": "moderate", "liquidation_distance": {"mode": "off"}})

    def decided(side):
        guard = Guard(config, Journal())
        return guard.leverage(wanted(side, asked, stake, volatility, atr))

    assert decided(1) == decided(-1)

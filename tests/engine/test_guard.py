import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import isnan, nan
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.engine import rule_runner as desk_module
from freqtrade_riskguard.engine.guard import EntryPause, Guard
from freqtrade_riskguard.engine.journal import Decision, Journal
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.risk import DRAWDOWN_LADDER, Edge
from freqtrade_riskguard.rules import Cap
from freqtrade_riskguard.rules.exits.drawdown_ladder import DrawdownLadder
from tests.factories import NOON, account, entry, market, position


@dataclass(frozen=True)
class Fixed:
    """A rule that answers every question with what it was given."""

    name: ClassVar[str] = "fixed"

    limit: float = 3.0
    denied: str | None = None
    stop: float = nan
    factor: float | None = None
    is_fixed: bool = True

    def max_leverage(self, entry):
        return Cap(self.limit, "because")

    def max_stake(self, entry):
        return Cap(self.limit, "because")

    def stake_factor(self, entry):
        return None if self.factor is None else Cap(self.factor, "because")

    def denial(self, entry):
        return self.denied

    def stop_price(self, position):
        return self.stop


@dataclass(frozen=True)
class Broken:
    """A rule that fails on every question."""

    name: ClassVar[str] = "broken"

    def max_leverage(self, entry):
        raise ZeroDivisionError

    max_stake = stake_factor = denial = stop_price = max_leverage


@dataclass(frozen=True)
class Last:
    """A rule that is asked about what the others leave, and gives half of it."""

    name: ClassVar[str] = "last"
    after_caps: ClassVar[bool] = True

    asked: list[float] = field(default_factory=list)

    def max_leverage(self, entry):
        self.asked.append(entry.leverage)
        return Cap(entry.leverage / 2, "half")


@dataclass(frozen=True)
class SeesStop:
    """A rule that writes down the stop that an entry is planned with."""

    name: ClassVar[str] = "sees_stop"

    seen: list[float] = field(default_factory=list)

    def max_stake(self, entry):
        self.seen.append(entry.stop_price)

    denial = max_stake


@pytest.fixture
def guard_of(monkeypatch):
    def build(*rules):
        monkeypatch.setattr(desk_module, "build_rules", lambda _: rules)
        return Guard(RuleRunner(load_config({}), Journal()))

    return build


def journal_of(guard):
    return guard._runner.journal


def test_the_smallest_cap_wins_and_is_recorded(guard_of):
    guard = guard_of((Fixed(4.0), "enforce"), (Fixed(2.57), "enforce"))

    assert guard.leverage(entry(leverage=10.0)) == 2.5
    (decision,) = journal_of(guard)
    assert (decision.question, decision.rule, decision.asked, decision.answered) == (
        "leverage",
        "fixed",
        10.0,
        2.5,
    )
    assert decision.enforced


def test_leverage_is_never_below_1(guard_of):
    assert guard_of((Fixed(0.2), "enforce")).leverage(entry(leverage=10.0)) == 1.0


def test_a_leverage_that_is_not_a_number_is_1(guard_of):
    assert guard_of((Fixed(3.0), "enforce")).leverage(entry(leverage=nan)) == 1.0


def test_a_stake_that_is_not_a_number_is_no_trade(guard_of):
    assert guard_of((Fixed(3.0), "enforce")).stake(entry(stake_quote=nan)) == 0.0


def test_nothing_that_bound_is_nothing_recorded(guard_of):
    guard = guard_of((Fixed(4.0), "enforce"))

    assert guard.leverage(entry(leverage=2.0)) == 2.0
    assert len(journal_of(guard)) == 0


def test_what_only_observes_changes_nothing_and_is_recorded(guard_of):
    guard = guard_of((Fixed(2.0, denied="no", stop=99.0, factor=0.5), "observe"))

    assert guard.leverage(entry(leverage=3.33)) == 3.33
    assert guard.stake(entry(stake_quote=50.0)) == 50.0
    assert guard.denial(entry()) is None
    assert isnan(guard.stop(position(), 90.0, NOON))
    questions = [decision.question for decision in journal_of(guard)]
    assert questions == ["leverage", "stake", "stake", "entry", "stop"]
    assert not any(decision.enforced for decision in journal_of(guard))


def test_an_observing_rule_is_recorded_only_where_it_would_have_been_tighter(guard_of):
    guard = guard_of((Fixed(2.0), "enforce"), (Fixed(3.0), "observe"))

    guard.leverage(entry(leverage=10.0))

    assert [d.enforced for d in journal_of(guard)] == [True]


def test_a_cap_of_nan_is_the_safest_cap(guard_of):
    guard = guard_of((Fixed(nan), "enforce"), (Fixed(5.0), "enforce"))

    assert guard.leverage(entry(leverage=10.0)) == 1.0
    assert guard.stake(entry(stake_quote=50.0)) == 0.0
    assert [decision.answered for decision in journal_of(guard)] == [1.0, 0.0]


def test_a_rule_for_afterwards_is_asked_last_about_what_the_others_leave(guard_of):
    last = Last()
    guard = guard_of((last, "enforce"), (Fixed(4.0), "enforce"))

    # The others leave 4 of 10; half of that is 2.
    assert guard.leverage(entry(leverage=10.0)) == 2.0
    assert last.asked == [4.0]
    assert [(d.rule, d.asked, d.answered) for d in journal_of(guard)] == [
        ("fixed", 10.0, 4.0),
        ("last", 4.0, 2.0),
    ]


def test_factors_multiply_what_the_caps_leave(guard_of):
    guard = guard_of(
        (Fixed(limit=400.0, factor=0.5), "enforce"),
        (Fixed(limit=1e6, factor=0.75), "enforce"),
        (Fixed(limit=1e6, factor=0.1), "observe"),
    )

    # min(1000, 400) * 0.5 * 0.75; the one that observes is recorded only.
    assert guard.stake(entry(stake_quote=1_000.0)) == pytest.approx(150.0)
    assert [(d.answered, d.enforced) for d in journal_of(guard)] == [
        (400.0, True),
        (200.0, True),
        (150.0, True),
        (pytest.approx(15.0), False),
    ]


def addition(guard, asked, *, held=424.0):
    """Ask for an addition to a position at a price of 100, as the whole that it would be."""

    def whole(stake):
        return entry(stake_quote=held + stake, adds_to=7, held_quote=held)

    return guard.addition(whole, asked)


@pytest.mark.parametrize(("factor", "given"), [(0.9, 381.6), (0.75, 318.0), (0.5, 212.0)])
def test_a_factor_applies_once_to_what_is_added(guard_of, factor, given):
    # 424 held, 424 asked for: the whole of 848 is within every cap.
    guard = guard_of((Fixed(limit=1e6, factor=factor), "enforce"))

    assert addition(guard, 424.0) == pytest.approx(given)
    (told,) = journal_of(guard)
    assert (told.asked, told.answered) == (pytest.approx(424.0), pytest.approx(given))


def test_caps_hold_for_the_whole_and_factors_for_what_is_added(guard_of):
    guard = guard_of(
        (Fixed(limit=700.0), "enforce"),
        (Fixed(limit=500.0), "observe"),
        (Scaling(0.5), "enforce"),
        (Scaling(0.1), "observe"),
    )

    # (min(848, 700) - 424) * 0.5
    assert addition(guard, 424.0) == pytest.approx(138.0)
    assert [(d.asked, d.answered, d.enforced) for d in journal_of(guard)] == [
        (424.0, 276.0, True),
        (424.0, 76.0, False),  # 500 less what is held
        (276.0, 138.0, True),
        (138.0, pytest.approx(13.8), False),
    ]


@dataclass(frozen=True)
class Scaling:
    """A factor alone."""

    name: ClassVar[str] = "scaling"

    factor: float

    def stake_factor(self, entry):
        return Cap(self.factor, "because")


@dataclass(frozen=True)
class Shrinking:
    """A cap that is the smaller, the smaller the position: the average price moves with it."""

    name: ClassVar[str] = "shrinking"

    def max_stake(self, entry):
        return Cap(500.0 + 0.1 * entry.stake_quote, "because")


def test_a_cap_that_moves_with_the_addition_is_told_once_with_what_came_of_it(guard_of):
    guard = guard_of((Shrinking(), "enforce"))

    # 500 + 84.8 = 584.8, then 500 + 58.48 = 558.48, then 500 + 55.848 = 555.848.
    assert addition(guard, 424.0) == pytest.approx(131.848)
    (told,) = journal_of(guard)
    assert (told.asked, told.answered) == (424.0, pytest.approx(131.848))


def test_nothing_is_added_to_a_position_that_is_too_large_already(guard_of):
    guard = guard_of((Fixed(limit=300.0, factor=0.5), "enforce"))

    assert addition(guard, 424.0) == 0.0
    (told,) = journal_of(guard)
    assert (told.asked, told.answered) == (424.0, 0.0)


def test_a_decision_on_an_addition_that_stays_is_told_once(guard_of):
    guard = guard_of((Fixed(limit=700.0, denied="no"), "enforce"))

    def ask(held):
        addition(guard, 424.0, held=held)
        guard.denial(entry(stake_quote=848.0, adds_to=7, held_quote=held))

    for _ in range(5):
        ask(424.0)
    assert [(d.question, d.asked, d.answered) for d in journal_of(guard)] == [
        ("stake", 424.0, 276.0),
        ("entry", 424.0, 0.0),
    ]

    ask(600.0)  # something was added: another decision
    assert [d.question for d in journal_of(guard)] == ["stake", "entry"] * 2
    # Of new entries every one is another.
    for _ in range(2):
        guard.denial(entry())
    assert len(journal_of(guard)) == 6


@dataclass(frozen=True)
class Pausing:
    """A rule that lets nothing be entered."""

    name: ClassVar[str] = "pausing"

    def pause_reason(self, account):
        return f"paused at {account.equity_quote:g}"


def test_what_pauses_entries_is_each_rule_that_says_so_and_a_stop_that_fails(guard_of):
    pausing = Pausing()
    guard = guard_of((pausing, "enforce"), (pausing, "observe"), (Broken(), "enforce"))
    reason = "paused at 10000"

    assert list(guard.pauses("BTC/USDT:USDT", account())) == [
        EntryPause("pausing", enforced=True, why=reason),
        EntryPause("pausing", enforced=False, why=reason),
    ]

    guard.stop(position(), 0.0, NOON)
    failed = next(guard.pauses("BTC/USDT:USDT", account()))
    assert failed == EntryPause("broken", enforced=True, why="broken: its stop failed, see the log")
    assert next(guard.pauses("ETH/USDT:USDT", account())).rule == "pausing"


def test_a_rule_that_cannot_say_whether_it_pauses_pauses(guard_of):
    @dataclass(frozen=True)
    class Failing:
        name: ClassVar[str] = "failing"

        def pause_reason(self, account):
            raise ZeroDivisionError

    (paused,) = guard_of((Failing(), "enforce")).pauses("BTC/USDT:USDT", account())
    assert paused.enforced
    assert not list(guard_of((Failing(), "observe")).pauses("BTC/USDT:USDT", account()))


@pytest.mark.parametrize("factor", [nan, -1.0, 0.0])
def test_a_factor_that_is_unknown_or_negative_is_none_of_it(guard_of, factor):
    guard = guard_of((Fixed(limit=1e6, factor=factor), "enforce"))

    assert guard.stake(entry(stake_quote=1_000.0)) == 0.0


@pytest.mark.parametrize("factor", [None, 1.0, 3.0])
def test_no_factor_raises_a_stake(guard_of, factor):
    guard = guard_of((Fixed(limit=1e6, factor=factor), "enforce"))

    assert guard.stake(entry(stake_quote=1_000.0)) == 1_000.0
    assert len(journal_of(guard)) == 0


def test_any_denial_wins(guard_of):
    guard = guard_of((Fixed(), "enforce"), (Fixed(denied="too near"), "enforce"))

    assert guard.denial(entry()) == "fixed: too near"


def test_every_denial_is_recorded_and_the_first_is_given(guard_of):
    guard = guard_of((Fixed(denied="one"), "enforce"), (Fixed(denied="two"), "enforce"))

    assert guard.denial(entry()) == "fixed: one"
    assert [decision.why for decision in journal_of(guard)] == ["one", "two"]


def test_stake_and_gate_see_the_stop_that_the_entry_would_start_with(guard_of):
    sees = SeesStop()
    guard = guard_of((Fixed(stop=96.0), "enforce"), (sees, "enforce"))

    guard.stake(entry(own_stop_ratio=0.99))
    guard.denial(entry(own_stop_ratio=0.99))
    guard.stake(entry(stop_price=97.5))  # an addition keeps the stop that it has

    assert sees.seen == [96.0, 96.0, 97.5]


@pytest.mark.parametrize(("side", "near"), [(1, 99.0), (-1, 101.0)])
def test_the_nearest_stop_wins(guard_of, side, near):
    far = 100 - 5 * side
    guard = guard_of((Fixed(stop=far), "enforce"), (Fixed(stop=near), "enforce"))

    assert guard.stop(position(side=side), 0.0, NOON) == near


@pytest.mark.parametrize("side", [1, -1])
def test_only_a_stop_nearer_than_the_one_in_force_is_news(guard_of, side):
    guard = guard_of((Fixed(stop=100 - 5 * side), "enforce"))

    guard.stop(position(side=side), 100 - 2 * side, NOON)
    assert len(journal_of(guard)) == 0

    guard.stop(position(side=side), 100 - 20 * side, NOON)
    (decision,) = journal_of(guard)
    assert (decision.asked, decision.answered) == (100 - 20 * side, 100 - 5 * side)


def test_the_same_stop_is_recorded_once(guard_of):
    guard = guard_of((Fixed(stop=95.0), "observe"))

    for _ in range(10):
        guard.stop(position(), 90.0, NOON)

    assert len(journal_of(guard)) == 1


def test_a_rule_without_a_stop_of_its_own_is_no_stop(guard_of):
    guard = guard_of((Fixed(stop=nan), "enforce"), (Fixed(stop=95.0), "enforce"))

    assert guard.stop(position(), 0.0, NOON) == 95.0


@pytest.mark.parametrize("side", [1, -1])
def test_the_planned_stop_is_the_nearest_of_rules_and_strategy(guard_of, side):
    guard = guard_of((Fixed(stop=100 - 6 * side), "enforce"), (Fixed(stop=100 - side), "observe"))

    # The strategy's 20 % of the margin are 4 % of the price at 5x.
    own = entry(side=side, leverage=5.0, own_stop_ratio=0.20)
    assert guard.planned_stop(own) == pytest.approx(100 - 4 * side)
    wide = entry(side=side, leverage=5.0, own_stop_ratio=0.99)
    assert guard.planned_stop(wide) == pytest.approx(100 - 6 * side)


def test_no_stop_at_all_is_unknown(guard_of):
    assert isnan(guard_of().planned_stop(entry(own_stop_ratio=0.0)))


def test_whether_any_rule_sets_stops(guard_of):
    assert guard_of((Fixed(), "enforce")).enforces_stop("any")
    assert not guard_of((Fixed(), "observe")).enforces_stop("any")
    assert not guard_of().enforces_stop("any")


def test_one_stop_that_follows_the_market_makes_them_all_be_asked_again(guard_of):
    follows = Fixed(is_fixed=False)

    assert guard_of((Fixed(), "enforce")).has_fixed_stops("any")
    assert not guard_of((Fixed(), "enforce"), (follows, "enforce")).has_fixed_stops("any")
    assert not guard_of((Broken(), "enforce")).has_fixed_stops("any")


class Trailing(Fixed):
    """Follows the market, other than the rule that it is derived from."""

    def stop_price(self, position):
        return 0.98 * position.rate


def test_a_stop_derived_from_a_fixed_one_is_asked_again(guard_of):
    assert not guard_of((Trailing(), "enforce")).has_fixed_stops("any")


def test_a_failing_rule_answers_safely_and_once_in_the_log(guard_of, caplog):
    guard = guard_of((Broken(), "enforce"), (Fixed(50.0, stop=95.0), "enforce"))

    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert guard.leverage(entry(leverage=10.0)) == 1.0
            assert guard.stake(entry(stake_quote=50.0)) == 0.0
            assert guard.denial(entry()) is not None
            # Its stop is missing; that of the others is in force.
            assert guard.stop(position(), 90.0, NOON) == 95.0

    failed = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(failed) == 4
    assert all("broken" in record.getMessage() for record in failed)
    assert all(record.exc_info for record in failed)


def test_a_failing_factor_is_no_trade(guard_of):
    assert guard_of((Broken(), "enforce")).stake(entry(stake_quote=50.0)) == 0.0


def test_a_failing_rule_that_observes_changes_nothing(guard_of, caplog):
    guard = guard_of((Broken(), "observe"))

    assert guard.leverage(entry(leverage=10.0)) == 10.0
    assert guard.stake(entry(stake_quote=50.0)) == 50.0
    assert guard.denial(entry()) is None
    assert isnan(guard.stop(position(), 90.0, NOON))
    assert len(journal_of(guard)) == 0
    # Leverage, stake (its cap and its factor), entry and stop.
    assert len(caplog.records) == 4


def test_what_is_no_rules_decision_is_recorded_all_the_same(guard_of):
    guard = guard_of()

    guard.record_skip(entry(stake_quote=50.0), "minimum_stake", "too small")

    (decision,) = journal_of(guard)
    assert (decision.question, decision.rule, decision.asked, decision.answered) == (
        "stake",
        "minimum_stake",
        50.0,
        0.0,
    )


MODERATE = load_config({"profile": "moderate"})


def guard_with(config):
    return Guard(RuleRunner(config, Journal()))


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
    guard = guard_with(config)

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
        account=account(slots=4.0),
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
    guard = guard_with(MODERATE)

    leverage = guard.leverage(wanted(side, asked, stake, volatility, atr))
    assert 1.0 <= leverage <= max(asked, 1.0)
    assert leverage <= 5.0
    assert 0.0 <= guard.stake(wanted(side, leverage, stake, volatility, atr)) <= stake


def test_with_a_proven_edge_in_a_calm_market_the_profiles_cap_binds():
    guard = guard_with(MODERATE)

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
        return guard_with(config).leverage(wanted(side, asked, stake, volatility, atr))

    assert decided(1) == decided(-1)


@dataclass
class Flaky:
    """A rule whose stop fails until it is mended."""

    name: ClassVar[str] = "flaky"

    fails: bool = True

    def stop_price(self, position):
        if self.fails:
            raise ZeroDivisionError
        return 90.0


def test_while_a_rule_fails_on_the_stop_of_a_pair_nothing_is_entered_there(guard_of):
    rule = Flaky()
    guard = guard_of((rule, "enforce"))
    guard.stop(position(), 0.0, NOON)

    assert guard.denial(entry(stop_price=90.0)) == "flaky: its stop failed, see the log"
    assert guard.denial(entry(stop_price=90.0, market=market(pair="ETH/USDT:USDT"))) is None
    rule.fails = False
    guard.stop(position(), 0.0, NOON)
    assert guard.denial(entry(stop_price=90.0)) is None


def test_a_stop_that_fails_when_an_entry_is_planned_denies_it(guard_of):
    assert guard_of((Flaky(), "enforce")).denial(entry()) is not None
    assert guard_of((Flaky(), "observe")).denial(entry()) is None


@dataclass(frozen=True)
class Capping:
    """A cap on the stake alone, and what it was asked about."""

    name: ClassVar[str] = "capping"

    limit: float = 1e6

    def max_stake(self, entry):
        return Cap(self.limit, "because")


@dataclass(frozen=True)
class BrokenCap:
    """A cap on the stake that fails, and nothing else."""

    name: ClassVar[str] = "broken"

    def max_stake(self, entry):
        raise ZeroDivisionError


@dataclass(frozen=True)
class BrokenFactor:
    """A factor that fails, and nothing else."""

    name: ClassVar[str] = "broken"

    def stake_factor(self, entry):
        raise ZeroDivisionError


@dataclass(frozen=True)
class BrokenDenial:
    """A denial that fails, and nothing else."""

    name: ClassVar[str] = "broken"

    def denial(self, entry):
        raise ZeroDivisionError


@pytest.mark.parametrize("rule", [BrokenCap(), BrokenFactor()])
def test_one_failing_answer_about_a_stake_is_no_trade_where_it_enforces(guard_of, rule):
    assert guard_of((rule, "enforce")).stake(entry(stake_quote=50.0)) == 0.0
    assert guard_of((rule, "observe")).stake(entry(stake_quote=50.0)) == 50.0


def test_one_failing_denial_denies_where_it_enforces(guard_of, caplog):
    pair = "ETH/USDT:USDT"
    guard = guard_of((BrokenDenial(), "enforce"))

    denied = guard.denial(entry(market=market(pair=pair)))

    assert denied == "broken: the rule failed, see the log"
    assert "failed on the entry of ETH/USDT:USDT" in caplog.text
    assert guard_of((BrokenDenial(), "observe")).denial(entry()) is None


@dataclass(frozen=True)
class SeesStake:
    """A factor that writes down the stake that it is asked about."""

    name: ClassVar[str] = "sees_stake"

    seen: list[float] = field(default_factory=list)

    def stake_factor(self, entry):
        self.seen.append(entry.stake_quote)


def test_a_factor_is_asked_about_what_caps_and_factors_before_it_leave(guard_of):
    sees = SeesStake()
    guard = guard_of((Capping(400.0), "enforce"), (Scaling(0.5), "enforce"), (sees, "enforce"))

    guard.stake(entry(stake_quote=1_000.0))
    # Of an addition it is the whole: min(200 + 300, 400) = 400, and half of the 200 added goes.
    addition(guard, 300.0, held=200.0)

    assert sees.seen == [200.0, 300.0]


def test_a_stake_below_1_is_scaled_too_and_of_none_nothing_is_told(guard_of):
    guard = guard_of((Scaling(0.5), "enforce"))

    # Quoted in a coin a stake may be as small as this.
    assert guard.stake(entry(stake_quote=0.25)) == 0.125
    assert len(journal_of(guard)) == 1
    assert guard.stake(entry(stake_quote=0.0)) == 0.0
    assert len(journal_of(guard)) == 1


def test_two_caps_on_an_addition_are_told_with_what_came_of_both(guard_of):
    guard = guard_of((Shrinking(), "enforce"), (Capping(580.0), "enforce"))

    # 580 of 848, then 500 + 58 = 558 of 580, then 500 + 55.8 = 555.8 of 558.
    assert addition(guard, 424.0) == pytest.approx(131.8)
    (told,) = journal_of(guard)
    assert told.answered == pytest.approx(131.8)


def test_what_is_skipped_of_an_addition_is_what_was_to_be_added(guard_of):
    guard = guard_of()
    short = entry(side=-1, stake_quote=474.0, adds_to=7, held_quote=424.0)

    guard.record_skip(short, "minimum_stake", "too small")

    assert list(journal_of(guard)) == [
        Decision(
            time=NOON,
            pair="BTC/USDT:USDT",
            side=-1,
            question="stake",
            rule="minimum_stake",
            asked=50.0,
            answered=0.0,
            enforced=True,
            why="too small",
        )
    ]


def test_a_denial_for_a_stop_that_fails_is_recorded_as_one_that_enforces(guard_of):
    guard = guard_of((Flaky(), "enforce"))

    why = guard.denial(entry(stake_quote=50.0))

    assert list(journal_of(guard)) == [
        Decision(
            time=NOON,
            pair="BTC/USDT:USDT",
            side=1,
            question="entry",
            rule="flaky",
            asked=50.0,
            answered=0.0,
            enforced=True,
            why=why,
        )
    ]


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_a_denial_is_recorded_with_whether_it_enforces_and_nothing_as_the_answer(guard_of, mode):
    guard = guard_of((Fixed(denied="no"), mode))

    guard.denial(entry(stake_quote=50.0))

    (told,) = journal_of(guard)
    assert (told.enforced, told.asked, told.answered) == (mode == "enforce", 50.0, 0.0)


@pytest.mark.parametrize("mode", ["enforce", "observe"])
@pytest.mark.parametrize("side", [1, -1])
def test_a_stop_is_recorded_with_its_position_and_whether_it_enforces(guard_of, side, mode):
    guard = guard_of((Fixed(stop=100 - 5 * side), mode))
    later = NOON + timedelta(hours=1)

    guard.stop(position(side=side, market=market(pair="ETH/USDT:USDT")), 0.0, later)

    (told,) = journal_of(guard)
    assert (told.time, told.pair, told.side, told.rule) == (later, "ETH/USDT:USDT", side, "fixed")
    assert (told.enforced, told.answered) == (mode == "enforce", 100 - 5 * side)


@dataclass(frozen=True)
class OtherStop:
    """A second stop, by another name."""

    name: ClassVar[str] = "other"

    stop: float

    def stop_price(self, position):
        return self.stop


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize(
    ("mode", "told"), [("enforce", ["fixed"]), ("observe", ["fixed", "other"])]
)
def test_only_an_enforced_stop_makes_a_wider_one_after_it_no_news(guard_of, side, mode, told):
    # Both are nearer than the stop in force, 20 % away.
    near, wide = 100 - 3 * side, 100 - 5 * side
    guard = guard_of((Fixed(stop=near), mode), (OtherStop(wide), mode))

    guard.stop(position(side=side), 100 - 20 * side, NOON)

    assert [decision.rule for decision in journal_of(guard)] == told


@pytest.mark.parametrize("side", [1, -1])
def test_a_stop_that_comes_nearer_by_little_is_news_and_the_one_in_force_is_none(guard_of, side):
    guard = guard_of((Fixed(stop=100 - 5 * side), "enforce"))

    guard.stop(position(side=side), 100 - 5 * side, NOON)
    assert len(journal_of(guard)) == 0

    guard.stop(position(side=side), 100 - 5.5 * side, NOON)
    assert len(journal_of(guard)) == 1


def test_the_nearest_stop_stays_the_nearest_where_a_wider_one_follows(guard_of):
    guard = guard_of((Fixed(stop=99.0), "enforce"), (OtherStop(95.0), "enforce"))

    assert guard.stop(position(), 0.0, NOON) == 99.0


@dataclass
class MovingStop:
    """A stop that a test moves."""

    name: ClassVar[str] = "moving"

    stop: float

    def stop_price(self, position):
        return self.stop


def test_a_stop_is_recorded_again_when_it_has_moved_by_more_than_a_ten_thousandth(guard_of):
    rule = MovingStop(95.0)
    guard = guard_of((rule, "observe"))

    def told_at(stop):
        rule.stop = stop
        guard.stop(position(), 90.0, NOON)
        return [decision.answered for decision in journal_of(guard)]

    assert told_at(95.0) == [95.0]
    assert told_at(95.005) == [95.0]  # 0.5 in ten thousand
    assert told_at(95.02) == [95.0, 95.02]  # 2.1 in ten thousand


@pytest.fixture
def guard_of_pairs(monkeypatch):
    """Return a guard that has a rule for ETH alone, which has settings of its own."""

    def build(rule):
        config = load_config({"pairs": {"ETH/USDT:USDT": {"max_leverage": 2}}})

        def rules_of(settings):
            return [] if settings.max_leverage != 2 else [(rule, "enforce")]

        monkeypatch.setattr(desk_module, "build_rules", rules_of)
        return Guard(RuleRunner(config, Journal()))

    return build


def test_every_question_goes_to_the_rules_of_the_pair(guard_of_pairs):
    guard = guard_of_pairs(Fixed(limit=50.0, denied="no", stop=95.0, factor=0.5, is_fixed=False))
    eth = market(pair="ETH/USDT:USDT")

    # Of a stake of 100 the cap leaves 50, and the factor half of that.
    assert guard.stake(entry(stake_quote=100.0, market=eth)) == 25.0
    assert guard.stake(entry(stake_quote=100.0)) == 100.0
    assert guard.denial(entry(market=eth)) == "fixed: no"
    assert guard.denial(entry()) is None
    assert guard.stop(position(market=eth), 0.0, NOON) == 95.0
    assert isnan(guard.stop(position(), 0.0, NOON))
    assert guard.first_stop(position(market=eth)) == 95.0
    assert isnan(guard.first_stop(position()))
    assert [guard.enforces_stop(pair) for pair in ("ETH/USDT:USDT", "BTC/USDT:USDT")] == [
        True,
        False,
    ]
    for _ in range(2):  # the second answer is one that was kept
        assert not guard.has_fixed_stops("ETH/USDT:USDT")
        assert guard.has_fixed_stops("BTC/USDT:USDT")


def test_a_pair_is_paused_by_its_own_rules(guard_of_pairs):
    guard = guard_of_pairs(Pausing())

    assert [paused.rule for paused in guard.pauses("ETH/USDT:USDT", account())] == ["pausing"]
    assert not list(guard.pauses("BTC/USDT:USDT", account()))


HALVING = DrawdownLadder(DRAWDOWN_LADDER, cut_open=True, resume_after=None, risk_per_trade=0.01)


def test_a_minimum_is_out_of_reach_by_the_ladder_of_its_own_pair(guard_of_pairs):
    guard = guard_of_pairs(HALVING)
    fallen = account(equity_quote=8_500.0, wallet_quote=8_500.0, peak_equity_quote=10_000.0)
    # Its stop 20 % away: the minimum would lose 200 and more, and may lose 85.
    asked = entry(leverage=1.0, stake_quote=1_500.0, account=fallen, stop_price=80.0)
    asked = replace(asked, min_stake_quote=1_000.0)

    assert guard.out_of_reach(replace(asked, market=market(pair="ETH/USDT:USDT"))) is not None
    assert guard.out_of_reach(asked) is None


@pytest.mark.parametrize("side", [1, -1])
def test_a_minimum_is_out_of_reach_only_where_the_ladder_enforces(guard_of, side):
    # 15 % below the peak the ladder acts; 1 % of 8,500 are 85.
    fallen = account(equity_quote=8_500.0, wallet_quote=8_500.0, peak_equity_quote=10_000.0)
    # At 1x, and with a stop 20 % away, 1,000 would lose 200 and more.
    asked = entry(side=side, leverage=1.0, stake_quote=1_500.0, account=fallen)
    asked = replace(asked, min_stake_quote=1_000.0)
    stop = Fixed(stop=100 - 20 * side)

    why = guard_of((stop, "enforce"), (HALVING, "enforce")).out_of_reach(asked)
    assert why is not None
    assert "above 85" in why
    assert guard_of((stop, "enforce"), (HALVING, "observe")).out_of_reach(asked) is None
    assert guard_of((stop, "enforce")).out_of_reach(asked) is None
    # 1 % away it is 10 and a slippage of 5, or a little more.
    near = Fixed(stop=100 - side)
    assert guard_of((near, "enforce"), (HALVING, "enforce")).out_of_reach(asked) is None

"""Where no rule acts: what is found there is what every rule says of each account within."""

from dataclasses import dataclass, replace
from datetime import timedelta
from math import nan
from typing import Any, ClassVar

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.engine import rule_runner
from freqtrade_riskguard.engine.account_monitor import AccountMonitor
from freqtrade_riskguard.engine.calm import CalmSearch
from freqtrade_riskguard.engine.journal import Journal
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.risk import TierTable
from freqtrade_riskguard.rules import Lock, Step
from freqtrade_riskguard.rules.exits.margin_ladder import MarginLadder
from freqtrade_riskguard.rules.pauses.funding_breaker import FundingBreaker
from freqtrade_riskguard.rules.registry import build_rules
from freqtrade_riskguard.snapshot import ClosedTrade
from tests.factories import NOON, PAIR, account, market, position

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Maintenance of 1 % up to 12,000, then of 2 % of what is more.
TWO_TIERS = TierTable.build(
    [(0.0, 12_000.0, 0.01, nan, 50.0), (12_000.0, 1_000_000.0, 0.02, nan, 25.0)]
)
# Each of its limits is a few percent away from an account that is well.
NEAR: dict[str, Any] = {
    "profile": "moderate",
    "daily_loss": {"close_all": True},
    "equity_stop": {"mode": "enforce", "distance": 0.08, "keep": 0.5},
    "drawdown_ladder": {
        "steps": [{"at": 0.03, "keep": 0.6}, {"at": 0.06, "keep": 0.3}, {"at": 0.12, "keep": 0}],
        "cut_open": True,
    },
    "account_margin": {"warning": 0.02, "danger": 0.04, "emergency": 0.06},
    "margin_ladder": {"hard_cover": 3.0, "soft_cover": 4.0},
    "circuit_breaker": {"losing_trades": 3, "max_loss": 0.01},
    "funding_breaker": {"max_drain": 0.05, "max_paid": 0.01},
}
MODES = st.sampled_from(["enforce", "observe"])
ASKED = (
    *("daily_loss", "weekly_loss", "circuit_breaker", "funding_breaker"),
    *("account_margin", "drawdown_ladder", "equity_stop", "margin_ladder"),
)


class Asked:
    """A monitor and the search for calm with one runner, and the ladders' levels."""

    def __init__(self, config, levels=()):
        self.levels = dict(levels)
        self.journal = Journal()
        runner = RuleRunner(load_config(config), self.journal)
        self.monitor = AccountMonitor(runner, self.level)
        self.search = CalmSearch(runner, self.level, self.monitor.equity_floor)

    def level(self, rule, trade_id, enforced):
        return self.levels.get((rule, trade_id, enforced), 0)

    def look(self, now, closed=()):
        """Look at the account, and put the ladders where they move to."""
        found = self.monitor.evaluate(now, closed)
        self.monitor.confirm(found)
        for new in found.levels:
            self.levels[new.rule, new.trade_id, new.enforced] = new.level
        return found


@st.composite
def positions(draw):
    found = []
    for number in range(1, draw(st.integers(0, 3)) + 1):
        side, leverage = draw(st.sampled_from([1, -1])), draw(st.sampled_from([2.0, 10.0, 30.0]))
        notional = draw(st.floats(500.0, 25_000.0))
        moved = draw(st.floats(-0.6, 0.4)) / leverage
        margin = notional / leverage
        found.append(
            position(
                market=market(tiers=TWO_TIERS),
                trade_id=number,
                side=side,
                amount=notional / 100.0,
                margin_quote=margin,
                leverage=leverage,
                rate=100.0 * (1 + side * moved),
                funding_quote=draw(st.floats(-0.06, 0.06)) * margin,
            )
        )
    return tuple(found)


@st.composite
def accounts(draw):
    equity = 10_000.0
    return account(
        equity_quote=equity,
        peak_equity_quote=equity / (1 - draw(st.floats(0.0, 0.13))),
        day_start_equity_quote=equity / (1 - draw(st.floats(-0.02, 0.06))),
        week_start_equity_quote=equity / (1 - draw(st.floats(-0.02, 0.12))),
        funding_paid_quote=draw(st.floats(0.0, 150.0)),
        positions=draw(positions()),
    )


CLOSED = st.lists(
    st.builds(
        ClosedTrade,
        pair=st.just(PAIR),
        side=st.sampled_from([1, -1]),
        close_time=st.integers(0, 40).map(lambda hours: NOON - hours * HOUR - MINUTE),
        profit_quote=st.floats(-80.0, 80.0),
        margin_quote=st.just(500.0),
        funding_quote=st.floats(-30.0, 5.0),
    ),
    max_size=4,
).map(lambda trades: sorted(trades, key=lambda trade: trade.close_time))
# The ends too: there a bound that is too wide shows first.
SHARES = st.one_of(st.just(0.0), st.just(1.0), st.floats(0.0, 1.0))


def within(draw, least, most):
    return min(least + (most - least) * draw(SHARES), most)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_rule_does_anything_within(data):
    draw = data.draw
    modes = {name: {**NEAR.get(name, {}), "mode": draw(MODES)} for name in ASKED}
    ladders = {
        ("drawdown_ladder", 0): draw(st.integers(0, 3)),
        ("equity_stop", 0): draw(st.integers(0, 1)),
        ("account_margin", 0): draw(st.integers(0, 3)),
        **{("margin_ladder", n): draw(st.sampled_from([0, 0, 1, 2, 5])) for n in (1, 2, 3)},
    }
    asked = Asked(
        {**NEAR, **modes},
        {(*key, modes[key[0]]["mode"] == "enforce"): level for key, level in ladders.items()},
    )
    now, closed = draw(accounts()), draw(CLOSED)
    asked.look(now, closed)
    calm = asked.search.find(now, closed)
    assume(calm is not None)
    floor, recorded = asked.monitor.equity_floor(now), len(asked.journal)
    for _ in range(3):
        equity = within(draw, calm.least_equity_quote, calm.most_equity_quote)
        limits = zip(calm.least_prices, calm.most_prices, strict=True)
        marks = [within(draw, *ends) for ends in limits]
        assert calm.holds_at(marks)
        assert calm.holds_with(equity)
        later = replace(
            now,
            # Still today, and what the breakers looked back at is older.
            time=now.time + draw(st.integers(0, 700)) * MINUTE,
            equity_quote=equity,
            peak_equity_quote=max(now.peak_equity_quote, equity),
            positions=tuple(
                replace(held, rate=mark) for held, mark in zip(now.positions, marks, strict=True)
            ),
        )
        seen = asked.look(later, closed[draw(st.integers(0, len(closed))) :])
        assert (seen.locks, seen.reductions, seen.levels) == ([], [], [])
        assert repr(asked.monitor.equity_floor(later)) == repr(floor)
        assert len(asked.journal) == recorded


def calm_of(now, closed=(), levels=(), **settings_):
    asked = Asked({**NEAR, **settings_}, levels)
    asked.look(now, closed)
    return asked.search.find(now, closed)


# 1,000 of margin, 10,000 of notional: at 100 the maintenance margin is 100.
HELD = position(market=market(tiers=TWO_TIERS), trade_id=1)


def test_an_account_that_is_well_may_move_far():
    well = account(positions=(HELD,))
    calm = calm_of(well, profile="seatbelt")

    # The widest: 3 % of the price; 2 % of the equity would pass 9,850, where the day has lost
    # 1.5 %, so 0.6 % it is, with 1 % of the price.
    assert calm.until == NOON + timedelta(hours=12)
    assert calm.holds_at([99.1])
    assert calm.holds_with(9_950.0)
    assert not calm.holds_at([97.9])
    assert not calm.holds_at([nan])
    assert not calm.holds_with(9_700.0)
    assert not calm.holds_with(nan)


@pytest.mark.parametrize(
    ("near", "limit"),
    [
        # Steps at 3 % below the peak: 9,700 of 10,000.
        ({"equity_quote": 9_730.0}, 9_700.0),
        # A day that may lose 3 %: 9,409 of 9,700; a ladder that has taken its first step.
        ({"equity_quote": 9_440.0, "day_start_equity_quote": 9_700.0}, 9_409.0),
    ],
    ids=["drawdown", "day"],
)
def test_it_ends_before_the_equity_at_which_a_rule_acts(near, limit):
    levels = {("drawdown_ladder", 0, True): 0 if near["equity_quote"] > 9_700.0 else 1}
    calm = calm_of(account(**near), levels=levels, daily_loss_limit=0.03)

    assert limit < calm.least_equity_quote < near["equity_quote"]


@pytest.mark.parametrize("side", [1, -1])
def test_it_ends_before_the_price_at_which_a_position_is_near_liquidation(side):
    # At 100 its equity is 1,000; warned about at 4 times the maintenance margin of 1 %. A long with
    # 100 units has lost 600 at 94, and has 400 of 94 there: 4.26 times. At 93.75: 375 of 93.75, 4.
    # A short at 106.25 has 375 of 106.25, 3.53; at 105.77: 423 of 105.77, 4.
    limit = 93.75 if side > 0 else 105.77
    rate = limit + side * 0.5
    held = replace(HELD, side=side, rate=rate)
    ladder = {("margin_ladder", 1, True): 1}
    calm = calm_of(account(positions=(held,)), levels=ladder)

    nearest = calm.least_prices[0] if side > 0 else calm.most_prices[0]
    assert 0 < side * (nearest - limit) < 0.5


@pytest.mark.parametrize(
    "unwell",
    [
        {"equity_quote": nan},
        {"peak_equity_quote": nan},
        {"equity_quote": -1.0},
        {"margin_mode": "cross"},
        {"out_of_reach": "no pair"},
        {"floors_reached": frozenset({"daily_loss"})},
        # Another tier begins at 120, within any width of 119.99.
        {"positions": (replace(HELD, rate=119.99),)},
        # A paused day: its lock is given in every look.
        {"equity_quote": 9_400.0, "day_start_equity_quote": 10_000.0},
    ],
    ids=lambda unwell: next(iter(unwell)),
)
def test_there_is_none_where_something_may_act_or_is_not_known(unwell):
    assert calm_of(account(**unwell)) is None


def test_the_level_of_the_other_mode_must_be_able_to_fall_back():
    # Below its peak it does not, at the peak it has.
    below = account(equity_quote=9_950.0)

    assert calm_of(below) is not None
    assert calm_of(below, levels={("equity_stop", 0, False): 1}) is None


def test_near_a_limit_it_is_not_searched_for_in_every_loop():
    asked = Asked(NEAR)
    tight = account(equity_quote=9_705.0)
    well = account()

    assert asked.search.find(tight, ()) is None
    found = [asked.search.find(well, ()) is not None for _ in range(13)]

    # 12 looks, an hour of 5m candles, without.
    assert found == [False] * 12 + [True]


@dataclass(frozen=True)
class Odd:
    """Acts where things are neither good nor bad."""

    name: ClassVar[str] = "odd"

    def advance(self, level, position, account):
        return Step(int(99.4 < position.rate < 99.6))


@dataclass(frozen=True)
class Derived(MarginLadder):
    """Knows no more of being monotone than any other rule of one's own."""

    def advance(self, level, position, account):
        return Step(int(99.4 < position.rate < 99.6))


@dataclass(frozen=True)
class SaysForAnother(MarginLadder):
    """Says that it is monotone, of an answer that it has not written."""

    is_monotone: ClassVar[bool] = True


@dataclass(frozen=True)
class Clock:
    name: ClassVar[str] = "clock"

    def locks(self, account, closed, positions):
        return (Lock(NOON, "late"),) if account.time > NOON else ()


@dataclass(frozen=True)
class Leaver:
    name: ClassVar[str] = "leaver"

    def exit_reason(self, position, account):
        return None


@dataclass(frozen=True)
class At:
    name: ClassVar[str] = "at"

    def exit_price(self, position, account):
        return 90.0


@dataclass(frozen=True)
class Failing:
    name: ClassVar[str] = "failing"
    is_monotone: ClassVar[bool] = True

    def advance(self, level, position, account):
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "rule",
    [Odd(), Derived(1.3, 1.5), SaysForAnother(1.3, 1.5), Clock(), Leaver(), At(), Failing()],
    ids=lambda r: type(r).__name__,
)
def test_there_is_none_with_a_rule_that_may_act_in_between(monkeypatch, rule):
    monkeypatch.setattr(rule_runner, "build_rules", lambda _: [(rule, "enforce")])
    asked = Asked({})

    assert asked.search.find(account(positions=(HELD,)), ()) is None


def test_without_it_there_is(monkeypatch):
    monkeypatch.setattr(rule_runner, "build_rules", lambda _: [])

    assert Asked({}).search.find(account(positions=(HELD,)), ()) is not None


@dataclass(frozen=True, slots=True)
class BelowALimit(FundingBreaker):
    """Pauses for another reason than the rule that it is derived from."""

    name: ClassVar[str] = "below_a_limit"
    is_monotone: ClassVar[bool] = True

    def locks(self, account, closed, positions):
        return (Lock(NOON, "little is left"),) if account.equity_quote < 9_999.0 else ()


def test_what_was_written_for_another_breaker_does_not_answer_for_a_derived_one(monkeypatch):
    rule = BelowALimit(0.1, 0.01, timedelta(days=1), timedelta(hours=8))
    monkeypatch.setattr(rule_runner, "build_rules", lambda _: [(rule, "enforce")])

    # The narrowest width looks 0.2 % below 10,000: at 9,980 it pauses, and nobody has paid funding.
    assert Asked({}).search.find(account(equity_quote=10_000.0), ()) is None
    found = Asked({}).search.find(account(equity_quote=10_100.0), ())
    # 0.6 % below 10,100 is 10,039.4, and 2 % is 9,898.
    assert found is not None
    assert found.least_equity_quote == pytest.approx(10_039.4)


def test_all_rules_that_are_asked_between_payments_are_known_to_be_monotone():
    book = RuleRunner(load_config({"profile": "moderate"}), Journal()).book("*")
    asked = (*book.breaker, *book.account_ladder, *book.ladder_between_funding)

    assert {rule.name for rule, _ in asked} == set(ASKED)
    assert all(vars(type(rule))["is_monotone"] for rule, _ in asked)
    assert not book.exit_between_funding
    assert len(build_rules(load_config({}))) > len(ASKED)

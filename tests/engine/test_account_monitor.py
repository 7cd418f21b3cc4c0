"""One look at the account: which rule asks for what, and what a failing one leads to."""

import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from math import isnan, nan
from typing import ClassVar

import pytest

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.engine import rule_runner as desk_module
from freqtrade_riskguard.engine.account_monitor import AccountMonitor
from freqtrade_riskguard.engine.journal import Journal
from freqtrade_riskguard.engine.required_actions import (
    ACCOUNT,
    NO_EXIT_PRICE,
    NO_FLOOR,
    EquityFloor,
    ExitPrice,
    Reduction,
)
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.rules import Lock, Step
from freqtrade_riskguard.snapshot import Funding
from tests.factories import NOON, PAIR, account, market, position

OTHER = "DOGE/USDT:USDT"
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
HALF = Step(1, "because", (0.5,))
HALF_AND_MORE = Step(1, "because", (0.5, 0.75))


@dataclass(frozen=True)
class Breaker:
    name: ClassVar[str] = "breaker"

    given: tuple[Lock, ...] = (Lock(NOON + HOUR, "because"),)

    def locks(self, account, closed, positions):
        return self.given


@dataclass(frozen=True)
class Exit:
    name: ClassVar[str] = "exit"

    why: str | None = "because"

    def exit_reason(self, position, account):
        return self.why


@dataclass(frozen=True)
class ExitAt:
    name: ClassVar[str] = "exit_at"

    price: float = 95.0

    def exit_price(self, position, account):
        return self.price


@dataclass(frozen=True)
class Floor:
    name: ClassVar[str] = "floor"

    quote: float = 9_500.0

    def equity_floor(self, account):
        return self.quote


@dataclass(frozen=True)
class Ladder:
    name: ClassVar[str] = "ladder"

    step: Step | None = HALF
    asked: list[int] = field(default_factory=list)

    def advance(self, level, position, account):
        self.asked.append(level)
        return self.step


@dataclass(frozen=True)
class AccountLadder:
    name: ClassVar[str] = "account_ladder"

    step: Step | None = HALF_AND_MORE
    asked: list[int] = field(default_factory=list)

    def advance_account(self, level, account):
        self.asked.append(level)
        return self.step


@dataclass(frozen=True)
class FundingExit:
    name: ClassVar[str] = "funding_exit"
    watches_funding: ClassVar[bool] = True

    asked: list[int] = field(default_factory=list)

    def exit_reason(self, position, account):
        self.asked.append(position.trade_id)


@dataclass(frozen=True)
class FundingLadder:
    name: ClassVar[str] = "funding_ladder"
    watches_funding: ClassVar[bool] = True

    asked: list[int] = field(default_factory=list)

    def advance(self, level, position, account):
        self.asked.append(position.trade_id)


def _fail(*_):
    raise ZeroDivisionError


@dataclass(frozen=True)
class BrokenBreaker:
    name: ClassVar[str] = "broken"
    locks = _fail


@dataclass(frozen=True)
class BrokenExit:
    name: ClassVar[str] = "broken"
    exit_reason = _fail


@dataclass(frozen=True)
class BrokenLadder:
    name: ClassVar[str] = "broken"
    advance = _fail


@dataclass(frozen=True)
class BrokenAccountLadder:
    name: ClassVar[str] = "broken"
    advance_account = _fail


@dataclass(frozen=True)
class BrokenExitAt:
    name: ClassVar[str] = "broken"
    exit_price = _fail


@dataclass(frozen=True)
class BrokenFloor:
    name: ClassVar[str] = "broken"
    equity_floor = _fail


BROKEN = [BrokenBreaker(), BrokenExit(), BrokenLadder(), BrokenAccountLadder()]


@pytest.fixture
def monitor_of(monkeypatch):
    """Return a monitor of these rules, whose ladders stand where ``levels`` says."""

    def build(*rules, levels=None):
        monkeypatch.setattr(desk_module, "build_rules", lambda _: rules)
        known = {} if levels is None else levels
        modes = {rule.name: mode == "enforce" for rule, mode in rules}

        def stands(rule, trade_id, enforced):
            return known.get((rule, trade_id), 0) if modes[rule] == enforced else 0

        return AccountMonitor(RuleRunner(load_config({}), Journal()), stands)

    return build


def moved(found):
    """Return where ladders have moved to: rule, trade and level."""
    return [(new.rule, new.trade_id, new.level) for new in found.levels]


def journal_of(monitor):
    return list(monitor._runner.journal)


# Two positions: 1,000 and 400 of margin.
LONG = position(trade_id=7)
SHORT = position(trade_id=8, side=-1, margin_quote=400.0, market=market(pair=OTHER))
HELD = account(positions=(LONG, SHORT))


def test_a_lock_carries_the_name_of_its_rule(monitor_of):
    monitor = monitor_of((Breaker(), "enforce"))

    found = monitor.evaluate(HELD, ())

    assert found.locks == [Lock(NOON + HOUR, "because", rule="breaker", enforced=True)]
    assert found.reductions == []
    assert found.levels == []


def test_an_exit_closes_each_position_that_it_concerns(monitor_of):
    found = monitor_of((Exit(), "enforce")).evaluate(HELD, ())

    assert found.reductions == [Reduction(7, 0.0, "exit"), Reduction(8, 0.0, "exit")]


def test_a_ladder_is_asked_where_it_stands_and_cuts_what_it_says(monitor_of):
    ladder = Ladder(Step(2, "because", (0.5,)))
    monitor = monitor_of((ladder, "enforce"), levels={("ladder", 7): 1, ("ladder", 8): 2})

    found = monitor.evaluate(HELD, ())

    assert ladder.asked == [1, 2]
    # The second stands on level 2 already, and is asked to be cut again all the same.
    assert found.reductions == [Reduction(7, 0.5, "ladder"), Reduction(8, 0.5, "ladder")]
    assert moved(found) == [("ladder", 7, 2)]
    assert found.levels[0].enforced


def test_an_accounts_ladder_cuts_each_position_to_its_own_share(monitor_of):
    monitor = monitor_of((AccountLadder(Step(3, "because", (0.5, 1.0))), "enforce"))

    found = monitor.evaluate(HELD, ())

    assert found.reductions == [Reduction(7, 0.5, "account_ladder")]
    assert moved(found) == [("account_ladder", ACCOUNT, 3)]


def test_a_ladders_pause_comes_with_its_step(monitor_of):
    step = Step(1, "because", (), Lock(NOON + HOUR, "halted", halts=True))
    found = monitor_of((AccountLadder(step), "enforce")).evaluate(HELD, ())

    assert found.locks == [
        Lock(NOON + HOUR, "halted", rule="account_ladder", enforced=True, halts=True)
    ]


@pytest.mark.parametrize("rule", BROKEN, ids=lambda rule: type(rule).__name__)
def test_a_failing_rule_pauses_entries_and_changes_nothing_else(monitor_of, caplog, rule):
    monitor = monitor_of((rule, "enforce"))

    with caplog.at_level(logging.ERROR):
        looks = [monitor.evaluate(HELD, ()) for _ in range(3)]

    for found in looks:
        assert found.reductions == []
        assert found.levels == []
        assert found.locks
        for lock in found.locks:
            assert (lock.pair, lock.side, lock.enforced) == ("*", 0, True)
            # To a full hour, an hour at least: the same lock however often it fails until then.
            assert lock.until == NOON + 2 * HOUR - SECOND
            assert not lock.close_all
            assert not lock.halts
            assert "broken: the rule failed, see the log" in lock.why
    asked_about = (
        {"the account"} if type(rule) in (BrokenBreaker, BrokenAccountLadder) else {PAIR, OTHER}
    )
    assert len(caplog.records) == len(asked_about)
    for pair in asked_about:
        assert any(f"of {pair};" in record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("rule", BROKEN, ids=lambda rule: type(rule).__name__)
def test_a_failing_rule_that_observes_changes_nothing_at_all(monitor_of, rule):
    found = monitor_of((rule, "observe")).evaluate(HELD, ())

    assert (found.locks, found.reductions, found.levels) == ([], [], [])


@pytest.mark.parametrize("rule", BROKEN, ids=lambda rule: type(rule).__name__)
def test_a_failing_rule_does_not_silence_the_others(monitor_of, rule):
    found = monitor_of((rule, "enforce"), (Exit(), "enforce"), (Breaker(), "enforce")).evaluate(
        HELD, ()
    )

    assert [reduction.rule for reduction in found.reductions] == ["exit", "exit"]
    assert "breaker" in {lock.rule for lock in found.locks}


@dataclass(frozen=True)
class WrongLadder:
    """Its author forgot the Step."""

    name: ClassVar[str] = "wrong"

    def advance(self, level, position, account):
        return 0.5


@dataclass(frozen=True)
class WrongAccountLadder:
    name: ClassVar[str] = "wrong"

    def advance_account(self, level, account):
        return (0.5, 0.5)


@dataclass(frozen=True)
class WrongBreaker:
    name: ClassVar[str] = "wrong"

    def locks(self, account, closed, positions):
        return ["pause"]


@dataclass(frozen=True)
class LazyBreaker:
    """Fails only when its answer is read."""

    name: ClassVar[str] = "wrong"

    def locks(self, account, closed, positions):
        yield from (_fail(),)


@pytest.mark.parametrize(
    "rule",
    [WrongLadder(), WrongAccountLadder(), WrongBreaker(), LazyBreaker()],
    ids=lambda rule: type(rule).__name__,
)
def test_a_rule_that_answers_with_the_wrong_kind_does_not_silence_the_others(monitor_of, rule):
    found = monitor_of((rule, "enforce"), (Exit(), "enforce"), (Breaker(), "enforce")).evaluate(
        HELD, ()
    )

    assert [reduction.rule for reduction in found.reductions] == ["exit", "exit"]
    assert {"breaker", "wrong"} <= {lock.rule for lock in found.locks}


OBSERVED = [Exit(), Ladder(), AccountLadder()]


@pytest.mark.parametrize("rule", OBSERVED, ids=lambda rule: type(rule).__name__)
def test_what_only_observes_never_reduces_and_is_recorded_once(monitor_of, rule):
    levels: dict[tuple[str, int], int] = {}
    monitor = monitor_of((rule, "observe"), levels=levels)

    for _ in range(3):
        found = monitor.evaluate(HELD, ())
        assert found.reductions == []
        levels.update({(name, trade_id): level for name, trade_id, level in moved(found)})

    made = journal_of(monitor)
    assert len(made) == 2  # one for each position
    assert not any(decision.enforced for decision in made)


def test_a_ladder_that_only_observes_moves_all_the_same(monitor_of):
    found = monitor_of((Ladder(), "observe")).evaluate(HELD, ())

    assert moved(found) == [("ladder", 7, 1), ("ladder", 8, 1)]
    assert not any(new.enforced for new in found.levels)


def test_a_lock_that_only_observes_says_so(monitor_of):
    (lock,) = monitor_of((Breaker(), "observe")).evaluate(HELD, ()).locks

    assert lock.enforced is False


def test_an_exit_that_is_not_done_yet_is_asked_for_again_and_recorded_once(monitor_of):
    monitor = monitor_of((Exit(), "enforce"))

    looks = [monitor.evaluate(account(positions=(LONG,)), ()) for _ in range(3)]

    assert [found.reductions for found in looks] == [[Reduction(7, 0.0, "exit")]] * 3
    (decision,) = journal_of(monitor)
    assert (decision.question, decision.pair, decision.side) == ("exit", PAIR, 1)
    assert (decision.asked, decision.answered) == (1_000.0, 0.0)


def test_a_cut_is_recorded_with_the_margin_before_and_after(monitor_of):
    monitor = monitor_of((Ladder(Step(1, "too deep", (0.25,))), "enforce"))

    monitor.evaluate(account(positions=(SHORT,)), ())

    (decision,) = journal_of(monitor)
    assert (decision.question, decision.pair, decision.side) == ("cut", OTHER, -1)
    assert (decision.asked, decision.answered, decision.why) == (400.0, 100.0, "too deep")


def test_a_step_without_a_cut_is_an_alert_and_told_when_the_level_moves(monitor_of):
    ladder = Ladder(Step(1, "near its end"))
    moving = monitor_of((ladder, "enforce"))
    moving.evaluate(account(positions=(LONG,)), ())
    standing = monitor_of((ladder, "enforce"), levels={("ladder", 7): 1})
    standing.evaluate(account(positions=(LONG,)), ())

    (decision,) = journal_of(moving)
    assert (decision.question, decision.rule, decision.why) == ("alert", "ladder", "near its end")
    assert isnan(decision.asked)
    assert journal_of(standing) == []


def test_a_recovery_is_silent(monitor_of):
    monitor = monitor_of((Ladder(Step(0)), "enforce"), levels={("ladder", 7): 2})

    found = monitor.evaluate(account(positions=(LONG,)), ())

    assert moved(found) == [("ladder", 7, 0)]
    assert found.reductions == []
    assert journal_of(monitor) == []


def test_a_rule_without_an_opinion_asks_for_nothing(monitor_of):
    silent = (Exit(None), Ladder(None), AccountLadder(None), Breaker(()))
    found = monitor_of(*((rule, "enforce") for rule in silent)).evaluate(HELD, ())

    assert (found.locks, found.reductions, found.levels) == ([], [], [])


def test_a_share_that_is_not_a_number_does_not_sell(monitor_of):
    monitor = monitor_of((Ladder(Step(1, "because", (nan,))), "enforce"))

    assert monitor.evaluate(account(positions=(LONG,)), ()).reductions == []


def test_funding_is_judged_when_a_rate_or_the_sum_paid_is_new_and_once(monitor_of):
    exits, ladder = FundingExit(), FundingLadder()
    monitor = monitor_of((exits, "enforce"), (ladder, "enforce"))
    known = replace(LONG, funding=Funding((0.001,)), funding_quote=-10.0)

    def asked_about(*positions):
        monitor.confirm(monitor.evaluate(account(positions=positions), ()))
        asked = list(exits.asked)
        assert ladder.asked == asked
        exits.asked.clear()
        ladder.asked.clear()
        return asked

    assert asked_about(known) == [7]
    assert asked_about(replace(known, rate=90.0)) == []
    # freqtrade may book a payment some time after its rate is known.
    paid = replace(known, funding_quote=-20.0)
    assert asked_about(paid) == [7]
    assert asked_about(paid, SHORT) == [8]
    assert asked_about(replace(paid, funding=Funding((0.001, 0.001))), SHORT) == [7]


class ExitAtALoss(FundingExit):
    """Looks at the price, other than the rule that it is derived from."""

    def exit_reason(self, position, account):
        return "lost" if position.rate < 95.0 else None


class LadderAtALoss(FundingLadder):
    def advance(self, level, position, account):
        return Step(1, "lost", (0.5,)) if position.rate < 95.0 else Step(level)


@pytest.mark.parametrize("rule", [ExitAtALoss(), LadderAtALoss()], ids=lambda r: type(r).__name__)
def test_a_rule_derived_from_one_that_watches_funding_is_asked_at_each_price(monitor_of, rule):
    monitor = monitor_of((rule, "enforce"))
    known = replace(LONG, rate=100.0, funding=Funding((0.001,)), funding_quote=-10.0)

    monitor.confirm(monitor.evaluate(account(positions=(known,)), ()))
    found = monitor.evaluate(account(positions=(replace(known, rate=94.0),)), ())

    assert [each.trade_id for each in found.reductions] == [7]


def test_funding_whose_findings_were_not_put_into_force_is_judged_again(monitor_of):
    exits = FundingExit()
    monitor = monitor_of((exits, "enforce"))

    for _ in range(2):
        monitor.evaluate(account(positions=(LONG,)), ())

    assert exits.asked == [7, 7]


@pytest.mark.parametrize(("held", "nearest"), [(LONG, 96.0), (SHORT, 94.0)])
def test_the_nearest_exit_price_wins(monitor_of, held, nearest):
    monitor = monitor_of(
        (ExitAt(94.0), "enforce"), (ExitAt(nan), "enforce"), (ExitAt(96.0), "enforce")
    )

    # Nearer to the market: higher for a long, lower for a short.
    assert monitor.exit_price(held, HELD) == ExitPrice(nearest, "exit_at")


def test_an_exit_price_that_only_observes_or_fails_is_none(monitor_of, caplog):
    monitor = monitor_of((ExitAt(96.0), "observe"), (BrokenExitAt(), "enforce"))

    for _ in range(3):
        assert monitor.exit_price(LONG, HELD) is NO_EXIT_PRICE
    assert len(caplog.records) == 1


def test_a_position_closed_at_its_exit_price_is_recorded(monitor_of):
    monitor = monitor_of()

    monitor.record_exit(SHORT, ExitPrice(103.5, "daily_loss"), NOON)

    (decision,) = journal_of(monitor)
    assert (decision.question, decision.rule, decision.pair) == ("exit", "daily_loss", OTHER)
    assert (decision.asked, decision.answered, decision.enforced) == (400.0, 0.0, True)
    assert "103.5" in decision.why


def test_locks_and_what_they_close_are_recorded(monitor_of):
    monitor = monitor_of()
    lock = Lock(NOON + HOUR, "lost too much", rule="daily_loss", close_all=True)

    monitor.note_lock(lock, NOON)
    monitor.note_closed(LONG, lock, NOON)

    paused, closed = journal_of(monitor)
    assert (paused.question, paused.pair, paused.side) == ("lock", "*", 0)
    assert (closed.question, closed.pair, closed.answered) == ("exit", PAIR, 0.0)
    assert {paused.why, closed.why} == {"lost too much"}


@pytest.mark.parametrize(
    ("time", "end"),
    [
        (NOON, "until 14:00 UTC: "),
        (NOON.replace(hour=22, minute=59), "until 00:00 UTC: "),
        (NOON.replace(hour=23, minute=1), "until 2024-01-11 01:00 UTC: "),
    ],
)
def test_the_pause_of_a_failed_rule_tells_the_date_where_it_ends_tomorrow(monitor_of, time, end):
    found = monitor_of((BrokenBreaker(), "enforce")).evaluate(account(time=time), ())

    assert end in found.locks[0].why


@dataclass(frozen=True)
class SeesAll:
    """Rules' answers that write down what they were asked about."""

    name: ClassVar[str] = "sees_all"

    seen: list[tuple[object, ...]] = field(default_factory=list)

    def locks(self, account, closed, positions):
        self.seen.append((account, closed, positions))

    def exit_price(self, position, account):
        self.seen.append((position, account))


def test_a_breaker_sees_the_account_the_closed_trades_and_the_positions(monitor_of):
    sees, closed = SeesAll(), (object(),)

    monitor_of((sees, "enforce")).evaluate(HELD, closed)

    assert sees.seen == [(HELD, closed, (LONG, SHORT))]


def test_an_exit_price_is_asked_about_the_position_and_the_account(monitor_of):
    sees = SeesAll()

    assert monitor_of((sees, "enforce")).exit_price(SHORT, HELD) is NO_EXIT_PRICE
    assert sees.seen == [(SHORT, HELD)]


def test_exit_prices_that_differ_by_little_differ(monitor_of):
    monitor = monitor_of((ExitAt(94.0), "enforce"), (ExitAt(94.5), "enforce"))

    assert monitor.exit_price(LONG, HELD).price == 94.5
    assert monitor.exit_price(SHORT, HELD).price == 94.0


def test_an_exit_price_after_one_that_only_observes_holds(monitor_of):
    @dataclass(frozen=True)
    class Other(ExitAt):
        name: ClassVar[str] = "other"

    monitor = monitor_of((ExitAt(96.0), "observe"), (Other(94.0), "enforce"))

    assert monitor.exit_price(LONG, HELD) == ExitPrice(94.0, "other")


def test_whether_any_rule_closes_at_a_price(monitor_of):
    assert monitor_of((ExitAt(), "enforce")).limits_price()
    assert monitor_of((ExitAt(), "observe"), (ExitAt(), "enforce")).limits_price()
    assert not monitor_of((ExitAt(), "observe")).limits_price()
    assert not monitor_of((Exit(), "enforce")).limits_price()


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_a_ladder_is_asked_for_where_it_stands_in_its_mode(monkeypatch, mode):
    ladder, of_account = Ladder(), AccountLadder()
    rules = ((ladder, mode), (of_account, mode))
    monkeypatch.setattr(desk_module, "build_rules", lambda _: rules)
    # What enforces stands on 2, what observes on 5.
    levels = {True: 2, False: 5}
    monitor = AccountMonitor(
        RuleRunner(load_config({}), Journal()), lambda *asked: levels[asked[-1]]
    )

    monitor.evaluate(account(positions=(LONG,)), ())

    # Then where the other mode stands, for what has recovered there.
    asked = [levels[mode == "enforce"], levels[mode != "enforce"]]
    assert (ladder.asked, of_account.asked) == (asked, asked)


@pytest.mark.parametrize("mode", ["enforce", "observe"])
@pytest.mark.parametrize(("now", "moves"), [(1, True), (2, False), (3, False)])
def test_the_level_of_the_other_mode_falls_back_with_the_market_and_never_rises(
    monkeypatch, mode, now, moves
):
    rules = ((Ladder(Step(now)), mode), (AccountLadder(Step(now)), mode))
    monkeypatch.setattr(desk_module, "build_rules", lambda _: rules)
    # The mode in force stands where the rule says already; the other one on 2.
    other = mode != "enforce"
    levels = {other: 2, not other: now}
    monitor = AccountMonitor(
        RuleRunner(load_config({}), Journal()), lambda *asked: levels[asked[-1]]
    )

    found = monitor.evaluate(account(positions=(LONG,)), ())

    fallen = [("account_ladder", ACCOUNT, 1), ("ladder", 7, 1)] if moves else []
    assert moved(found) == fallen
    assert all(new.enforced is other for new in found.levels)
    assert (found.reductions, found.locks, journal_of(monitor)) == ([], [], [])


def test_a_fall_back_by_one_level_is_taken_up_for_the_account_too(monitor_of):
    ladder = AccountLadder(Step(1))
    monitor = monitor_of((ladder, "enforce"), levels={("account_ladder", ACCOUNT): 2})

    assert moved(monitor.evaluate(HELD, ())) == [("account_ladder", ACCOUNT, 1)]
    assert ladder.asked == [2]


@pytest.mark.parametrize("mode", ["enforce", "observe"])
def test_a_cut_an_exit_and_an_alert_are_recorded_with_time_and_mode(monitor_of, mode):
    alert = AccountLadder(Step(1, "near its end"))
    monitor = monitor_of((Ladder(), mode), (Exit(), mode), (alert, mode))
    later = NOON + HOUR

    monitor.evaluate(account(time=later, positions=(SHORT,)), ())

    enforced = mode == "enforce"
    assert [(d.time, d.pair, d.side, d.question, d.enforced) for d in journal_of(monitor)] == [
        (later, "*", 0, "alert", enforced),
        (later, OTHER, -1, "cut", enforced),
        (later, OTHER, -1, "exit", enforced),
    ]


def test_an_alert_is_recorded_and_told_in_the_log(monitor_of, caplog):
    monitor = monitor_of()

    monitor.note_alert("equity", NOON, "100 % more")

    (told,) = journal_of(monitor)
    assert (told.time, told.pair, told.side) == (NOON, "*", 0)
    assert (told.question, told.rule, told.enforced) == ("alert", "equity", True)
    assert isnan(told.asked)
    assert isnan(told.answered)
    assert [record.getMessage() for record in caplog.records] == ["RiskGuard: 100 % more"]


def test_a_lock_is_recorded_with_all_that_it_says(monitor_of):
    monitor = monitor_of()
    lock = Lock(
        NOON + HOUR, "halted", pair=OTHER, side=-1, rule="drawdown", enforced=False, halts=True
    )

    monitor.note_lock(lock, NOON)

    (told,) = journal_of(monitor)
    assert (told.time, told.until, told.pair, told.side) == (NOON, NOON + HOUR, OTHER, -1)
    assert (told.rule, told.enforced, told.halts) == ("drawdown", False, True)
    assert isnan(told.asked)
    assert isnan(told.answered)


def test_what_a_lock_closes_is_recorded_with_its_margin_and_its_rule(monitor_of):
    monitor = monitor_of()

    monitor.note_closed(SHORT, Lock(NOON + HOUR, "lost too much", rule="daily_loss"), NOON)

    (told,) = journal_of(monitor)
    assert (told.time, told.side, told.rule, told.enforced) == (NOON, -1, "daily_loss", True)
    assert (told.asked, told.answered) == (400.0, 0.0)


def test_a_close_at_a_price_is_recorded_once_for_each_trade_and_rule(monitor_of):
    monitor = monitor_of()

    for held, rule in ((LONG, "daily_loss"), (LONG, "weekly_loss"), (SHORT, "daily_loss")) * 2:
        monitor.record_exit(held, ExitPrice(95.0, rule), NOON)

    assert [(d.time, d.pair, d.side, d.rule) for d in journal_of(monitor)] == [
        (NOON, PAIR, 1, "daily_loss"),
        (NOON, PAIR, 1, "weekly_loss"),
        (NOON, OTHER, -1, "daily_loss"),
    ]


def test_a_failing_exit_price_that_only_observes_is_not_asked_for(monitor_of, caplog):
    assert monitor_of((BrokenExitAt(), "observe")).exit_price(LONG, HELD) is NO_EXIT_PRICE
    assert not caplog.records


@pytest.mark.parametrize("quotes", [(9_000.0, nan, 9_500.0), (9_500.0, 9_000.0, nan)])
def test_the_highest_floor_is_reached_first(monitor_of, quotes):
    monitor = monitor_of(*((Floor(quote), "enforce") for quote in quotes))

    assert monitor.equity_floor(HELD) == EquityFloor(9_500.0, "floor")


def test_a_floor_that_only_observes_or_fails_is_none(monitor_of, caplog):
    assert monitor_of((Floor(), "observe")).equity_floor(HELD) is NO_FLOOR
    assert monitor_of((Floor(nan), "enforce")).equity_floor(HELD) is NO_FLOOR
    assert monitor_of((BrokenFloor(), "observe")).equity_floor(HELD) is NO_FLOOR
    assert not caplog.records
    monitor = monitor_of((BrokenFloor(), "enforce"))
    for _ in range(3):
        assert monitor.equity_floor(HELD) is NO_FLOOR
    assert len(caplog.records) == 1
    other = monitor_of((Floor(), "observe"), (Floor(9_000.0), "enforce"))
    assert other.equity_floor(HELD).quote == 9_000.0

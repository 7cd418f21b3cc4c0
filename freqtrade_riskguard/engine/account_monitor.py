"""Watches the account once per loop: pauses of entries, cuts and closes of open positions."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isnan, nan

from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.engine.journal import Decision, Question
from freqtrade_riskguard.engine.required_actions import (
    ACCOUNT,
    NO_EXIT_PRICE,
    NO_FLOOR,
    EquityFloor,
    ExitPrice,
    Levels,
    NewLevel,
    OrderStatus,
    Reduction,
    RequiredActions,
    nearer_exit,
)
from freqtrade_riskguard.engine.rule_runner import FAILED, Given, RuleMethod, RuleRunner
from freqtrade_riskguard.rules import (
    BreakerRule,
    Lock,
    Rule,
    Step,
)
from freqtrade_riskguard.rules.pauses.lock_times import end_text, lock_until
from freqtrade_riskguard.snapshot import Account, ClosedTrade, Funding, Position

logger = logging.getLogger(__name__)

SAFE_PAUSE = timedelta(hours=1, seconds=-1)
_LIMITS = {"daily_loss": "daily limit", "weekly_loss": "weekly limit"}
_FAILED_STEP = Step(-1)
_FAILED_LOCKS: tuple[Lock, ...] = (Lock(datetime.max.replace(tzinfo=UTC), FAILED),)

_NUMBER = (float, int)
_LOCKS = RuleMethod("lock", "locks", _FAILED_LOCKS, tuple)
_ADVANCE = RuleMethod("cut", "advance", _FAILED_STEP, Step)
_ADVANCE_ACCOUNT = RuleMethod("cut", "advance_account", _FAILED_STEP, Step)
_EXIT_REASON = RuleMethod("exit", "exit_reason", FAILED, str)
_EXIT_PRICE = RuleMethod("exit", "exit_price", nan, _NUMBER)
_EQUITY_FLOOR = RuleMethod("exit", "equity_floor", nan, _NUMBER)


class AccountMonitor:
    """Looks at the account and every open position.

    Where a rule that enforces fails, the position stays with its stop and entries pause.

    Parameters
    ----------
    runner : RuleRunner
        Where the rules are asked.
    levels : callable
        The ladders' state.
    """

    def __init__(self, runner: RuleRunner, levels: Levels) -> None:
        self._runner = runner
        self._levels = levels
        self._noted: set[tuple[str, int]] = set()
        self._judged: dict[int, tuple[Funding, float]] = {}

    def evaluate(self, account: Account, closed: Sequence[ClosedTrade]) -> RequiredActions:
        """Return every lock and every reduction that the rules ask for now."""
        found = RequiredActions()
        self._breakers(account, closed, found)
        for rule, mode in self._runner.book("*").account_ladder:
            level = self._levels(rule.name, ACCOUNT, mode == "enforce")
            advance = rule.advance_account
            step = self._runner.ask(_ADVANCE_ACCOUNT, rule, mode, "*", advance, level, account)
            # Nearly always nothing has changed.
            if step is not None and (step.level != level or step.keep_ratios or step.lock):
                if step.lock is not None:
                    found.locks.append(_named(step.lock, rule, mode))
                self._take(step, (rule, mode), account, None, found)
            if self._levels(rule.name, ACCOUNT, mode != "enforce"):
                about = ("*", ACCOUNT)
                self._rearm(_ADVANCE_ACCOUNT, (rule, mode), about, advance, (account,), found)
        for position in account.positions:
            self._look_at(position, account, found)
        return found

    def confirm(self, found: RequiredActions) -> None:
        """Take note that all that was found is in force: funding is judged once, when it is new."""
        self._judged = found.funding

    def order_status(self, rule: str, pair: str) -> OrderStatus:
        """Return what has become of an order of an earlier run, by the mode of its rule now.

        What a ladder has ordered waits while it observes, since its level says that it is ordered.
        Other rules ask again for what they want once they enforce.
        """
        book, of_account = self._runner.book(pair), self._runner.book("*")
        ladders = [*of_account.account_ladder, *book.ladder]
        asked = [*ladders, *of_account.breaker, *book.exit]
        if any(other.name == rule and mode == "enforce" for other, mode in asked):
            return "in force"
        return "suspended" if any(other.name == rule for other, _ in ladders) else "over"

    def exit_price(self, position: Position, account: Account) -> ExitPrice:
        """Return the nearest price at which a position must be closed before the next look.

        Where a rule fails there is none: the stop stays.
        """
        nearest = NO_EXIT_PRICE
        pair = position.market.pair
        for rule, mode in self._runner.book("*").exit_price:
            if mode != "enforce":
                continue
            answers = rule.exit_price
            price = self._runner.ask(_EXIT_PRICE, rule, mode, pair, answers, position, account)
            if price is not None and not isnan(price):
                nearest = nearer_exit(position.side, nearest, ExitPrice(price, rule.name))
        return nearest

    def equity_floor(self, account: Account) -> EquityFloor:
        """Return the highest equity at which all positions must be closed before the next look.

        Where a rule fails there is none: stops stay, and the next look finds the loss.
        """
        highest = NO_FLOOR
        for rule, mode in self._runner.book("*").equity_floor:
            if mode != "enforce":
                continue
            quote = self._runner.ask(_EQUITY_FLOOR, rule, mode, "*", rule.equity_floor, account)
            if quote is not None and not isnan(quote) and not quote <= highest.quote:
                highest = EquityFloor(quote, rule.name)
        return highest

    def limits_price(self) -> bool:
        """Whether any rule closes positions at a price."""
        return any(mode == "enforce" for _, mode in self._runner.book("*").exit_price)

    def record_exit(self, position: Position, at: ExitPrice, time: datetime) -> None:
        """Record that a position is closed at its exit price; once, however long that takes."""
        if (at.rule, position.trade_id) in self._noted:
            return
        self._noted.add((at.rule, position.trade_id))
        limit = _LIMITS.get(at.rule, f"limit of {at.rule}")
        self._runner.journal.record(
            Decision(
                time=time,
                pair=position.market.pair,
                side=position.side,
                question="exit",
                rule=at.rule,
                asked=position.margin_quote,
                answered=0.0,
                why=f"closed at {at.price:g}, the price at which the {limit} is reached",
            )
        )

    def _look_at(self, position: Position, account: Account, found: RequiredActions) -> None:
        pair, trade_id = position.market.pair, position.trade_id
        book = self._runner.book(pair)
        paid = (position.funding, position.funding_quote)
        is_same = self._judged.get(trade_id) == paid
        found.funding[trade_id] = paid
        for rule, mode in book.ladder_between_funding if is_same else book.ladder:
            level = self._levels(rule.name, trade_id, mode == "enforce")
            advance, given = rule.advance, (position, account)
            step = self._runner.ask(_ADVANCE, rule, mode, pair, advance, level, *given)
            # Nearly always nothing has changed.
            if step is not None and (step.level != level or step.keep_ratios):
                self._take(step, (rule, mode), account, position, found)
            if self._levels(rule.name, trade_id, mode != "enforce"):
                self._rearm(_ADVANCE, (rule, mode), (pair, trade_id), advance, given, found)
        for exit_rule, mode in book.exit_between_funding if is_same else book.exit:
            reason = exit_rule.exit_reason
            why = self._runner.ask(_EXIT_REASON, exit_rule, mode, pair, reason, position, account)
            if why is FAILED:
                found.locks.append(_failed(account.time, exit_rule))
            elif why is not None:
                self._reduce(position, 0.0, (exit_rule, mode), why, account.time, found)

    def _take(
        self,
        step: Step,
        asked: tuple[Rule, Mode],
        account: Account,
        position: Position | None,
        found: RequiredActions,
    ) -> None:
        """Take up the step of a ladder, of a position or (None) of the account."""
        rule, mode = asked
        if step is _FAILED_STEP:
            found.locks.append(_failed(account.time, rule))
            return
        trade_id = ACCOUNT if position is None else position.trade_id
        enforced = mode == "enforce"
        moved = step.level != self._levels(rule.name, trade_id, enforced)
        if moved:
            found.levels.append(NewLevel(rule.name, trade_id, step.level, enforced))
        elif not enforced:
            # A cut that is only observed would be asked for again and again.
            return
        positions = account.positions if position is None else (position,)
        cuts = [item for item in zip(positions, step.keep_ratios, strict=False) if item[1] < 1]
        for cut, keep_ratio in cuts:
            self._reduce(cut, keep_ratio, asked, step.why, account.time, found)
        if step.why and moved and not cuts and step.lock is None:
            about = ("*", 0) if position is None else (position.market.pair, position.side)
            self._record(account.time, about, ("alert", rule, mode), (nan, nan), step.why)

    def _rearm(
        self,
        method: RuleMethod[Step],
        asked: tuple[Rule, Mode],
        about: tuple[str, int],
        advance: Callable[[int, *Given], Step | None],
        given: tuple[*Given],
        found: RequiredActions,
    ) -> None:
        """Let the level of the other mode fall back with the market, which knows of no mode.

        Otherwise a step of an earlier time in that mode would count as taken ever after.
        """
        (rule, mode), (pair, trade_id) = asked, about
        enforced = mode != "enforce"
        level = self._levels(rule.name, trade_id, enforced)
        step = self._runner.ask(method, rule, "observe", pair, advance, level, *given)
        # Only back: what is newly reached is for the mode in which it is acted on.
        if step is not None and step.level < level:
            found.levels.append(NewLevel(rule.name, trade_id, step.level, enforced))

    def _reduce(
        self,
        position: Position,
        keep_ratio: float,
        asked: tuple[Rule, Mode],
        why: str,
        time: datetime,
        found: RequiredActions,
    ) -> None:
        rule, mode = asked
        question: Question = "cut" if keep_ratio > 0 else "exit"
        if mode == "enforce":
            found.reductions.append(Reduction(position.trade_id, keep_ratio, rule.name))
        if question == "exit":
            # An exit is asked for until it is done (or for ever, where the rule only observes).
            key = (rule.name, position.trade_id)
            if key in self._noted:
                return
            self._noted.add(key)
        margins = position.margin_quote, position.margin_quote * keep_ratio
        about = position.market.pair, position.side
        self._record(time, about, (question, rule, mode), margins, why)

    def _breakers(
        self, account: Account, closed: Sequence[ClosedTrade], found: RequiredActions
    ) -> None:
        for rule, mode in self._runner.book("*").breaker:
            given = (rule, mode, account, closed)
            locks = self._runner.ask(_LOCKS, rule, mode, "*", _locks, *given)
            if locks is _FAILED_LOCKS:
                found.locks.append(_failed(account.time, rule))
            elif locks:
                found.locks.extend(locks)

    def note_lock(self, lock: Lock, time: datetime) -> None:
        """Record a lock that has come into force, or would have."""
        self._runner.journal.record(
            Decision(
                time=time,
                pair=lock.pair,
                side=lock.side,
                question="lock",
                rule=lock.rule,
                enforced=lock.enforced,
                why=lock.why,
                until=lock.until,
                halts=lock.halts,
            )
        )

    def note_alert(self, rule: str, time: datetime, why: str) -> None:
        """Record, and tell in the log, what concerns the account and changes no trade."""
        logger.warning("RiskGuard: %s", why)
        self._runner.journal.record(
            Decision(time=time, pair="*", side=0, question="alert", rule=rule, why=why)
        )

    def note_closed(self, position: Position, lock: Lock, time: datetime) -> None:
        """Record that a lock closes a position."""
        self._runner.journal.record(
            Decision(
                time=time,
                pair=position.market.pair,
                side=position.side,
                question="exit",
                rule=lock.rule,
                asked=position.margin_quote,
                answered=0.0,
                why=lock.why,
            )
        )

    def _record(
        self,
        time: datetime,
        about: tuple[str, int],
        answer: tuple[Question, Rule, Mode],
        figures: tuple[float, float],
        why: str,
    ) -> None:
        (pair, side), (question, rule, mode), (asked, answered) = about, answer, figures
        self._runner.journal.record(
            Decision(
                time=time,
                pair=pair,
                side=side,
                question=question,
                rule=rule.name,
                asked=asked,
                answered=answered,
                enforced=mode == "enforce",
                why=why,
            )
        )


def _locks(
    rule: BreakerRule, mode: Mode, account: Account, closed: Sequence[ClosedTrade]
) -> tuple[Lock, ...]:
    locks = rule.locks(account, closed, account.positions)
    return tuple([_named(lock, rule, mode) for lock in locks]) if locks else ()


def _named(lock: Lock, rule: Rule, mode: Mode) -> Lock:
    return replace(lock, rule=rule.name, enforced=mode == "enforce")


def _failed(time: datetime, rule: Rule) -> Lock:
    # Up to a full hour, so that it is the same lock however often the rule fails until then.
    end = time.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    why = f"Entries paused until {end_text(end, time)}: {rule.name}: {FAILED}. Lift: /unlock"
    return Lock(lock_until(end), why, rule=rule.name)

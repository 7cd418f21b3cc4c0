"""The guard: asks every rule, takes the most conservative answer, and keeps the journal."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from math import isclose, isnan, nan

from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.engine.journal import Decision, Question
from freqtrade_riskguard.engine.rule_runner import FAILED, RuleMethod, RuleRunner
from freqtrade_riskguard.risk import floor_leverage, nearest_stop
from freqtrade_riskguard.rules import Cap, Rule, StopRule
from freqtrade_riskguard.rules.exits.drawdown_ladder import DrawdownLadder
from freqtrade_riskguard.rules.shortcuts import is_fixed
from freqtrade_riskguard.snapshot import Account, Entry, Position

_STOP_FAILED = "its stop failed, see the log"
# The average price moves with an addition, so a smaller one is asked about once more.
_STEPS = 3
# Told from a rule that has no stop by being this very object.
_FAILED_STOP = float("nan")

_MAX_LEVERAGE = RuleMethod("leverage", "max_leverage", Cap(1.0, FAILED), Cap)
_MAX_STAKE = RuleMethod("stake", "max_stake", Cap(0.0, FAILED), Cap)
_STAKE_FACTOR = RuleMethod("stake", "stake_factor", Cap(0.0, FAILED), Cap)
_DENIAL = RuleMethod("entry", "denial", FAILED, str)
_PAUSE_REASON = RuleMethod("cancel", "pause_reason", FAILED, str)
_STOP_PRICE = RuleMethod("stop", "stop_price", _FAILED_STOP, (float, int))


@dataclass(frozen=True, slots=True)
class EntryPause:
    """Why nothing may be entered, and which rule, or giver of a lock, says so."""

    rule: str
    enforced: bool
    why: str


class Guard:
    """Answers what freqtrade asks about entries and stops.

    Where a rule fails, the safe answers are: 1x, no stake, denied, the stop stays. While a rule
    fails on the stop of a pair nothing is entered there: its stop would be missing.

    Parameters
    ----------
    runner : RuleRunner
        Where the rules are asked.
    """

    def __init__(self, runner: RuleRunner) -> None:
        self._runner = runner
        self._noted_stops: dict[tuple[str, str], float] = {}
        self._fixed_stops: dict[str, bool] = {}
        self._failed_stops: dict[str, Rule] = {}

    def leverage(self, entry: Entry) -> float:
        """Return the leverage for an entry that asks for ``entry.leverage``.

        Formula: ``floor(min(asked, caps))``, never below 1: to whole numbers where the exchange
        sets no others, else to tenths. Rules with ``after_caps`` are
        asked last, about what the others leave.
        """
        floor = partial(floor_leverage, steps_per_unit=entry.market.leverage_steps)
        for last in (False, True):
            answers = []
            for rule, mode in self._runner.book(entry.market.pair).leverage:
                if getattr(rule, "after_caps", False) is last:
                    cap = self._runner.ask(
                        _MAX_LEVERAGE, rule, mode, entry.market.pair, rule.max_leverage, entry
                    )
                    answers.append((rule, mode, cap))
            leverage, bounds = _apply_caps(entry.leverage, answers, floor)
            for bound in bounds:
                self._record(entry, ("leverage", bound), entry.leverage, bound.limit)
            entry = replace(entry, leverage=leverage)
        return entry.leverage

    def stake(self, entry: Entry) -> float:
        """Return the stake, quote, for an entry at ``entry.leverage``; 0 for no trade.

        Formula: ``min(asked, caps) * factors``
        """
        stake, bounds = self._capped(entry)
        for bound in bounds:
            self._record(entry, ("stake", bound), entry.stake_quote, bound.limit)
        return self._scaled(entry, stake)

    def addition(self, whole: Callable[[float], Entry], asked_quote: float) -> float:
        """Return what may be added to a position, quote; 0 for nothing.

        Formula: ``min(asked, caps on the whole position - held) * factors``. The caps hold for the
        position as it would be; the factors for what is added, which alone may still be smaller.

        Parameters
        ----------
        whole : callable
            Returns the position with an addition, as an entry that tells what is held already.
        asked_quote : float
            What the strategy asks for.
        """
        added, asked = asked_quote, whole(asked_quote)
        entry, bounds = asked, dict[Mode, _Bound]()
        for _ in range(_STEPS):
            stake, found = self._capped(entry)
            bounds |= {bound.mode: bound for bound in found}
            fits = max(stake - entry.held_quote, 0.0)
            if fits >= added:
                break
            added = fits
            if not added:
                break
            entry = whole(added)
        for bound in bounds.values():
            left = entry.held_quote + added if bound.mode == "enforce" else bound.limit
            self._record(asked, ("stake", bound), asked.stake_quote, left)
        return self._scaled(entry, added)

    def _capped(self, entry: Entry) -> tuple[float, "Sequence[_Bound]"]:
        """Return the smallest of stake asked for and caps, and which caps have bound."""
        entry, pair = self._with_stop(entry), entry.market.pair
        answers = [
            (rule, mode, self._runner.ask(_MAX_STAKE, rule, mode, pair, rule.max_stake, entry))
            for rule, mode in self._runner.book(pair).stake
        ]
        return _apply_caps(entry.stake_quote, answers, partial(max, 0.0))

    def _scaled(self, entry: Entry, stake_quote: float) -> float:
        """Return what the factors leave of a stake, or of what is added to a position."""
        entry, stake, held = self._with_stop(entry), stake_quote, entry.held_quote
        pair = entry.market.pair
        for rule, mode in self._runner.book(pair).stake_factor:
            asked = replace(entry, stake_quote=held + stake)
            factor = self._runner.ask(_STAKE_FACTOR, rule, mode, pair, rule.stake_factor, asked)
            if factor is None or factor.limit >= 1 or stake <= 0:
                continue
            answered = stake * (0.0 if isnan(factor.limit) else max(factor.limit, 0.0))
            bound = _Bound(rule, mode, held + answered, factor.why)
            self._record(entry, ("stake", bound), held + stake, bound.limit)
            if mode == "enforce":
                stake = answered
        return stake

    def out_of_reach(self, entry: Entry) -> str | None:
        """Return why the drawdown puts the exchange's minimum out of a pair's reach, or None."""
        entry = self._with_stop(entry)
        for rule, mode in self._runner.book(entry.market.pair).stake_factor:
            if isinstance(rule, DrawdownLadder) and mode == "enforce":
                return rule.out_of_reach(entry)
        return None

    def record_skip(self, entry: Entry, rule: str, why: str) -> None:
        """Record that there will be no trade, for a reason that is no rule's."""
        self._runner.journal.record(
            Decision(
                time=entry.time,
                pair=entry.market.pair,
                side=entry.side,
                question="stake",
                rule=rule,
                asked=entry.stake_quote - entry.held_quote,
                answered=0.0,
                why=why,
            )
        )

    def pauses(self, pair: str, account: Account) -> Iterator[EntryPause]:
        """Yield what lets nothing be entered on a pair now, whatever it is; locks are no rules."""
        failed = self._failed_stops.get(pair)
        if failed is not None:
            yield EntryPause(failed.name, enforced=True, why=f"{failed.name}: {_STOP_FAILED}")
        for rule, mode in self._runner.book(pair).pause:
            why = self._runner.ask(_PAUSE_REASON, rule, mode, pair, rule.pause_reason, account)
            if why is not None:
                yield EntryPause(rule.name, enforced=mode == "enforce", why=why)

    def denial(self, entry: Entry) -> str | None:
        """Return why an entry is denied, or None. Any denial wins."""
        entry = self._with_stop(entry)
        pair = entry.market.pair
        denied: str | None = None
        failed = self._failed_stops.get(pair)
        if failed is not None:
            denied = f"{failed.name}: {_STOP_FAILED}"
            bound = _Bound(failed, "enforce", 0.0, denied)
            self._record(entry, ("entry", bound), entry.stake_quote, 0.0)
        for rule, mode in self._runner.book(pair).entry:
            why = self._runner.ask(_DENIAL, rule, mode, pair, rule.denial, entry)
            if why is not None:
                bound = _Bound(rule, mode, 0.0, why)
                self._record(entry, ("entry", bound), entry.stake_quote, 0.0)
                if mode == "enforce" and denied is None:
                    denied = f"{rule.name}: {why}"
        return denied

    def stop(self, position: Position, current_stop: float, time: datetime) -> float:
        """Return the nearest price of all rules' stops; NaN where none enforces one.

        Parameters
        ----------
        position : Position
            As it is now.
        current_stop : float
            The price of the stop in force, 0 where there is none yet: only what is nearer to the
            market is news for the journal.
        time : datetime
            For the journal.
        """
        pair, side = position.market.pair, position.side
        nearest, newest = nan, current_stop
        for rule, mode in self._runner.book(pair).stop:
            price = self._stop_price(rule, mode, position)
            if price is None or isnan(price):
                continue
            if not newest or side * (price - newest) > 0:
                self._record_stop(position, rule, mode, (newest, price), time)
                newest = price if mode == "enforce" else newest
            if mode == "enforce":
                nearest = nearest_stop(side, nearest, price)
        return nearest

    def enforces_stop(self, pair: str) -> bool:
        """Whether any rule sets stops on a pair, rather than only observing."""
        return any(mode == "enforce" for _, mode in self._runner.book(pair).stop)

    def has_fixed_stops(self, pair: str) -> bool:
        """Whether no stop of a pair follows the market, so that one answer holds until a fill."""
        fixed = self._fixed_stops.get(pair)
        if fixed is None:
            rules = self._runner.book(pair).stop
            fixed = all(is_fixed(rule) for rule, _ in rules)
            self._fixed_stops[pair] = fixed
        return fixed

    def planned_stop(self, entry: Entry) -> float:
        """Return the price of the stop that an entry would start with; NaN for none."""
        return self.first_stop(replace(entry.position(), stop_price=entry.own_stop_price))

    def first_stop(self, position: Position) -> float:
        """Return the stop of a position once it is filled: the nearest of all; NaN for none."""
        pair, side = position.market.pair, position.side
        nearest = position.stop_price
        for rule, mode in self._runner.book(pair).stop:
            price = self._stop_price(rule, mode, position) if mode == "enforce" else None
            if price is not None:
                nearest = nearest_stop(side, nearest, price)
        return nearest

    def _stop_price(self, rule: StopRule, mode: Mode, position: Position) -> float | None:
        """Return a rule's stop; NaN where it has none or fails, which is kept in mind."""
        pair = position.market.pair
        price = self._runner.ask(_STOP_PRICE, rule, mode, pair, rule.stop_price, position)
        if price is _FAILED_STOP:
            self._failed_stops[pair] = rule
        elif self._failed_stops.get(pair) is rule:
            del self._failed_stops[pair]
        return price

    def _with_stop(self, entry: Entry) -> Entry:
        """Return the entry with the stop that it would start with, unless it has one already."""
        if not isnan(entry.stop_price):
            return entry
        return replace(entry, stop_price=self.planned_stop(entry))

    def _record(
        self, entry: Entry, answer: tuple[Question, "_Bound"], asked: float, answered: float
    ) -> None:
        """Record an answer; of an addition only what concerns what is added, and once.

        An addition is asked for again in every loop, for as long as nothing is filled.
        """
        question, bound = answer
        if question != "leverage":
            asked, answered = (max(quote - entry.held_quote, 0.0) for quote in (asked, answered))
        stays = (entry.adds_to, entry.held_quote, answered == 0) if entry.adds_to else None
        decision = Decision(
            time=entry.time,
            pair=entry.market.pair,
            side=entry.side,
            question=question,
            rule=bound.rule.name,
            asked=asked,
            answered=answered,
            enforced=bound.mode == "enforce",
            why=bound.why,
        )
        self._runner.journal.record(decision, stays)

    def _record_stop(
        self, position: Position, rule: Rule, mode: Mode, moved: tuple[float, float], time: datetime
    ) -> None:
        """Record a stop once: one that is only observed would be news on every candle."""
        before, price = moved
        pair = position.market.pair
        noted = self._noted_stops.get((pair, rule.name))
        if noted is not None and isclose(noted, price, rel_tol=1e-4):
            return
        self._noted_stops[pair, rule.name] = price
        self._runner.journal.record(
            Decision(
                time=time,
                pair=pair,
                side=position.side,
                question="stop",
                rule=rule.name,
                asked=before,
                answered=price,
                enforced=mode == "enforce",
                why=f"stop at {price:g}, entry {position.open_rate:g}, {position.leverage:g}x",
            )
        )


@dataclass(frozen=True, slots=True)
class _Bound:
    """The limit that bound an answer, or would have: rule, mode, what it leaves, and why."""

    rule: Rule
    mode: Mode
    limit: float
    why: str


def _apply_caps(
    asked: float,
    answers: Sequence[tuple[Rule, Mode, Cap | None]],
    shape: Callable[[float], float],
) -> tuple[float, Sequence[_Bound]]:
    """Return the smallest enforced cap; with the rule that bound and the one that would have.

    ``shape`` brings a limit into the form the answer must have; NaN limits are the smallest.
    """
    decided, bounds = asked, []
    kinds: tuple[Mode, ...] = ("enforce", "observe")
    for kind in kinds:
        caps = [(cap, rule) for rule, mode, cap in answers if mode == kind and cap is not None]
        if not caps:
            continue
        cap, rule = min(caps, key=lambda item: -1.0 if isnan(item[0].limit) else item[0].limit)
        limit = shape(0.0 if isnan(cap.limit) else min(decided, cap.limit))
        if limit < decided and not cap.limit >= decided:
            bounds.append(_Bound(rule, kind, limit, cap.why))
        if kind == "enforce":
            decided = limit
    return decided, bounds

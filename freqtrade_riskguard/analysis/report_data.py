"""Everything that a report tells, gathered before any of it is drawn."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from freqtrade_riskguard.analysis.attribution import RuleEffect, effects_of
from freqtrade_riskguard.analysis.attribution.scene import Comparison
from freqtrade_riskguard.analysis.equity_curve import EquityCurve, marked_equity
from freqtrade_riskguard.analysis.excursions import Excursions, excursions_of
from freqtrade_riskguard.analysis.performance import Performance, performance_of
from freqtrade_riskguard.analysis.result_analysis import ResultAnalysis
from freqtrade_riskguard.backtest_result.result import RecordedLock
from freqtrade_riskguard.engine.decision_stats import Halt
from freqtrade_riskguard.engine.journal import Decision
from freqtrade_riskguard.engine.lock_origins import lock_origin

# Rules that go from step to step, down and up again.
_LADDERS = {"account_margin", "drawdown_ladder", "equity_stop", "margin_ladder"}
_STEPS = {"alert", "cut", "exit"}
_HALTED = "HALTED"


@dataclass(frozen=True, slots=True)
class Examined:
    """One of the results of a report.

    Attributes
    ----------
    label : str
        A name to tell it from the other.
    marked : EquityCurve or None
        None where its candles are not at hand.
    excursions : Excursions
    halts : tuple of Halt
    performance : Performance
    """

    label: str
    found: ResultAnalysis
    marked: EquityCurve | None
    excursions: Excursions
    halts: tuple[Halt, ...]
    performance: Performance


@dataclass(frozen=True, slots=True)
class Report:
    """The contents of a report.

    Attributes
    ----------
    against : Examined or None
        The result that it is compared with.
    decisions : tuple of Decision or None
        Of the guard; None where there is no journal.
    effects : tuple of RuleEffect
    """

    main: Examined
    against: Examined | None
    decisions: tuple[Decision, ...] | None
    effects: tuple[RuleEffect, ...]

    @property
    def sides(self) -> tuple[Examined, ...]:
        """The results, side by side."""
        return (self.main,) if self.against is None else (self.main, self.against)

    def ladder_steps(self, *, enforced: bool) -> tuple[Decision, ...]:
        """Return each step of a ladder, once per rule and time."""
        found = {
            (decision.time, decision.rule): decision
            for decision in reversed(self.decisions or ())
            if decision.enforced is enforced
            and decision.rule in _LADDERS
            and decision.question in _STEPS
        }
        return tuple(sorted(found.values(), key=lambda decision: decision.time))

    @property
    def pauses_observed(self) -> tuple[Decision, ...]:
        """The pauses that there would have been."""
        return tuple(
            decision
            for decision in self.decisions or ()
            if decision.question == "lock" and not decision.enforced
        )

    def effects_where(self, *, enforced: bool) -> tuple[RuleEffect, ...]:
        """Return what was in force, or what only observed."""
        return tuple(effect for effect in self.effects if effect.enforced is enforced)


def gather(
    found: ResultAnalysis,
    decisions: tuple[Decision, ...] | None,
    other: ResultAnalysis | None = None,
    labels: tuple[str, str] | None = None,
) -> Report:
    """Work out all that a report tells of a result, compared with another where there is one.

    Parameters
    ----------
    labels : tuple of str, optional
        What the results are called; by default after their strategies.
    """
    labels = labels or _labels(found, other)
    scene = Comparison(found.result, found.candles, None if other is None else other.result)
    locks = _unrecorded_locks(decisions or (), found.result.pauses)
    return Report(
        main=_examined(labels[0], found, decisions),
        # Of the other result no journal is read: its locks tell of its halts.
        against=None if other is None else _examined(labels[1], other, None),
        decisions=decisions,
        effects=effects_of((*(decisions or ()), *locks), scene),
    )


def _examined(
    label: str, found: ResultAnalysis, decisions: tuple[Decision, ...] | None
) -> Examined:
    candles = found.candles
    closes = {pair: (each.opened_at, each.close) for pair, each in candles.by_pair.items()}
    # With a pair left out it would be no mark of the account.
    marked = None if candles.missing or not closes else marked_equity(found.result, closes)
    is_guarded = any(decision.enforced for decision in decisions or ())
    halts = tuple(_halts(decisions, found.result.pauses))
    return Examined(
        label,
        found,
        marked,
        excursions_of(found, is_guarded=is_guarded),
        halts,
        performance_of(found.result, marked, halts),
    )


def _labels(found: ResultAnalysis, other: ResultAnalysis | None) -> tuple[str, str]:
    if other is None:
        return found.result.strategy, ""
    names = found.result.strategy, other.result.strategy
    if names[0] != names[1]:
        return names
    return f"{names[0]} (RESULT)", f"{names[1]} (--against)"


def _unrecorded_locks(
    decisions: Iterable[Decision], pauses: Iterable[RecordedLock]
) -> Iterable[Decision]:
    """Yield the result's locks that its journal does not have, or that has no journal.

    The same reason may come again and again: the first ones are those of the journal.
    """
    recorded = Counter(
        (decision.pair, decision.side, decision.why)
        for decision in decisions
        if decision.question == "lock" and decision.enforced
    )
    for pause in sorted(pauses, key=lambda pause: pause.since):
        about = pause.pair, pause.side, pause.why
        if recorded[about]:
            recorded[about] -= 1
            continue
        yield Decision(
            time=pause.since,
            pair=pause.pair,
            side=pause.side,
            question="lock",
            rule=lock_origin(pause.why),
            why=pause.why,
            until=pause.until,
        )


def _halts(
    decisions: tuple[Decision, ...] | None, pauses: Iterable[RecordedLock]
) -> Iterable[Halt]:
    if decisions is None:
        # freqtrade keeps the locks, also where nobody kept the journal.
        return [
            Halt(pause.since, pause.until + timedelta(seconds=1), enforced=True)
            for pause in pauses
            if pause.why.startswith(_HALTED)
        ]
    return [
        Halt(decision.time, decision.until, decision.enforced)
        for decision in decisions
        if decision.halts and decision.until is not None
    ]

"""All decisions of a journal, rule by rule."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import get_args

from freqtrade_riskguard.analysis.attribution.effect import RuleEffect
from freqtrade_riskguard.analysis.attribution.exits import estimate_reduction, estimate_stop
from freqtrade_riskguard.analysis.attribution.locks import Entries, estimate_lock
from freqtrade_riskguard.analysis.attribution.scene import Comparison
from freqtrade_riskguard.analysis.attribution.sizes import estimate_refusal, estimate_size
from freqtrade_riskguard.engine.journal import Decision, Question
from freqtrade_riskguard.engine.lock_origins import twin_rule

_ORDER = get_args(Question)
# What a reader is told of each estimate.
METHODS: Mapping[str, str] = {
    "leverage": "the trade's own result times leverage asked / given; at most its margin is lost",
    "stake": "the trade's own result times stake asked / given; refused: as entry",
    "entry": "the profit of the same entry in the other result, in % of its notional, on a "
    "notional that is typical of this result: its account at that time, times the median of "
    "notional / account of its trades",
    "cancel": "not estimated: what was never filled is no trade",
    "stop": "the profit of the same entry in the other result, in % of its notional, on this "
    "trade's notional; in observe mode: stopped at that price",
    "cut": "what was cut off, held until the trade's last exit; in observe mode: sold at the price "
    "of that time",
    "exit": "as stop; in observe mode: sold at the price of that time",
    "lock": "as entry, for all entries of the other result during the pause; in observe mode: the "
    "results of this one's entries during it",
    "alert": "changes nothing",
}


def effects_of(decisions: Iterable[Decision], scene: Comparison) -> tuple[RuleEffect, ...]:
    """Estimate what each rule's decisions were worth.

    Every rule alone, with all others as they were: an estimate knows nothing of the slots and the
    money that a trade left or took, and estimates do not add up.

    Parameters
    ----------
    decisions : iterable of Decision
        Of the result's journal.
    scene : Comparison
        What may be looked at.

    Returns
    -------
    tuple of Effect
        In the order in which an entry is decided; of one question the most frequent rule first.
    """
    own, others = Entries(scene.result), Entries(scene.other)
    held = _Held(scene)
    kept_out: dict[tuple[str, bool], set[int]] = {}
    effects: dict[tuple[Question, str, bool], RuleEffect] = {}
    for decision in decisions:
        key = decision.question, decision.rule, decision.enforced
        effect = effects.get(key)
        if effect is None:
            effect = effects[key] = RuleEffect(*key)
        effect.times += 1
        refused = decision.question == "stake" and decision.answered == 0
        if decision.question == "entry" or refused:
            effect.refused += 1
            estimate_refusal(effect, decision, scene)
        elif decision.question in {"leverage", "stake"}:
            estimate_size(effect, decision, scene)
        elif decision.question == "lock":
            kind = twin_rule(decision.rule) or decision.rule
            taken = kept_out.setdefault((kind, decision.enforced), set())
            estimate_lock(effect, decision, own, others, scene, taken)
        elif decision.question in {"stop", "cut", "exit"}:
            estimate = estimate_stop if decision.question == "stop" else estimate_reduction
            place = held.at(decision)
            if place >= 0:
                estimate(effect, decision, scene.result.trades[place], place, scene)
    return tuple(
        sorted(
            effects.values(),
            key=lambda effect: (_ORDER.index(effect.question), -effect.times, effect.rule),
        )
    )


class _Held:
    """Which trade of a pair and side was open at a time: freqtrade has one at a time of a pair."""

    def __init__(self, scene: Comparison) -> None:
        self._trades = scene.result.trades
        self._places: dict[tuple[str, int], list[int]] = {}
        for place in sorted(
            range(len(self._trades)), key=lambda number: self._trades[number].open_time
        ):
            trade = self._trades[place]
            self._places.setdefault((trade.pair, trade.side), []).append(place)

    def at(self, decision: Decision) -> int:
        """Return the place of the trade that a decision is about; -1 where there is none."""
        places = self._places.get((decision.pair, decision.side), [])
        last = bisect_right(places, decision.time, key=lambda n: self._trades[n].open_time) - 1
        if last < 0 or self._trades[places[last]].close_time < decision.time:
            return -1
        return places[last]

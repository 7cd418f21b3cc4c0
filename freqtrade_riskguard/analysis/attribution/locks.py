"""Estimates of pauses: the entries that fell into them."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime

from freqtrade_riskguard.analysis.attribution.effect import RuleEffect
from freqtrade_riskguard.analysis.attribution.scene import Comparison, key_of
from freqtrade_riskguard.backtest_result.result import Result, Trade
from freqtrade_riskguard.engine.journal import Decision
from freqtrade_riskguard.engine.lock_origins import rule_label, twin_rule


class Entries:
    """The entries of a result by time."""

    def __init__(self, result: Result | None) -> None:
        trades = () if result is None else result.trades
        self.trades: Sequence[Trade] = trades
        self._order = sorted(range(len(trades)), key=lambda place: trades[place].open_time)
        self._times = [trades[place].open_time for place in self._order]

    def within(self, since: datetime, until: datetime) -> Sequence[int]:
        """Return the places of the trades that were opened from ``since`` to before ``until``."""
        return self._order[bisect_left(self._times, since) : bisect_left(self._times, until)]


def doubled(effects: Iterable[RuleEffect]) -> str:
    """Return why a rule stands beside the protection of the same name; empty where none does."""
    locks = {effect.rule for effect in effects if effect.question == "lock"}
    names = [
        f"{rule} and {rule_label(name)}"
        for name in sorted(locks)
        if (rule := twin_rule(name)) in locks
    ]
    if not names:
        return ""
    return (
        f"{', '.join(names)}: the guard's rule and the protection of the same kind both gave "
        "locks; an entry that both kept out counts once."
    )


def estimate_lock(
    effect: RuleEffect,
    decision: Decision,
    own: Entries,
    others: Entries,
    scene: Comparison,
    taken: set[int],
) -> None:
    """Estimate a pause: the other result's entries in it, or its own where it only observed.

    Parameters
    ----------
    taken : set of int
        Entries that a rule, or the protection of the same kind, has kept out already.
    """
    if decision.until is None:
        return
    entries, seen = (others, effect.missed) if decision.enforced else (own, effect.trades)
    for place in entries.within(decision.time, decision.until):
        trade = entries.trades[place]
        about = decision.pair in {"*", trade.pair} and decision.side in {0, trade.side}
        if not about or place in seen or place in taken:
            continue
        if not decision.enforced:
            taken.add(place)
            effect.trades.add(place)
            effect.count(trade.profit_quote)
        elif key_of(trade) not in scene.places:
            taken.add(place)
            effect.missed.add(place)
            effect.count(scene.profit_elsewhere(place))

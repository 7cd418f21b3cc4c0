"""Estimates of leverage caps, stake caps and refused entries."""

from math import isnan, nan

from freqtrade_riskguard.analysis.attribution.effect import RuleEffect
from freqtrade_riskguard.analysis.attribution.scene import Comparison
from freqtrade_riskguard.backtest_result.result import Trade
from freqtrade_riskguard.engine.journal import Decision


def estimate_size(effect: RuleEffect, decision: Decision, scene: Comparison) -> None:
    """Estimate a smaller leverage or stake: the trade's own result, scaled by asked / answered."""
    place = scene.places.get((decision.pair, decision.side, decision.time))
    if place is None or place in effect.trades:
        return
    trade = scene.result.trades[place]
    if decision.enforced:
        without = _larger(trade, decision)
        lost = without - trade.profit_quote
    else:
        actual = trade.leverage if decision.question == "leverage" else trade.stake_quote
        kept = min(1.0, decision.answered / actual)
        if kept == 1.0:
            return
        lost = trade.profit_quote * (1.0 - kept)
    effect.trades.add(place)
    effect.count(lost)


def estimate_refusal(effect: RuleEffect, decision: Decision, scene: Comparison) -> None:
    """Estimate an entry that was refused: the same one of the other result, or its own."""
    key = decision.pair, decision.side, decision.time
    place = scene.places.get(key)
    if not decision.enforced:
        if place is not None and place not in effect.trades:
            effect.trades.add(place)
            effect.count(scene.result.trades[place].profit_quote)
        return
    elsewhere = scene.other_places.get(key)
    if place is None and elsewhere is not None and elsewhere not in effect.missed:
        effect.missed.add(elsewhere)
        effect.count(scene.profit_elsewhere(elsewhere))


def _larger(trade: Trade, decision: Decision) -> float:
    """Return the profit with what was asked for; no more is lost than the margin."""
    if isnan(decision.asked) or not decision.answered > 0:
        return nan
    factor = decision.asked / decision.answered
    margin = trade.stake_quote * (factor if decision.question == "stake" else 1.0)
    return max(trade.profit_quote * factor, -margin)

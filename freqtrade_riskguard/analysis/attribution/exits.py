"""Estimates of stops, cuts and exits."""

from math import isclose, isnan, nan

from freqtrade_riskguard.analysis.attribution.effect import RuleEffect
from freqtrade_riskguard.analysis.attribution.scene import Comparison
from freqtrade_riskguard.backtest_result.result import CUT_SUFFIX, GUARD_TAG, Trade
from freqtrade_riskguard.engine.journal import Decision

# A stop is rounded to the exchange's price steps.
_SAME_STOP = 1e-3


def estimate_stop(
    effect: RuleEffect, decision: Decision, trade: Trade, place: int, scene: Comparison
) -> None:
    """Estimate a nearer stop that ended a trade, or would have."""
    if place in effect.trades:
        return
    if decision.enforced:
        ended = trade.is_stop and not trade.exit_reason.startswith(GUARD_TAG)
        if ended and isclose(decision.answered, trade.last_stop_price, rel_tol=_SAME_STOP):
            effect.trades.add(place)
            effect.count(_elsewhere(trade, scene))
        return
    worst = scene.worst_between(trade, decision.time)
    if isnan(worst):
        return
    if trade.side * (worst - decision.answered) <= 0:
        effect.trades.add(place)
        effect.count(_if_left_at(trade, decision.answered, 1.0))


def estimate_reduction(
    effect: RuleEffect, decision: Decision, trade: Trade, place: int, scene: Comparison
) -> None:
    """Estimate a cut or an exit."""
    if place in effect.trades:
        return
    if not decision.enforced:
        share = 1.0 - decision.answered / decision.asked if decision.asked > 0 else nan
        price = scene.price_at(trade.pair, decision.time)
        effect.trades.add(place)
        effect.count(_if_left_at(trade, price, share))
    elif decision.question == "exit":
        if trade.exit_reason == GUARD_TAG + decision.rule:
            effect.trades.add(place)
            effect.count(_elsewhere(trade, scene))
    else:
        tag = GUARD_TAG + decision.rule + CUT_SUFFIX
        cuts = [fill for fill in trade.fills[:-1] if not fill.is_entry and fill.tag == tag]
        if cuts:
            effect.trades.add(place)
            effect.count(
                sum(trade.side * cut.amount * (trade.exit_price - cut.price) for cut in cuts)
            )


def _if_left_at(trade: Trade, price: float, share: float) -> float:
    """Return what a share of the trade's last part has made more from a price to its exit."""
    return share * trade.side * trade.last_amount * (trade.exit_price - price)


def _elsewhere(trade: Trade, scene: Comparison) -> float:
    """Return what the same entry of the other result has made more, on this trade's size."""
    notional = trade.stake_quote * trade.leverage
    return scene.return_elsewhere(trade) * notional - trade.profit_quote

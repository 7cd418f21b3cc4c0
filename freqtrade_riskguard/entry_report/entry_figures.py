"""One planned entry in figures, the same for tables and for JSON."""

from dataclasses import dataclass
from datetime import datetime
from math import isnan, nan

import numpy as np

from freqtrade_riskguard.adapters.preview.entry_request import EntryPreview
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.config.loading import for_pair
from freqtrade_riskguard.formatting import side_text
from freqtrade_riskguard.risk import (
    DEFAULT_MOVES,
    Exposure,
    StressResult,
    isolated_outcome,
    planned_loss,
    stress_test,
)

_ATR = "atr_stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFigures:
    """The figures of an entry on one side of a pair.

    ``*_ratio`` are fractions, ``*_quote`` are in the stake currency, prices in the pair's quote
    currency; NaN is unknown or none (JSON: null).

    Attributes
    ----------
    asked_leverage, leverage : float
        By the strategy, and what it would get.
    leverage_rule, leverage_why : str or None
        Which rule bound and its numbers; None where nothing did.
    asked_stake_quote, stake_quote : float
        By the bot, and what it would stake; 0 for no trade.
    refusal : str or None
        Why there would be no trade.
    planned_stake_quote : float
        What the figures below are of: the stake, or, where there is none, the one asked for.
    liquidation_price, liquidation_distance_ratio : float
        The nearer of RiskGuard's and freqtrade's own; how far away, a fraction of the price.
    stop_price, stop_distance_ratio, stop_rule
        The stop in force from the first tick, and whose it is.
    atr_stop_price, atr_stop_distance_ratio : float
        The ATR stop, whether or not it is the nearest.
    planned_loss_quote : float
        At the stop, with fees and slippage, before gaps.
    worst_move_ratio, worst_loss_quote, worst_loss_ratio : float
        The worst of the scenarios of the market, before any stop; a fraction of the equity. An
        isolated position loses at most its margin and profit.
    liquidated_at_worst : bool
        Whether this position would be liquidated in that scenario.
    survival : float
        The smallest equity / maintenance margin of all scenarios: in cross margin the account is
        liquidated at or below 1; in isolated margin it is of the positions that are left.
    """

    pair: str
    side: str
    time: datetime
    rate: float
    asked_leverage: float
    leverage: float
    max_leverage: float
    leverage_rule: str | None
    leverage_why: str | None
    asked_stake_quote: float
    stake_quote: float
    min_stake_quote: float
    stake_rule: str | None
    stake_why: str | None
    refusal: str | None
    planned_stake_quote: float
    notional_quote: float
    liquidation_price: float
    liquidation_distance_ratio: float
    stop_price: float
    stop_distance_ratio: float
    stop_rule: str
    atr_stop_price: float
    atr_stop_distance_ratio: float
    planned_loss_quote: float
    worst_move_ratio: float
    worst_loss_quote: float
    worst_loss_ratio: float
    liquidated_at_worst: bool
    survival: float


def entry_figures(answered: EntryPreview, settings: RiskGuardConfig) -> EntryFigures:
    """Return the figures of an entry that was asked for."""
    entry, position = answered.entry, answered.position
    pair, side, rate = entry.market.pair, entry.side, entry.rate
    equity_quote = entry.account.sizing_equity_quote
    liquidation = position.liquidation_price or nan
    atr_price = _price_of(_ATR, answered)
    stress, dies = _stressed(answered)
    worst = stress.profit_quote.index(min(stress.profit_quote))
    leverage, stake = answered.bound("leverage"), answered.bound("stake")
    loss_quote = stress.worst_loss_quote
    return EntryFigures(
        pair=pair,
        side=side_text(side),
        time=entry.time,
        rate=rate,
        asked_leverage=answered.asked_leverage,
        leverage=entry.leverage,
        max_leverage=answered.max_leverage,
        leverage_rule=leverage.rule if leverage else None,
        leverage_why=leverage.why if leverage else None,
        asked_stake_quote=answered.asked_stake_quote,
        stake_quote=answered.stake_quote,
        min_stake_quote=answered.min_stake_quote,
        stake_rule=stake.rule if stake else None,
        stake_why=stake.why if stake else None,
        refusal=answered.refusal,
        planned_stake_quote=entry.stake_quote,
        notional_quote=position.notional_quote,
        liquidation_price=liquidation,
        liquidation_distance_ratio=side * (rate - liquidation) / rate,
        stop_price=answered.stop_price,
        stop_distance_ratio=side * (rate - answered.stop_price) / rate,
        stop_rule=answered.stop_rule,
        atr_stop_price=atr_price,
        atr_stop_distance_ratio=side * (rate - atr_price) / rate,
        planned_loss_quote=_planned_loss(answered, for_pair(settings, pair)),
        worst_move_ratio=stress.moves[worst],
        worst_loss_quote=loss_quote,
        worst_loss_ratio=loss_quote / equity_quote if equity_quote > 0 else nan,
        liquidated_at_worst=dies[worst],
        survival=stress.survival,
    )


def _price_of(rule: str, answered: EntryPreview) -> float:
    """Return the price of a rule's stop; NaN where it has none, or is off."""
    for said in answered.said["stop"]:
        if said.rule == rule and isinstance(said.answer, float):
            return said.answer
    return nan


def _planned_loss(answered: EntryPreview, settings: RiskGuardConfig) -> float:
    entry = answered.entry
    distance = entry.side * (entry.rate - answered.stop_price) / entry.rate
    if isnan(distance):
        return nan
    return planned_loss(
        stake_quote=entry.stake_quote,
        leverage=entry.leverage,
        stop_distance_ratio=max(distance, 0.0),
        taker_fee=entry.market.taker_fee,
        slippage_ratio=settings.fixed_risk.slippage,
        side=entry.side,
    )


def _stressed(answered: EntryPreview) -> tuple[StressResult, list[bool]]:
    """Return the scenarios of the account with this entry in it, and which liquidate the entry."""
    entry = answered.entry
    positions = [*entry.others, answered.position]
    portfolio = entry.portfolio
    betas = [1.0] * len(positions) if portfolio is None else map(float, portfolio.betas)
    exposures = [
        Exposure(one.side, one.notional_quote, one.tiers, beta)
        for one, beta in zip(positions, betas, strict=True)
    ]
    equity_quote = entry.account.sizing_equity_quote
    if answered.margin_mode == "cross":
        total = stress_test(equity_quote, exposures)
        return total, [not cover > 1 for cover in total.covers]
    outcomes = [
        isolated_outcome(
            exposure, one.equity_quote, rate=one.rate, liquidation_price=one.liquidation_price
        )
        for exposure, one in zip(exposures, positions, strict=True)
    ]
    profits = np.sum([outcome.profit_quote for outcome in outcomes], axis=0)
    margins = np.sum([outcome.maintenance_quote for outcome in outcomes], axis=0)
    total = StressResult(
        moves=DEFAULT_MOVES,
        profit_quote=tuple(profits.tolist()),
        equity_quote=tuple((equity_quote + profits).tolist()),
        maintenance_quote=tuple(margins.tolist()),
    )
    return total, outcomes[-1].liquidated.tolist()

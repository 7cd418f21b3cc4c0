"""How far away liquidation is at the greatest leverage that a bot may use, pair by pair."""

from collections.abc import Iterator
from math import isnan, nan

from freqtrade.exceptions import DependencyException, ExchangeError
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.market.contracts import (
    ContractSpecs,
    exchange_of,
    market_tiers_of,
)
from freqtrade_riskguard.adapters.market.snapshots import bot_stake_quote
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.config.loading import for_pair
from freqtrade_riskguard.risk import MarginTiers, TierTable, distance_for_leverage


def liquidations(
    settings: RiskGuardConfig, strategy: IStrategy
) -> Iterator[tuple[float, float, int, str]]:
    """Yield, by pair and side: distance to liquidation times leverage, leverage, side, pair.

    Pairs without known tiers are passed over; where none has any, the fallback counts for all.
    """
    fallback_rate = settings.liquidation.fallback_maintenance_rate
    markets = ContractSpecs(fallback_rate)
    tables: list[tuple[str, MarginTiers, float, float]] = []
    for pair in strategy.dp.current_whitelist():
        found = market_tiers_of(strategy, pair, fallback_rate)
        price = _price_where_it_decides(strategy, pair, found.tiers)
        if not (found.why_careful or isnan(price)):
            tables.append((pair, found.tiers, markets.taker_fee(strategy, pair), price))
    fallback = TierTable.flat(fallback_rate)
    for pair, tiers, fee, price in tables or [("any pair", fallback, 0.0, 1.0)]:
        own = for_pair(settings, pair)
        leverage = min(own.max_leverage, tiers.of_position(0.0, price).tiers[0].max_leverage)
        for side in (1, -1) if strategy.can_short else (1,):
            distance = distance_for_leverage(
                side=side,
                stake_quote=bot_stake_quote(strategy, pair) or 1.0,
                leverage=leverage,
                tiers=tiers,
                taker_fee=fee,
                slippage_ratio=own.liquidation.slippage,
                entry_price=price,
            )
            yield distance * leverage, leverage, side, pair


def _price_where_it_decides(strategy: IStrategy, pair: str, tiers: MarginTiers) -> float:
    """Return the price of a pair whose tiers are of contracts; NaN where there is none."""
    if isinstance(tiers, TierTable) or isnan(tiers.contract_size):
        return 1.0
    try:
        rate = exchange_of(strategy).get_rate(pair, side="exit", is_short=False, refresh=False)
    except (ExchangeError, DependencyException):
        return nan
    return float(rate)

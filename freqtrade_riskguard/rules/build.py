"""From a configuration to its rules, each with the mode it runs in."""

from collections.abc import Iterator
from datetime import timedelta

from freqtrade_riskguard.config.fields import Mode
from freqtrade_riskguard.config.schema import RiskGuardConfig
from freqtrade_riskguard.rules.atr_stop import AtrStop
from freqtrade_riskguard.rules.base import Rule, StopRule
from freqtrade_riskguard.rules.circuit_breaker import CircuitBreaker
from freqtrade_riskguard.rules.daily_loss import DailyLoss
from freqtrade_riskguard.rules.fixed_risk import FixedRisk
from freqtrade_riskguard.rules.funding_breaker import FundingBreaker
from freqtrade_riskguard.rules.hard_cap import HardCap
from freqtrade_riskguard.rules.kelly import Kelly
from freqtrade_riskguard.rules.liquidation_buffer import LiquidationBuffer
from freqtrade_riskguard.rules.liquidation_distance import LiquidationDistance
from freqtrade_riskguard.rules.percent_stop import PercentStop
from freqtrade_riskguard.rules.regime_cap import RegimeCap
from freqtrade_riskguard.rules.volatility_target import VolatilityTarget


def build_rules(config: RiskGuardConfig) -> tuple[tuple[Rule, Mode], ...]:
    """Return the rules that are not off, with their modes."""
    modes = ((rule, config.mode_of(rule.name)) for rule in _all(config))
    return tuple((rule, mode) for rule, mode in modes if mode != "off")


def _all(config: RiskGuardConfig) -> Iterator[Rule]:
    stops = tuple(_price_stops(config))
    yield HardCap(config.max_leverage, config.profile)
    yield RegimeCap(config.regime_cap.table())
    yield VolatilityTarget(config.volatility_target.daily_risk_budget)
    kelly = config.kelly
    yield Kelly(kelly.fraction, kelly.unproven_leverage, kelly.min_trades)
    yield LiquidationDistance(
        min_distance_ratio=config.liquidation_distance.min_distance,
        sigmas=config.liquidation_distance.sigmas,
        slippage_ratio=config.liquidation.slippage,
        # A stop that only observes will not be there when the market comes.
        stops=tuple(stop for stop in stops if config.mode_of(stop.name) == "enforce"),
    )
    yield from stops
    yield LiquidationBuffer(config.liquidation.slippage)
    yield FixedRisk(config.risk_per_trade, config.fixed_risk.slippage)
    breaker = config.circuit_breaker
    yield CircuitBreaker(
        losing_trades=breaker.losing_trades,
        max_loss_ratio=breaker.max_loss,
        lookback=timedelta(hours=breaker.lookback_hours),
        pause=timedelta(minutes=breaker.pause_minutes),
        per_pair=breaker.per_pair,
        per_side=breaker.per_side,
    )
    yield DailyLoss(config.daily_loss_limit)
    funding = config.funding_breaker
    yield FundingBreaker(
        max_drain_ratio=funding.max_drain,
        max_paid_ratio=funding.max_paid,
        lookback=timedelta(hours=funding.lookback_hours),
        pause=timedelta(minutes=funding.pause_minutes),
    )


def _price_stops(config: RiskGuardConfig) -> Iterator[StopRule]:
    """Yield the stops that do not depend on leverage."""
    atr = config.atr_stop
    yield AtrStop(atr.multiple, atr.multiples_by_tag, atr.trailing)
    if config.percent_stop.max_loss is not None:
        yield PercentStop(config.percent_stop.max_loss)

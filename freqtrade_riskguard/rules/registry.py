"""From a configuration to its rules, each with the mode it runs in."""

from collections.abc import Iterator
from datetime import timedelta

from freqtrade_riskguard.config.schema import RiskGuardConfig
from freqtrade_riskguard.config_types import Mode
from freqtrade_riskguard.rules.base import Rule, StopRule
from freqtrade_riskguard.rules.entry.funding_gate import FundingGate
from freqtrade_riskguard.rules.entry.max_spread import MaxSpread
from freqtrade_riskguard.rules.entry.reward_risk import RewardRisk
from freqtrade_riskguard.rules.entry.side_limit import SideLimit
from freqtrade_riskguard.rules.entry.stale_data import StaleData
from freqtrade_riskguard.rules.exits.account_margin import AccountMargin
from freqtrade_riskguard.rules.exits.adl_rank import AdlRank
from freqtrade_riskguard.rules.exits.drawdown_ladder import DrawdownLadder
from freqtrade_riskguard.rules.exits.equity_stop import EquityStop
from freqtrade_riskguard.rules.exits.funding_exit import FundingExit
from freqtrade_riskguard.rules.exits.margin_ladder import MarginLadder
from freqtrade_riskguard.rules.leverage.conviction import Conviction
from freqtrade_riskguard.rules.leverage.hard_cap import CrossHardCap, HardCap
from freqtrade_riskguard.rules.leverage.kelly import Kelly
from freqtrade_riskguard.rules.leverage.liquidation_distance import LiquidationDistance
from freqtrade_riskguard.rules.leverage.losing_leverage import LosingLeverage
from freqtrade_riskguard.rules.leverage.regime_cap import RegimeCap
from freqtrade_riskguard.rules.leverage.target_leverage import TargetLeverage
from freqtrade_riskguard.rules.leverage.volatility_target import VolatilityTarget
from freqtrade_riskguard.rules.pauses.circuit_breaker import CircuitBreaker
from freqtrade_riskguard.rules.pauses.daily_loss import DailyLoss
from freqtrade_riskguard.rules.pauses.funding_breaker import FundingBreaker
from freqtrade_riskguard.rules.pauses.weekly_loss import WeeklyLoss
from freqtrade_riskguard.rules.stake.cash_reserve import CashReserve
from freqtrade_riskguard.rules.stake.event_windows import EventWindows
from freqtrade_riskguard.rules.stake.exposure_cap import ExposureCap
from freqtrade_riskguard.rules.stake.fixed_risk import FixedRisk
from freqtrade_riskguard.rules.stake.heat import Heat
from freqtrade_riskguard.rules.stake.margin_utilisation import MarginUtilisation
from freqtrade_riskguard.rules.stake.portfolio_volatility import PortfolioVolatility
from freqtrade_riskguard.rules.stake.position_cap import PositionCap
from freqtrade_riskguard.rules.stake.stress_survival import StressSurvival
from freqtrade_riskguard.rules.stop.atr_stop import AtrStop
from freqtrade_riskguard.rules.stop.liquidation_buffer import LiquidationBuffer
from freqtrade_riskguard.rules.stop.percent_stop import PercentStop


def build_rules(config: RiskGuardConfig) -> tuple[tuple[Rule, Mode], ...]:
    """Return the rules that are not off, with their modes."""
    chapters = (_leverage, _stake, _entry, _stop, _exits, _pauses)
    rules = (rule for chapter in chapters for rule in chapter(config))
    modes = ((rule, config.mode_of(rule.name)) for rule in rules)
    return tuple((rule, mode) for rule, mode in modes if mode != "off")


def _leverage(config: RiskGuardConfig) -> Iterator[Rule]:
    cap = CrossHardCap if config.is_cross else HardCap
    yield cap(config.max_leverage, config.profile)
    yield RegimeCap(config.regime_cap.table())
    yield VolatilityTarget(config.volatility_target.daily_risk_budget)
    target = config.target_leverage
    if target.target is not None:
        yield TargetLeverage(target.target, target.base_volatility)
    kelly = config.kelly
    yield Kelly(kelly.fraction, kelly.unproven_leverage, kelly.min_trades)
    yield LosingLeverage(config.drawdown_ladder.steps[0].at)
    yield LiquidationDistance(
        min_distance_ratio=config.liquidation_distance.min_distance,
        sigmas=config.liquidation_distance.sigmas,
        slippage_ratio=config.liquidation.slippage,
        # A stop that only observes will not be there when the market comes.
        stops=tuple(s for s in _price_stops(config) if config.mode_of(s.name) == "enforce"),
        stress_correlations=config.portfolio_volatility.stress_correlations,
    )
    yield Conviction(config.max_leverage)


def _stake(config: RiskGuardConfig) -> Iterator[Rule]:
    yield FixedRisk(config.risk_per_trade, config.fixed_risk.slippage, config.kelly.fraction)
    yield Heat(config.daily_loss_limit, config.fixed_risk.slippage)
    yield PositionCap(config.position_cap.max_position, config.position_cap.max_total)
    yield CashReserve(config.cash_reserve.reserve)
    yield ExposureCap(config.exposure_cap.max_gross, config.exposure_cap.max_net)
    volatility = config.portfolio_volatility
    yield PortfolioVolatility(volatility.max_annual, volatility.stress_correlations)
    yield MarginUtilisation(config.margin_utilisation.max_share)
    yield StressSurvival(config.stress_survival.min_cover)
    yield EventWindows(config.event_windows.windows)


def _entry(config: RiskGuardConfig) -> Iterator[Rule]:
    yield SideLimit(config.side_limit.max_longs, config.side_limit.max_shorts)
    yield StaleData(config.stale_data.max_intervals)
    yield RewardRisk(config.reward_risk.min_ratio)
    yield MaxSpread(config.max_spread.max_ratio)
    yield FundingGate(config.funding_gate.max_rate_8h, config.funding_gate.require_data)


def _price_stops(config: RiskGuardConfig) -> Iterator[StopRule]:
    """Yield the stops that do not depend on leverage."""
    atr = config.atr_stop
    yield AtrStop(atr.multiple, atr.multiples_by_tag, atr.trailing)
    if config.percent_stop.max_loss is not None:
        yield PercentStop(config.percent_stop.max_loss)


def _stop(config: RiskGuardConfig) -> Iterator[Rule]:
    yield from _price_stops(config)
    yield LiquidationBuffer(config.liquidation.slippage)


def _exits(config: RiskGuardConfig) -> Iterator[Rule]:
    yield MarginLadder(config.margin_ladder.hard_cover, config.margin_ladder.soft_cover)
    yield AccountMargin(
        config.account_margin.limits(),
        config.account_margin.cross_limits(
            config.max_leverage, config.liquidation_distance.min_distance
        ),
    )
    ladder = config.drawdown_ladder
    resume = ladder.resume_after_hours
    yield DrawdownLadder(
        ladder=ladder.ladder(),
        cut_open=ladder.cut_open,
        resume_after=None if resume is None else timedelta(hours=resume),
        risk_per_trade=config.risk_per_trade,
        slippage_ratio=config.fixed_risk.slippage,
    )
    stop = config.equity_stop
    yield EquityStop(stop.distance, timedelta(hours=stop.pause_hours), stop.keep)
    leave = config.funding_exit
    yield FundingExit(
        max_rate_8h=leave.max_rate_8h,
        periods=leave.periods,
        extreme_rate_8h=leave.extreme_rate_8h,
        max_drain_ratio=leave.max_drain,
        extreme_only=leave.extreme_only,
        expected_edge_ratio=leave.expected_edge,
        warn_days=leave.warn_days,
    )
    if config.adl == "cut":
        yield AdlRank()


def _pauses(config: RiskGuardConfig) -> Iterator[Rule]:
    yield DailyLoss(config.daily_loss_limit, config.daily_loss.close_all)
    yield WeeklyLoss(config.weekly_loss.limit, config.weekly_loss.close_all)
    breaker = config.circuit_breaker
    yield CircuitBreaker(
        losing_trades=breaker.losing_trades,
        max_loss_ratio=breaker.max_loss,
        lookback=timedelta(hours=breaker.lookback_hours),
        pause=timedelta(minutes=breaker.pause_minutes),
        per_pair=breaker.per_pair,
        per_side=breaker.per_side,
    )
    funding = config.funding_breaker
    yield FundingBreaker(
        max_drain_ratio=funding.max_drain,
        max_paid_ratio=funding.max_paid,
        lookback=timedelta(hours=funding.lookback_hours),
        pause=timedelta(minutes=funding.pause_minutes),
    )

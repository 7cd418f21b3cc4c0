"""Sections of the configuration, one per rule; the defaults are those with all rules on.

Those that look at the whole account are in files of their own beside this one.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config.fields import (
    Count,
    Hours,
    Leverage,
    Minutes,
    Ratio,
    RuleSection,
    Section,
)
from freqtrade_riskguard.risk import DEFAULT_REGIMES, Regime, RegimeTable


class VolatilitySettings(Section):
    """How volatility and ATR are measured (on closed candles, whatever the strategy's own)."""

    timeframe: Literal["5m", "15m", "30m", "1h", "2h", "4h"] = "1h"
    days: Annotated[float, Field(ge=1, le=60)] = 12.0
    min_days: Annotated[float, Field(gt=0, le=60)] = 1.0
    atr_candles: Annotated[int, Field(ge=2, le=200)] = 14


class LiquidationSettings(Section):
    """How the liquidation price is computed where the exchange leaves something open."""

    slippage: Ratio = Field(
        default=0.01,
        description="the effective liquidation price is this much nearer to the market",
    )
    fallback_maintenance_rate: Ratio = Field(
        default=0.025,
        description="maintenance margin rate where the exchange's tiers are not known",
    )


class HardCap(RuleSection):
    """The profile's cap; its figure is the top-level ``max_leverage``."""


class RegimeLimit(Section):
    """A volatility regime: daily volatility above ``above`` allows at most ``max_leverage``."""

    above: Annotated[float, Field(ge=0, lt=1)]
    max_leverage: Leverage


class RegimeCap(RuleSection):
    """Leverage by volatility regime. Unknown volatility counts as the most turbulent one."""

    regimes: dict[str, RegimeLimit] = Field(
        default_factory=lambda: {
            regime.name: RegimeLimit(above=regime.above, max_leverage=regime.max_leverage)
            for regime in DEFAULT_REGIMES.regimes
        },
        min_length=1,
    )

    @model_validator(mode="after")
    def _makes_a_table(self) -> Self:
        self.table()
        return self

    def table(self) -> RegimeTable:
        """Return the regimes as the mathematics takes them, most turbulent first."""
        rows = (
            Regime(name=name, max_leverage=limit.max_leverage, above=limit.above)
            for name, limit in self.regimes.items()
        )
        return RegimeTable(tuple(sorted(rows, key=lambda regime: -regime.above)))


class VolatilityTarget(RuleSection):
    """Exposure (notional / equity) at most ``daily_risk_budget`` / daily volatility."""

    daily_risk_budget: Ratio = 0.02


class Kelly(RuleSection):
    """Exposure by the edge that the account's own closed trades have proven."""

    fraction: Annotated[float, Field(gt=0, le=0.5)] = 0.5
    unproven_leverage: Leverage = 1.0
    min_trades: Annotated[int, Field(ge=10)] = 30
    max_trades: Annotated[int, Field(ge=10)] = 200
    max_age_days: Annotated[float, Field(gt=0, le=3_650)] = 90.0
    prior_trades: Annotated[float, Field(gt=0, le=1_000)] = 20.0

    @model_validator(mode="after")
    def _window_holds_enough(self) -> Self:
        if self.max_trades < self.min_trades:
            msg = f"max_trades must be >= min_trades ({self.min_trades}), got {self.max_trades}"
            raise ValueError(msg)
        return self


class LiquidationDistance(RuleSection):
    """Liquidation at least this far away, also in daily sigmas and beyond the stop."""

    min_distance: Ratio = 0.15
    sigmas: Annotated[float, Field(ge=0, le=20)] = 3.0


class AtrStop(RuleSection):
    """Stop at a multiple of the ATR of the entry's candle."""

    multiple: Annotated[float, Field(gt=0, le=20)] = 2.0
    multiples_by_tag: dict[str, Annotated[float, Field(gt=0, le=20)]] = Field(default_factory=dict)
    trailing: bool = False


class PercentStop(RuleSection):
    """Stop at a fixed price distance from the entry; off until ``max_loss`` is given."""

    max_loss: Ratio | None = None


class LiquidationBuffer(RuleSection):
    """Stop in front of the liquidation price."""


class FixedRisk(RuleSection):
    """Stake such that the planned loss is ``risk_per_trade``, fees and slippage included."""

    slippage: Annotated[float, Field(ge=0, lt=1)] = 0.005


class CircuitBreaker(RuleSection):
    """Pause after losses in a row, or after too much lost within the lookback."""

    losing_trades: Count = 3
    max_loss: Ratio = 0.02
    lookback_hours: Hours = 24.0
    pause_minutes: Minutes = 60.0
    per_pair: bool = False
    per_side: bool = False


class DailyLoss(RuleSection):
    """Pause until the UTC day ends; its figure is the top-level ``daily_loss_limit``."""

    close_all: bool = Field(default=False, description="also close every open trade")


class FundingBreaker(RuleSection):
    """Pause a pair, or the account, that pays too much funding."""

    max_drain: Ratio = Field(default=0.10, description="funding paid / initial margin, per pair")
    max_paid: Ratio = Field(default=0.01, description="funding paid / equity within the lookback")
    lookback_hours: Hours = 24.0
    pause_minutes: Minutes = 480.0

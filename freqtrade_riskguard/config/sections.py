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

    timeframe: Literal["5m", "15m", "30m", "1h", "2h", "4h"] = Field(
        default="1h", description="candles that volatility, ATR and correlations are measured on"
    )
    days: Annotated[float, Field(ge=1, le=60)] = Field(default=12.0, description="how far back")
    min_days: Annotated[float, Field(gt=0, le=60)] = Field(
        default=1.0,
        description="with less than this volatility is unknown, and unknown is treated as wild",
    )
    atr_candles: Annotated[int, Field(ge=2, le=200)] = Field(
        default=14, description="candles of the ATR"
    )


class LiquidationSettings(Section):
    """How the liquidation price is computed where the exchange leaves something open."""

    slippage: Ratio = Field(
        default=0.01, description="liquidation is taken to be this much nearer than computed"
    )
    fallback_maintenance_rate: Ratio = Field(
        default=0.025,
        description="maintenance margin rate where the exchange tells no tiers",
    )


class HardCap(RuleSection):
    """The profile's cap; its figure is the top-level ``max_leverage``."""


class RegimeLimit(Section):
    """A volatility regime: daily volatility above ``above`` allows at most ``max_leverage``."""

    above: Annotated[float, Field(ge=0, lt=1)] = Field(description="daily volatility")
    max_leverage: Leverage = Field(description="at most, above it")


class RegimeCap(RuleSection):
    """Leverage by volatility regime. Unknown volatility counts as the most turbulent one."""

    regimes: dict[str, RegimeLimit] = Field(
        default_factory=lambda: {
            regime.name: RegimeLimit(above=regime.above, max_leverage=regime.max_leverage)
            for regime in DEFAULT_REGIMES.regimes
        },
        min_length=1,
        description="most leverage by daily volatility; what is given here replaces all of it",
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

    daily_risk_budget: Ratio = Field(
        default=0.02,
        description="what a position moves the account by on an ordinary day, at most",
    )


class Kelly(RuleSection):
    """Exposure by the edge that the account's own closed trades have proven."""

    fraction: Annotated[float, Field(gt=0, le=0.5)] = Field(
        default=0.5, description="share of the growth-optimal exposure; at most half"
    )
    unproven_leverage: Leverage = Field(
        default=1.0, description="leverage before there are `min_trades`, or any loss among them"
    )
    min_trades: Annotated[int, Field(ge=10)] = Field(
        default=30, description="closed trades that are some evidence"
    )
    max_trades: Annotated[int, Field(ge=10)] = Field(
        default=200, description="only the newest so many count"
    )
    max_age_days: Annotated[float, Field(gt=0, le=3_650)] = Field(
        default=90.0, description="only those not older than this count"
    )
    prior_trades: Annotated[float, Field(gt=0, le=1_000)] = Field(
        default=20.0,
        description="so many imagined break-even trades weigh against yours: little evidence, "
        "little leverage",
    )

    @model_validator(mode="after")
    def _window_holds_enough(self) -> Self:
        if self.max_trades < self.min_trades:
            msg = f"max_trades must be >= min_trades ({self.min_trades}), got {self.max_trades}"
            raise ValueError(msg)
        return self


class LiquidationDistance(RuleSection):
    """Liquidation at least this far away, also in daily sigmas and beyond the stop."""

    min_distance: Ratio = Field(
        default=0.15, description="how far away liquidation must be, as a share of the price"
    )
    sigmas: Annotated[float, Field(ge=0, le=20)] = Field(
        default=3.0, description="and how many standard deviations of a day"
    )


class AtrStop(RuleSection):
    """Stop at a multiple of the ATR of the entry's candle."""

    multiple: Annotated[float, Field(gt=0, le=20)] = Field(
        default=2.0, description="how many ATR of the entry's candle the stop is away"
    )
    multiples_by_tag: dict[str, Annotated[float, Field(gt=0, le=20)]] = Field(
        default_factory=dict,
        description='another multiple for an `enter_tag`, like `{"reversion": 1}`',
    )
    trailing: bool = Field(default=False, description="follow the market at that distance")


class PercentStop(RuleSection):
    """Stop at a fixed price distance from the entry; off until ``max_loss`` is given."""

    max_loss: Ratio | None = Field(
        default=None,
        description="a stop at this share of the entry price (not of the margin); null: off",
    )


class LiquidationBuffer(RuleSection):
    """Stop in front of the liquidation price."""


class FixedRisk(RuleSection):
    """Stake such that the planned loss is ``risk_per_trade``, fees and slippage included."""

    slippage: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.005, description="what a stop is expected to slip, in planned losses"
    )


class CircuitBreaker(RuleSection):
    """Pause after losses in a row, or after too much lost within the lookback."""

    losing_trades: Count = Field(
        default=3, description="losses in a row within the lookback that pause"
    )
    max_loss: Ratio = Field(
        default=0.02,
        description="losses within the lookback / account that pause; wins do not make up for them",
    )
    lookback_hours: Hours = Field(default=24.0, description="how far back")
    pause_minutes: Minutes = Field(
        default=60.0, description="no entries for so long after the newest loss"
    )
    per_pair: bool = Field(default=False, description="count, and pause, each pair by itself")
    per_side: bool = Field(
        default=False, description="count, and pause, longs and shorts by themselves"
    )


class DailyLoss(RuleSection):
    """Pause until the UTC day ends; its figure is the top-level ``daily_loss_limit``."""

    close_all: bool = Field(default=False, description="the limit also closes what is open")


class FundingBreaker(RuleSection):
    """Pause a pair, or the account, that pays too much funding."""

    max_drain: Ratio = Field(
        default=0.10, description="funding paid / margin that pauses a pair and side"
    )
    max_paid: Ratio = Field(
        default=0.01,
        description="funding paid within the lookback / account that pauses everything",
    )
    lookback_hours: Hours = Field(default=24.0, description="how far back")
    pause_minutes: Minutes = Field(
        default=480.0,
        description="length of the windows, from 00:00 UTC on, that a pause ends with",
    )

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
    """How volatility and ATR are measured: on closed candles of this timeframe."""

    timeframe: Literal["5m", "15m", "30m", "1h", "2h", "4h"] = Field(
        default="1h",
        description="timeframe of the candles that volatility, ATR and correlations are measured "
        "on",
    )
    days: Annotated[float, Field(ge=1, le=60)] = Field(
        default=12.0, description="days of candles that volatility is measured over"
    )
    min_days: Annotated[float, Field(gt=0, le=60)] = Field(
        default=1.0,
        description="days of candles needed; with fewer, volatility is unknown and counts as "
        "turbulent",
    )
    atr_candles: Annotated[int, Field(ge=2, le=200)] = Field(
        default=14, description="number of candles of the ATR"
    )


class LiquidationSettings(Section):
    """How the liquidation price is computed."""

    slippage: Ratio = Field(
        default=0.01,
        description="liquidation counts as this much nearer than computed, a share of its price",
    )
    fallback_maintenance_rate: Ratio = Field(
        default=0.025,
        description="maintenance margin rate used when the exchange gives no leverage tiers",
    )


class HardCap(RuleSection):
    """The profile's cap on leverage, set by the top-level ``max_leverage``."""


class RegimeLimit(Section):
    """A volatility regime: daily volatility above ``above`` allows at most ``max_leverage``."""

    above: Annotated[float, Field(ge=0, lt=1)] = Field(
        description="daily volatility from which the regime applies"
    )
    max_leverage: Leverage = Field(description="maximum leverage in the regime")


class RegimeCap(RuleSection):
    """Limits leverage by volatility regime. Unknown volatility counts as the most turbulent."""

    regimes: dict[str, RegimeLimit] = Field(
        default_factory=lambda: {
            regime.name: RegimeLimit(above=regime.above, max_leverage=regime.max_leverage)
            for regime in DEFAULT_REGIMES.regimes
        },
        min_length=1,
        description="maximum leverage by daily volatility; what you give replaces the whole table",
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
    """Limits exposure (notional / equity) to ``daily_risk_budget`` / daily volatility."""

    daily_risk_budget: Ratio = Field(
        default=0.02,
        description="maximum move of equity by one position on an ordinary day (one standard "
        "deviation)",
    )


class Kelly(RuleSection):
    """Limits exposure by the edge that the account's own closed trades have proven."""

    fraction: Annotated[float, Field(gt=0, le=0.5)] = Field(
        default=0.5, description="share of the growth-optimal (full Kelly) exposure that is allowed"
    )
    unproven_leverage: Leverage = Field(
        default=1.0,
        description="maximum leverage until there are `min_trades` closed trades and a loss among "
        "them",
    )
    min_trades: Annotated[int, Field(ge=10)] = Field(
        default=30, description="closed trades needed before Kelly decides"
    )
    max_trades: Annotated[int, Field(ge=10)] = Field(
        default=200, description="number of the newest closed trades that count"
    )
    max_age_days: Annotated[float, Field(gt=0, le=3_650)] = Field(
        default=90.0, description="age in days up to which closed trades count"
    )
    sparse_age_days: Annotated[float, Field(gt=0, le=3_650)] = Field(
        default=365.0,
        description="with fewer than `min_trades` closed trades within `max_age_days`, the newest "
        "so many of this many days count",
    )
    prior_trades: Annotated[float, Field(gt=0, le=1_000)] = Field(
        default=20.0,
        description="number of break-even trades assumed before yours: more makes leverage grow "
        "more slowly",
    )

    @model_validator(mode="after")
    def _window_holds_enough(self) -> Self:
        if self.max_trades < self.min_trades:
            msg = f"max_trades must be >= min_trades ({self.min_trades}), got {self.max_trades}"
            raise ValueError(msg)
        return self


class LiquidationDistance(RuleSection):
    """Limits leverage so that liquidation is far enough away, and beyond the stop."""

    min_distance: Ratio = Field(
        default=0.15, description="minimum distance to liquidation, a share of the price"
    )
    sigmas: Annotated[float, Field(ge=0, le=20)] = Field(
        default=3.0,
        description="minimum distance to liquidation, in daily standard deviations (the larger of "
        "both counts)",
    )


class AtrStop(RuleSection):
    """Sets a stop at a multiple of the ATR at entry."""

    multiple: Annotated[float, Field(gt=0, le=20)] = Field(
        default=2.0, description="distance of the stop from the entry, in ATR of the entry's candle"
    )
    multiples_by_tag: dict[str, Annotated[float, Field(gt=0, le=20)]] = Field(
        default_factory=dict,
        description='another multiple for an `enter_tag`, such as `{"reversion": 1}`',
    )
    trailing: bool = Field(
        default=False, description="true: the stop also follows the market at this distance"
    )


class PercentStop(RuleSection):
    """Sets a stop at a fixed distance from the entry; off until ``max_loss`` is given."""

    max_loss: Ratio | None = Field(
        default=None,
        description="distance of the stop, a share of the entry price (not of the margin); null: "
        "off",
    )


class LiquidationBuffer(RuleSection):
    """Sets a stop before the liquidation price."""


class FixedRisk(RuleSection):
    """Limits the stake so that a trade loses at most ``risk_per_trade`` at its stop."""

    slippage: Annotated[float, Field(ge=0, lt=1)] = Field(
        default=0.005, description="slippage of a stop in planned losses, a share of the price"
    )


class CircuitBreaker(RuleSection):
    """Pauses entries after losses in a row, or after too much lost within the lookback."""

    losing_trades: Count = Field(
        default=3,
        description="losing trades in a row that pause entries, however far apart they closed",
    )
    max_loss: Ratio = Field(
        default=0.02,
        description="sum of losses within the lookback / equity that pauses entries; wins do not "
        "offset it",
    )
    lookback_hours: Hours = Field(
        default=24.0, description="hours of closed trades that count for `max_loss`"
    )
    pause_minutes: Minutes = Field(
        default=60.0,
        description="minutes without entries, from the close of the newest loss; never shorter "
        "than two candles of the strategy",
    )
    per_pair: bool = Field(
        default=False, description="true: counts and pauses each pair separately"
    )
    per_side: bool = Field(
        default=False, description="true: counts and pauses longs and shorts separately"
    )


class DailyLoss(RuleSection):
    """Pauses entries until the UTC day ends, at the top-level ``daily_loss_limit``."""

    close_all: bool = Field(
        default=False, description="true: reaching the limit also closes all open positions"
    )


class FundingBreaker(RuleSection):
    """Pauses entries on a pair, or on all, after too much funding was paid."""

    max_drain: Ratio = Field(
        default=0.10, description="funding paid / initial margin that pauses a pair and side"
    )
    max_paid: Ratio = Field(
        default=0.01,
        description="funding paid within the lookback / equity that pauses all pairs",
    )
    lookback_hours: Hours = Field(default=24.0, description="hours of funding that count")
    pause_minutes: Minutes = Field(
        default=480.0,
        description="the day is divided into windows of this length from 00:00 UTC; a pause ends "
        "with its window",
    )

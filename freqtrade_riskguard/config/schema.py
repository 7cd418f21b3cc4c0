"""The whole of ``config["riskguard"]``, checked and frozen."""

from typing import Any, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config import sections
from freqtrade_riskguard.config.fields import (
    MODES,
    Leverage,
    Mode,
    Profile,
    Ratio,
    RuleSection,
    Section,
)
from freqtrade_riskguard.config.profiles import BREAKERS, PROFILE_MAX_LEVERAGE


class RiskGuardConfig(Section):
    """Everything RiskGuard can be told.

    Use :func:`freqtrade_riskguard.config.load_config` to build it: that applies the profile and
    reports mistakes in freqtrade's own way.
    """

    enabled: bool = True
    profile: Profile = "seatbelt"
    mode: Mode = Field(
        default="enforce", description="can only weaken the modes of the single rules"
    )
    max_leverage: Leverage = Field(default=5.0, description="hard cap; at most the profile's")
    risk_per_trade: Ratio = Field(default=0.01, description="planned loss of one trade / equity")
    daily_loss_limit: Ratio = Field(
        default=0.03, description="loss of the UTC day / equity at its start"
    )
    journal_file: str | None = Field(default=None, description="decisions as JSON lines; a path")

    volatility: sections.VolatilitySettings = sections.VolatilitySettings()
    liquidation: sections.LiquidationSettings = sections.LiquidationSettings()

    hard_cap: sections.HardCap = sections.HardCap()
    regime_cap: sections.RegimeCap = sections.RegimeCap()
    volatility_target: sections.VolatilityTarget = sections.VolatilityTarget()
    kelly: sections.Kelly = sections.Kelly()
    liquidation_distance: sections.LiquidationDistance = sections.LiquidationDistance()
    atr_stop: sections.AtrStop = sections.AtrStop()
    percent_stop: sections.PercentStop = sections.PercentStop()
    liquidation_buffer: sections.LiquidationBuffer = sections.LiquidationBuffer()
    fixed_risk: sections.FixedRisk = sections.FixedRisk()
    circuit_breaker: sections.CircuitBreaker = sections.CircuitBreaker()
    daily_loss: sections.DailyLoss = sections.DailyLoss()
    funding_breaker: sections.FundingBreaker = sections.FundingBreaker()

    pairs: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="settings of single pairs, in the same schema"
    )

    @model_validator(mode="after")
    def _within_profile(self) -> Self:
        cap = PROFILE_MAX_LEVERAGE[self.profile]
        if self.max_leverage > cap:
            msg = (
                f"max_leverage must be <= {cap:g} (profile {self.profile}), "
                f"got {self.max_leverage:g}"
            )
            raise ValueError(msg)
        if self.kelly.unproven_leverage > self.max_leverage:
            msg = (
                f"kelly.unproven_leverage must be <= max_leverage ({self.max_leverage:g}), "
                f"got {self.kelly.unproven_leverage:g}"
            )
            raise ValueError(msg)
        if self.profile == "speculative" and self.enabled:
            off = [name for name in BREAKERS if self.mode_of(name) == "off"]
            if off:
                msg = f"{off[0]}.mode must not be 'off' (profile speculative needs every breaker)"
                raise ValueError(msg)
        if self.hard_cap.mode != "enforce":
            msg = (
                f"hard_cap.mode must be 'enforce' (the profile's cap is not for switching off; the "
                f"global mode observes everything), got '{self.hard_cap.mode}'"
            )
            raise ValueError(msg)
        return self

    def mode_of(self, rule: str) -> Mode:
        """Return the mode in force for a rule: the weaker of its own and the global one."""
        own: RuleSection = getattr(self, rule)
        return max(own.mode, self.mode, key=MODES.index)

    @property
    def enforcing(self) -> bool:
        """Whether any rule may change what the bot does."""
        return self.enabled and any(self.mode_of(rule) == "enforce" for rule in RULES)

    @property
    def observing_or_enforcing(self) -> bool:
        """Whether any rule is computed at all."""
        return self.enabled and any(self.mode_of(rule) != "off" for rule in RULES)


RULES = tuple(
    name
    for name, field in RiskGuardConfig.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, RuleSection)
)

# What a pair cannot have for itself, since it concerns the account or the process.
ACCOUNT_WIDE = frozenset(
    {
        "enabled",
        "profile",
        "daily_loss_limit",
        "journal_file",
        "circuit_breaker",
        "daily_loss",
        "funding_breaker",
        "volatility",
        "pairs",
    }
)
# Single settings of the same kind, within sections that a pair may have.
ACCOUNT_WIDE_WITHIN = frozenset(
    {
        ("kelly", "min_trades"),
        ("kelly", "max_trades"),
        ("kelly", "max_age_days"),
        ("kelly", "prior_trades"),
        ("liquidation", "fallback_maintenance_rate"),
        ("hard_cap", "mode"),
    }
)

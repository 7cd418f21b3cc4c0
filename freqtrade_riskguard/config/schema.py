"""The whole of ``config["riskguard"]``, checked and frozen."""

from typing import Any, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config import (
    account_sections,
    entry_sections,
    sections,
    stake_sections,
)
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

    enabled: bool = Field(
        default=True, description="false: the bot runs as if RiskGuard were not there"
    )
    profile: Profile = Field(
        default="seatbelt", description="set of defaults that all other settings start from"
    )
    mode: Mode = Field(
        default="enforce",
        description="mode of all rules at once; it can only weaken a rule's own mode",
    )
    max_leverage: Leverage = Field(
        default=5.0, description="maximum leverage of any trade; may not exceed the profile's cap"
    )
    risk_per_trade: Ratio = Field(
        default=0.01,
        description="planned loss of a trade at its stop / equity, fees and slippage included",
    )
    daily_loss_limit: Ratio = Field(
        default=0.03,
        description="loss of the UTC day / equity at its start; open losses count",
    )
    strict: bool = Field(
        default=False,
        description="true: unsafe exchange settings stop the bot at its start instead of only "
        "causing a warning",
    )
    journal_file: str | None = Field(
        default=None,
        description="file for the decisions, one line of JSON each; null: no file",
    )

    volatility: sections.VolatilitySettings = sections.VolatilitySettings()
    liquidation: sections.LiquidationSettings = sections.LiquidationSettings()

    hard_cap: sections.HardCap = sections.HardCap()
    regime_cap: sections.RegimeCap = sections.RegimeCap()
    volatility_target: sections.VolatilityTarget = sections.VolatilityTarget()
    target_leverage: entry_sections.TargetLeverage = entry_sections.TargetLeverage()
    kelly: sections.Kelly = sections.Kelly()
    losing_leverage: entry_sections.LosingLeverage = entry_sections.LosingLeverage()
    liquidation_distance: sections.LiquidationDistance = sections.LiquidationDistance()
    conviction: entry_sections.Conviction = entry_sections.Conviction()

    atr_stop: sections.AtrStop = sections.AtrStop()
    percent_stop: sections.PercentStop = sections.PercentStop()
    liquidation_buffer: sections.LiquidationBuffer = sections.LiquidationBuffer()

    fixed_risk: sections.FixedRisk = sections.FixedRisk()
    heat: stake_sections.Heat = stake_sections.Heat()
    position_cap: stake_sections.PositionCap = stake_sections.PositionCap()
    cash_reserve: stake_sections.CashReserve = stake_sections.CashReserve()
    exposure_cap: stake_sections.ExposureCap = stake_sections.ExposureCap()
    side_limit: entry_sections.SideLimit = entry_sections.SideLimit()
    portfolio_volatility: stake_sections.PortfolioVolatility = stake_sections.PortfolioVolatility()
    margin_utilisation: stake_sections.MarginUtilisation = stake_sections.MarginUtilisation()
    stress_survival: stake_sections.StressSurvival = stake_sections.StressSurvival()

    stale_data: entry_sections.StaleData = entry_sections.StaleData()
    reward_risk: entry_sections.RewardRisk = entry_sections.RewardRisk()

    margin_ladder: account_sections.MarginLadder = account_sections.MarginLadder()
    account_margin: account_sections.AccountMargin = account_sections.AccountMargin()

    drawdown_ladder: account_sections.DrawdownLadder = account_sections.DrawdownLadder()
    equity_stop: account_sections.EquityStop = account_sections.EquityStop()
    daily_loss: sections.DailyLoss = sections.DailyLoss()
    weekly_loss: account_sections.WeeklyLoss = account_sections.WeeklyLoss()
    circuit_breaker: sections.CircuitBreaker = sections.CircuitBreaker()

    event_windows: entry_sections.EventWindows = entry_sections.EventWindows()
    funding_gate: entry_sections.FundingGate = entry_sections.FundingGate()
    funding_exit: account_sections.FundingExit = account_sections.FundingExit()
    funding_breaker: sections.FundingBreaker = sections.FundingBreaker()

    own_rules: dict[str, Mode] = Field(
        default_factory=dict, description="mode of each rule that the strategy brings, by its name"
    )
    pairs: dict[str, dict[str, Any]] = Field(
        default_factory=dict,
        description="settings of single pairs: the same keys below the name of the pair",
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
        for name, leverage in (
            ("kelly.unproven_leverage", self.kelly.unproven_leverage),
            ("target_leverage.target", self.target_leverage.target or 1.0),
        ):
            if leverage > self.max_leverage:
                msg = f"{name} must be <= max_leverage ({self.max_leverage:g}), got {leverage:g}"
                raise ValueError(msg)
        if self.profile == "speculative" and self.enabled:
            off = [name for name in BREAKERS if self.mode_of(name) == "off"]
            if off:
                msg = f"{off[0]}.mode must not be 'off' (profile speculative needs every breaker)"
                raise ValueError(msg)
        if self.hard_cap.mode != "enforce":
            msg = (
                f"hard_cap.mode must be 'enforce' (the profile's cap cannot be switched off; the "
                f"top-level mode can be 'observe'), got '{self.hard_cap.mode}'"
            )
            raise ValueError(msg)
        for name in self.own_rules:
            if name in RULES:
                msg = f"own_rules.{name} is one of RiskGuard's rules: set {name}.mode instead"
                raise ValueError(msg)
        return self

    def mode_of(self, rule: str) -> Mode:
        """Return the mode in force for a rule: the weaker of its own and the global one.

        A rule of the strategy's own enforces unless ``own_rules`` says otherwise.
        """
        section = getattr(self, rule, None)
        own: Mode = (
            section.mode
            if isinstance(section, RuleSection)
            else self.own_rules.get(rule, "enforce")
        )
        return max(own, self.mode, key=MODES.index)

    @property
    def needs_funding(self) -> bool:
        """Whether any rule asks for funding rates."""
        return any(self.mode_of(rule) != "off" for rule in _FUNDING_RULES)

    @property
    def needs_portfolio(self) -> bool:
        """Whether any rule asks how the positions move together."""
        return any(self.mode_of(rule) != "off" for rule in _PORTFOLIO_RULES)

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

_FUNDING_RULES = ("funding_gate", "funding_exit")
_PORTFOLIO_RULES = ("portfolio_volatility", "margin_utilisation", "stress_survival")

# What a pair cannot have for itself, since it concerns the account or the process.
ACCOUNT_WIDE = frozenset(
    {
        "enabled",
        "profile",
        "daily_loss_limit",
        "strict",
        "journal_file",
        "own_rules",
        "account_margin",
        "drawdown_ladder",
        "equity_stop",
        "daily_loss",
        "weekly_loss",
        "circuit_breaker",
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

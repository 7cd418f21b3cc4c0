"""The whole of ``config["riskguard"]``, checked and frozen."""

from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from freqtrade_riskguard.config.live import MarginTopUpConfig
from freqtrade_riskguard.config.measurement import LiquidationSettings, VolatilitySettings
from freqtrade_riskguard.config.profiles import BREAKERS, PROFILE_MAX_LEVERAGE
from freqtrade_riskguard.config_types import (
    MODES,
    Adl,
    Leverage,
    Mode,
    Orphans,
    Profile,
    Ratio,
    RuleSection,
    Section,
)
from freqtrade_riskguard.rules.entry.funding_gate import FundingGateConfig
from freqtrade_riskguard.rules.entry.max_spread import MaxSpreadConfig
from freqtrade_riskguard.rules.entry.reward_risk import RewardRiskConfig
from freqtrade_riskguard.rules.entry.side_limit import SideLimitConfig
from freqtrade_riskguard.rules.entry.stale_data import StaleDataConfig
from freqtrade_riskguard.rules.exits.account_margin import AccountMarginConfig
from freqtrade_riskguard.rules.exits.drawdown_ladder import DrawdownLadderConfig
from freqtrade_riskguard.rules.exits.equity_stop import EquityStopConfig
from freqtrade_riskguard.rules.exits.funding_exit import FundingExitConfig
from freqtrade_riskguard.rules.exits.margin_ladder import MarginLadderConfig
from freqtrade_riskguard.rules.leverage.conviction import ConvictionConfig
from freqtrade_riskguard.rules.leverage.hard_cap import HardCapConfig
from freqtrade_riskguard.rules.leverage.kelly import KellyConfig
from freqtrade_riskguard.rules.leverage.liquidation_distance import LiquidationDistanceConfig
from freqtrade_riskguard.rules.leverage.losing_leverage import LosingLeverageConfig
from freqtrade_riskguard.rules.leverage.regime_cap import RegimeCapConfig
from freqtrade_riskguard.rules.leverage.target_leverage import TargetLeverageConfig
from freqtrade_riskguard.rules.leverage.volatility_target import VolatilityTargetConfig
from freqtrade_riskguard.rules.pauses.circuit_breaker import CircuitBreakerConfig
from freqtrade_riskguard.rules.pauses.daily_loss import DailyLossConfig
from freqtrade_riskguard.rules.pauses.funding_breaker import FundingBreakerConfig
from freqtrade_riskguard.rules.pauses.weekly_loss import WeeklyLossConfig
from freqtrade_riskguard.rules.stake.cash_reserve import CashReserveConfig
from freqtrade_riskguard.rules.stake.event_windows import EventWindowsConfig
from freqtrade_riskguard.rules.stake.exposure_cap import ExposureCapConfig
from freqtrade_riskguard.rules.stake.fixed_risk import FixedRiskConfig
from freqtrade_riskguard.rules.stake.heat import HeatConfig
from freqtrade_riskguard.rules.stake.margin_utilisation import MarginUtilisationConfig
from freqtrade_riskguard.rules.stake.portfolio_volatility import PortfolioVolatilityConfig
from freqtrade_riskguard.rules.stake.position_cap import PositionCapConfig
from freqtrade_riskguard.rules.stake.stress_survival import StressSurvivalConfig
from freqtrade_riskguard.rules.stop.atr_stop import AtrStopConfig
from freqtrade_riskguard.rules.stop.liquidation_buffer import LiquidationBufferConfig
from freqtrade_riskguard.rules.stop.percent_stop import PercentStopConfig


class RiskGuardConfig(Section):
    """Everything RiskGuard can be told.

    Use :func:`freqtrade_riskguard.config.load_config` to build it: that applies the profile and
    reports mistakes in freqtrade's own way.
    """

    # Not a setting: freqtrade's margin_mode decides, see CrossConfig.
    is_cross: ClassVar[bool] = False

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
    orphans: Orphans = Field(
        default="alarm",
        description="a position on the exchange that no trade of the bot knows (live): alarm: "
        "entries pause and you are told; close: it is closed as well; ignore: other bots or you "
        "trade on this account",
    )
    adl: Adl = Field(
        default="off",
        description="warn: you are told (live) where a winning position stands in the top fifth of "
        "the exchange's queue of auto-deleveraging; cut: half of it is taken off as well, once per "
        "stay there; Binance and Bybit tell it",
    )
    journal_file: str | None = Field(
        default=None,
        description="file for the decisions, one line of JSON each; null: no file",
    )
    daily_summary: bool = Field(
        default=False,
        description="true: at the end of each UTC day a running bot's own channels (Telegram, "
        "Discord, webhook) get its result, how far its limits were used, and what the guard did "
        "and cost",
    )

    margin_top_up: MarginTopUpConfig = MarginTopUpConfig()

    volatility: VolatilitySettings = VolatilitySettings()
    liquidation: LiquidationSettings = LiquidationSettings()

    hard_cap: HardCapConfig = HardCapConfig()
    regime_cap: RegimeCapConfig = RegimeCapConfig()
    volatility_target: VolatilityTargetConfig = VolatilityTargetConfig()
    target_leverage: TargetLeverageConfig = TargetLeverageConfig()
    kelly: KellyConfig = KellyConfig()
    losing_leverage: LosingLeverageConfig = LosingLeverageConfig()
    liquidation_distance: LiquidationDistanceConfig = LiquidationDistanceConfig()
    conviction: ConvictionConfig = ConvictionConfig()

    atr_stop: AtrStopConfig = AtrStopConfig()
    percent_stop: PercentStopConfig = PercentStopConfig()
    liquidation_buffer: LiquidationBufferConfig = LiquidationBufferConfig()

    fixed_risk: FixedRiskConfig = FixedRiskConfig()
    heat: HeatConfig = HeatConfig()
    position_cap: PositionCapConfig = PositionCapConfig()
    cash_reserve: CashReserveConfig = CashReserveConfig()
    exposure_cap: ExposureCapConfig = ExposureCapConfig()
    side_limit: SideLimitConfig = SideLimitConfig()
    portfolio_volatility: PortfolioVolatilityConfig = PortfolioVolatilityConfig()
    margin_utilisation: MarginUtilisationConfig = MarginUtilisationConfig()
    stress_survival: StressSurvivalConfig = StressSurvivalConfig()

    stale_data: StaleDataConfig = StaleDataConfig()
    reward_risk: RewardRiskConfig = RewardRiskConfig()
    max_spread: MaxSpreadConfig = MaxSpreadConfig()

    margin_ladder: MarginLadderConfig = MarginLadderConfig()
    account_margin: AccountMarginConfig = AccountMarginConfig()

    drawdown_ladder: DrawdownLadderConfig = DrawdownLadderConfig()
    equity_stop: EquityStopConfig = EquityStopConfig()
    daily_loss: DailyLossConfig = DailyLossConfig()
    weekly_loss: WeeklyLossConfig = WeeklyLossConfig()
    circuit_breaker: CircuitBreakerConfig = CircuitBreakerConfig()

    event_windows: EventWindowsConfig = EventWindowsConfig()
    funding_gate: FundingGateConfig = FundingGateConfig()
    funding_exit: FundingExitConfig = FundingExitConfig()
    funding_breaker: FundingBreakerConfig = FundingBreakerConfig()

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

    def needs_spread(self, pair: str) -> bool:
        """Whether a rule asks how far bid and ask are apart, which costs a request an entry."""
        if "max_spread" in self.pairs.get(pair, {}):
            return True
        return self.max_spread.max_ratio is not None and self.mode_of("max_spread") != "off"

    @property
    def enforcing(self) -> bool:
        """Whether any rule may change what the bot does."""
        return self.enabled and any(self.mode_of(rule) == "enforce" for rule in RULES)

    @property
    def observing_or_enforcing(self) -> bool:
        """Whether any rule is computed at all."""
        return self.enabled and any(self.mode_of(rule) != "off" for rule in RULES)


class CrossConfig(RiskGuardConfig):
    """The configuration of a bot whose positions all share the margin of the account."""

    is_cross: ClassVar[bool] = True


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
        "orphans",
        "adl",
        "margin_top_up",
        "journal_file",
        "daily_summary",
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
        ("kelly", "evidence_file"),
        ("kelly", "evidence_weight"),
        ("kelly", "in_sample_weight"),
        ("liquidation", "fallback_maintenance_rate"),
        ("liquidation", "hedge_correlation"),
        ("hard_cap", "mode"),
    }
)

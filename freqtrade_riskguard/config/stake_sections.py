"""The sections of the rules on an entry's stake that look at the whole account."""

from pydantic import Field

from freqtrade_riskguard.config.fields import (
    AnnualVolatility,
    Cover,
    Exposure,
    Ratio,
    RuleSection,
)


class Heat(RuleSection):
    """Keeps the planned loss of all trades within what is left of today's ``daily_loss_limit``."""


class PositionCap(RuleSection):
    """Limits the margin of one position, and of all positions together."""

    max_position: Ratio = Field(
        default=0.20, description="maximum initial margin of one position / equity"
    )
    max_total: Ratio = Field(
        default=0.60,
        description="maximum initial margin of all positions / equity, shared equally by "
        "`max_open_trades`",
    )


class CashReserve(RuleSection):
    """Keeps part of the equity free."""

    reserve: Ratio = Field(default=0.10, description="share of equity that stays free")


class ExposureCap(RuleSection):
    """Limits gross and net exposure (notional / equity)."""

    max_gross: Exposure = Field(
        default=3.0, description="maximum notional of all positions / equity"
    )
    max_net: Exposure = Field(
        default=2.0,
        description="maximum notional of longs minus shorts, or shorts minus longs / equity",
    )


class PortfolioVolatility(RuleSection):
    """Limits the annual volatility of all positions together."""

    max_annual: AnnualVolatility = Field(
        default=0.50,
        description="maximum annual volatility of equity from all positions together",
    )


class MarginUtilisation(RuleSection):
    """Limits initial margin / equity, more tightly in a falling market."""

    max_share: Ratio = Field(
        default=0.60,
        description="maximum initial margin / equity; margin counts 1.5 times in a sell-off (BTC "
        "-10 % in 24 h) and twice in a crisis (BTC -20 %)",
    )


class StressSurvival(RuleSection):
    """Limits stakes so that the account survives a market move of up to 20 %."""

    min_cover: Cover = Field(
        default=1.1,
        description="minimum equity / maintenance margin after the worst of these moves; 1 is "
        "liquidation",
    )

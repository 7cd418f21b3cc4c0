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
    """Planned loss of all open trades within what is left of today's ``daily_loss_limit``."""


class PositionCap(RuleSection):
    """Margin / equity of one position, and of all, shared over the bot's slots."""

    max_position: Ratio = Field(default=0.20, description="margin of one position / account")
    max_total: Ratio = Field(
        default=0.60,
        description="margin of all / account; each slot of `max_open_trades` gets its part at most",
    )


class CashReserve(RuleSection):
    """What of the equity stays free."""

    reserve: Ratio = Field(default=0.10, description="share of the account that stays free")


class ExposureCap(RuleSection):
    """Notional / equity: of all positions, and of longs less shorts."""

    max_gross: Exposure = Field(default=3.0, description="notional of all positions / account")
    max_net: Exposure = Field(default=2.0, description="longs less shorts / account, either way")


class PortfolioVolatility(RuleSection):
    """Volatility of all positions together on the equity, a year."""

    max_annual: AnnualVolatility = Field(
        default=0.50, description="volatility of all positions together, a year, on the account"
    )


class MarginUtilisation(RuleSection):
    """Initial margin / equity; a falling market asks for more of it."""

    max_share: Ratio = Field(
        default=0.60,
        description="margin / account; counted 1.5 times in a sell-off (BTC -10 % in 24 h), twice "
        "in a crisis (-20 %)",
    )


class StressSurvival(RuleSection):
    """Equity / maintenance margin after the worst scenario."""

    min_cover: Cover = Field(
        default=1.1,
        description="account / maintenance margin after a market move of up to 20 %; 1 is "
        "liquidation",
    )

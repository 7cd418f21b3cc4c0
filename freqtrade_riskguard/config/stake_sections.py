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

    max_position: Ratio = 0.20
    max_total: Ratio = 0.60


class CashReserve(RuleSection):
    """What of the equity stays free."""

    reserve: Ratio = 0.10


class ExposureCap(RuleSection):
    """Notional / equity: of all positions, and of longs less shorts."""

    max_gross: Exposure = 3.0
    max_net: Exposure = 2.0


class PortfolioVolatility(RuleSection):
    """Volatility of all positions together on the equity, a year."""

    max_annual: AnnualVolatility = 0.50


class MarginUtilisation(RuleSection):
    """Initial margin / equity; a falling market asks for more of it."""

    max_share: Ratio = 0.60


class StressSurvival(RuleSection):
    """Equity / maintenance margin after the worst scenario."""

    min_cover: Cover = Field(default=1.1, description="1 is liquidation")

"""What a bot that trades for money may do on the exchange beside orders."""

from pydantic import Field

from freqtrade_riskguard.config_types import Cover, Ratio, Section


class MarginTopUpConfig(Section):
    """Adds margin to an isolated position near liquidation: live only, on Binance.

    From the free balance, once each time that the position comes so near. What all such positions
    have got together stays within ``max_share`` of the equity, and what one has got within what it
    would lose at its stop.
    """

    max_share: Ratio | None = Field(
        default=None,
        description="margin added to all open positions together / equity, at most; null: off",
    )
    cover: Cover = Field(
        default=1.6,
        description="margin is added when a position's equity / maintenance margin falls to this; "
        "1 is liquidation",
    )

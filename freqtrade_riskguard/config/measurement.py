"""How the guard measures: volatility, and the liquidation price."""

from typing import Annotated, Literal

from pydantic import Field

from freqtrade_riskguard.config_types import Ratio, Section, Share


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
        description="least maintenance margin rate where the exchange gives no leverage tiers",
    )
    hedge_correlation: Share = Field(
        default=0.5,
        description="cross margin: how far a position that wins by a move of the market counts as "
        "following it, a share of its beta; 0: a hedge saves nothing",
    )

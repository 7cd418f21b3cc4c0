"""What the matching engine knows of a contract, and how the exchange is to fill."""

from dataclasses import dataclass
from typing import Protocol

from freqtrade_riskguard.replay.filters import Filters
from freqtrade_riskguard.replay.funding import FundingRates
from freqtrade_riskguard.replay.matching.price_path import PricePath
from freqtrade_riskguard.risk.tiers import TierTable


class Prices(Protocol):
    """Where the prices and funding rates of a contract come from; see `RecordedPrices`."""

    @property
    def last(self) -> PricePath:
        """The price of trades over time."""

    @property
    def mark(self) -> PricePath:
        """The mark price over time."""

    @property
    def funding(self) -> FundingRates:
        """All funding payments."""


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A linear perpetual contract with its terms.

    Parameters
    ----------
    symbol
        Its name, the key of everything.
    filters
        Steps and limits of its orders.
    tiers
        Maintenance rates, deductions and greatest leverage by notional.
    prices
        Its recorded prices.
    liquidation_fee_rate
        Charged on the notional of a liquidation, a fraction.
    """

    symbol: str
    filters: Filters
    tiers: TierTable
    prices: Prices
    liquidation_fee_rate: float = 0.0125


@dataclass(frozen=True, kw_only=True)
class MatchingRules:
    """How the exchange fills and what it charges.

    Parameters
    ----------
    maker_fee_rate, taker_fee_rate
        Fractions of the notional.
    spread_ticks
        How far the best ask is above the last price, which is the best bid.
    slippage
        Fraction of the price by which market orders and stops fill worse than the best price.
    limit_fill_share
        Part of its quantity that a resting order fills at a time; 1 fills it whole.
    partial_fill_pause_ms
        Time between two such fills, milliseconds.

    Raises
    ------
    ValueError
        If spread or pause is below 0, a fee or the slippage is not in [0, 1), or the share of a
        fill not in (0, 1].
    """

    maker_fee_rate: float = 0.0002
    taker_fee_rate: float = 0.0005
    spread_ticks: int = 0
    slippage: float = 0.0
    limit_fill_share: float = 1.0
    partial_fill_pause_ms: int = 60_000

    def __post_init__(self) -> None:
        """Refuse rules that no exchange could have."""
        sound = {
            "maker_fee_rate": 0.0 <= self.maker_fee_rate < 1.0,
            "taker_fee_rate": 0.0 <= self.taker_fee_rate < 1.0,
            "spread_ticks": self.spread_ticks >= 0,
            "slippage": 0.0 <= self.slippage < 1.0,
            "limit_fill_share": 0.0 < self.limit_fill_share <= 1.0,
            "partial_fill_pause_ms": self.partial_fill_pause_ms >= 0,
        }
        for name, is_sound in sound.items():
            if not is_sound:
                raise ValueError(f"{name} is out of range, got {getattr(self, name)}")

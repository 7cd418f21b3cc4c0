"""The ATR stop: as far away as the market usually moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from freqtrade_riskguard.config_types import RuleSection
from freqtrade_riskguard.risk import atr_stop_price, nearest_stop
from freqtrade_riskguard.snapshot import Position


class AtrStopConfig(RuleSection):
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


@dataclass(frozen=True, slots=True)
class AtrStop:
    """A multiple of the ATR of the entry's candle away from the entry.

    With ``trailing`` also that far from the current rate.
    """

    name: ClassVar[str] = "atr_stop"

    multiple: float
    multiples_by_tag: Mapping[str, float]
    trailing: bool

    @property
    def is_fixed(self) -> bool:
        """Whether the stop stays where the entry put it."""
        return not self.trailing

    def stop_price(self, position: Position) -> float:
        """Return the stop's price; NaN while the ATR is unknown."""
        multiple = self.multiples_by_tag.get(position.enter_tag or "", self.multiple)
        atr = position.market.atr
        stop = atr_stop_price(position.side, position.open_rate, atr, multiple)
        if not self.trailing:
            return stop
        trailed = atr_stop_price(position.side, position.rate, atr, multiple)
        return nearest_stop(position.side, stop, trailed)

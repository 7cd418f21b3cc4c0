"""The ATR stop: as far away as the market usually moves."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from freqtrade_riskguard.risk import atr_stop_price, nearest_stop
from freqtrade_riskguard.snapshot import Position


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

"""The prices of a contract as a data folder has them."""

from functools import cached_property

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.funding import FundingRates
from freqtrade_riskguard.replay.matching.price_path import PricePath
from freqtrade_riskguard.replay.recording import Recording


class RecordedPrices:
    """Prices and funding of one recording, read when they are first asked for.

    The same price at each moment as `Recording.price` tells, but for the rounding to ticks.

    Parameters
    ----------
    recording
        The recordings of the contract.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = recording

    @cached_property
    def last(self) -> PricePath:
        """The price of trades over time."""
        return PricePath.of_series(self._recording.candle_store.shortest_first(FUTURES))

    @cached_property
    def mark(self) -> PricePath:
        """The mark price over time; the trades' path where marks were not recorded as finely."""
        store = self._recording.candle_store
        marks, trades = (list(store.shortest_first(kind)) for kind in (MARK, FUTURES))
        if all(mark is trade for mark, trade in zip(marks, trades, strict=False)):
            return self.last
        return PricePath.of_series(marks)

    @property
    def funding(self) -> FundingRates:
        """All funding payments."""
        return self._recording.funding

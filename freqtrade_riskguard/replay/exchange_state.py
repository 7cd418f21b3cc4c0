"""The state of the exchange that answers are made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.recording import Recording


@dataclass(frozen=True, kw_only=True)
class ExchangeState:
    """State of the exchange that answers are made from.

    Parameters
    ----------
    markets
        Contracts listed.
    now_ms
        The exchange's clock: milliseconds since 1970 UTC at each call.
    tapes
        Recordings by Binance's name of the contract, as in ``"BTCUSDT"``.
    faults
        What is wrong with the exchange.
    spread_ticks
        How far the best ask is above the price, which is the best bid.
    told
        Subjects that were logged and are not to be logged again.
    """

    markets: tuple[Market, ...]
    now_ms: Callable[[], int]
    tapes: Mapping[str, Recording] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    spread_ticks: int = 0
    told: set[str] = field(default_factory=set)

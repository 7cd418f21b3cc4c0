"""The state of the exchange that answers are made from."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.matching import PriceKind
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.trading_account import TradingAccount

_PRICES = {FUTURES: PriceKind.LAST, MARK: PriceKind.MARK}


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
    account
        The account that private requests are about; None where there is none to trade with.
    requests
        How often each method and path was asked for.
    """

    markets: tuple[Market, ...]
    now_ms: Callable[[], int]
    tapes: Mapping[str, Recording] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    spread_ticks: int = 0
    told: set[str] = field(default_factory=set)
    account: TradingAccount | None = None
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)

    def price(self, recording: Recording, kind: str) -> float | None:
        """Return the price of trades (`FUTURES`) or the mark price (`MARK`) now.

        Quote units; None before the first candle. Orders are filled at the same one.
        """
        if self.account is None:
            return recording.price(kind, self.now_ms())
        with self.account.now() as engine:
            return engine.price(recording.market.coin.symbol, _PRICES[kind])

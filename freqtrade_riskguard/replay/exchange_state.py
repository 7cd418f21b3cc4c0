"""The state of the exchange that every venue's answers are made from."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK
from freqtrade_riskguard.replay.clock import to_datetime
from freqtrade_riskguard.replay.faults import Faults
from freqtrade_riskguard.replay.intervals import Interval
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.matching import PriceKind
from freqtrade_riskguard.replay.moved_prices import MovedPrices
from freqtrade_riskguard.replay.recording import Recording
from freqtrade_riskguard.replay.requests import RefusalError
from freqtrade_riskguard.replay.trading_account import TradingAccount
from freqtrade_riskguard.risk.tiers import TierTable

_LOG = logging.getLogger(__name__)

_PRICES = {FUTURES: PriceKind.LAST, MARK: PriceKind.MARK}
# The subject of the one message about the end of the recordings.
_END = "end of the recordings"


@dataclass(frozen=True, kw_only=True)
class Book:
    """The order book: prices as texts, from the best one on.

    Each level is deep enough for any order. There is no spread unless the exchange is given one:
    best bid and best ask are the price, as in a backtest, and what an order gets is the recorded
    price and nothing worse. With a spread the best bid is the price, and the best ask above it.
    """

    bids: tuple[str, ...]
    asks: tuple[str, ...]


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
        Recordings by the venue's name of the contract, as in ``"BTCUSDT"``.
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
    tiers
        Leverage brackets, by the venue's name of the contract.
    """

    markets: tuple[Market, ...]
    now_ms: Callable[[], int]
    tapes: Mapping[str, Recording] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    spread_ticks: int = 0
    told: set[str] = field(default_factory=set)
    account: TradingAccount | None = None
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    tiers: Mapping[str, TierTable] = field(default_factory=dict)

    def price(self, recording: Recording, kind: str) -> float | None:
        """Return the price of trades (`FUTURES`) or the mark price (`MARK`) now.

        Quote units; None before the first candle. Orders are filled at the same one.
        """
        if self.account is None:
            return recording.price(kind, self.now_ms())
        with self.account.now() as engine:
            return engine.price(recording.market.coin.symbol, _PRICES[kind])

    def klines(
        self,
        recording: Recording,
        kind: str,
        interval: Interval,
        *,
        start_ms: int | None,
        end_ms: int | None,
        limit: int,
        refused: Callable[[str], RefusalError],
        newest_first: bool = False,
    ) -> bytes:
        """Return candles as the venue's JSON (`Recording.klines`), with the faults that hold now.

        `refused` makes of a message what is raised for an interval that the recordings are too
        coarse for.
        """
        now_ms, frozen_at_ms = self.now_ms(), self.faults.frozen_at_ms
        if self.faults.empty:
            self.faults.hits += 1
            return b"[]"
        frozen = frozen_at_ms is not None and frozen_at_ms < now_ms
        if frozen_at_ms is not None and frozen:
            self.faults.hits += 1
            now_ms = frozen_at_ms
        rows = recording.klines(
            kind,
            interval,
            now_ms,
            start_ms=start_ms,
            end_ms=end_ms,
            limit=limit,
            with_forming=not frozen,
            newest_first=newest_first,
            moved=self._moved(recording, kind),
        )
        if rows is None:
            recorded = ", ".join(file.name for file in recording.candle_store.intervals)
            raise refused(
                f"No {interval.name} candles can be made for {recording.market.coin.pair}: "
                f"the data folder holds {recorded or 'no interval that is known'}."
            )
        self._tell_end(recording, now_ms)
        return rows

    def _moved(self, recording: Recording, kind: str) -> MovedPrices | None:
        if self.account is None:
            return None
        with self.account.now():
            return self.account.moved_prices(recording.market.coin.symbol, _PRICES[kind])

    def payments(
        self, recording: Recording, start_ms: int | None, end_ms: int | None
    ) -> list[tuple[int, float]]:
        """Return times (milliseconds) and rates of the payments of a span, none after now."""
        if self.is_without_funding():
            return []
        funding, now_ms = recording.funding, self.now_ms()
        first = 0 if start_ms is None else funding.due_before(start_ms)
        stop = funding.due_by(now_ms if end_ms is None else min(now_ms, end_ms))
        due = slice(first, stop)
        return list(zip(funding.times_ms[due].tolist(), funding.rates[due].tolist(), strict=True))

    def is_without_funding(self) -> bool:
        """Whether nothing is told of funding: a fault, which is counted."""
        if self.faults.without_funding:
            self.faults.hits += 1
            return True
        return False

    def book(self, recording: Recording, levels: int) -> Book | None:
        """Return the order book, levels one tick apart; None before the first candle."""
        price = self.price(recording, FUTURES)
        if price is None:
            return None
        decimals = recording.market.filters.price_decimals
        ticks = round(price * 10**decimals)
        bids = range(ticks, max(0, ticks - levels), -1)
        asks = range(ticks + self.spread_ticks, ticks + self.spread_ticks + levels)
        return Book(
            bids=tuple(f"{count / 10**decimals:.{decimals}f}" for count in bids),
            asks=tuple(f"{count / 10**decimals:.{decimals}f}" for count in asks),
        )

    def _tell_end(self, recording: Recording, now_ms: int) -> None:
        if _END not in self.told and now_ms >= recording.end_ms:
            self.told.add(_END)
            _LOG.warning(
                "The recording of %s ended at %s and the exchange's clock is at %s: from here on "
                "bots get stale candles and standing prices",
                recording.market.coin.pair,
                to_datetime(recording.end_ms).isoformat(),
                to_datetime(now_ms).isoformat(),
            )

"""Last and mark prices at the moment of the walk, overrides included."""

import math
from collections.abc import Mapping
from dataclasses import replace

from freqtrade_riskguard.replay.matching.contract import Contract, MatchingRules
from freqtrade_riskguard.replay.matching.orders import PriceKind, Side
from freqtrade_riskguard.replay.matching.price_path import Crossing, PricePath
from freqtrade_riskguard.replay.matching.refusal import Reason, RequestRefusedError
from freqtrade_riskguard.replay.matching.state import PriceFactors
from freqtrade_riskguard.replay.matching.steps import tick, ticks_against

_RECORDED = PriceFactors()


class MarketPrices:
    """Prices of all contracts at one moment, which moves.

    Parameters
    ----------
    contracts
        By name.
    factors
        Price overrides by contract; changed by others while this is in use.
    rules
        Spread and slippage.
    time_ms
        The moment, milliseconds since 1970 UTC.
    """

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        factors: Mapping[str, PriceFactors],
        rules: MatchingRules,
        time_ms: int,
    ) -> None:
        self.time_ms: float = time_ms
        self._contracts = contracts
        self._factors = factors
        self._rules = rules
        self._pinned: dict[tuple[str, PriceKind], float] = {}

    @property
    def now_ms(self) -> int:
        """The moment in whole milliseconds, rounded up."""
        return math.ceil(self.time_ms)

    def move(self, time_ms: float) -> None:
        """Move to a moment."""
        self.time_ms = time_ms
        self._pinned.clear()

    def pin(self, symbol: str, kind: PriceKind, price: float) -> None:
        """Hold a price, exact where interpolation would be off by a rounding, until the next move.

        A last price has whole ticks; a mark price may lie between two.
        """
        if kind is PriceKind.LAST:
            price = round(price, self._contracts[symbol].filters.price_decimals)
        self._pinned[symbol, kind] = price

    def unpin(self) -> None:
        """Let go of held prices: an override has changed what they are."""
        self._pinned.clear()

    def find(self, symbol: str, kind: PriceKind) -> float | None:
        """Return a price, quote units, whole ticks unless pinned; None before the first candle."""
        if (pinned := self._pinned.get((symbol, kind))) is not None:
            return pinned
        recorded = self.path(symbol, kind).price_at(self.time_ms)
        if recorded is None:
            return None
        decimals = self._contracts[symbol].filters.price_decimals
        return round(recorded * self.factor(symbol, kind), decimals)

    def price(self, symbol: str, kind: PriceKind) -> float:
        """Return a price as `find` does; NO_MARKET_PRICE refuses where there is none yet."""
        price = self.find(symbol, kind)
        if price is None:
            raise RequestRefusedError(
                Reason.NO_MARKET_PRICE, f"{symbol} has no candle before {self.now_ms} ms"
            )
        return price

    def last(self, symbol: str) -> float:
        """Return the last price, quote units."""
        return self.price(symbol, PriceKind.LAST)

    def mark(self, symbol: str) -> float:
        """Return the mark price, quote units."""
        return self.price(symbol, PriceKind.MARK)

    def best(self, symbol: str, side: Side) -> float:
        """Return the best price that an order of a side can take: ask for a buy, bid for a sell."""
        last = self.last(symbol)
        if side is Side.SELL:
            return last
        filters = self._contracts[symbol].filters
        return round(last + self._rules.spread_ticks * tick(filters), filters.price_decimals)

    def taker_price(self, symbol: str, side: Side) -> float:
        """Return what a market order gets: the best price and slippage, whole ticks against it."""
        slipped = self.best(symbol, side) * (1.0 + side.sign * self._rules.slippage)
        return ticks_against(slipped, side, self._contracts[symbol].filters)

    def path(self, symbol: str, kind: PriceKind) -> PricePath:
        """Return the recorded path of a price."""
        prices = self._contracts[symbol].prices
        return prices.last if kind is PriceKind.LAST else prices.mark

    def factor(self, symbol: str, kind: PriceKind) -> float:
        """Return what the recorded price is multiplied by now."""
        factors = self._factors.get(symbol, _RECORDED)
        return factors.last if kind is PriceKind.LAST else factors.mark

    def first_crossing(
        self, symbol: str, kind: PriceKind, until_ms: float, *, below: float, above: float
    ) -> Crossing | None:
        """Find where a price first reaches one of two levels; see `PricePath.first_crossing`.

        The factor must not change before `until_ms`.
        """
        factor = self.factor(symbol, kind)
        crossing = self.path(symbol, kind).first_crossing(
            self.time_ms, until_ms, below=below / factor, above=above / factor
        )
        if crossing is None:
            return None
        level = below if crossing.falling else above
        return replace(
            crossing,
            price=crossing.price * factor if crossing.jumped else level,
            line_end_price=crossing.line_end_price * factor,
        )

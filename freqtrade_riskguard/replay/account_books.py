"""The books of the simulated exchange's account, whatever the bot believes."""

from freqtrade_riskguard.replay.matching import (
    ConditionalOrder,
    Fill,
    Income,
    Order,
    Position,
    PriceKind,
)
from freqtrade_riskguard.replay.server import ReplayExchange


class AccountBooks:
    """Reads the account of an exchange at its clock's time, by freqtrade's names of pairs.

    Parameters
    ----------
    exchange
        One with an account, which has been open.
    """

    def __init__(self, exchange: ReplayExchange) -> None:
        self.exchange = exchange

    @property
    def equity_quote(self) -> float:
        """What the account is worth: balance and open profit at the mark, quote units."""
        with self.exchange.account.now() as engine:
            return engine.account().margin_balance_quote

    @property
    def equity_after_exits_quote(self) -> float:
        """The same less what closing everything now would cost in fees: what the guard counts."""
        with self.exchange.account.now() as engine:
            fees_quote = sum(
                engine.rules.taker_fee_rate * abs(held.amount_base) * (price or held.entry_price)
                for held in engine.positions()
                for price in [engine.price(held.symbol, PriceKind.MARK)]
            )
            return engine.account().margin_balance_quote - fees_quote

    @property
    def wallet_quote(self) -> float:
        """Balance without open profit, quote units."""
        with self.exchange.account.now() as engine:
            return engine.account().wallet_quote

    @property
    def positions(self) -> dict[str, Position]:
        """Open positions by freqtrade's names of the pairs."""
        with self.exchange.account.now() as engine:
            return {self._pair(found.symbol): found for found in engine.positions()}

    def stops(self, pair: str) -> list[ConditionalOrder]:
        """Return the stop orders that stand, the oldest first."""
        with self.exchange.account.now() as engine:
            return list(engine.open_conditionals(symbol_of(pair)))

    def open_orders(self, pair: str) -> list[Order]:
        """Return the market and limit orders that wait, the oldest first."""
        with self.exchange.account.now() as engine:
            return list(engine.open_orders(symbol_of(pair)))

    def orders(self, pair: str) -> list[Order]:
        """Return all orders there ever were, liquidations too, the oldest first."""
        with self.exchange.account.now() as engine:
            return list(engine.orders(symbol_of(pair)))

    def fills(self, pair: str) -> list[Fill]:
        """Return all fills, the oldest first."""
        with self.exchange.account.now() as engine:
            return list(engine.fills(symbol_of(pair)))

    def incomes(self, pair: str | None = None) -> list[Income]:
        """Return all changes of the balance, of a pair or all, the oldest first."""
        with self.exchange.account.now() as engine:
            return list(engine.incomes(symbol_of(pair) if pair else None))

    def price(self, pair: str) -> float:
        """Return the price of trades now, quote units.

        Raises
        ------
        LookupError
            Before the first candle.
        """
        with self.exchange.account.now() as engine:
            price = engine.price(symbol_of(pair), PriceKind.LAST)
        if price is None:
            raise LookupError(f"{pair} has no price yet")
        return price

    def _pair(self, symbol: str) -> str:
        return next(pair for pair in self.exchange.pairs if symbol_of(pair) == symbol)


def symbol_of(pair: str) -> str:
    """Return Binance's name of a pair, as in ``"BTCUSDT"``."""
    return pair.partition(":")[0].replace("/", "")

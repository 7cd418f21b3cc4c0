"""What the simulated exchange tells about its account."""

from collections.abc import Mapping, Sequence

from freqtrade_riskguard.replay.matching.account import (
    AccountSummary,
    ContractSettings,
    Income,
    Position,
)
from freqtrade_riskguard.replay.matching.contract import Contract
from freqtrade_riskguard.replay.matching.ledger import Ledger
from freqtrade_riskguard.replay.matching.margin import Margin, max_notional
from freqtrade_riskguard.replay.matching.market_prices import MarketPrices
from freqtrade_riskguard.replay.matching.orders import ConditionalOrder, Fill, Order, PriceKind
from freqtrade_riskguard.replay.matching.refusal import Reason, RequestRefusedError
from freqtrade_riskguard.replay.matching.state import MatchingState


class AccountView:
    """Reads the account at the moment that it has advanced to; changes nothing.

    Parameters
    ----------
    contracts
        By name.
    state
        The account.
    prices
        Prices of the moment.
    margin
        Margin of the account.
    ledger
        Knows which orders are open.
    """

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        state: MatchingState,
        prices: MarketPrices,
        margin: Margin,
        ledger: Ledger,
    ) -> None:
        self.contracts = contracts
        self.state = state
        self._prices = prices
        self._margin = margin
        self._ledger = ledger

    @property
    def now_ms(self) -> int:
        """Up to where the engine has advanced, milliseconds since 1970 UTC."""
        return self.state.now_ms

    def price(self, symbol: str, kind: PriceKind) -> float | None:
        """Return the last or mark price now, overrides included, in whole ticks.

        None before the first candle.
        """
        self._check_known(symbol)
        return self._prices.find(symbol, kind)

    def account(self) -> AccountSummary:
        """Return the account at the marks of the moment."""
        return self._margin.summary(self._ledger.open_orders.values())

    def positions(self) -> Sequence[Position]:
        """Return the open positions, by contract's name."""
        found = (self._margin.position(symbol) for symbol in sorted(self.state.holdings))
        return [position for position in found if position]

    def position(self, symbol: str) -> Position | None:
        """Return the open position of a contract; None for none."""
        self._check_known(symbol)
        return self._margin.position(symbol)

    def settings(self, symbol: str) -> ContractSettings:
        """Return leverage and margin mode of a contract."""
        self._check_known(symbol)
        return self._margin.settings(symbol)

    def max_notional(self, symbol: str) -> float:
        """Return the largest position that the leverage of a contract allows, quote units."""
        leverage = self.settings(symbol).leverage
        return max_notional(self.contracts[symbol].tiers, leverage)

    def order(self, order_id: int) -> Order | None:
        """Return an order, ended ones too; None where there never was such a one."""
        return self.state.orders.get(order_id)

    def order_by_client_id(self, client_id: str) -> Order | None:
        """Return the newest order of that name; None for none."""
        newest_first = reversed(self.state.orders.values())
        return next((order for order in newest_first if order.client_id == client_id), None)

    def conditional(self, conditional_id: int) -> ConditionalOrder | None:
        """Return a conditional order, ended ones too; None where there never was such a one."""
        return self.state.conditionals.get(conditional_id)

    def conditional_by_client_id(self, client_id: str) -> ConditionalOrder | None:
        """Return the newest conditional order of that name; None for none."""
        newest_first = reversed(self.state.conditionals.values())
        return next((stop for stop in newest_first if stop.client_id == client_id), None)

    def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        """Return the open orders of a contract or of all, the oldest first."""
        return [
            order for order in self._ledger.open_orders.values() if symbol in {None, order.symbol}
        ]

    def open_conditionals(self, symbol: str | None = None) -> Sequence[ConditionalOrder]:
        """Return the waiting conditional orders of a contract or of all, the oldest first."""
        waiting = self._ledger.open_conditionals.values()
        return [stop for stop in waiting if symbol in {None, stop.symbol}]

    def orders(self, symbol: str | None = None) -> Sequence[Order]:
        """Return all orders there ever were, liquidations too, the oldest first."""
        return [order for order in self.state.orders.values() if symbol in {None, order.symbol}]

    def conditionals(self, symbol: str | None = None) -> Sequence[ConditionalOrder]:
        """Return all conditional orders there ever were, the oldest first."""
        return [stop for stop in self.state.conditionals.values() if symbol in {None, stop.symbol}]

    def fills(self, symbol: str | None = None) -> Sequence[Fill]:
        """Return all fills, the oldest first."""
        return [fill for fill in self.state.fills if symbol in {None, fill.symbol}]

    def incomes(self, symbol: str | None = None) -> Sequence[Income]:
        """Return all changes of the wallet, the oldest first."""
        return [income for income in self.state.incomes if symbol in {None, income.symbol}]

    def _check_known(self, symbol: str) -> None:
        if symbol not in self.contracts:
            raise RequestRefusedError(Reason.UNKNOWN_CONTRACT, symbol)

"""Which orders the simulated exchange accepts."""

from collections.abc import Iterable, Mapping

from freqtrade_riskguard.replay.filters import Filters
from freqtrade_riskguard.replay.matching.contract import Contract, MatchingRules
from freqtrade_riskguard.replay.matching.ledger import Ledger
from freqtrade_riskguard.replay.matching.margin import Margin, max_notional
from freqtrade_riskguard.replay.matching.market_prices import MarketPrices
from freqtrade_riskguard.replay.matching.orders import ConditionalOrder, Order, Side
from freqtrade_riskguard.replay.matching.refusal import Reason, RequestRefusedError
from freqtrade_riskguard.replay.matching.steps import is_whole

_MOST_OPEN = 200


class Acceptance:
    """Checks orders against steps, limits, position and margin; changes nothing.

    Parameters
    ----------
    contracts
        By name.
    ledger
        Positions and open orders.
    prices
        Prices of the moment.
    margin
        Margin of the account.
    rules
        Fees.
    """

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        ledger: Ledger,
        prices: MarketPrices,
        margin: Margin,
        rules: MatchingRules,
    ) -> None:
        self._contracts = contracts
        self._ledger = ledger
        self._prices = prices
        self._margin = margin
        self._rules = rules

    def check_form(self, symbol: str, quantity_base: float, prices: Iterable[float | None]) -> None:
        """Refuse quantities and prices that are no whole steps, or too large.

        Parameters
        ----------
        symbol
            The contract; UNKNOWN_CONTRACT and NO_MARKET_PRICE refuse it.
        quantity_base
            LOT and MAX_QUANTITY refuse it.
        prices
            All prices of the order, None for one that it has not; TICK refuses them.
        """
        filters = self._filters(symbol)
        self._prices.last(symbol)
        if not is_whole(quantity_base, filters.quantity_decimals):
            detail = f"quantity {quantity_base}, {filters.quantity_decimals} decimals of {symbol}"
            raise RequestRefusedError(Reason.LOT, detail)
        if quantity_base > filters.max_quantity_base:
            detail = f"quantity {quantity_base}, at most {filters.max_quantity_base} {symbol}"
            raise RequestRefusedError(Reason.MAX_QUANTITY, detail)
        for price in prices:
            if price is not None and not is_whole(price, filters.price_decimals):
                detail = f"price {price}, {filters.price_decimals} decimals of {symbol}"
                raise RequestRefusedError(Reason.TICK, detail)

    def check_notional(self, symbol: str, quantity_base: float, price: float) -> None:
        """Refuse an order that is worth less than the smallest; MIN_NOTIONAL."""
        smallest = self._filters(symbol).min_notional_quote
        if quantity_base * price < smallest:
            detail = f"{quantity_base} at {price} is below {smallest} of {symbol}"
            raise RequestRefusedError(Reason.MIN_NOTIONAL, detail)

    def check_room(self, open_ones: Iterable[Order | ConditionalOrder], client_id: str) -> None:
        """Refuse a name that is in use (DUPLICATE_CLIENT_ID), and TOO_MANY_ORDERS."""
        names = [order.client_id for order in open_ones]
        if client_id and client_id in names:
            raise RequestRefusedError(Reason.DUPLICATE_CLIENT_ID, client_id)
        if len(names) >= _MOST_OPEN:
            raise RequestRefusedError(Reason.TOO_MANY_ORDERS, f"{len(names)} are open")

    def check_reduces(self, symbol: str, side: Side) -> None:
        """Refuse a reduce-only order that has nothing to reduce; REDUCE_ONLY."""
        if self.reducible(symbol, side) <= 0.0:
            raise RequestRefusedError(
                Reason.REDUCE_ONLY, f"no position of {symbol} for a {side.value} to reduce"
            )

    def reducible(self, symbol: str, side: Side) -> float:
        """Return how much of a position an order of a side can close, base units."""
        holding = self._ledger.state.holdings.get(symbol)
        return max(0.0, -side.sign * holding.amount_base) if holding else 0.0

    def check_margin(self, symbol: str, side: Side, quantity_base: float, price: float) -> None:
        """Refuse what the free margin or the bracket of the leverage does not allow.

        The initial margin of what it opens, the loss to the mark with which that begins, and the
        taker's fee must be free. An order that only closes needs nothing.

        Parameters
        ----------
        symbol, side, quantity_base
            An order that is not among the open ones yet.
        price
            What it will cost at most, quote units.
        """
        closed_base = min(quantity_base, self.reducible(symbol, side))
        opened_base = quantity_base - closed_base
        if opened_base <= 0.0:
            return
        settings = self._margin.settings(symbol)
        open_orders = self._ledger.open_orders.values()
        waiting_base = sum(
            order.quantity_base - order.filled_base
            for order in open_orders
            if order.symbol == symbol and order.side is side and not order.reduce_only
        )
        holding = self._ledger.state.holdings.get(symbol)
        held_base = side.sign * holding.amount_base if holding else 0.0
        position_quote = (held_base + waiting_base + quantity_base) * price
        largest = max_notional(self._contracts[symbol].tiers, settings.leverage)
        if position_quote > largest:
            detail = (
                f"{symbol} would be {position_quote:.2f}, "
                f"at most {largest:.2f} at {settings.leverage}x"
            )
            raise RequestRefusedError(Reason.POSITION_TOO_LARGE, detail)
        loss_quote = max(0.0, side.sign * (price - self._prices.mark(symbol))) * opened_base
        fee_quote = quantity_base * price * self._rules.taker_fee_rate
        needed_quote = opened_base * price / settings.leverage + loss_quote + fee_quote
        free_quote = self._margin.summary(open_orders).available_quote
        if holding and closed_base:
            free_quote += self._released(symbol, price)
        if needed_quote > free_quote:
            detail = f"{symbol} needs {needed_quote:.2f}, {free_quote:.2f} is free"
            raise RequestRefusedError(Reason.INSUFFICIENT_MARGIN, detail)

    def is_bound(self, order: Order, quantity_base: float, price: float) -> bool:
        """Whether the initial margin of what an open order would open now is still there.

        Parameters
        ----------
        order
            An open order.
        quantity_base
            What is to fill of it.
        price
            At which price, quote units.
        """
        reducible_base = self.reducible(order.symbol, order.side)
        if order.reduce_only or quantity_base <= reducible_base:
            return True
        opened_base = quantity_base - reducible_base
        needed_quote = opened_base * price / self._margin.settings(order.symbol).leverage
        others = [other for other in self._ledger.open_orders.values() if other is not order]
        free_quote = self._margin.summary(others).available_quote
        if reducible_base:
            free_quote += self._released(order.symbol, price)
        return needed_quote <= free_quote

    def _released(self, symbol: str, price: float) -> float:
        """Return what closing a whole position at a price adds to the free margin."""
        holding = self._ledger.state.holdings[symbol]
        realised_quote = holding.amount_base * (price - holding.entry_price)
        if self._margin.is_isolated(symbol):
            return max(0.0, holding.margin_quote + realised_quote)
        at_mark = self._margin.unrealised(symbol, holding)
        return self._margin.initial(symbol, holding) + realised_quote - at_mark

    def _filters(self, symbol: str) -> Filters:
        if symbol not in self._contracts:
            raise RequestRefusedError(Reason.UNKNOWN_CONTRACT, symbol)
        return self._contracts[symbol].filters

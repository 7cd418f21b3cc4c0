"""Places, fills, triggers and ends orders at the prices of the moment."""

from collections.abc import Mapping

from freqtrade_riskguard.replay.matching.acceptance import Acceptance
from freqtrade_riskguard.replay.matching.contract import Contract, MatchingRules
from freqtrade_riskguard.replay.matching.ledger import Ledger
from freqtrade_riskguard.replay.matching.margin import Margin
from freqtrade_riskguard.replay.matching.market_prices import MarketPrices
from freqtrade_riskguard.replay.matching.orders import (
    ConditionalOrder,
    ConditionalStatus,
    Order,
    OrderStatus,
    Origin,
    Side,
    TimeInForce,
)
from freqtrade_riskguard.replay.matching.refusal import Reason, RequestRefusedError
from freqtrade_riskguard.replay.matching.steps import lot, lots, lots_down

_AT_ONCE = frozenset({TimeInForce.IMMEDIATE_OR_CANCEL, TimeInForce.FILL_OR_KILL})


class Execution:
    """Executes orders; the only one that decides at which price something fills.

    Parameters
    ----------
    contracts
        By name.
    ledger
        Books what happens.
    prices
        Prices of the moment.
    margin
        Margin of the account.
    acceptance
        Checks of new orders.
    rules
        How the exchange fills.
    """

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        ledger: Ledger,
        prices: MarketPrices,
        margin: Margin,
        acceptance: Acceptance,
        rules: MatchingRules,
    ) -> None:
        self._contracts = contracts
        self._ledger = ledger
        self._prices = prices
        self._margin = margin
        self._acceptance = acceptance
        self._rules = rules

    def place(
        self,
        symbol: str,
        side: Side,
        quantity_base: float,
        *,
        limit_price: float | None = None,
        time_in_force: TimeInForce = TimeInForce.GOOD_TILL_CANCELLED,
        reduce_only: bool = False,
        client_id: str = "",
        fill_share: float = 1.0,
        conditional: ConditionalOrder | None = None,
    ) -> Order:
        """Check an order, store it, and fill what can fill at once."""
        accept = self._acceptance
        accept.check_form(symbol, quantity_base, (limit_price,))
        accept.check_room(self._ledger.open_orders.values(), client_id)
        takes = limit_price is None or self._would_take(symbol, side, limit_price)
        taker_price = self._prices.taker_price(symbol, side)
        price = taker_price if limit_price is None else limit_price
        if takes and time_in_force is TimeInForce.POST_ONLY:
            detail = f"{side.value} at {limit_price}, best {self._prices.best(symbol, side)}"
            raise RequestRefusedError(Reason.POST_ONLY, detail)
        if reduce_only:
            accept.check_reduces(symbol, side)
        else:
            accept.check_notional(symbol, quantity_base, price)
            accept.check_margin(symbol, side, quantity_base, price)
        order = self._ledger.add_order(
            symbol,
            side,
            quantity_base,
            limit_price=limit_price,
            time_in_force=time_in_force,
            reduce_only=reduce_only,
            client_id=client_id,
            fill_share=fill_share,
            origin=Origin.CONDITIONAL if conditional else Origin.USER,
            conditional_id=conditional.conditional_id if conditional else None,
        )
        if takes:
            self._take(order)
        if order.is_open and time_in_force in _AT_ONCE:
            self._ledger.end_order(order, OrderStatus.EXPIRED)
        return order

    def fillable(self, order: Order) -> float:
        """Return how much of an open order may fill before somebody lets it go on, base units."""
        filters = self._contracts[order.symbol].filters
        most = lots_down(order.quantity_base * order.fill_share, filters)
        return max(0.0, lots(min(most, order.quantity_base) - order.filled_base, filters))

    def fill_resting(self, order: Order) -> None:
        """Fill an open order whose price is reached, as far as the rules let it at a time."""
        filters = self._contracts[order.symbol].filters
        quantity_base, limit_price = self.fillable(order), order.limit_price
        if limit_price is not None:
            at_a_time = lots_down(order.quantity_base * self._rules.limit_fill_share, filters)
            quantity_base = min(quantity_base, max(at_a_time, lot(filters)))
        price = limit_price or self._prices.taker_price(order.symbol, order.side)
        if not self._acceptance.is_bound(order, quantity_base, price):
            # Losses have eaten the margin that it had bound.
            self._ledger.end_order(order, OrderStatus.EXPIRED)
            return
        self._fill(order, quantity_base, price, maker=limit_price is not None)
        if order.is_open:
            order.rests_until_ms = self._prices.now_ms + self._rules.partial_fill_pause_ms

    def trigger(self, conditional: ConditionalOrder) -> None:
        """Send the order of a conditional order whose price is reached."""
        conditional.triggered_ms = self._prices.now_ms
        self._ledger.end_conditional(conditional, ConditionalStatus.TRIGGERED)
        try:
            order = self.place(
                conditional.symbol,
                conditional.side,
                conditional.quantity_base,
                limit_price=conditional.limit_price,
                reduce_only=conditional.reduce_only,
                conditional=conditional,
            )
        except RequestRefusedError:
            conditional.status = ConditionalStatus.REJECTED
        else:
            conditional.order_id = order.order_id

    def liquidate_isolated(self, symbol: str) -> None:
        """Take over an isolated position whose margin is gone; its open orders end."""
        self._end_orders_of({symbol})
        holding = self._ledger.state.holdings[symbol]
        left_quote = holding.margin_quote + self._margin.unrealised(symbol, holding)
        self._ledger.book_liquidation(symbol, left_quote)

    def liquidate_cross(self) -> None:
        """Take over all positions in cross margin; their open orders end."""
        symbols = sorted(self._margin.cross_holdings())
        self._end_orders_of(set(symbols))
        for symbol in symbols:
            unrealised = sum(
                self._margin.unrealised(other, holding)
                for other, holding in self._margin.cross_holdings().items()
            )
            self._ledger.book_liquidation(symbol, self._margin.cross_wallet_quote + unrealised)

    def _would_take(self, symbol: str, side: Side, limit_price: float) -> bool:
        return side.sign * (limit_price - self._prices.best(symbol, side)) >= 0.0

    def _take(self, order: Order) -> None:
        """Fill an order that takes, at the market's price or its limit, whichever is better."""
        price = self._prices.taker_price(order.symbol, order.side)
        if order.limit_price is not None:
            better = min if order.side is Side.BUY else max
            price = better(price, order.limit_price)
        self._fill(order, self.fillable(order), price, maker=False)

    def _fill(self, order: Order, quantity_base: float, price: float, *, maker: bool) -> None:
        """Fill an order, of a reduce-only one no more than there is to reduce."""
        if order.reduce_only:
            reducible = self._acceptance.reducible(order.symbol, order.side)
            filters = self._contracts[order.symbol].filters
            order.quantity_base = min(
                order.quantity_base, lots(order.filled_base + reducible, filters)
            )
            quantity_base = min(quantity_base, reducible)
            if reducible <= 0.0:
                self._ledger.end_order(order, OrderStatus.EXPIRED)
                return
        if quantity_base > 0.0:
            self._ledger.book_fill(order, quantity_base, price, maker=maker)

    def _end_orders_of(self, symbols: set[str]) -> None:
        for order in tuple(self._ledger.open_orders.values()):
            if order.symbol in symbols:
                self._ledger.end_order(order, OrderStatus.EXPIRED)

"""Books what happens to the account: fills, funding, liquidations, and the wallet they change."""

from collections.abc import Mapping

from freqtrade_riskguard.replay.matching.account import Holding, Income, IncomeKind
from freqtrade_riskguard.replay.matching.contract import Contract, MatchingRules
from freqtrade_riskguard.replay.matching.margin import Margin
from freqtrade_riskguard.replay.matching.market_prices import MarketPrices
from freqtrade_riskguard.replay.matching.orders import (
    ConditionalOrder,
    ConditionalStatus,
    Fill,
    Order,
    OrderStatus,
    OrderType,
    Origin,
    Side,
    TimeInForce,
)
from freqtrade_riskguard.replay.matching.state import MatchingState
from freqtrade_riskguard.replay.matching.steps import lot, lots


class Ledger:
    """Writes the account's state; every change of wallet and positions goes through here.

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
    rules
        Fees.
    """

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        state: MatchingState,
        prices: MarketPrices,
        margin: Margin,
        rules: MatchingRules,
    ) -> None:
        self.state = state
        self._contracts = contracts
        self._prices = prices
        self._margin = margin
        self._rules = rules
        # Histories grow for weeks, and time passes over open orders only.
        self.open_orders = {key: order for key, order in state.orders.items() if order.is_open}
        self.open_conditionals: dict[int, ConditionalOrder] = {
            key: conditional
            for key, conditional in state.conditionals.items()
            if conditional.is_open
        }

    def add_order(
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
        origin: Origin = Origin.USER,
        conditional_id: int | None = None,
    ) -> Order:
        """Store a new open order."""
        now_ms = self._prices.now_ms
        order = Order(
            order_id=len(self.state.orders) + 1,
            client_id=client_id,
            symbol=symbol,
            side=side,
            order_type=OrderType.MARKET if limit_price is None else OrderType.LIMIT,
            quantity_base=quantity_base,
            created_ms=now_ms,
            updated_ms=now_ms,
            limit_price=limit_price,
            time_in_force=time_in_force,
            reduce_only=reduce_only,
            origin=origin,
            conditional_id=conditional_id,
            fill_share=fill_share,
        )
        self.state.orders[order.order_id] = order
        self.open_orders[order.order_id] = order
        return order

    def end_order(self, order: Order, status: OrderStatus) -> None:
        """End an open order."""
        order.status = status
        order.updated_ms = self._prices.now_ms
        self.open_orders.pop(order.order_id, None)

    def add_conditional(self, conditional: ConditionalOrder) -> None:
        """Store a new waiting conditional order."""
        self.state.conditionals[conditional.conditional_id] = conditional
        self.open_conditionals[conditional.conditional_id] = conditional

    def end_conditional(self, conditional: ConditionalOrder, status: ConditionalStatus) -> None:
        """End a waiting conditional order."""
        conditional.status = status
        conditional.updated_ms = self._prices.now_ms
        self.open_conditionals.pop(conditional.conditional_id, None)

    def book_fill(self, order: Order, quantity_base: float, price: float, *, maker: bool) -> Fill:
        """Fill part of an order at a price for the usual fee.

        Parameters
        ----------
        order
            An open order.
        quantity_base
            Whole lots, above 0, at most what is left of it.
        price
            Quote units.
        maker
            Whether it rested in the book.
        """
        rates = self._rules
        fee_rate = rates.maker_fee_rate if maker else rates.taker_fee_rate
        fee_quote = quantity_base * price * fee_rate
        return self._fill(order, quantity_base, price, fee_quote, IncomeKind.FEE, maker=maker)

    def book_liquidation(self, symbol: str, left_quote: float) -> None:
        """Close a position for the exchange at the mark price, with the liquidation's fee.

        Parameters
        ----------
        symbol
            The contract.
        left_quote
            Margin that is left at this price, quote units; the fee takes no more than that.
        """
        price = self._prices.mark(symbol)
        order = self._closing_order(symbol, 1.0, Origin.LIQUIDATION)
        rate = self._contracts[symbol].liquidation_fee_rate
        fee_quote = min(max(0.0, left_quote), order.quantity_base * price * rate)
        kind = IncomeKind.LIQUIDATION_FEE
        self._fill(order, order.quantity_base, price, fee_quote, kind, maker=False)

    def book_deleveraging(self, symbol: str, share: float) -> None:
        """Close a share of a position, at least a lot, at the mark price without a fee."""
        order = self._closing_order(symbol, share, Origin.DELEVERAGING)
        price = self._prices.mark(symbol)
        self._fill(order, order.quantity_base, price, 0.0, IncomeKind.FEE, maker=False)

    def book_funding(self, symbol: str, rate: float) -> None:
        """Pay or receive funding on the notional at the mark.

        Parameters
        ----------
        symbol
            A contract with a position.
        rate
            Fraction of the notional, above 0 where longs pay.
        """
        holding = self.state.holdings[symbol]
        amount_quote = -holding.amount_base * self._prices.mark(symbol) * rate
        if self._margin.is_isolated(symbol):
            holding.margin_quote += amount_quote
        self._book_income(IncomeKind.FUNDING, symbol, amount_quote)

    def book_deposit(self, amount_quote: float) -> None:
        """Pay into the wallet, or out of it where negative."""
        self._book_income(IncomeKind.DEPOSIT, "", amount_quote)

    def _closing_order(self, symbol: str, share: float, origin: Origin) -> Order:
        amount_base = self.state.holdings[symbol].amount_base
        side = Side.SELL if amount_base > 0.0 else Side.BUY
        filters = self._contracts[symbol].filters
        quantity_base = max(lots(abs(amount_base) * share, filters), lot(filters))
        return self.add_order(symbol, side, quantity_base, reduce_only=True, origin=origin)

    def _fill(
        self,
        order: Order,
        quantity_base: float,
        price: float,
        fee_quote: float,
        fee_kind: IncomeKind,
        *,
        maker: bool,
    ) -> Fill:
        symbol, now_ms = order.symbol, self._prices.now_ms
        realised_quote, missing_quote, closed = self._change_holding(
            symbol, order.side.sign * quantity_base, price
        )
        fill = Fill(
            fill_id=len(self.state.fills) + 1,
            order_id=order.order_id,
            symbol=symbol,
            side=order.side,
            quantity_base=quantity_base,
            price=price,
            fee_quote=fee_quote,
            realised_quote=realised_quote,
            maker=maker,
            time_ms=now_ms,
        )
        self.state.fills.append(fill)
        filters = self._contracts[symbol].filters
        order.filled_base = lots(order.filled_base + quantity_base, filters)
        order.filled_quote += quantity_base * price
        order.updated_ms = now_ms
        order.status = OrderStatus.PARTLY_FILLED
        if order.filled_base >= order.quantity_base:
            self.end_order(order, OrderStatus.FILLED)
        if closed:
            self._book_income(IncomeKind.REALISED, symbol, realised_quote, fill.fill_id)
        if fee_quote:
            self._book_income(fee_kind, symbol, -fee_quote, fill.fill_id)
        if not self._margin.cross_holdings():
            missing_quote = max(missing_quote, -self._margin.cross_wallet_quote)
        if missing_quote > 0.0:
            self._book_income(IncomeKind.INSURANCE, symbol, missing_quote, fill.fill_id)
        return fill

    def _change_holding(
        self, symbol: str, change_base: float, price: float
    ) -> tuple[float, float, bool]:
        """Return realised profit, isolated loss beyond its margin, and whether a part closed."""
        filters = self._contracts[symbol].filters
        holding = self.state.holdings.pop(symbol, None)
        held_base = holding.amount_base if holding else 0.0
        closed_base = (
            min(abs(held_base), abs(change_base)) if held_base * change_base < 0.0 else 0.0
        )
        opened_base = abs(change_base) - closed_base
        margin_quote = holding.margin_quote if holding else 0.0
        realised_quote = missing_quote = 0.0
        entry_price = holding.entry_price if holding else 0.0
        if holding and closed_base:
            realised_quote = holding.side * closed_base * (price - entry_price)
            released_quote = margin_quote * closed_base / abs(held_base)
            margin_quote -= released_quote
            if self._margin.is_isolated(symbol):
                missing_quote = max(0.0, -(released_quote + realised_quote))
        if opened_base:
            kept_base = abs(held_base) - closed_base
            value_quote = kept_base * entry_price + opened_base * price
            entry_price = value_quote / (kept_base + opened_base)
            if self._margin.is_isolated(symbol):
                leverage = self._margin.settings(symbol).leverage
                margin_quote += opened_base * price / leverage
        if amount_base := lots(held_base + change_base, filters):
            self.state.holdings[symbol] = Holding(
                amount_base=amount_base,
                entry_price=entry_price,
                margin_quote=margin_quote,
                updated_ms=self._prices.now_ms,
            )
        return realised_quote, missing_quote, closed_base > 0.0

    def _book_income(
        self, kind: IncomeKind, symbol: str, amount_quote: float, fill_id: int | None = None
    ) -> None:
        self.state.wallet_quote += amount_quote
        self.state.incomes.append(
            Income(
                income_id=len(self.state.incomes) + 1,
                kind=kind,
                symbol=symbol,
                amount_quote=amount_quote,
                time_ms=self._prices.now_ms,
                fill_id=fill_id,
            )
        )

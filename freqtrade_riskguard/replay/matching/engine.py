"""The exchange's one account: takes requests, and lets recorded time pass over them."""

import math
from collections.abc import Iterable

from freqtrade_riskguard.replay.matching.acceptance import Acceptance
from freqtrade_riskguard.replay.matching.account import MarginMode
from freqtrade_riskguard.replay.matching.account_view import AccountView
from freqtrade_riskguard.replay.matching.contract import Contract, MatchingRules
from freqtrade_riskguard.replay.matching.execution import Execution
from freqtrade_riskguard.replay.matching.ledger import Ledger
from freqtrade_riskguard.replay.matching.margin import Margin, first_settings
from freqtrade_riskguard.replay.matching.margin_requests import MarginRequests
from freqtrade_riskguard.replay.matching.market_prices import MarketPrices
from freqtrade_riskguard.replay.matching.orders import (
    ConditionalKind,
    ConditionalOrder,
    ConditionalStatus,
    Order,
    OrderStatus,
    OrderType,
    PriceKind,
    Side,
    TimeInForce,
)
from freqtrade_riskguard.replay.matching.refusal import Reason, RequestRefusedError
from freqtrade_riskguard.replay.matching.state import MatchingState, PriceFactors
from freqtrade_riskguard.replay.matching.walk import Walk


class MatchingEngine(AccountView):
    """One account in one-way mode on an exchange of linear perpetual contracts.

    Every request happens at the moment that the engine has advanced to: call `advance` with the
    exchange's clock first. A refused request raises `RequestRefusedError` and changes nothing.
    Prices are quote units, quantities base units, times milliseconds since 1970 UTC. Not for use
    by several threads at once.

    Parameters
    ----------
    contracts
        What is traded.
    state
        Where the account stands; ``MatchingState(now_ms=...)`` for a new one.
    rules
        How the exchange fills and what it charges.

    Raises
    ------
    ValueError
        If the account has a position or an open order in a contract that is not listed.
    """

    def __init__(
        self,
        contracts: Iterable[Contract],
        state: MatchingState,
        rules: MatchingRules | None = None,
    ) -> None:
        listed = {contract.symbol: contract for contract in contracts}
        rules = rules or MatchingRules()
        for symbol, contract in listed.items():
            state.settings.setdefault(symbol, first_settings(contract.tiers))
        prices = MarketPrices(listed, state.price_factors, rules, state.now_ms)
        margin = Margin(listed, state, prices)
        ledger = Ledger(listed, state, prices, margin, rules)
        super().__init__(listed, state, prices, margin, ledger)
        in_use = {*state.holdings, *(order.symbol for order in self.open_orders())}
        if missing := sorted(in_use - set(listed)):
            raise ValueError(f"the account trades {', '.join(missing)}, which is not listed")
        self.rules = rules
        self._acceptance = Acceptance(listed, ledger, prices, margin, rules)
        self._execution = Execution(listed, ledger, prices, margin, self._acceptance, rules)
        self._requests = MarginRequests(listed, ledger, prices, margin)
        self._walk = Walk(listed, state, prices, margin, ledger, self._execution)

    def advance(self, to_ms: int) -> None:
        """Let time pass: fills, triggers, liquidations and funding, each in its turn.

        A moment that is earlier does nothing; the present one lets happen what is due. Long jumps
        and many small ones give the same.
        """
        if to_ms >= self.now_ms:
            self._walk.advance(to_ms)

    # Orders

    def place_order(
        self,
        symbol: str,
        side: Side,
        quantity_base: float,
        *,
        order_type: OrderType = OrderType.MARKET,
        limit_price: float | None = None,
        time_in_force: TimeInForce = TimeInForce.GOOD_TILL_CANCELLED,
        reduce_only: bool = False,
        client_id: str = "",
        fill_share: float = 1.0,
    ) -> Order:
        """Place a market or limit order; what can fill at once is filled when this returns.

        Parameters
        ----------
        symbol, side, quantity_base
            What; the quantity in whole lots.
        order_type
            Market or limit.
        limit_price
            Worst price, whole ticks; ignored for a market order.
        time_in_force
            What becomes of the part of a limit order that does not fill at once.
        reduce_only
            Never opens: at its fill the quantity shrinks to the position's size.
        client_id
            Name for later requests; empty for none.
        fill_share
            A fault: only this part ever fills, whole lots, and the rest waits (of a market order,
            too) until it is cancelled or `set_fill_share` lets it go on.

        Returns
        -------
        Order
            The stored order, as it stands. It changes as time passes.

        Raises
        ------
        RequestRefusedError
            INSUFFICIENT_MARGIN, REDUCE_ONLY, POST_ONLY, MIN_NOTIONAL (not for reduce-only),
            MAX_QUANTITY, LOT, TICK, MISSING_PRICE, NO_MARKET_PRICE, UNKNOWN_CONTRACT,
            DUPLICATE_CLIENT_ID, TOO_MANY_ORDERS or POSITION_TOO_LARGE.
        ValueError
            If `fill_share` is not in [0, 1].
        """
        _check_share(fill_share)
        is_market = order_type is OrderType.MARKET
        if not is_market and limit_price is None:
            raise RequestRefusedError(Reason.MISSING_PRICE, f"{side.value} {symbol}")
        self._walk.look_again()
        return self._execution.place(
            symbol,
            side,
            quantity_base,
            limit_price=None if is_market else limit_price,
            time_in_force=TimeInForce.GOOD_TILL_CANCELLED if is_market else time_in_force,
            reduce_only=reduce_only,
            client_id=client_id,
            fill_share=fill_share,
        )

    def cancel_order(self, order_id: int) -> Order:
        """Cancel an open order; UNKNOWN_ORDER for one that has ended or never was."""
        return self._end_order(order_id, OrderStatus.CANCELLED)

    def place_conditional(
        self,
        symbol: str,
        side: Side,
        quantity_base: float,
        trigger_price: float,
        *,
        kind: ConditionalKind = ConditionalKind.STOP,
        trigger_on: PriceKind = PriceKind.LAST,
        limit_price: float | None = None,
        reduce_only: bool = False,
        client_id: str = "",
    ) -> ConditionalOrder:
        """Place a stop or take-profit. It binds no margin; that is asked for when it triggers.

        Parameters
        ----------
        symbol, side, quantity_base
            Of the order that it sends; the quantity in whole lots.
        trigger_price
            Whole ticks.
        kind
            Stop or take-profit.
        trigger_on
            Which price has to reach it.
        limit_price
            Sends a limit order at this price, whole ticks; None sends a market order.
        reduce_only
            Of the order that it sends. It outlives the position, as on the real exchange.
        client_id
            Name for later requests; empty for none.

        Raises
        ------
        RequestRefusedError
            WOULD_TRIGGER_IMMEDIATELY, MIN_NOTIONAL (not for reduce-only), MAX_QUANTITY, LOT, TICK,
            NO_MARKET_PRICE, UNKNOWN_CONTRACT, DUPLICATE_CLIENT_ID or TOO_MANY_ORDERS.
        """
        self._acceptance.check_form(symbol, quantity_base, (trigger_price, limit_price))
        self._acceptance.check_room(self._ledger.open_conditionals.values(), client_id)
        if not reduce_only:
            price = trigger_price if limit_price is None else limit_price
            self._acceptance.check_notional(symbol, quantity_base, price)
        conditional = ConditionalOrder(
            conditional_id=len(self.state.conditionals) + 1,
            client_id=client_id,
            symbol=symbol,
            side=side,
            kind=kind,
            trigger_price=trigger_price,
            trigger_on=trigger_on,
            quantity_base=quantity_base,
            created_ms=self.now_ms,
            updated_ms=self.now_ms,
            limit_price=limit_price,
            reduce_only=reduce_only,
        )
        price = self._prices.price(symbol, trigger_on)
        below = conditional.waits_below
        if price <= trigger_price if below else price >= trigger_price:
            detail = f"{side.value} {kind.value} at {trigger_price}, {trigger_on.value} {price}"
            raise RequestRefusedError(Reason.WOULD_TRIGGER_IMMEDIATELY, detail)
        self._walk.look_again()
        self._ledger.add_conditional(conditional)
        return conditional

    def cancel_conditional(self, conditional_id: int) -> ConditionalOrder:
        """Cancel a waiting conditional order; UNKNOWN_ORDER for one that has ended."""
        return self._end_conditional(conditional_id, ConditionalStatus.CANCELLED)

    # Settings and margin

    def set_leverage(self, symbol: str, leverage: float) -> None:
        """Set the leverage of a contract for position and new orders.

        Raises
        ------
        RequestRefusedError
            UNKNOWN_CONTRACT, LEVERAGE, POSITION_TOO_LARGE (the position is above the bracket),
            LEVERAGE_REDUCTION (isolated, with a position) or INSUFFICIENT_MARGIN.
        """
        self._check_known(symbol)
        self._walk.look_again()
        self._requests.set_leverage(symbol, leverage)

    def set_margin_mode(self, symbol: str, margin_mode: MarginMode) -> None:
        """Set the margin mode of a contract; NO_CHANGE or MARGIN_MODE_IN_USE refuse it."""
        self._check_known(symbol)
        self._walk.look_again()
        self._requests.set_margin_mode(symbol, margin_mode)

    def add_margin(self, symbol: str, amount_quote: float) -> None:
        """Move margin from the wallet to an isolated position, or back where negative.

        Raises
        ------
        RequestRefusedError
            UNKNOWN_CONTRACT, NO_ISOLATED_POSITION, INSUFFICIENT_MARGIN (of the wallet) or
            MARGIN_IN_USE.
        """
        self._check_known(symbol)
        self._walk.look_again()
        self._requests.add_margin(symbol, amount_quote)

    def deposit(self, amount_quote: float) -> None:
        """Pay into the wallet, or out of it where negative; INSUFFICIENT_MARGIN refuses.

        An amount that is not finite raises `ValueError`.
        """
        self._walk.look_again()
        self._requests.deposit(amount_quote)

    # Faults

    def set_price_factor(
        self, symbol: str, *, last: float = 1.0, mark: float = 1.0, until_ms: int | None = None
    ) -> None:
        """Multiply recorded prices from now on: a jump, or a mark away from the last price.

        What the jump passes over fills at the price behind it, at once. 1 takes the factor back.
        At `until_ms` both are 1 again. A factor that is not above 0 raises `ValueError`.
        """
        self._check_known(symbol)
        if not (0.0 < last < math.inf and 0.0 < mark < math.inf):
            raise ValueError(f"price factors must be above 0, got last {last} and mark {mark}")
        self._walk.look_again()
        self.state.price_factors[symbol] = PriceFactors(last=last, mark=mark, until_ms=until_ms)
        self.advance(self.now_ms)

    def expire_order(self, order_id: int) -> Order:
        """Let the exchange cancel an open order by itself; UNKNOWN_ORDER for one that is not."""
        return self._end_order(order_id, OrderStatus.EXPIRED)

    def expire_conditional(self, conditional_id: int) -> ConditionalOrder:
        """Let the exchange cancel a conditional order by itself; UNKNOWN_ORDER otherwise."""
        return self._end_conditional(conditional_id, ConditionalStatus.EXPIRED)

    def set_fill_share(self, order_id: int, fill_share: float) -> None:
        """Set how much of an open order ever fills, a fraction; 1 lets a held rest go on."""
        _check_share(fill_share)
        self._walk.look_again()
        self._open_order(order_id).fill_share = fill_share

    def set_liquidation_first(self, *, first: bool) -> None:
        """Let liquidations come before conditional orders that the same movement reaches."""
        self._walk.look_again()
        self.state.liquidation_first = first

    def set_adl_quantile(self, symbol: str, quantile: int | None) -> None:
        """Give a contract's rank in the queue of auto-deleveraging, 0 to 4; None reckons it."""
        self._check_known(symbol)
        self.state.adl_quantiles.pop(symbol, None)
        if quantile is not None:
            self.state.adl_quantiles[symbol] = quantile

    def deleverage(self, symbol: str, share: float) -> None:
        """Close a share of a position at the mark price without fee, as auto-deleveraging does.

        A share that is not in (0, 1] raises `ValueError`. Without a position nothing happens.
        """
        if not 0.0 < share <= 1.0:
            raise ValueError(f"share must be above 0 and at most 1, got {share}")
        if symbol in self.state.holdings:
            self._walk.look_again()
            self._ledger.book_deleveraging(symbol, share)

    def _open_order(self, order_id: int) -> Order:
        order = self._ledger.open_orders.get(order_id)
        if order is None:
            raise RequestRefusedError(Reason.UNKNOWN_ORDER, str(order_id))
        return order

    def _end_order(self, order_id: int, status: OrderStatus) -> Order:
        self._walk.look_again()
        order = self._open_order(order_id)
        self._ledger.end_order(order, status)
        return order

    def _end_conditional(self, conditional_id: int, status: ConditionalStatus) -> ConditionalOrder:
        conditional = self._ledger.open_conditionals.get(conditional_id)
        if conditional is None:
            raise RequestRefusedError(Reason.UNKNOWN_ORDER, f"conditional {conditional_id}")
        self._walk.look_again()
        self._ledger.end_conditional(conditional, status)
        return conditional


def _check_share(fill_share: float) -> None:
    if not 0.0 <= fill_share <= 1.0:
        raise ValueError(f"fill_share must be from 0 to 1, got {fill_share}")

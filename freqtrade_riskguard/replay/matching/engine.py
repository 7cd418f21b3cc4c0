"""The exchange's one account: takes requests, and lets recorded time pass over them."""

from collections.abc import Iterable, Sequence

from freqtrade_riskguard.replay.matching.account import (
    AccountSummary,
    ContractSettings,
    Income,
    MarginMode,
    Position,
)
from freqtrade_riskguard.replay.matching.contract import Contract, MatchingRules
from freqtrade_riskguard.replay.matching.orders import (
    ConditionalKind,
    ConditionalOrder,
    Fill,
    Order,
    OrderType,
    PriceKind,
    Side,
    TimeInForce,
)
from freqtrade_riskguard.replay.matching.state import MatchingState


class MatchingEngine:
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
    """

    def __init__(
        self,
        contracts: Iterable[Contract],
        state: MatchingState,
        rules: MatchingRules | None = None,
    ) -> None:
        self.contracts = {contract.symbol: contract for contract in contracts}
        self.state = state
        self.rules = rules or MatchingRules()

    # Time

    @property
    def now_ms(self) -> int:
        """Up to where the engine has advanced."""
        return self.state.now_ms

    def advance(self, to_ms: int) -> None:
        """Let time pass: fills, triggers, liquidations and funding, each in its turn.

        A moment that is not later does nothing. Long jumps and many small ones give the same.
        """
        raise NotImplementedError

    def price(self, symbol: str, kind: PriceKind) -> float | None:
        """Return the last or mark price now, overrides included, in whole ticks.

        None before the first candle.
        """
        raise NotImplementedError

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
            Worst price, whole ticks; None for a market order.
        time_in_force
            What becomes of the part of a limit order that does not fill at once.
        reduce_only
            Never opens: it fills up to the position's size, and its rest expires.
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
        """
        raise NotImplementedError

    def cancel_order(self, order_id: int) -> Order:
        """Cancel an open order; UNKNOWN_ORDER for one that has ended or never was."""
        raise NotImplementedError

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
        raise NotImplementedError

    def cancel_conditional(self, conditional_id: int) -> ConditionalOrder:
        """Cancel a waiting conditional order; UNKNOWN_ORDER for one that has ended."""
        raise NotImplementedError

    # Settings and margin

    def settings(self, symbol: str) -> ContractSettings:
        """Return leverage and margin mode of a contract."""
        raise NotImplementedError

    def set_leverage(self, symbol: str, leverage: int) -> None:
        """Set the leverage of a contract for position and new orders.

        Raises
        ------
        RequestRefusedError
            LEVERAGE, POSITION_TOO_LARGE (the position is above the bracket), LEVERAGE_REDUCTION
            (isolated, with a position) or INSUFFICIENT_MARGIN.
        """
        raise NotImplementedError

    def set_margin_mode(self, symbol: str, margin_mode: MarginMode) -> None:
        """Set the margin mode of a contract; NO_CHANGE or MARGIN_MODE_IN_USE refuse it."""
        raise NotImplementedError

    def max_notional(self, symbol: str) -> float:
        """Return the largest position that the leverage of a contract allows, quote units."""
        raise NotImplementedError

    def add_margin(self, symbol: str, amount_quote: float) -> None:
        """Move margin from the wallet to an isolated position, or back where negative.

        Raises
        ------
        RequestRefusedError
            NO_ISOLATED_POSITION, INSUFFICIENT_MARGIN (of the wallet) or MARGIN_IN_USE.
        """
        raise NotImplementedError

    def deposit(self, amount_quote: float) -> None:
        """Pay into the wallet, or out of it where negative; INSUFFICIENT_MARGIN refuses."""
        raise NotImplementedError

    # What the exchange tells

    def account(self) -> AccountSummary:
        """Return the account at the marks of the moment."""
        raise NotImplementedError

    def positions(self) -> Sequence[Position]:
        """Return the open positions, by contract's name."""
        raise NotImplementedError

    def position(self, symbol: str) -> Position | None:
        """Return the open position of a contract; None for none."""
        raise NotImplementedError

    def order(self, order_id: int) -> Order | None:
        """Return an order, ended ones too; None where there never was such a one."""
        raise NotImplementedError

    def order_by_client_id(self, client_id: str) -> Order | None:
        """Return the newest order of that name; None for none."""
        raise NotImplementedError

    def conditional(self, conditional_id: int) -> ConditionalOrder | None:
        """Return a conditional order, ended ones too; None where there never was such a one."""
        raise NotImplementedError

    def conditional_by_client_id(self, client_id: str) -> ConditionalOrder | None:
        """Return the newest conditional order of that name; None for none."""
        raise NotImplementedError

    def open_orders(self, symbol: str | None = None) -> Sequence[Order]:
        """Return the open orders of a contract or of all, the oldest first."""
        raise NotImplementedError

    def open_conditionals(self, symbol: str | None = None) -> Sequence[ConditionalOrder]:
        """Return the waiting conditional orders of a contract or of all, the oldest first."""
        raise NotImplementedError

    def orders(self, symbol: str | None = None) -> Sequence[Order]:
        """Return all orders there ever were, liquidations too, the oldest first."""
        raise NotImplementedError

    def conditionals(self, symbol: str | None = None) -> Sequence[ConditionalOrder]:
        """Return all conditional orders there ever were, the oldest first."""
        raise NotImplementedError

    def fills(self, symbol: str | None = None) -> Sequence[Fill]:
        """Return all fills, the oldest first."""
        raise NotImplementedError

    def incomes(self, symbol: str | None = None) -> Sequence[Income]:
        """Return all changes of the wallet, the oldest first."""
        raise NotImplementedError

    # Faults

    def set_price_factor(
        self, symbol: str, *, last: float = 1.0, mark: float = 1.0, until_ms: int | None = None
    ) -> None:
        """Multiply recorded prices from now on: a jump, or a mark away from the last price.

        What the jump passes over fills at the price behind it. 1 takes the factor back. At
        `until_ms` both are 1 again.
        """
        raise NotImplementedError

    def expire_order(self, order_id: int) -> None:
        """Let the exchange cancel an open order by itself; UNKNOWN_ORDER for one that is not."""
        raise NotImplementedError

    def expire_conditional(self, conditional_id: int) -> None:
        """Let the exchange cancel a conditional order by itself; UNKNOWN_ORDER otherwise."""
        raise NotImplementedError

    def set_fill_share(self, order_id: int, fill_share: float) -> None:
        """Set how much of an open order ever fills, a fraction; 1 lets a held rest go on."""
        raise NotImplementedError

    def set_liquidation_first(self, *, first: bool) -> None:
        """Let liquidations come before conditional orders that the same movement reaches."""
        raise NotImplementedError

    def set_adl_quantile(self, symbol: str, quantile: int | None) -> None:
        """Give a contract's rank in the queue of auto-deleveraging, 0 to 4; None reckons it."""
        raise NotImplementedError

    def deleverage(self, symbol: str, share: float) -> None:
        """Close a share of a position at the mark price without fee, as auto-deleveraging does."""
        raise NotImplementedError

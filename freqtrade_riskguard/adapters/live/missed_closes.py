"""Closes on the exchange that freqtrade has missed: it is asked to book them."""

from collections.abc import Sequence
from datetime import datetime

from freqtrade.exceptions import InvalidOrderException
from freqtrade.persistence import Order, Trade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import trade_side
from freqtrade_riskguard.adapters.live.bot_access import book_what_was_missed
from freqtrade_riskguard.adapters.live.exchange_view import REFUSALS, ExchangeView
from freqtrade_riskguard.adapters.live.leftovers import Alert
from freqtrade_riskguard.engine.reconciliation import Mismatch
from freqtrade_riskguard.formatting import side_text
from freqtrade_riskguard.snapshot.exchange import ExchangeStop


class MissedCloses:
    """Lets freqtrade book what closed a trade, or part of it.

    Parameters
    ----------
    view : ExchangeView
        The way to the exchange.
    alert : callable
        Told what people must know.
    """

    def __init__(self, view: ExchangeView, alert: Alert) -> None:
        self._view, self._alert = view, alert

    def book(
        self,
        strategy: IStrategy,
        confirmed: Sequence[Mismatch],
        stops: Sequence[ExchangeStop] | None,
        time: datetime,
    ) -> bool:
        """Let freqtrade book what is missing of trades; return whether it was asked to."""
        numbers = [number for item in confirmed if item.is_missing for number in item.trade_ids]
        standing = {stop.order_id for stop in stops or ()}
        for number in numbers:
            trade = Trade.get_trades([Trade.id == number]).first()
            if trade is None or not trade.is_open:
                continue
            gone = [order for order in trade.open_sl_orders if order.order_id not in standing]
            if any(self._may_have_struck(strategy, order) for order in gone):
                continue
            what = f"{trade.pair} {side_text(trade_side(trade))}"
            amount = trade.amount
            if book_what_was_missed(strategy, trade):
                self._alert(
                    time,
                    f"{what}: {amount:g} were closed on the exchange and the bot had missed it; "
                    "the trade is booked as closed now.",
                )
        return bool(numbers)

    def _may_have_struck(self, strategy: IStrategy, order: Order) -> bool:
        """Whether a stop order of a trade has struck, as far as anybody tells.

        freqtrade books that itself once the exchange tells it. As an order found on the exchange it
        would be booked twice: what a struck stop has sent there has another number.
        """
        try:
            return self._view.has_struck(strategy, order.order_id, order.ft_pair)
        except InvalidOrderException:
            # One that the exchange does not know is never booked.
            return False
        except REFUSALS:
            return True

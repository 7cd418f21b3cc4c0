"""Positions and orders that no trade needs: closed or cancelled, and told."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from math import isfinite

from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.account.trades import open_trades
from freqtrade_riskguard.adapters.live.booked_trades import (
    booked_trade,
    own_pairs,
    stops_that_are_over,
)
from freqtrade_riskguard.adapters.live.exchange_view import REFUSALS, ExchangeView
from freqtrade_riskguard.adapters.market.contracts import exchange_of
from freqtrade_riskguard.config_types import Orphans
from freqtrade_riskguard.engine.reconciliation import Mismatch, unwanted_stops
from freqtrade_riskguard.engine.repeated_alarm import RepeatedAlarm
from freqtrade_riskguard.snapshot.exchange import ExchangePosition, ExchangeStop

logger = logging.getLogger(__name__)

# Told the time, and why.
Alert = Callable[[datetime, str], None]

# An order whose answer was lost is younger than this: freqtrade gives up within a minute or two.
_LOST_WITHIN = timedelta(minutes=15)


class Leftovers:
    """Puts right what an exchange holds and no trade needs.

    Parameters
    ----------
    orphans : str
        What happens to a position that no trade knows: ``alarm``, ``close`` or ``ignore``.
    view : ExchangeView
        The way to the exchange.
    alert : callable
        Told what people must know.
    """

    def __init__(self, orphans: Orphans, view: ExchangeView, alert: Alert) -> None:
        self._orphans, self._view, self._alert = orphans, view, alert
        self._alarms = RepeatedAlarm()

    def close_orphans(self, strategy: IStrategy, found: Sequence[Mismatch], time: datetime) -> bool:
        """Close positions that no trade knows, where that is wanted; return whether one is."""
        is_closing = False
        if self._orphans != "close":
            return False
        exchange = exchange_of(strategy)
        for item in found:
            side = "sell" if item.held > 0 else "buy"
            price = item.mark_price if isfinite(item.mark_price) else item.entry_price
            try:
                exchange.create_order(
                    pair=item.pair,
                    ordertype="market",
                    side=side,
                    amount=abs(item.held),
                    rate=price,
                    leverage=1.0,
                    reduceOnly=True,
                    initial_order=False,
                )
            except REFUSALS as error:
                self._alert(time, f"{item.pair}: its position could not be closed: {error}")
                continue
            is_closing = True
            self._alert(time, f"{item.pair}: closing {abs(item.held):g} that no trade knows of.")
        return is_closing

    def cancel_unwanted(
        self,
        strategy: IStrategy,
        stops: Sequence[ExchangeStop],
        positions: Sequence[ExchangePosition] | None,
        time: datetime,
    ) -> None:
        """Cancel stop orders that were left behind: they would close the next trade."""
        if self._orphans == "ignore":
            return
        trades = [booked_trade(trade) for trade in open_trades()]
        known = {number for trade in trades for number in trade.stop_ids}
        over = stops_that_are_over({stop.order_id for stop in stops} - known)
        for stop in unwanted_stops(stops, trades, positions, own_pairs(strategy), over):
            try:
                self._view.cancel_stop(strategy, stop)
            except REFUSALS as error:
                if self._alarms.is_due(stop.order_id, time):
                    self._alert(
                        time,
                        f"{stop.pair}: a stop order at {stop.trigger_price:g} that no trade needs "
                        f"could NOT be cancelled ({type(error).__name__}). It would close the "
                        "next trade: cancel it on the exchange.",
                    )
                continue
            self._alert(
                time,
                f"{stop.pair}: cancelled a stop order at {stop.trigger_price:g} that was left "
                "behind on the exchange: no trade needs it.",
            )

    def cancel_unknown(self, strategy: IStrategy, pair: str, time: datetime) -> None:
        """Cancel what waits on a pair since an answer was lost: no trade would know of its fill.

        What has waited for longer is a person's.
        """
        known = {str(order.order_id) for trade in open_trades() for order in trade.orders}
        try:
            for number in self._view.waiting_orders(strategy, pair, time - _LOST_WITHIN):
                if number not in known:
                    self._view.cancel(strategy, number, pair)
                    self._alert(time, f"{pair}: cancelled an order that no trade knows of.")
        except REFUSALS:
            logger.exception("RiskGuard: waiting orders of %s could not be looked at", pair)

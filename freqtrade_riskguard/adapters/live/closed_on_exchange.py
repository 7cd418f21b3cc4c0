"""Trades that the exchange has closed: their funding, and who closed them."""

import logging
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta

from freqtrade.enums import ExitType
from freqtrade.persistence import Order, Trade
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.live.exchange_view import REFUSALS
from freqtrade_riskguard.adapters.market.contracts import client_of, exchange_of, venue_of_bot
from freqtrade_riskguard.adapters.persistence.state_store import StateStore, number
from freqtrade_riskguard.formatting import currency, exact_money

logger = logging.getLogger(__name__)

# Told the time, the trade, the name of what closed it, and why.
Note = Callable[[datetime, Trade, str, str], None]

_BY_EXCHANGE = (ExitType.STOPLOSS_ON_EXCHANGE.value, ExitType.SOLD_ON_EXCHANGE.value)
_LIQUIDATION = ExitType.LIQUIDATION.value
_LOOK_BACK = timedelta(days=1)
# The exchange books funding, and an order, a moment before or after.
_MOMENT = timedelta(minutes=1)
_MOST_PAYMENTS = 1_000
_DONE, _LIQUIDATIONS = "closed_on_exchange", "liquidations"
_TRY_AGAIN = timedelta(minutes=1)


class ClosedOnExchange:
    """Completes what freqtrade books of a trade that no order of its own has closed.

    Parameters
    ----------
    memory : StateStore
        Where it is kept what was done, and how many liquidations there were.
    note : callable
        Told of each close that was not the bot's, with its name and in words.
    """

    def __init__(self, memory: StateStore, note: Note) -> None:
        self._memory, self._note = memory, note
        self._open: frozenset[int] | None = None
        self._waiting: set[int] = set()
        self._tried: datetime | None = None

    def update(self, strategy: IStrategy, opened: Collection[int], time: datetime) -> None:
        """Look at the trades that have closed since the last loop."""
        now = frozenset(opened)
        if self._open is None:
            recent = Trade.close_date > time - _LOOK_BACK
            before = Trade.get_trades([Trade.is_open.is_(False), recent])
            self._waiting |= {trade.id for trade in before}
        elif self._open != now:
            self._waiting |= self._open - now
        is_new, self._open = self._open != now, now
        since = None if self._tried is None else time - self._tried
        is_early = since is not None and timedelta(0) <= since < _TRY_AGAIN
        if not self._waiting or (is_early and not is_new):
            return
        self._tried = time
        found = Trade.get_trades([Trade.id.in_(self._waiting)]).all()
        # One that freqtrade has deleted was never filled.
        self._waiting &= {trade.id for trade in found}
        for trade in found:
            try:
                self._complete(strategy, trade, time)
            except REFUSALS as error:
                logger.warning("RiskGuard: %s: funding is asked for again: %s", trade.pair, error)
                continue
            self._waiting.discard(trade.id)

    def _complete(self, strategy: IStrategy, trade: Trade, time: datetime) -> None:
        is_ours = trade.is_open or trade.exit_reason not in _BY_EXCHANGE
        if is_ours or self._memory.get_for_trade(trade, _DONE) is not None:
            return
        closing = _closing_order(trade)
        if closing is None:
            return
        self._add_funding(strategy, trade, closing)
        if trade.exit_reason == ExitType.SOLD_ON_EXCHANGE.value:
            self._name(strategy, trade, closing, time)
        self._memory.set_for_trade(trade, _DONE, "yes")

    @staticmethod
    def _add_funding(strategy: IStrategy, trade: Trade, closing: Order) -> None:
        """Book the funding that was paid up to the close: freqtrade forgets it with such orders."""
        fills = [
            o.order_filled_utc for o in trade.orders if o is not closing and o.order_filled_utc
        ]
        since = max(fills, default=trade.open_date_utc)
        until = (closing.order_filled_utc or trade.close_date_utc or since) + timedelta(seconds=1)
        paid = funding_quote(strategy, trade.pair, since, until)
        if paid == (closing.funding_fee or 0.0):
            return
        closing.funding_fee = paid
        trade.recalc_trade_from_orders(is_closing=True)
        Trade.session.commit()
        logger.info(
            "RiskGuard: %s: funding of %s booked with the trade that the exchange has closed",
            trade.pair,
            exact_money(paid),
        )

    def _name(self, strategy: IStrategy, trade: Trade, closing: Order, time: datetime) -> None:
        """Say who closed a trade."""
        kind = _kind(strategy, trade, closing)
        profit = f"{exact_money(trade.close_profit_abs or 0.0)} {currency(trade.pair)}"
        if kind == _LIQUIDATION:
            trade.exit_reason = _LIQUIDATION
            Trade.session.commit()
            count = (number(self._memory.get(_LIQUIDATIONS)) or 0.0) + 1
            self._memory.set(_LIQUIDATIONS, count)
            why = (
                f"LIQUIDATED by the exchange at {trade.close_rate:g}: {profit}. "
                f"Liquidation number {count:g} of this bot."
            )
        elif kind is not None:
            why = f"by the exchange at {trade.close_rate:g} ({kind}): {profit}."
        else:
            why = f"on the exchange at {trade.close_rate:g}, not by this bot: {profit}."
        self._note(time, trade, kind or "closed_on_exchange", why)


def _closing_order(trade: Trade) -> Order | None:
    """Return the last order that took something out of a trade."""
    exits = [o for o in trade.orders if o.ft_order_side != trade.entry_side and o.filled]
    return exits[-1] if exits else None


def funding_quote(strategy: IStrategy, pair: str, since: datetime, until: datetime) -> float:
    """Return the funding of a pair between two moments, negative when paid."""
    venue, client = venue_of_bot(strategy), client_of(strategy)
    hours = venue.funding_span_hours
    spans = [(since, None)] if hours is None else list(_spans(since, until, timedelta(hours=hours)))
    payments = {}
    for begin, end in spans:
        params = {} if end is None else {"until": _ms(end)}
        found = client.fetch_funding_history(pair, _ms(begin), _MOST_PAYMENTS, params)
        # Where two spans meet a payment may be in both.
        payments.update({(each["timestamp"], each["id"]): each for each in found})
    return sum(
        -float(each["info"][venue.funding_fee_key])
        if venue.funding_fee_key
        else float(each["amount"])
        for each in payments.values()
        if _ms(since) <= each["timestamp"] <= _ms(until)
    )


def _spans(
    since: datetime, until: datetime, length: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    while since < until:
        yield since, min(since + length, until)
        since += length


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _kind(strategy: IStrategy, trade: Trade, closing: Order) -> str | None:
    """Return the exchange's reason to close a trade; None where it was somebody else's order."""
    since = (closing.order_filled_utc or closing.order_date_utc) - _MOMENT
    venue = venue_of_bot(strategy)
    for raw in exchange_of(strategy).fetch_orders(trade.pair, since):
        if str(raw["id"]) == str(closing.order_id):
            key = venue.own_orders_key
            name = str((raw["info"].get(key) if key else raw.get("clientOrderId")) or "")
            for beginning, kind in venue.own_orders:
                if name.startswith(beginning):
                    return kind
    return None

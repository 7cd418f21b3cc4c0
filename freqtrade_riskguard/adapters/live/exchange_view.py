"""What the exchange holds, asked for in as few requests as possible; each is made once."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from math import nan
from typing import Any

import ccxt
from freqtrade.exceptions import FreqtradeException
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.market.contracts import exchange_of, venue_of_bot
from freqtrade_riskguard.snapshot.exchange import ExchangePosition, ExchangeStop

logger = logging.getLogger(__name__)

# Whatever an exchange, or the way there, can answer instead of an answer.
REFUSALS = (ccxt.BaseError, FreqtradeException)
# Asked once: freqtrade would try again for long, and the bot's own exits would wait.
_ONCE = {"count": 0}
# Where stop orders are asked for, and cancelled, apart from all others.
_APART = "stoploss_query_requires_stop_flag"


class ExchangeView:
    """Reads positions and orders of an account."""

    def __init__(self) -> None:
        self._tells_stops = True

    def positions(self, strategy: IStrategy) -> list[ExchangePosition]:
        """Return the open positions.

        Raises
        ------
        ccxt.BaseError, FreqtradeException
            Where the exchange gives no answer.
        """
        exchange = exchange_of(strategy)
        found = exchange.fetch_positions(**_ONCE)
        return [position_of(exchange, raw) for raw in found if raw["side"] and raw["contracts"]]

    def stops(self, strategy: IStrategy) -> list[ExchangeStop] | None:
        """Return the stop orders that stand; None where that cannot be known.

        Raises
        ------
        ccxt.BaseError, FreqtradeException
            Where the exchange gives no answer.
        """
        exchange = exchange_of(strategy)
        if not self._tells_stops:
            return None
        # Otherwise ccxt refuses to ask for all pairs at once, which costs more than one.
        exchange._api.options["warnOnFetchOpenOrdersWithoutSymbol"] = False  # noqa: SLF001
        params = {"type": "swap", **({"stop": True} if exchange.get_option(_APART) else {})}
        limit = venue_of_bot(strategy).open_orders_limit
        try:
            found = exchange._api.fetch_open_orders(limit=limit, params=params)  # noqa: SLF001
        except (ccxt.NotSupported, ccxt.ArgumentsRequired):
            self._tells_stops = False
            logger.info(
                "RiskGuard: %s does not tell all stop orders at once: those that are left behind "
                "are not found.",
                exchange.name,
            )
            return None
        orders = [exchange._order_contracts_to_amount(raw) for raw in found]  # noqa: SLF001
        return list(stops_of(orders))

    @staticmethod
    def has_struck(strategy: IStrategy, order_id: str, pair: str) -> bool:
        """Whether a stop order has sent the order that it stood for.

        Raises
        ------
        ccxt.BaseError, FreqtradeException
            Where the exchange gives no answer, or does not know the order.
        """
        found = exchange_of(strategy).fetch_stoploss_order(order_id, pair)
        return found["status"] == "closed" or bool(found.get("filled"))

    def waiting_orders(self, strategy: IStrategy, pair: str, since: datetime) -> list[str]:
        """Return the numbers of the orders that wait on a pair, stop orders left out.

        Parameters
        ----------
        since : datetime
            Orders that are known to be older are left out.

        Raises
        ------
        ccxt.BaseError, FreqtradeException
            Where the exchange gives no answer.
        """
        exchange = exchange_of(strategy)
        found = exchange._api.fetch_open_orders(pair)  # noqa: SLF001
        return [str(raw["id"]) for raw in found if is_waiting(raw, since)]

    def cancel_stop(self, strategy: IStrategy, stop: ExchangeStop) -> None:
        """Cancel a stop order.

        Raises
        ------
        ccxt.BaseError, FreqtradeException
            Where the exchange refuses, or gives no answer.
        """
        exchange = exchange_of(strategy)
        params = {"stop": True} if exchange.get_option(_APART) else {}
        exchange.cancel_order(stop.order_id, stop.pair, params, **_ONCE)

    def cancel(self, strategy: IStrategy, order_id: str, pair: str) -> None:
        """Cancel an order that is no stop order; raises as :meth:`cancel_stop`."""
        exchange_of(strategy).cancel_order(order_id, pair, **_ONCE)


def known_positions(strategy: IStrategy) -> list[ExchangePosition]:
    """Return the open positions as freqtrade itself has read them: at its start, or at a fill."""
    held = [] if strategy.wallets is None else strategy.wallets.get_all_positions().values()
    return [ExchangePosition(p.symbol, -1 if p.side == "short" else 1, p.position) for p in held]


def position_of(exchange: Any, raw: Mapping[str, Any]) -> ExchangePosition:
    """Return a position as ccxt tells it."""
    return ExchangePosition(
        pair=str(raw["symbol"]),
        side=-1 if raw["side"] == "short" else 1,
        amount=float(exchange._contracts_to_amount(raw["symbol"], raw["contracts"])),  # noqa: SLF001
        entry_price=_number(raw.get("entryPrice")),
        mark_price=_number(raw.get("markPrice")),
        margin_quote=_isolated_margin(raw),
    )


def _isolated_margin(raw: Mapping[str, Any]) -> float:
    """Return what an isolated position holds, without its open profit; NaN where nobody says."""
    if raw.get("marginMode") != "isolated":
        return nan
    # What can be lost with the position, as ccxt counts it everywhere: open profit is in it.
    profit_quote = raw.get("unrealizedPnl")
    return nan if profit_quote is None else _number(raw.get("collateral")) - float(profit_quote)


def is_waiting(raw: Mapping[str, Any], since: datetime) -> bool:
    """Whether an order as ccxt tells it is no stop order, nor known to be older than a moment."""
    time = raw.get("timestamp")
    is_older = time is not None and float(time) < since.timestamp() * 1000
    return not (is_older or raw.get("stopPrice") or raw.get("triggerPrice"))


def stops_of(orders: Sequence[Mapping[str, Any]]) -> Iterator[ExchangeStop]:
    """Yield the stop orders among orders as ccxt tells them; what takes profit is none."""
    for raw in orders:
        price = _number(raw.get("stopPrice") or raw.get("triggerPrice"))
        kind = str(raw.get("type") or "").lower()
        if not price > 0 or "take_profit" in kind or "takeprofit" in kind:
            continue
        yield ExchangeStop(
            order_id=str(raw["id"]),
            pair=str(raw["symbol"]),
            side=-1 if raw["side"] == "sell" else 1,
            amount=float(raw.get("amount") or 0.0),
            trigger_price=price,
            reduces_only=bool(raw.get("reduceOnly")),
        )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float | str) and value else nan

"""How far bid and ask are apart, from the order book that a running bot can ask for."""

import logging
from datetime import datetime, timedelta
from math import nan
from typing import Any

from freqtrade.exceptions import DependencyException, ExchangeError, OperationalException
from freqtrade.strategy import IStrategy

from freqtrade_riskguard.adapters.run_mode import is_running_bot

logger = logging.getLogger(__name__)

_LEVELS = 1
# Leverage, stake and consent of one entry are asked for within it: one request for the three.
_FRESH = timedelta(seconds=5)


class NoOrderBookError(OperationalException):
    """There is no order book of that moment."""


class Spreads:
    """The spread by pair, asked for when an entry needs it."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[datetime, float | None]] = {}

    def restart(self) -> None:
        """Ask anew."""
        self._known.clear()

    def ratio(self, strategy: IStrategy, pair: str, time: datetime) -> float | None:
        """Return the spread of a pair, at most seconds old at ``time``.

        Returns
        -------
        float or None
            ``(ask - bid) / ((ask + bid) / 2)``. NaN where the exchange tells no bid, no ask, or a
            bid above the ask; None where there is no order book: in a backtest, and of the past.
        """
        if not is_running_bot(strategy.config):
            return None
        known = self._known.get(pair)
        if known is None or not timedelta(0) <= time - known[0] < _FRESH:
            known = self._known[pair] = time, _asked_ratio(strategy, pair)
        return known[1]


def _asked_ratio(strategy: IStrategy, pair: str) -> float | None:
    if strategy.dp is None:
        return nan
    try:
        book = strategy.dp.orderbook(pair, _LEVELS)
    except NoOrderBookError:
        return None
    except (ExchangeError, DependencyException, OperationalException) as error:
        logger.warning("RiskGuard: %s: the exchange does not tell its order book: %s", pair, error)
        return nan
    bid_price, ask_price = _best_price(book, "bids"), _best_price(book, "asks")
    if not 0 < bid_price <= ask_price:
        return nan
    return (ask_price - bid_price) / ((ask_price + bid_price) / 2)


def _best_price(book: Any, side: str) -> float:
    """Return the best price of a side; NaN where there is none."""
    try:
        return float(book[side][0][0])
    except (TypeError, ValueError, LookupError):
        return nan

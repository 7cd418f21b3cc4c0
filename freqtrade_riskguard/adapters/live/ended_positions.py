"""What a position beside the trades has left, told by its fills; judged carefully without them."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import isfinite, nan

from freqtrade.persistence import Order
from freqtrade.strategy import IStrategy
from sqlalchemy import select

from freqtrade_riskguard.adapters.live.closed_on_exchange import funding_quote
from freqtrade_riskguard.adapters.live.exchange_view import REFUSALS
from freqtrade_riskguard.adapters.market.contracts import client_of, exchange_of
from freqtrade_riskguard.engine.reconciliation import EndedPosition
from freqtrade_riskguard.snapshot import DEFAULT_TAKER_FEE

logger = logging.getLogger(__name__)

_BY_FILLS = "at the prices that it was closed at"
_BY_PRICES = "at the worse of the last prices: the exchange tells no fills"
_MOST_FILLS = 1_000
# What a float may be off.
_DUST = 1e-9


@dataclass(frozen=True, slots=True)
class SeenPosition:
    """What was held beside the trades of a pair at a look, and what it was worth then.

    Attributes
    ----------
    booked, surplus : float
        What the trades said, and what was held beyond that: base units, signed.
    profit_quote : float
        At the mark.
    entry_price, mark_price : float
        NaN where unknown.
    margin_quote : float
        The most that it can lose, where its margin is its own; NaN where nobody says.
    has_fees : bool
        Whether the profit has the fees of entry and exit.
    is_sure : bool
        Whether it was there at two looks: otherwise nothing but its fills tells that it was.
    since, time : datetime
        When it was first and when it was last seen.
    """

    booked: float
    surplus: float
    profit_quote: float
    entry_price: float
    mark_price: float
    margin_quote: float
    has_fees: bool
    is_sure: bool
    since: datetime
    time: datetime


def ended_position(
    strategy: IStrategy, pair: str, seen: SeenPosition, gone_share: float, time: datetime
) -> EndedPosition | None:
    """Return what has ended of a position, with its result; None where nothing tells that it was.

    Its price is that of the fills that no trade knows. Where the exchange does not tell them, it is
    the worse of the last one seen and the one now: it may have been liquidated in between.
    """
    gone = seen.surplus * gone_share
    profit_quote, basis = seen.profit_quote * gone_share, _BY_FILLS
    entry_fee_quote = _taker_fee(strategy, pair) * abs(gone) * seen.entry_price
    if seen.has_fees or not isfinite(entry_fee_quote):
        entry_fee_quote = 0.0
    price, fee_quote = _closing_price(strategy, pair, gone, seen.time)
    if not isfinite(price):
        if not seen.is_sure:
            return None
        now, side, basis = (
            _rate(strategy, pair, is_short=gone < 0),
            (1 if gone > 0 else -1),
            _BY_PRICES,
        )
        prices = [known for known in (seen.mark_price, now) if isfinite(known)]
        price = min(prices, key=lambda known: side * known, default=nan)
        fee_quote = 0.0 if seen.has_fees else _taker_fee(strategy, pair) * abs(gone) * price
    if isfinite(price) and isfinite(seen.mark_price):
        profit_quote += gone * (price - seen.mark_price)
        profit_quote -= 0.0 if seen.has_fees else fee_quote
    elif isfinite(price) and isfinite(seen.entry_price):
        # Nobody has told a mark.
        profit_quote = gone * (price - seen.entry_price) - fee_quote
    if seen.margin_quote > 0:
        # What is lost beyond it is not this account's.
        profit_quote = max(profit_quote, -seen.margin_quote * gone_share)
    profit_quote -= entry_fee_quote
    if gone_share >= 1.0 and not seen.booked:
        profit_quote += _funding_quote(strategy, pair, seen.since, time)
    return EndedPosition(pair, seen.time, profit_quote, basis)


def _closing_price(
    strategy: IStrategy, pair: str, gone: float, since: datetime
) -> tuple[float, float]:
    """Return the mean price of the fills that closed so much, and their fees; NaN where untold."""
    left, value_quote, fees_quote = abs(gone), 0.0, 0.0
    try:
        for amount, price, fee_quote in _unknown_fills(strategy, pair, gone, since):
            taken = min(amount, left)
            value_quote += taken * price
            fees_quote += fee_quote * taken / amount
            left -= taken
            if left <= abs(gone) * _DUST:
                return value_quote / abs(gone), fees_quote
    except REFUSALS as error:
        logger.warning("RiskGuard: %s: the fills that closed it are not told: %s", pair, error)
    return nan, nan


def _unknown_fills(
    strategy: IStrategy, pair: str, gone: float, since: datetime
) -> Iterator[tuple[float, float, float]]:
    """Yield amount, price and fee of what closed it and no trade knows, the newest first."""
    start = int(since.timestamp() * 1000)
    found = client_of(strategy).fetch_my_trades(pair, start, _MOST_FILLS)
    side = "sell" if gone > 0 else "buy"
    fills = [fill for fill in found if fill["side"] == side and fill["timestamp"] >= start]
    orders = {str(fill["order"]) for fill in fills}
    known = set(
        Order.session.scalars(select(Order.order_id).where(Order.order_id.in_(orders)))
        if orders
        else ()
    )
    for fill in sorted(fills, key=lambda fill: -fill["timestamp"]):
        if str(fill["order"]) not in known and fill["amount"]:
            amount = exchange_of(strategy)._contracts_to_amount(pair, float(fill["amount"]))  # noqa: SLF001
            yield amount, float(fill["price"]), float((fill.get("fee") or {}).get("cost") or 0.0)


def _taker_fee(strategy: IStrategy, pair: str) -> float:
    fee = exchange_of(strategy).markets.get(pair, {}).get("taker")
    return DEFAULT_TAKER_FEE if fee is None else float(fee)


def _rate(strategy: IStrategy, pair: str, *, is_short: bool) -> float:
    try:
        return float(
            exchange_of(strategy).get_rate(pair, side="exit", is_short=is_short, refresh=True)
        )
    except REFUSALS as error:
        logger.warning("RiskGuard: no price of %s: %s", pair, error)
        return nan


def _funding_quote(strategy: IStrategy, pair: str, since: datetime, until: datetime) -> float:
    try:
        return funding_quote(strategy, pair, since, until)
    except REFUSALS as error:
        logger.warning("RiskGuard: %s: its funding is not told: %s", pair, error)
        return 0.0

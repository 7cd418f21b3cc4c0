"""freqtrade's trades as the rules see them."""

from datetime import UTC, datetime

from freqtrade.persistence import LocalTrade, Trade
from sqlalchemy import func, select

from freqtrade_riskguard.adapters.waiting import partial_profit_quote
from freqtrade_riskguard.risk import FundingShares, funding_shares
from freqtrade_riskguard.snapshot import ClosedTrade


def side_of(direction: str) -> int:
    """Return +1 for ``"long"`` and -1 for ``"short"``."""
    return -1 if direction == "short" else 1


def trade_side(trade: LocalTrade) -> int:
    """Return +1 for a long trade and -1 for a short one."""
    return -1 if trade.is_short else 1


def open_trades() -> list[LocalTrade]:
    """Return the trades that are open now."""
    if Trade.use_db:
        return list(Trade.get_trades_proxy(is_open=True))
    return list(LocalTrade.bt_trades_open)


def open_funding(trade: LocalTrade) -> FundingShares:
    """Return the funding that belongs to the open part of a trade, from its orders.

    freqtrade's ``funding_fees`` is that of the whole life: an exit has realised what came before.
    """
    total = trade.funding_fees or 0.0
    if len(trade.orders) <= 1:
        return FundingShares(total, total)
    filled = [order for order in trade.orders if not order.ft_is_open and order.filled]
    fills = [
        (
            order.safe_amount_after_fee * (1 if order.ft_order_side == trade.entry_side else -1),
            order.funding_fee or 0.0,
        )
        for order in filled
    ]
    return funding_shares(fills, total - sum(funding for _, funding in fills))


def open_profit_quote(trade: LocalTrade, mark: float) -> float:
    """Return the profit of an open trade at a price: realised parts, fees and funding included.

    An order that is filled in part counts with that. Otherwise freqtrade's own figure is the same
    until something is exited (a test holds that); after it, freqtrade counts the funding up to the
    exit twice.
    """
    change = trade_side(trade) * trade.amount * (mark - trade.open_rate)
    fees = trade.amount * (
        (trade.fee_open or 0.0) * trade.open_rate + (trade.fee_close or 0.0) * mark
    )
    funding = open_funding(trade).unrealised_quote
    partial = partial_profit_quote(trade, mark)
    return float(change - fees + funding + partial + (trade.realized_profit or 0.0))


def closed_profit_quote() -> float:
    """Return the profit of all closed trades, costs included."""
    if Trade.use_db:
        return float(Trade.get_total_closed_profit())
    # freqtrade's own running sum: adding up every trade again would grow with the backtest.
    return float(LocalTrade.bt_total_profit)


def closed_so_far() -> tuple[int, datetime | None]:
    """Return how many trades have closed, and when the last: whether there are new ones.

    A running bot's database counts faster than it hands trades out.
    """
    if not Trade.use_db:
        return len(LocalTrade.bt_trades), None
    counted = select(func.count(Trade.id), func.max(Trade.close_date))
    row = Trade.session.execute(counted.where(Trade.is_open.is_(False))).one()
    return int(row[0]), row[1]


def closed_since(time: datetime) -> list[LocalTrade]:
    """Return the trades that closed after ``time``, oldest first."""
    if Trade.use_db:
        found = list(Trade.get_trades_proxy(is_open=False, close_date=time))
        return sorted(found, key=_close_time)
    # In backtests the list is in the order of closing: walk back only as far as needed.
    newest_first: list[LocalTrade] = []
    for trade in reversed(LocalTrade.bt_trades):
        if _close_time(trade) <= time:
            break
        newest_first.append(trade)
    return newest_first[::-1]


def newest_closed(
    count: int, before: datetime, pair: str | None = None, side: int = 0
) -> list[LocalTrade]:
    """Return the last trades that had closed by a time, oldest first.

    Parameters
    ----------
    pair : str, optional
        Of this pair alone.
    side : int
        Of this side alone; 0 for both.
    """
    if not Trade.use_db:
        found: list[LocalTrade] = []
        for trade in reversed(LocalTrade.bt_trades):
            if len(found) == count:
                break
            if (
                _close_time(trade) <= before
                and pair in (None, trade.pair)
                and side in (0, trade_side(trade))
            ):
                found.append(trade)
        return found[::-1]
    wanted = select(Trade).where(Trade.is_open.is_(False), Trade.close_date <= before)
    if pair is not None:
        wanted = wanted.where(Trade.pair == pair)
    if side:
        wanted = wanted.where(Trade.is_short.is_(side < 0))
    newest_first = Trade.session.scalars(wanted.order_by(Trade.close_date.desc()).limit(count))
    return sorted(newest_first, key=_close_time)


def closed_trade(trade: LocalTrade) -> ClosedTrade:
    """Return what a breaker needs of a closed trade."""
    return ClosedTrade(
        pair=trade.pair,
        side=trade_side(trade),
        close_time=_close_time(trade),
        profit_quote=trade.close_profit_abs or 0.0,
        margin_quote=trade.max_stake_amount or trade.stake_amount,
        funding_quote=trade.funding_fees or 0.0,
    )


def return_on_notional(trade: LocalTrade) -> float:
    """Return the profit of a closed trade as a ratio of its notional, costs included."""
    return (trade.close_profit or 0.0) / (trade.leverage or 1.0)


def _close_time(trade: LocalTrade) -> datetime:
    closed: datetime | None = trade.close_date_utc
    return closed if closed is not None else datetime.fromtimestamp(0, UTC)

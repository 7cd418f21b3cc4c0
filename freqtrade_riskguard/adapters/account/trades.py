"""freqtrade's trades as the rules see them."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any, Self

from freqtrade.persistence import LocalTrade, Trade
from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from freqtrade_riskguard.adapters.account.waiting_orders import partial_profit_quote
from freqtrade_riskguard.risk import FundingShares, funding_shares
from freqtrade_riskguard.snapshot import ClosedTrade

# Live, a trade may be booked some time after its close: when the bot was off, for example.
BOOKED_LATE = timedelta(days=1)
_BEGINNING = datetime.fromtimestamp(0, UTC)
# What is read of a closed trade, and so many rows at once.
_COLUMNS = (
    Trade.id,
    Trade.pair,
    Trade.is_short,
    Trade.open_date,
    Trade.close_date,
    Trade.close_profit,
    Trade.close_profit_abs,
    Trade.stake_amount,
    Trade.max_stake_amount,
    Trade.leverage,
    Trade.funding_fees,
)
_AT_ONCE = 1_000


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


@dataclass(frozen=True, slots=True)
class OpenProfit:
    """The profit of an open trade as its price moves, while nothing else of it changes.

    Realised parts, fees and funding are included. freqtrade's own figure is the same until
    something is exited (a test holds that); after it, freqtrade counts the funding up to the exit
    twice.
    """

    amount: float
    signed_amount: float
    open_rate: float
    entry_fee: float
    exit_fee_ratio: float
    funding_quote: float
    realised_quote: float

    @classmethod
    def of(cls, trade: LocalTrade) -> Self:
        """Return that of a trade as it is now."""
        amount, open_rate = trade.amount, trade.open_rate
        return cls(
            amount=amount,
            signed_amount=trade_side(trade) * amount,
            open_rate=open_rate,
            entry_fee=(trade.fee_open or 0.0) * open_rate,
            exit_fee_ratio=trade.fee_close or 0.0,
            funding_quote=open_funding(trade).unrealised_quote,
            realised_quote=trade.realized_profit or 0.0,
        )

    def at(self, mark: float, partial_quote: float = 0.0) -> float:
        """Return the profit at a price, with what orders that wait have won in part."""
        change = self.signed_amount * (mark - self.open_rate)
        fees = self.amount * (self.entry_fee + self.exit_fee_ratio * mark)
        return float(change - fees + self.funding_quote + partial_quote + self.realised_quote)


def open_profit_quote(trade: LocalTrade, mark: float) -> float:
    """Return the profit of an open trade at a price; an order that is filled in part counts so."""
    return OpenProfit.of(trade).at(mark, partial_profit_quote(trade, mark))


def closed_profit_quote() -> float:
    """Return the profit of all closed trades, costs included."""
    if Trade.use_db:
        return float(Trade.get_total_closed_profit())
    # freqtrade's own running sum: adding up every trade again would grow with the backtest.
    return float(LocalTrade.bt_total_profit)


def closing_mark() -> object:
    """Return what differs once another trade has closed; it costs the same however many have.

    Of a running bot's: the number of the newest trade, and those that are open. A trade closes by
    leaving them, or has come and gone since the last look.
    """
    if not Trade.use_db:
        return len(LocalTrade.bt_trades)
    newest = Trade.session.scalar(select(func.max(Trade.id)))
    opened = Trade.session.scalars(select(Trade.id).where(Trade.is_open.is_(True)))
    return newest, frozenset(opened)


def closed_meanwhile(before: object, now: object) -> set[int]:
    """Return the numbers of a running bot's trades that closed between two marks, whenever booked.

    Of :func:`closing_mark`, whose trades of a backtest are booked as they close: none of these.
    """
    if not (isinstance(before, tuple) and isinstance(now, tuple)):
        return set()
    (newest_before, opened_before), (newest, opened) = before, now
    come = range((newest_before or 0) + 1, (newest or 0) + 1)
    return {number for number in (*opened_before, *come) if number not in opened}


def closed_since(
    time: datetime, *, until: datetime | None = None, also: Collection[int] = ()
) -> Iterator[ClosedTrade]:
    """Yield the trades that closed after ``time`` (and by another moment), oldest first.

    Parameters
    ----------
    also : collection of int
        The numbers of closed trades of a running bot that are wanted however old.
    """
    if Trade.use_db:
        is_wanted: ColumnElement[bool] = Trade.close_date > time
        if also:
            is_wanted = or_(is_wanted, Trade.id.in_(also))
        wanted = select(*_COLUMNS).where(Trade.is_open.is_(False), is_wanted)
        if until is not None:
            wanted = wanted.where(Trade.close_date <= until)
        return _read(wanted.order_by(Trade.close_date, Trade.id))
    # In backtests the list is in the order of closing: walk back only as far as needed.
    newest_first = takewhile(
        lambda trade: _close_time(trade) > time, reversed(LocalTrade.bt_trades)
    )
    found = map(closed_trade, list(newest_first)[::-1])
    return found if until is None else takewhile(lambda trade: trade.close_time <= until, found)


def newest_closed(
    count: int,
    *,
    until: datetime,
    per_pair: bool = False,
    per_side: bool = False,
) -> Sequence[ClosedTrade]:
    """Return the newest trades that had closed by a moment, oldest first.

    Parameters
    ----------
    count : int
        So many at most; of each pair, side, or pair and side where these are told apart.
    """
    if Trade.use_db:
        newest = Trade.close_date.desc(), Trade.id.desc()
        closed = Trade.is_open.is_(False), Trade.close_date <= until
        if not (per_pair or per_side):
            wanted = select(*_COLUMNS).where(*closed).order_by(*newest).limit(count)
            return list(_read(wanted))[::-1]
        groups = [Trade.pair] * per_pair + [Trade.is_short] * per_side
        place = func.row_number().over(partition_by=groups, order_by=newest).label("place")
        found = select(*_COLUMNS, place).where(*closed).subquery()
        of_each = select(found).where(found.c.place <= count)
        return list(_read(of_each.order_by(found.c.close_date, found.c.id)))
    taken: Counter[tuple[str, bool]] = Counter()
    newest_first: list[LocalTrade] = []
    for trade in reversed(LocalTrade.bt_trades):
        group = (trade.pair if per_pair else "", trade.is_short and per_side)
        if not (per_pair or per_side) and taken[group] == count:
            break
        if _close_time(trade) <= until and taken[group] < count:
            taken[group] += 1
            newest_first.append(trade)
    return [closed_trade(trade) for trade in reversed(newest_first)]


def _read(wanted: Select[*tuple[Any, ...]]) -> Iterator[ClosedTrade]:
    """Read a few columns, bit by bit: no objects of freqtrade with all their orders."""
    rows = Trade.session.execute(wanted.execution_options(yield_per=_AT_ONCE))
    return map(closed_trade, rows)


def closed_trade(trade: "LocalTrade | Row[Any]") -> ClosedTrade:
    """Return what the rules need of a closed trade, or of its row in the database."""
    return ClosedTrade(
        pair=trade.pair,
        side=-1 if trade.is_short else 1,
        close_time=_close_time(trade),
        profit_quote=trade.close_profit_abs or 0.0,
        margin_quote=trade.max_stake_amount or trade.stake_amount,
        funding_quote=trade.funding_fees or 0.0,
        trade_id=trade.id,
        open_time=trade.open_date.replace(tzinfo=UTC),
        leverage=float(trade.leverage or 1.0),
        return_ratio=return_on_notional(trade),
    )


def return_on_notional(trade: "LocalTrade | Row[Any]") -> float:
    """Return the profit of a closed trade as a ratio of its notional, costs included."""
    return (trade.close_profit or 0.0) / (trade.leverage or 1.0)


def _close_time(trade: "LocalTrade | Row[Any]") -> datetime:
    closed: datetime | None = trade.close_date
    return _BEGINNING if closed is None else closed.replace(tzinfo=UTC)

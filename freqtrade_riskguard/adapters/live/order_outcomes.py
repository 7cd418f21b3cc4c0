"""Orders whose outcome nobody knows: allowed, sent perhaps, and in no trade."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from freqtrade.persistence import LocalTrade

from freqtrade_riskguard.adapters.account.trades import open_trades

# freqtrade takes its own time of an entry a moment after the guard has allowed it.
_SAME_MOMENT = timedelta(seconds=2)
# An order may be executed after its answer was given up: so many looks until a pair is known.
_LOOKS = 2
# What the exchange refuses in every loop is not looked at in every loop.
_NOT_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Allowed:
    """An order that freqtrade was allowed to make.

    ``orders`` is the number of orders that the trade had; None for a new trade.
    """

    pair: str
    time: datetime
    trade_id: int = 0
    orders: int | None = None


class OrderOutcomes:
    """Remembers what was allowed, and finds out what has become of it.

    freqtrade drops an order whose answer is lost, as if it had been refused. What was allowed and
    is in no trade afterwards is therefore looked for on the exchange, before anything else is
    entered.
    """

    def __init__(self) -> None:
        self._allowed: dict[tuple[str, int], _Allowed] = {}
        self._left: dict[str, int] = {}
        self._noted: dict[str, datetime] = {}

    @property
    def uncertain(self) -> frozenset[str]:
        """The pairs on which an order may have been executed that no trade knows."""
        return frozenset(self._left)

    @property
    def is_unlooked(self) -> bool:
        """Whether nobody has looked at the exchange since an outcome became unknown."""
        return _LOOKS in self._left.values()

    def allow_entry(self, pair: str, time: datetime) -> None:
        """Remember that a new trade was allowed."""
        self._allowed[pair, 0] = _Allowed(pair, time)

    def allow_exit(self, trade: LocalTrade, time: datetime) -> None:
        """Remember that the exit of a trade was allowed."""
        self._allowed[trade.pair, trade.id] = _Allowed(
            trade.pair, time, trade.id, len(trade.orders)
        )

    def is_open_question(self, pair: str) -> bool:
        """Whether an entry on a pair must wait: for the first look whichever pair it is."""
        pending = any(_is_missing(one, open_trades()) for one in self._allowed.values())
        return pending or self.is_unlooked or pair in self._left

    def settle(self, time: datetime) -> None:
        """Find out which orders have come to nothing that a trade tells; once per loop."""
        trades = open_trades()
        for one in self._allowed.values():
            if _is_missing(one, trades):
                self.doubt(one.pair, time)
        self._allowed.clear()

    def doubt(self, pair: str, time: datetime) -> None:
        """Have a pair looked at: what is booked of it may not be what is there."""
        noted = self._noted.get(pair)
        if noted is None or not timedelta(0) <= time - noted < _NOT_AGAIN:
            self._left[pair] = _LOOKS
            self._noted[pair] = time

    def note_look(self) -> None:
        """Take note that somebody has looked at the exchange."""
        self._left = {pair: left - 1 for pair, left in self._left.items() if left > 1}


def _is_missing(allowed: _Allowed, trades: list[LocalTrade]) -> bool:
    if allowed.orders is None:
        since = allowed.time - _SAME_MOMENT
        return not any(t.pair == allowed.pair and t.open_date_utc >= since for t in trades)
    # A trade that is over has been sold.
    return any(t.id == allowed.trade_id and len(t.orders) <= allowed.orders for t in trades)

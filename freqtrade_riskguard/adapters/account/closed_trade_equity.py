"""Equity as far as closed trades tell of it, trade by trade, with its peak and halts."""

from collections import OrderedDict
from datetime import UTC, datetime, timedelta

from freqtrade.persistence import Trade

from freqtrade_riskguard.adapters.account.trades import BOOKED_LATE, closed_since
from freqtrade_riskguard.risk import EquityTrack, start_equity, update_equity
from freqtrade_riskguard.snapshot import ClosedTrade

_SAME_CANDLE = timedelta(microseconds=1)


class ClosedEquity:
    """Takes in each closed trade once, in the order of closing: history first, then what is new.

    When the equity falls too far below its peak a halt begins; when that is over the peak counts
    anew, so that nothing can be halted for ever. Told again from the beginning after a restart, the
    same trades come to the same halt. A trade whose profit is unknown (NaN) does not move it.

    Parameters
    ----------
    starting_balance : float
        Equity before the first trade.
    max_drawdown_ratio : float
        A halt begins this far below the peak.
    halt : timedelta
        How long it lasts, from the close that caused it.

    Attributes
    ----------
    halted_until : datetime or None
        The end of the newest halt; None where the peak has counted anew since.
    """

    def __init__(
        self, starting_balance: float, *, max_drawdown_ratio: float, halt: timedelta
    ) -> None:
        self._track = start_equity(0.0, starting_balance)
        self._max_drawdown_ratio = max_drawdown_ratio
        self._halt = halt
        self._seen: OrderedDict[int, datetime] = OrderedDict()
        self.halted_until: datetime | None = None

    @property
    def track(self) -> EquityTrack:
        """The equity with its peak."""
        return self._track

    def take_in(self) -> None:
        """Count the trades that have closed since the last call."""
        late = BOOKED_LATE if Trade.use_db else _SAME_CANDLE
        newest = max(self._seen.values(), default=None)
        since = datetime.fromtimestamp(0, UTC) if newest is None else newest - late
        for trade in closed_since(since):
            if trade.trade_id not in self._seen:
                self._seen[trade.trade_id] = trade.close_time
                self._count(trade)
            # A long history is no reason to remember all of it.
            while next(iter(self._seen.values())) <= trade.close_time - late:
                self._seen.popitem(last=False)

    def resume(self, time: datetime) -> None:
        """End a halt: the peak is the equity of now."""
        self._track = start_equity(time.timestamp(), self._track.equity_quote)
        self.halted_until = None

    def _count(self, trade: ClosedTrade) -> None:
        if self.halted_until is not None and trade.close_time >= self.halted_until:
            self.resume(trade.close_time)
        equity_quote = self._track.equity_quote + trade.profit_quote
        self._track = update_equity(self._track, trade.close_time.timestamp(), equity_quote)
        if self.halted_until is None and self._track.drawdown_ratio >= self._max_drawdown_ratio:
            self.halted_until = trade.close_time + self._halt

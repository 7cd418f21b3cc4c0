"""The profit of all closed trades, without adding them up in every loop."""

from datetime import datetime, timedelta

from freqtrade.persistence import Trade

from freqtrade_riskguard.adapters.account.trades import closed_profit_quote, closing_mark

_LOOK_EVERY = timedelta(minutes=1)


class ClosedProfit:
    """Adds up again when a trade has closed, and each minute: old ones may be corrected or deleted.

    In a backtest freqtrade itself keeps the sum.
    """

    def __init__(self) -> None:
        self._mark: object = None
        self._looked: datetime | None = None
        self._quote = 0.0

    def quote(self, time: datetime) -> float:
        """Return the profit at ``time``, costs included."""
        if not Trade.use_db:
            return closed_profit_quote()
        mark = closing_mark()
        is_old = self._looked is None or not timedelta(0) <= time - self._looked < _LOOK_EVERY
        if is_old or mark != self._mark:
            self._quote = closed_profit_quote()
            self._mark, self._looked = mark, time
        return self._quote

"""The usual outcome of an entry, for entries that were never made."""

from bisect import bisect_left, bisect_right
from datetime import datetime
from itertools import accumulate
from math import nan
from statistics import median

from freqtrade_riskguard.backtest_result.result import Result


class TypicalSize:
    """The median notional of a result's trades as a share of its account."""

    def __init__(self, result: Result) -> None:
        # Trades come in the order in which they closed.
        self._closes = [trade.close_time for trade in result.trades]
        self._balances = list(
            accumulate(
                (trade.profit_quote for trade in result.trades),
                initial=result.starting_balance_quote,
            )
        )
        shares = [
            trade.stake_quote * trade.leverage / balance
            for trade in result.trades
            # What closed as it opened has not paid for it.
            if (balance := self._balances[bisect_left(self._closes, trade.open_time)]) > 0
        ]
        self.share = median(shares) if shares else nan

    def notional_at(self, time: datetime) -> float:
        """Return the notional that an entry would have had, quote units.

        Formula: the median of notional / account at the entry, times the account of closed trades
        at that time. 0 with an account that was gone; NaN without trades.
        """
        balance = self._balances[bisect_right(self._closes, time)]
        return self.share * max(balance, 0.0)

"""The account as of the start of the bot's loop."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf, isfinite, isnan, nan

from freqtrade_riskguard.snapshot.derived import derived
from freqtrade_riskguard.snapshot.position import Position


@dataclass(frozen=True)
class Account:
    """The account as of the start of the bot's loop; its positions as of the question.

    Attributes
    ----------
    equity_quote : float
        Marked to market: base + realised profit + profit of open trades (fees and funding in).
    wallet_quote : float
        What freqtrade's wallet holds, without the profit of open trades.
    free_quote : float
        What of it is not bound in positions and orders.
    day_start_equity_quote, week_start_equity_quote : float
        Equity at the start of the current UTC day and week (from Monday), or at the bot's first
        loop in it.
    peak_equity_quote : float
        The highest equity so far, moved with deposits and withdrawals.
    open_trades : int
        Number of open trades.
    slots : float
        How many trades the bot may have open; infinite for no limit.
    funding_paid_quote : float
        Paid by all trades within the funding breaker's lookback; what was received is not counted.
    basis : str
        What the marks are: ``"candle close"``, ``"live"`` or ``"closed trades"``.
    positions : tuple of Position
        The open ones.
    candle : timedelta
        Length of the strategy's candles.
    out_of_reach : str
        Why no entry can be made as long as the drawdown lasts; empty where one can.
    floors_reached : frozenset of str
        The rules that have closed positions since the last look, at the equity they had named.
    """

    time: datetime
    equity_quote: float
    wallet_quote: float
    day_start_equity_quote: float
    open_trades: int
    funding_paid_quote: float
    basis: str
    week_start_equity_quote: float = nan
    peak_equity_quote: float = nan
    free_quote: float = nan
    slots: float = inf
    positions: tuple[Position, ...] = ()
    candle: timedelta = timedelta(0)
    out_of_reach: str = ""
    floors_reached: frozenset[str] = frozenset()

    @derived
    def sizing_equity_quote(self) -> float:
        """The equity that stakes are sized on: open profit is not yet money to bet.

        NaN where either is unknown, which sizes nothing.
        """
        if isnan(self.equity_quote) or isnan(self.wallet_quote):
            return nan
        return min(self.equity_quote, self.wallet_quote)

    @derived
    def drawdown_ratio(self) -> float:
        """Fall from the peak as a fraction of it; NaN where unknown, 1 without a positive peak."""
        peak, equity = self.peak_equity_quote, self.equity_quote
        if not (isfinite(equity) and isfinite(peak)):
            return nan
        return max(0.0, (peak - equity) / peak) if peak > 0 else 1.0

    @derived
    def maintenance_quote(self) -> float:
        """Maintenance margin of all positions."""
        return sum([position.maintenance_quote for position in self.positions])

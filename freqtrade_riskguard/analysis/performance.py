"""A run's performance figures in one place, each with what it is measured on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import inf, nan

import numpy as np

from freqtrade_riskguard.adapters.backtests.performance_ratios import performance_ratios
from freqtrade_riskguard.analysis.disclaimer import CANDLE_CLOSE, CLOSED
from freqtrade_riskguard.analysis.equity_curve import EquityCurve
from freqtrade_riskguard.backtest_result.candles import FloatArray
from freqtrade_riskguard.backtest_result.result import Result, Trade
from freqtrade_riskguard.engine.decision_stats import Halt, LockedDuration

# Locks end one second before the moment that is meant.
_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MonthlyReturn:
    """The return of a UTC month: equity at its end / at its start - 1; NaN where none was left."""

    year: int
    month: int
    return_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """The performance of a run. NaN is *unknown* or *not defined*, never 0.

    Attributes
    ----------
    result_ratio : float
        Final / starting balance - 1, closed trades.
    marked_drawdown_ratio : float
        The deepest fall from a peak / that peak, candle close; at least 0. NaN without candles.
    worst_day_ratio : float
        The lowest equity of a UTC day / that at its start - 1, candle close; at most 0. NaN without
        candles.
    result_to_drawdown : float
        ``result_ratio / marked_drawdown_ratio``. NaN where that is unknown or 0.
    cagr, sharpe, sortino, calmar : float
        freqtrade's own, closed trades; see
        :func:`~freqtrade_riskguard.adapters.backtests.performance_ratios.performance_ratios`.
    win_rate : float
        Trades with a profit after all costs / all trades. NaN without trades.
    profit_factor : float
        Sum of profits / sum of losses, closed trades. Infinite without a loser; NaN where no trade
        won or lost.
    max_leverage, mean_leverage : float
        The highest that a trade was opened with, and the mean weighted by the time that each trade
        was open. NaN without trades.
    days_halted : int
        Whole days that a halt in force stopped all trading.
    monthly_returns : tuple of MonthlyReturn
        Every month of the run, oldest first.
    monthly_basis : str
        What they are measured on: ``"candle close"``, or ``"closed trades"`` without candles.
    """

    result_ratio: float
    marked_drawdown_ratio: float
    worst_day_ratio: float
    result_to_drawdown: float
    cagr: float
    sharpe: float
    sortino: float
    calmar: float
    win_rate: float
    profit_factor: float
    max_leverage: float
    mean_leverage: float
    days_halted: int
    monthly_returns: tuple[MonthlyReturn, ...]
    monthly_basis: str


def performance_of(
    result: Result, marked: EquityCurve | None, halts: Sequence[Halt] = ()
) -> Performance:
    """Compute the performance figures of a result.

    Parameters
    ----------
    marked : EquityCurve or None
        The account at every candle's close; None where candles are missing.
    halts : sequence of Halt
        Those that only observed do not count.
    """
    profits = np.array([trade.profit_quote for trade in result.trades], dtype=np.float64)
    total = float(profits.sum()) / result.starting_balance_quote
    drawdown = nan if marked is None else marked.max_drawdown_ratio
    ratios = performance_ratios(result)
    return Performance(
        result_ratio=total,
        marked_drawdown_ratio=drawdown,
        worst_day_ratio=nan if marked is None else marked.worst_day_ratio,
        result_to_drawdown=total / drawdown if drawdown > 0 else nan,
        cagr=ratios.cagr,
        sharpe=ratios.sharpe,
        sortino=ratios.sortino,
        calmar=ratios.calmar,
        win_rate=win_rate(profits),
        profit_factor=profit_factor(profits),
        max_leverage=max((trade.leverage for trade in result.trades), default=nan),
        mean_leverage=_mean_leverage(result.trades),
        days_halted=_days_halted(halts, result.end),
        monthly_returns=_monthly_returns(result, marked),
        monthly_basis=CLOSED if marked is None else CANDLE_CLOSE,
    )


def win_rate(profits_quote: FloatArray) -> float:
    """Return the share of trades with a profit; NaN without trades."""
    return float((profits_quote > 0).mean()) if profits_quote.size else nan


def profit_factor(profits_quote: FloatArray) -> float:
    """Return the sum of profits / the sum of losses; infinite without a loser, NaN without both."""
    won_quote = float(profits_quote[profits_quote > 0].sum())
    lost_quote = -float(profits_quote[profits_quote < 0].sum())
    if lost_quote > 0:
        return won_quote / lost_quote
    return inf if won_quote > 0 else nan


def _mean_leverage(trades: Sequence[Trade]) -> float:
    if not trades:
        return nan
    seconds = [(trade.close_time - trade.open_time).total_seconds() for trade in trades]
    leverages = [trade.leverage for trade in trades]
    # All closed in the candle in which they were opened: no time to weigh by.
    return float(np.average(leverages, weights=seconds if sum(seconds) > 0 else None))


def _days_halted(halts: Sequence[Halt], end: datetime) -> int:
    halted = LockedDuration()
    for halt in sorted(halts, key=lambda each: each.since):
        if halt.enforced:
            halted.add(halt.since, halt.until + _SECOND)
    return halted.until(end) // _DAY


def _monthly_returns(result: Result, marked: EquityCurve | None) -> tuple[MonthlyReturn, ...]:
    if marked is not None:
        times, equity = marked.opened_at, marked.equity_quote
    else:
        # Trades come in the order in which they closed.
        closes = [int(trade.close_time.timestamp()) for trade in result.trades]
        times = np.array(closes, dtype=np.int64)
        profits = [trade.profit_quote for trade in result.trades]
        equity = result.starting_balance_quote + np.cumsum(profits, dtype=np.float64)
    found, before = [], result.starting_balance_quote
    last = max([result.end, *(trade.close_time for trade in result.trades)])
    year, month = result.start.year, result.start.month
    while (year, month) <= (last.year, last.month):
        following = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004 - December
        end = int(datetime(*following, day=1, tzinfo=UTC).timestamp())
        place = int(times.searchsorted(end)) - 1
        after = float(equity[place]) if place >= 0 else before
        found.append(MonthlyReturn(year, month, after / before - 1 if before > 0 else nan))
        (year, month), before = following, after
    return tuple(found)

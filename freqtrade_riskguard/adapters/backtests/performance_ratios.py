"""freqtrade's own performance ratios of a backtest, as its result table prints them."""

from dataclasses import dataclass
from math import nan

import pandas as pd
from freqtrade.data.metrics import (
    calculate_cagr,
    calculate_calmar,
    calculate_sharpe,
    calculate_sortino,
)

from freqtrade_riskguard.backtest_result.result import Result

# What freqtrade answers where a ratio has no denominator.
_UNDEFINED = -100.0


@dataclass(frozen=True, slots=True)
class PerformanceRatios:
    """Ratios of closed trades; NaN where they are not defined.

    Attributes
    ----------
    cagr : float
        Compound annual growth rate, 365 days a year.
    sharpe, sortino, calmar : float
        "Sharpe (closed trades)" and so on in freqtrade's table.
    """

    cagr: float
    sharpe: float
    sortino: float
    calmar: float


def performance_ratios(result: Result) -> PerformanceRatios:
    """Compute freqtrade's ratios of a result's closed trades.

    Notes
    -----
    Formulas of ``freqtrade.data.metrics``, with ``d`` the whole days of the backtest (at least 1),
    ``r_i`` the profit of each trade / the starting balance and ``m = sum(r_i) / d``:

    - CAGR: ``(final / start) ** (365 / d) - 1``;
    - Sharpe: ``m / std(r) * sqrt(365)``;
    - Sortino: ``m / std(r of the losers) * sqrt(365)``;
    - Calmar: ``100 * m / drawdown * sqrt(365)``, where drawdown is that of closed trades, relative
      to the peak, at the deepest fall in quote units.

    ``std`` is that of the population, over trades, not days. freqtrade answers 0 or -100 where a
    ratio has no trades, no time or no denominator; here that is NaN.
    """
    start, profits = result.starting_balance_quote, [each.profit_quote for each in result.trades]
    final, days = start + sum(profits), (result.end - result.start).days or 1
    if not profits or result.start >= result.end:
        return PerformanceRatios(nan, nan, nan, nan)
    trades = pd.DataFrame(
        {"profit_abs": profits, "close_date": [trade.close_time for trade in result.trades]}
    )
    period = trades, result.start, result.end, start
    cagr = float(calculate_cagr(days, start, final))
    return PerformanceRatios(
        # It answers 0 for a lost account and for what is too large for a number.
        cagr=nan if cagr == 0.0 and final != start else cagr,
        sharpe=_defined(calculate_sharpe(*period)),
        sortino=_defined(calculate_sortino(*period)),
        calmar=_defined(calculate_calmar(*period)),
    )


def _defined(ratio: float) -> float:
    return nan if ratio == _UNDEFINED else float(ratio)

"""The figures of a backtest, counted from its closed trades."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from freqtrade_riskguard.backtest_result.candles import FloatArray
from freqtrade_riskguard.backtest_result.result import LIQUIDATION, Result


@dataclass(frozen=True, slots=True)
class ClosedTradeFigures:
    """The figures of one backtest. All losses are those of closed trades.

    Attributes
    ----------
    worst_trade_ratio : float
        The largest loss of a trade / the account before it closed; 0 where none lost.
    worst_day_ratio : float
        The largest loss of a UTC day / the account at its start; 0 where none lost.
    max_drawdown_ratio : float
        The deepest fall of the account from its peak / that peak.
    locks : int or None
        How many locks came into force; None where they were not recorded.
    """

    trades: int
    liquidations: int
    worst_trade_ratio: float
    worst_day_ratio: float
    max_drawdown_ratio: float
    starting_balance_quote: float
    final_balance_quote: float
    max_leverage: float
    locks: int | None


def outcome_of(
    *,
    profits_quote: Sequence[float],
    close_times: Sequence[datetime],
    exit_reasons: Sequence[str],
    leverages: Sequence[float],
    starting_balance_quote: float,
    locks: int | None,
) -> ClosedTradeFigures:
    """Count a backtest's figures.

    Parameters
    ----------
    profits_quote, close_times, exit_reasons, leverages : sequence, shape (n_trades,)
        Of the closed trades, in any order; profits with all costs.
    starting_balance_quote : float
        The account before the first trade.
    locks : int or None
        How many locks came into force; None where they were not recorded.

    Returns
    -------
    ClosedTradeFigures
        Without trades: zeros, and the balance as it was.
    """
    order = sorted(range(len(profits_quote)), key=lambda index: close_times[index])
    profits = np.array([profits_quote[index] for index in order], dtype=np.float64)
    before = starting_balance_quote + np.concatenate(([0.0], np.cumsum(profits)))[:-1]
    after = before + profits
    peak = np.maximum.accumulate(np.concatenate(([starting_balance_quote], after)))[1:]
    days = np.array([close_times[index].toordinal() for index in order], dtype=np.int64)
    starts = np.flatnonzero(np.diff(days, prepend=-1))
    day_profits = np.add.reduceat(profits, starts) if len(profits) else profits
    return ClosedTradeFigures(
        trades=len(profits),
        liquidations=sum(reason == LIQUIDATION for reason in exit_reasons),
        worst_trade_ratio=_worst(_shares(profits, before)),
        worst_day_ratio=_worst(_shares(day_profits, before[starts])),
        max_drawdown_ratio=-_worst(after / peak - 1),
        starting_balance_quote=starting_balance_quote,
        final_balance_quote=starting_balance_quote + float(profits.sum()),
        max_leverage=max(leverages, default=0.0),
        locks=locks,
    )


def result_outcome(
    result: Result,
    profits_quote: Sequence[float] | None = None,
    exit_reasons: Sequence[str] | None = None,
) -> ClosedTradeFigures:
    """Count the figures of a stored backtest.

    Parameters
    ----------
    profits_quote, exit_reasons : sequence, shape (n_trades,), optional
        Others than those of the backtest, in the order of its trades.
    """
    trades = result.trades
    return outcome_of(
        profits_quote=[trade.profit_quote for trade in trades]
        if profits_quote is None
        else profits_quote,
        close_times=[trade.close_time for trade in trades],
        exit_reasons=[trade.exit_reason for trade in trades]
        if exit_reasons is None
        else exit_reasons,
        leverages=[trade.leverage for trade in trades],
        starting_balance_quote=result.starting_balance_quote,
        locks=len(result.pauses) if result.has_locks else None,
    )


def _shares(quotes: FloatArray, before: FloatArray) -> FloatArray:
    """Return amounts as shares of the account before them; 0 of an account that was gone."""
    return np.divide(quotes, before, out=np.zeros_like(before), where=before > 0)


def _worst(ratios: FloatArray) -> float:
    """Return the lowest of the ratios, or 0 where none is below."""
    return min(float(ratios.min(initial=0.0)), 0.0)

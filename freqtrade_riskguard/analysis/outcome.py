"""What a backtest did to an account, counted from its closed trades."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of one backtest. All losses are those of closed trades.

    Attributes
    ----------
    worst_trade_ratio : float
        The largest loss of a trade / the account before it closed; 0 where none lost.
    worst_day_ratio : float
        The largest loss of a UTC day / the account at its start; 0 where none lost.
    max_drawdown_ratio : float
        The deepest fall of the account from its peak / that peak.
    """

    trades: int
    liquidations: int
    worst_trade_ratio: float
    worst_day_ratio: float
    max_drawdown_ratio: float
    starting_balance_quote: float
    final_balance_quote: float
    max_leverage: float
    locks: int


def outcome_of(
    *,
    profits_quote: Sequence[float],
    close_times: Sequence[datetime],
    exit_reasons: Sequence[str],
    leverages: Sequence[float],
    starting_balance_quote: float,
    locks: int,
) -> Outcome:
    """Count a backtest's figures.

    Parameters
    ----------
    profits_quote, close_times, exit_reasons, leverages : sequence, shape (n_trades,)
        Of the closed trades, in any order; profits with all costs.
    starting_balance_quote : float
        The account before the first trade.
    locks : int
        How many locks came into force.

    Returns
    -------
    Outcome
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
    return Outcome(
        trades=len(profits),
        liquidations=sum(reason == "liquidation" for reason in exit_reasons),
        worst_trade_ratio=_worst(profits / before),
        worst_day_ratio=_worst(day_profits / before[starts]),
        max_drawdown_ratio=-_worst(after / peak - 1),
        starting_balance_quote=starting_balance_quote,
        final_balance_quote=starting_balance_quote + float(profits.sum()),
        max_leverage=max(leverages, default=0.0),
        locks=locks,
    )


def _worst(ratios: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Return the lowest of the ratios, or 0 where none is below."""
    return min(float(ratios.min(initial=0.0)), 0.0)

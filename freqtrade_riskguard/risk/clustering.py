"""How much trades tell that are not independent: those of one day and side fall together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

_RESAMPLES = 1_000
_SEED = 0  # fixed: backtest, dry-run, live and a restart must come to the same verdict


def effective_trades(clusters: Iterable[tuple[int, int]]) -> float:
    """Return the number of independent trades that would tell as much about the win rate.

    Parameters
    ----------
    clusters : iterable of (int, int)
        Trades and wins of each day and side; clusters without trades are left out.

    Returns
    -------
    float
        At most the number of trades, and that number where the clusters do not differ by more than
        chance. The number of clusters (of equal size) where the trades of each went the same way,
        and also where nothing is known: a single cluster, or wins only, or losses only. 0.0 without
        trades.

    Notes
    -----
    Formula: ``n / (1 + (sum(m^2)/n - 1) * rho)`` with m the sizes of the clusters and rho their
    intraclass correlation from the analysis of variance, inside [0, 1]. Kish (1965), Fisher (1925).
    """
    counted = [(trades, wins) for trades, wins in clusters if trades > 0]
    total = sum(trades for trades, _ in counted)
    if total <= len(counted):
        return float(total)
    mean_size = sum(trades * trades for trades, _ in counted) / total
    return total / (1.0 + (mean_size - 1.0) * _intraclass_correlation(counted, total, mean_size))


def _intraclass_correlation(
    clusters: Sequence[tuple[int, int]], total: int, mean_size: float
) -> float:
    groups = len(clusters)
    if groups == 1:
        return 1.0
    wins = sum(won for _, won in clusters)
    within_clusters = sum(won * won / trades for trades, won in clusters)
    between = (within_clusters - wins * wins / total) / (groups - 1)
    within = (wins - within_clusters) / (total - groups)
    typical_size = (total - mean_size) / (groups - 1)
    spread = between + (typical_size - 1.0) * within
    if not spread > 0.0:
        return 1.0
    return min(1.0, max(0.0, (between - within) / spread))


def gain_probability(day_sums: Sequence[float]) -> float:
    """Return how likely days like these would have gained in sum: a bootstrap of whole days.

    Parameters
    ----------
    day_sums : sequence of float
        The sum of the trades' returns of each day, finite.

    Returns
    -------
    float
        Share of 1,000 resamples (of as many days, with replacement) whose sum is above 0, the same
        for the same days; 1.0 without days: then nothing speaks against a gain.

    Notes
    -----
    Efron (1979), with the day as the block: what falls together is drawn together.
    """
    if not day_sums:
        return 1.0
    sums = np.asarray(day_sums, dtype=np.float64)
    generator = np.random.Generator(np.random.PCG64(_SEED))
    picks = generator.integers(0, sums.size, size=(_RESAMPLES, sums.size))
    return float(np.mean(sums[picks].sum(axis=1) > 0.0))

"""Edges per pair, pooled where a pair has too few trades."""

from __future__ import annotations

from freqtrade_riskguard.risk.edge import Edge
from freqtrade_riskguard.risk.edge_estimator import NINETY_DAYS_SECONDS, EdgeEstimator


class EdgeBook:
    """Edges per pair, with the account's pooled edge where a pair has too few trades.

    Parameters
    ----------
    max_age_seconds, max_trades, min_trades, prior_trades, confidence
        As for :class:`EdgeEstimator`, for the pool and each pair alike.
    """

    __slots__ = ("_make", "_min_trades", "_pairs", "_pool")

    def __init__(
        self,
        max_age_seconds: float = NINETY_DAYS_SECONDS,
        max_trades: int = 200,
        min_trades: int = 30,
        *,
        prior_trades: float = 20.0,
        confidence: float = 0.90,
    ) -> None:
        """Begin without trades."""
        self._make = (max_age_seconds, max_trades, min_trades, prior_trades, confidence)
        self._min_trades = min_trades
        self._pool = self._estimator()
        self._pairs: dict[str, EdgeEstimator] = {}

    def _estimator(self) -> EdgeEstimator:
        age, most, least, prior, confidence = self._make
        return EdgeEstimator(age, most, least, prior_trades=prior, confidence=confidence)

    def add(self, pair: str, close_time: float, return_ratio: float) -> None:
        """Add one closed trade of a pair; see :meth:`EdgeEstimator.add`."""
        self._pool.add(close_time, return_ratio)
        if pair not in self._pairs:
            self._pairs[pair] = self._estimator()
        self._pairs[pair].add(close_time, return_ratio)

    def edge(self, pair: str, now: float) -> Edge:
        """Give the pair's own edge where it has `min_trades` at that moment, else the pooled one.

        Parameters
        ----------
        pair : str
            Need not have traded yet.
        now : float
            Epoch seconds.

        Returns
        -------
        Edge

        Raises
        ------
        ValueError
            For NaN.
        """
        own = self._pairs.get(pair)
        if own is not None:
            edge = own.edge(now)
            if edge.trades >= self._min_trades:
                return edge
        return self._pool.edge(now)

    def pooled_edge(self, now: float) -> Edge:
        """Give the edge over all pairs; see :meth:`EdgeEstimator.edge`."""
        return self._pool.edge(now)

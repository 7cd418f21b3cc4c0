"""Edges per pair, pooled where a pair has too few trades."""

from __future__ import annotations

from freqtrade_riskguard.risk.edge import DISPROVING_TRADES, Edge, EdgeState
from freqtrade_riskguard.risk.edge_estimator import NINETY_DAYS_SECONDS, EdgeEstimator
from freqtrade_riskguard.risk.evidence import NO_EVIDENCE, Evidence

_BANNED = (EdgeState.DISPROVEN, EdgeState.PROBATION)


class EdgeBook:
    """Edges per pair, with the account's pooled edge where a pair has too few trades.

    Parameters
    ----------
    max_age_seconds, max_trades, min_trades, prior_trades, confidence
        As for :class:`EdgeEstimator`, for the pool and each pair alike.
    sparse_age_seconds : float, default 0
        The same, for the pool: a pair with few trades is judged by the pool.
    evidence : Evidence, optional
        Trades of backtests, which count with those of the pool.
    """

    __slots__ = ("_blended", "_evidence", "_make", "_min_trades", "_pairs", "_pool")

    def __init__(
        self,
        max_age_seconds: float = NINETY_DAYS_SECONDS,
        max_trades: int = 200,
        min_trades: int = 30,
        *,
        prior_trades: float = 20.0,
        confidence: float = 0.90,
        sparse_age_seconds: float = 0.0,
        evidence: Evidence = NO_EVIDENCE,
    ) -> None:
        """Begin without own trades."""
        self._make = (max_age_seconds, max_trades, min_trades, prior_trades, confidence)
        self._min_trades = min_trades
        self._pool = self._estimator(sparse_age_seconds)
        self._pairs: dict[str, EdgeEstimator] = {}
        self._evidence = evidence
        self._blended: tuple[object, Edge] | None = None

    def _estimator(self, sparse_age_seconds: float = 0.0) -> EdgeEstimator:
        age, most, least, prior, confidence = self._make
        return EdgeEstimator(
            age,
            most,
            least,
            prior_trades=prior,
            confidence=confidence,
            sparse_age_seconds=sparse_age_seconds,
        )

    def add(self, pair: str, close_time: float, return_ratio: float, side: int = 0) -> None:
        """Add one closed trade of a pair; see :meth:`EdgeEstimator.add`."""
        self._pool.add(close_time, return_ratio, side)
        if pair not in self._pairs:
            self._pairs[pair] = self._estimator()
        self._pairs[pair].add(close_time, return_ratio, side)

    def edge(self, pair: str, now: float) -> Edge:
        """Return the pair's own edge where it has `min_trades` at that moment, else the pooled one.

        A pair whose own edge was disproven is held to its own trades until that has aged out. One
        that has proven none, and has too few trades to be disproven by itself, is held to the pool
        where that is disproven or on probation: else an account that loses everywhere would go on
        until each pair has lost long enough.

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
            is_judged = edge.state is EdgeState.PROVEN or edge.trades >= DISPROVING_TRADES
            if edge.ban_age_days is not None or (edge.trades >= self._min_trades and is_judged):
                return edge
            if edge.trades >= self._min_trades:
                pooled = self._pool.edge(now)
                return pooled if pooled.state in _BANNED else edge
        return self._with_evidence(self._pool.edge(now), now)

    def _with_evidence(self, own: Edge, now: float) -> Edge:
        """Return the pooled edge with what is borrowed; a disproven one stands by itself."""
        if own.ban_age_days is not None or own.state in _BANNED or not self._evidence:
            return own
        start, end = self._pool.counted(now)
        places = self._evidence.counted(own.trades, now)
        # It changes with a trade only, and is asked for at every entry.
        key = len(self._pool), start, end, places
        if self._blended is None or self._blended[0] != key:
            blended = self._evidence.blend(own, self._pool.rows(start, end), places)
            self._blended = key, blended
        return self._blended[1]

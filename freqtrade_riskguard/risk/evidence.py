"""Trades of backtests beside the account's own: borrowed until there are enough of those."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import accumulate
from math import fsum

from freqtrade_riskguard.risk._edge_window import EdgeWindow, Row
from freqtrade_riskguard.risk.borrowed import Borrowed
from freqtrade_riskguard.risk.edge import Edge, EdgeState

# So many own losers, in a record that has lost in sum, and nothing is borrowed any more.
OVERRULING_LOSERS = 10
_ROUNDING = 1e-9

WeightedRow = tuple[float, float, int, float]
"""Close time in epoch seconds, return, side, and weight."""


class Evidence:
    """Trades of backtests, each with the weight that it has beside one of the account's own.

    Parameters
    ----------
    trades : iterable of (float, float, int, float)
        Close time in epoch seconds, return (a fraction of the notional, costs included), side and
        weight. Those of weight 0 are left out.
    most : float
        The sum of the weights that count at a time, without any own trade.
    """

    __slots__ = ("_most", "_rows", "_sums", "_times", "_weights")

    def __init__(self, trades: Iterable[WeightedRow] = (), most: float = 0.0) -> None:
        """Put the trades in the order of their closes."""
        kept = sorted(trade for trade in trades if trade[3] > 0.0)
        self._most = most
        self._rows: list[Row] = [trade[:3] for trade in kept]
        self._times = [trade[0] for trade in kept]
        self._weights = [trade[3] for trade in kept]
        self._sums = list(accumulate(self._weights, initial=0.0))

    def __bool__(self) -> bool:
        """Whether there is any trade that may count."""
        return bool(self._rows)

    def counted(self, own_trades: int, now: float) -> tuple[int, int]:
        """Return the places of the trades that count at a moment: the newest that had closed.

        Parameters
        ----------
        own_trades : int
            Each takes the place of one trade's weight.
        now : float
            Epoch seconds. What closed at that moment or later does not count.
        """
        end = bisect_left(self._times, now)
        room = max(0.0, self._most - own_trades)
        start = bisect_left(self._sums, self._sums[end] - room - _ROUNDING, 0, end)
        return start, end

    def blend(self, own: Edge, rows: Sequence[Row], places: tuple[int, int]) -> Edge:
        """Return the edge of the account's own trades and of what is borrowed, together.

        Parameters
        ----------
        own : Edge
            Of the account's own trades, not disproven.
        rows : sequence of (float, float, int)
            Those trades.
        places : (int, int)
            See :meth:`counted`.

        Returns
        -------
        Edge
            The own one where nothing counts, or where the own trades overrule it: ten losers or
            more, and a loss in the sum of the returns.
        """
        losers = own.trades - own.wins
        if losers >= OVERRULING_LOSERS and fsum(row[1] for row in rows) < 0.0:
            return replace(own, borrowed=Borrowed(overruled=True))
        start, end = places
        if start == end:
            return own
        weights = self._weights[start:end]
        borrowed = self._rows[start:end]
        weighted = [(row[1], 1.0) for row in rows]
        weighted += [(row[1], weight) for row, weight in zip(borrowed, weights, strict=True)]
        won = fsum(weight for row, weight in zip(borrowed, weights, strict=True) if row[1] > 0.0)
        edge = replace(
            own,
            mean_win=_mean([each for each in weighted if each[0] > 0.0]),
            mean_loss=abs(_mean([each for each in weighted if each[0] <= 0.0])),
            effective_trades=None,
            borrowed=Borrowed(trades=end - start, weight=fsum(weights), win_weight=won),
        )
        if edge.state is not EdgeState.PROVEN:
            # Trades that fall together prove less, never more.
            return edge
        # Of each record the share that is independent.
        worth = _independent(rows) + _independent(borrowed) / len(borrowed) * fsum(weights)
        edge = replace(edge, effective_trades=worth)
        if edge.state is not EdgeState.PROVEN:
            return edge
        exposure = edge.exposure_over(*zip(*weighted, strict=True))
        return replace(edge, returns_exposure=exposure)


NO_EVIDENCE = Evidence()


def _mean(weighted: Sequence[tuple[float, float]]) -> float:
    total = fsum(weight for _, weight in weighted)
    return fsum(value * weight for value, weight in weighted) / total if total else 0.0


def _independent(rows: Sequence[Row]) -> float:
    """Return how many independent trades some are worth, by day and side."""
    window = EdgeWindow()
    window.move_to(rows, 0, len(rows))
    return window.effective_trades

"""The edge of a stream of closed trades, kept up to date in constant time per trade."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import replace

from freqtrade_riskguard.risk._edge_window import DAY_SECONDS, EdgeWindow, Row
from freqtrade_riskguard.risk.clustering import gain_probability
from freqtrade_riskguard.risk.edge import DISPROVING_TRADES, Edge, EdgeState

NINETY_DAYS_SECONDS = 90.0 * DAY_SECONDS
# A fast strategy makes its newest trades within a few days; whether it has an edge at all is judged
# by all trades of so many days at least, else it could never be disproven.
_JUDGED_DAYS = 28


class EdgeEstimator:
    """The edge over the latest trades, up to any moment.

    Sums never drift: the answer is the one that a fresh estimator would give. Trades may be added
    out of order and moments asked about in any order; forward in time both cost constant amortised
    time. Every trade is kept (about 100 bytes), so that going back in time is answered too.

    Every trade's close is judged: where the record is disproven, what came before is put aside and
    a new record begins, so that whoever reads the trades anew comes to the same ban.

    Parameters
    ----------
    max_age_seconds : float, default 90 days
        A trade that closed longer before the moment is no longer counted.
    max_trades : int, default 200
        Of those left, the newest so many count.
    min_trades, prior_trades, confidence
        Handed to :class:`Edge`.
    sparse_age_seconds : float, default 0
        Where fewer than `min_trades` are left, the newest so many of this time count; no more than
        `max_age_seconds` has no effect.

    Raises
    ------
    ValueError
        For a window that holds nothing.
    """

    __slots__ = (
        "_bans",
        "_confidence",
        "_judged",
        "_judged_window",
        "_known",
        "_max_age_seconds",
        "_max_trades",
        "_min_trades",
        "_prior_trades",
        "_returns",
        "_rows",
        "_sparse_age_seconds",
        "_times",
        "_window",
    )

    def __init__(
        self,
        max_age_seconds: float = NINETY_DAYS_SECONDS,
        max_trades: int = 200,
        min_trades: int = 30,
        *,
        prior_trades: float = 20.0,
        confidence: float = 0.90,
        sparse_age_seconds: float = 0.0,
    ) -> None:
        """Begin without trades."""
        if not (max_age_seconds > 0.0 and max_trades >= 1):
            raise ValueError(f"the window is empty: {max_age_seconds} seconds, {max_trades} trades")
        self._max_age_seconds = max_age_seconds
        self._max_trades = max_trades
        self._min_trades = min_trades
        self._prior_trades = prior_trades
        self._confidence = confidence
        self._sparse_age_seconds = sparse_age_seconds
        self._times: list[float] = []
        self._returns: list[float] = []
        self._rows: list[Row] = []
        self._window, self._judged_window = EdgeWindow(), EdgeWindow()
        self._judged = 0  # so many of the trades have been judged
        self._bans: list[tuple[int, Edge]] = []  # the newest trade of a disproven record, and that
        self._known: tuple[int, int, Edge] | None = None  # start, end and what was last answered

    def __len__(self) -> int:
        """Trades added so far, counted now or not."""
        return len(self._times)

    def add(self, close_time: float, return_ratio: float, side: int = 0) -> None:
        """Add one closed trade.

        Parameters
        ----------
        close_time : float
            Epoch seconds.
        return_ratio : float
            Profit with all costs as a fraction of the notional; above 0 is a win, else a loss.
        side : int, default 0
            +1 long, -1 short; trades of one day and side count as falling together.

        Raises
        ------
        ValueError
            When time or return is NaN or infinite.
        """
        if not (math.isfinite(close_time) and math.isfinite(return_ratio)):
            raise ValueError(
                f"a closed trade needs finite numbers, got {return_ratio!r} at {close_time!r}"
            )
        place = bisect_right(self._times, close_time)
        row = (close_time, return_ratio, side)
        self._times.insert(place, close_time)
        self._returns.insert(place, return_ratio)
        self._rows.insert(place, row)
        self._known = None
        self._window.insert(place, row)
        self._judged_window.insert(place, row)
        if place < self._judged:
            # What came after it is judged again.
            self._judged = place
            while self._bans and self._bans[-1][0] >= place:
                self._bans.pop()

    def edge(self, now: float) -> Edge:
        """Return the edge as it was known at a moment.

        Parameters
        ----------
        now : float
            Epoch seconds. Trades that close later are not counted.

        Returns
        -------
        Edge
            While a ban lasts, the record that was disproven; after it, the one since.

        Raises
        ------
        ValueError
            For NaN.
        """
        if math.isnan(now):
            raise ValueError("`now` must be a time, got NaN")
        end = bisect_right(self._times, now)
        while self._judged < end:
            self._judge(self._judged + 1)
        began = self._ban_before(end, now)
        if began is None:
            start, ban_age_days = self._start(0, end, now), None
        else:
            last, disproven = self._bans[began]
            ban_age_days = (now - self._times[last]) / DAY_SECONDS
            banned = replace(disproven, ban_age_days=ban_age_days)
            if banned.state is EdgeState.DISPROVEN:
                return banned
            start = self._start(last + 1, end, now)
        edge = self._estimate(start, end)
        if ban_age_days is None and edge.state is EdgeState.DISPROVEN:
            # The wins have aged out since the last trade, from which the ban counts.
            ban_age_days = (now - self._times[end - 1]) / DAY_SECONDS
        return edge if ban_age_days is None else replace(edge, ban_age_days=ban_age_days)

    def counted(self, now: float) -> tuple[int, int]:
        """Return the places of the trades that count at a moment where no edge was disproven."""
        end = bisect_right(self._times, now)
        return self._start(0, end, now), end

    def rows(self, start: int, end: int) -> list[Row]:
        """Return the trades of some places, oldest first."""
        return self._rows[start:end]

    def _start(self, first: int, end: int, now: float) -> int:
        """Return where the trades begin that count at a moment, none before ``first``."""
        start = max(self._oldest(now, self._max_age_seconds), end - self._max_trades, first)
        if end - start < self._min_trades and self._sparse_age_seconds > self._max_age_seconds:
            sparse = self._oldest(now, self._sparse_age_seconds)
            start = min(start, max(sparse, end - self._min_trades, first))
        return min(start, end)

    def _oldest(self, now: float, age_seconds: float) -> int:
        return bisect_left(self._times, now - age_seconds)

    def _estimate(self, start: int, end: int) -> Edge:
        """Return the edge of a stretch; nearly always it is the one of the last question."""
        if self._known is not None and self._known[:2] == (start, end):
            return self._known[2]
        self._window.move_to(self._rows, start, end)
        edge = self._edge_of(self._window)
        if edge.state is EdgeState.PROVEN:
            exposure = edge.exposure_over(self._returns[start:end])
            edge = replace(edge, returns_exposure=exposure)
        self._known = (start, end, edge)
        return edge

    def _edge_of(self, window: EdgeWindow) -> Edge:
        """Return the edge of a window; what takes longer to count is counted where it matters."""
        edge = Edge(
            trades=window.trades,
            wins=window.wins,
            mean_win=window.mean_win,
            mean_loss=window.mean_loss,
            min_trades=self._min_trades,
            prior_trades=self._prior_trades,
            confidence=self._confidence,
        )
        if edge.state in (EdgeState.UNPROVEN, EdgeState.BREAK_EVEN):
            # Trades that fall together prove and disprove less, never more.
            return edge
        edge = replace(edge, effective_trades=window.effective_trades, days=window.days)
        if edge.state is not EdgeState.DISPROVEN:
            return edge
        return replace(edge, gain_probability=gain_probability(window.day_sums))

    def _judge(self, end: int) -> None:
        """Judge the record as it was at the close of its newest trade, the one before ``end``."""
        newest = self._times[end - 1]
        since = (newest // DAY_SECONDS - _JUDGED_DAYS + 1) * DAY_SECONDS
        first = self._bans[-1][0] + 1 if self._bans else 0
        start = max(
            self._oldest(newest, self._max_age_seconds),
            min(end - self._max_trades, bisect_left(self._times, since)),
            first,
        )
        window = self._judged_window
        window.move_to(self._rows, start, end)
        self._judged = end
        if window.trades < max(DISPROVING_TRADES, self._min_trades):
            return
        if window.mean_win * window.wins >= window.mean_loss * (window.trades - window.wins):
            return  # it gained
        edge = self._edge_of(window)
        if edge.state is EdgeState.DISPROVEN:
            self._bans.append((end - 1, edge))

    def _ban_before(self, end: int, now: float) -> int | None:
        """Return the number of the newest ban of the first ``end`` trades; None once it is old."""
        number = bisect_left(self._bans, end, key=lambda ban: ban[0]) - 1
        if number < 0 or now - self._times[self._bans[number][0]] > self._max_age_seconds:
            return None
        return number

"""What else a record of trades might have become: a stationary block bootstrap of its returns."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from freqtrade_riskguard.risk._types import BoolArray, FloatArray

# So many drawn trades are worked on at once: more are slower, they leave the processor's cache.
_CHUNK = 250_000
_SHORTEST_BLOCK = 5


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapPaths:
    """What every drawn path came to; a row for each variant of the record, a column for each path.

    Attributes
    ----------
    log_growth : ndarray
        Logarithm of the account at the end over the account at the start; -inf for nothing left.
    max_drawdown_ratio : ndarray
        The deepest fall from a peak, fraction of the peak, the start counted as one.
    has_marked : ndarray of bool
        Whether a marked trade was drawn.
    """

    log_growth: FloatArray
    max_drawdown_ratio: FloatArray
    has_marked: BoolArray


def mean_block_trades(trades: int) -> float:
    """Return how long the blocks of a record are on average.

    Parameters
    ----------
    trades : int
        Of the record.

    Returns
    -------
    float
        At least 5, so that trades that fall together are drawn together.

    Notes
    -----
    Formula: ``max(5, n^(1/3))``; the cube root is the rate of Politis and Romano (1994).
    """
    return max(float(_SHORTEST_BLOCK), float(trades ** (1 / 3)))


def block_bootstrap(
    returns: FloatArray,
    *,
    length: int,
    paths: int,
    mean_block: float,
    marked: BoolArray | None = None,
    lows: FloatArray | None = None,
    seed: int = 0,
) -> BootstrapPaths:
    """Draw paths of trades from a record, in blocks of random length, and compound them.

    Parameters
    ----------
    returns : ndarray
        Profit of each trade over the account before it, in the order of the record; a row for each
        variant of the record (a leverage, for example). Variants share what is drawn. A loss of 1
        or more leaves nothing.
    length : int
        Trades of a path.
    paths : int
        Number of paths.
    mean_block : float
        Mean number of trades that are drawn in a row, 1 or more; 1 draws each trade by itself.
        Infinite: a path is one block, the record itself from a random trade on, round and round.
    marked : ndarray of bool, optional
        Of the same shape; trades to look out for.
    lows : ndarray, optional
        Of the same shape: the worst that each trade stood at while it was open, over the account
        before it. Counts in drawdowns; without it those are of closed trades.
    seed : int, default 0
        The same seed draws the same paths.

    Returns
    -------
    BootstrapPaths

    Raises
    ------
    ValueError
        For a record without trades or with returns that are not finite, a length or number of paths
        below 1, or a mean block below 1.

    Notes
    -----
    Politis and Romano, *The Stationary Bootstrap* (1994): after each trade a new block begins with
    probability ``1/mean_block``, at a trade drawn uniformly; the record is taken as a circle.
    """
    variants = np.atleast_2d(returns)
    if variants.size == 0 or not np.isfinite(variants).all():
        raise ValueError("a bootstrap needs trades whose returns are all finite")
    if length < 1 or paths < 1 or not mean_block >= 1.0:
        raise ValueError(
            f"length, paths and mean_block must be 1 or more, got {length}, {paths}, {mean_block!r}"
        )
    marks = np.zeros(variants.shape, bool) if marked is None else np.atleast_2d(marked)
    with np.errstate(divide="ignore"):
        logs = np.log1p(np.maximum(variants, -1.0))
        worst = None if lows is None else np.log1p(np.clip(np.atleast_2d(lows), -1.0, 0.0))
    growth, depth = np.empty((len(logs), paths)), np.empty((len(logs), paths))
    hits = np.zeros((len(logs), paths), bool)
    generator = np.random.Generator(np.random.PCG64(seed))
    rows = max(1, _CHUNK // length)
    for begin in range(0, paths, rows):
        drawn = _draw(generator, logs.shape[1], (min(rows, paths - begin), length), mean_block)
        part = slice(begin, begin + len(drawn))
        for variant, log in enumerate(logs):
            walk = np.cumsum(log[drawn], axis=1)
            growth[variant, part] = walk[:, -1]
            peaks = np.maximum(np.maximum.accumulate(walk, axis=1), 0.0)
            depth[variant, part] = np.min(walk - peaks, axis=1)
            if worst is not None:
                # While a trade is open: from the account before it, under the peak until then.
                before = np.concatenate([np.zeros((len(walk), 1)), walk[:, :-1]], axis=1)
                peaks = np.maximum.accumulate(np.maximum(before, 0.0), axis=1)
                marked_depth = np.min(before + worst[variant][drawn] - peaks, axis=1)
                depth[variant, part] = np.minimum(depth[variant, part], marked_depth)
            if marks[variant].any():
                hits[variant, part] = marks[variant][drawn].any(axis=1)
    return BootstrapPaths(growth, -np.expm1(np.minimum(depth, 0.0)), hits)


def _draw(
    generator: np.random.Generator, trades: int, shape: tuple[int, int], mean_block: float
) -> npt.NDArray[np.intp]:
    """Return the trades of some paths, by their places in the record."""
    begins = generator.random(shape, dtype=np.float32) < (
        0.0 if math.isinf(mean_block) else 1.0 / mean_block
    )
    begins[:, 0] = True
    places = np.flatnonzero(begins)
    firsts = generator.integers(trades, size=places.size)
    lasting = np.diff(places, append=begins.size)
    return ((np.repeat(firsts - places, lasting) + np.arange(begins.size)) % trades).reshape(shape)

"""Rolling sums of squares and products about the mean, without any cancellation.

Running sums that add the new value and take the old one away keep the rounding of every large
value that ever passed: after one bad tick a frozen price would never again have a volatility of
exactly 0. Here nothing is taken away. The series is cut into blocks as long as the window, so that
each window is the end of one block and the beginning of the next; both are built up by adding
alone, for all blocks at once, and merged. The work grows with the series, not with the window.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from freqtrade_riskguard.risk._types import FloatArray


@dataclass(slots=True)
class Moments:
    """Sums over some values, element by element.

    Attributes
    ----------
    count : ndarray
        Values that are not NaN.
    mean_x, mean_y : ndarray
        Their means; 0 without values.
    square_x, product : ndarray
        ``sum((x - mean_x)^2)`` and ``sum((x - mean_x) * (y - mean_y))``; the first is never
        negative, and exactly 0 where all x are equal.
    """

    count: FloatArray
    mean_x: FloatArray
    mean_y: FloatArray
    square_x: FloatArray
    product: FloatArray

    @classmethod
    def none(cls, size: int) -> Moments:
        """Return the sums over no values."""
        return cls(*(np.zeros(size) for _ in range(5)))

    def after_nothing(self) -> Moments:
        """Put no values in front: the first block has none before it."""
        parts = (self.count, self.mean_x, self.mean_y, self.square_x, self.product)
        return Moments(*(np.concatenate(([0.0], part)) for part in parts))

    def with_value(self, x: FloatArray, y: FloatArray) -> Moments:
        """Take in one value each (Welford 1962); NaN is left out."""
        known = ~np.isnan(x)
        count = self.count + known
        divisor = np.maximum(count, 1.0)
        step_x = np.where(known, x - self.mean_x, 0.0)
        step_y = np.where(known, y - self.mean_y, 0.0)
        kept = (divisor - 1.0) / divisor
        return Moments(
            count,
            self.mean_x + step_x / divisor,
            self.mean_y + step_y / divisor,
            self.square_x + step_x * step_x * kept,
            self.product + step_x * step_y * kept,
        )


@dataclass(frozen=True, slots=True)
class WindowSums:
    """What is left of the moments of each window: see :class:`Moments`."""

    count: FloatArray
    square_x: FloatArray
    product: FloatArray


def _merged(one: Moments, other: Moments) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return count, square and product over the values of both (Chan, Golub, LeVeque 1979)."""
    count = one.count + other.count
    step_x, step_y = other.mean_x - one.mean_x, other.mean_y - one.mean_y
    weight = one.count * other.count / np.maximum(count, 1.0)
    square_x = one.square_x + other.square_x + step_x * step_x * weight
    return count, square_x, one.product + other.product + step_x * step_y * weight


def rolling_moments(x: FloatArray, y: FloatArray, window: int) -> WindowSums:
    """Return the moments of the last `window` pairs at each place.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        NaN in the same places.
    window : int
        At least 1.

    Returns
    -------
    WindowSums
        Each of shape (n,). What comes after a place changes nothing at it, not even by rounding.
    """
    size = x.size
    blocks = max(1, -(-size // window))
    width = window if blocks > 1 else size
    padding = (0, blocks * width - size)
    rows_x, rows_y = (
        np.pad(values, padding, constant_values=np.nan).reshape(blocks, width) for values in (x, y)
    )
    found = np.zeros((3, blocks, width))
    tails = [Moments.none(blocks - 1)]  # of every block but the last: from a column to the end
    for column in range(width - 1, 0, -1) if blocks > 1 else ():
        tails.append(tails[-1].with_value(rows_x[:-1, column], rows_y[:-1, column]))
    heads = Moments.none(blocks)
    for column in range(width):
        heads = heads.with_value(rows_x[:, column], rows_y[:, column])
        # The window that ends here began in the block before, one column further.
        tail = tails[width - 1 - column] if blocks > 1 else tails[0]
        found[:, :, column] = _merged(tail.after_nothing(), heads)
    return WindowSums(*(sums.ravel()[:size] for sums in found))

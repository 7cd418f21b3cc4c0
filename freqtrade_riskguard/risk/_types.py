"""Shared types and the one check that every side-taking function makes."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]

LONG = 1
SHORT = -1


def check_side(side: int) -> None:
    """Refuse anything but +1 (long) and -1 (short).

    Parameters
    ----------
    side : int
        Direction of a position.

    Raises
    ------
    ValueError
        When `side` is neither +1 nor -1: a programming error, never market data.
    """
    if side not in (LONG, SHORT):
        raise ValueError(f"`side` must be +1 (long) or -1 (short), got {side!r}")


def check_ratio(name: str, ratio: float, *, below: float = 1.0) -> None:
    """Refuse a configured ratio outside ``[0, below)``.

    Parameters
    ----------
    name : str
        Name for the message.
    ratio : float
        Configured fraction (0.02 is 2 %).
    below : float, default 1.0
        Exclusive upper end.

    Raises
    ------
    ValueError
        When `ratio` is NaN, negative, or not below `below`.
    """
    if not 0.0 <= ratio < below:
        raise ValueError(f"`{name}` must be a fraction in [0, {below:g}), got {ratio!r}")

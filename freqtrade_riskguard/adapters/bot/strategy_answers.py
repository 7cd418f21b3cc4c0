"""What a strategy's callbacks answer: usable, or taken as the most careful answer and told once.

freqtrade hands on whatever a strategy returns. A Series has no truth value, a NaN none that means
anything, and an error of the guard's own over one of them would count as consent.
"""

import logging
from decimal import Decimal
from math import isfinite, nan
from numbers import Real

import numpy as np

logger = logging.getLogger(__name__)

_LONGEST_ANSWER = 40


def as_number(answer: object) -> float:
    """Return an answer as a finite number; NaN for whatever is none.

    Python's and numpy's numbers and decimals are numbers; truth values, texts, arrays and infinity
    are not.
    """
    if isinstance(answer, bool | np.bool_) or not isinstance(answer, Real | Decimal):
        return nan
    try:
        number = float(answer)
    except (ArithmeticError, TypeError, ValueError):
        # Past all floats, or a NaN that signals.
        return nan
    return number if isfinite(number) else nan


def as_consent(answer: object) -> bool | None:
    """Return whether an answer says yes; None where it says neither yes nor no.

    A callback without a ``return`` says no, and so does 0.
    """
    if answer is None:
        return False
    if isinstance(answer, bool | np.bool_):
        return bool(answer)
    number = as_number(answer)
    return None if np.isnan(number) else bool(number)


class UnusableAnswers:
    """Tells of an unusable answer once per pair and callback."""

    def __init__(self) -> None:
        self._told: set[tuple[str, str]] = set()

    def tell(self, pair: str, callback: str, answer: object, instead: str) -> None:
        """Log an answer that cannot be used, and what is done instead."""
        if (pair, callback) in self._told:
            return
        self._told.add((pair, callback))
        logger.error(
            "RiskGuard: %s of the strategy answered %s for %s, which cannot be used: %s",
            callback,
            _given(answer),
            pair,
            instead,
        )


def _given(answer: object) -> str:
    kind = type(answer).__name__
    kind = f"{'an' if kind[:1] in 'aeiouAEIOU' else 'a'} {kind}"
    if not isinstance(answer, bool | Real | Decimal):
        return kind
    try:
        text = repr(answer)
    except ValueError:
        # More digits than Python writes out.
        return kind
    return text if len(text) <= _LONGEST_ANSWER else kind

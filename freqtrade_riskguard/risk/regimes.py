"""Volatility regimes and the leverage that each allows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Regime:
    """One row of the regime table.

    Attributes
    ----------
    name : str
        What messages call it.
    max_leverage : float
        Leverage cap in this regime, at least 1.
    above : float
        Where it begins, volatility per day as a fraction (0.05 is 5 % a day).
    """

    name: str
    max_leverage: float
    above: float


@dataclass(frozen=True, slots=True)
class RegimeTable:
    """Regimes from the wildest to the calmest.

    Attributes
    ----------
    regimes : tuple of Regime
        Strictly falling `above`, ending at 0; `max_leverage` never falls as volatility does.

    Raises
    ------
    ValueError
        For an empty, unordered or contradictory table.
    """

    regimes: tuple[Regime, ...]

    def __post_init__(self) -> None:
        """Check the order once, so that a lookup need not."""
        if not self.regimes or self.regimes[-1].above != 0.0:
            raise ValueError(
                "a regime table needs at least one regime, and its last must begin at 0"
            )
        for regime in self.regimes:
            if not (1.0 <= regime.max_leverage < math.inf and 0.0 <= regime.above < math.inf):
                raise ValueError(
                    f"regime needs 1 <= max_leverage < inf and above >= 0, got {regime}"
                )
        for wilder, calmer in pairwise(self.regimes):
            if not (wilder.above > calmer.above and wilder.max_leverage <= calmer.max_leverage):
                raise ValueError(
                    f"a calmer regime must begin at a lower volatility and allow no less leverage, "
                    f"got {wilder}, then {calmer}"
                )

    def regime_of(self, daily_volatility: float) -> Regime:
        """Return the regime of one volatility; see :func:`regime_of`."""
        if 0.0 <= daily_volatility <= self.regimes[0].above:
            for regime in self.regimes[1:]:
                if daily_volatility >= regime.above:
                    return regime
        return self.regimes[0]


DEFAULT_REGIMES = RegimeTable(
    (
        Regime("turbulent", max_leverage=1.0, above=0.05),
        Regime("moderate", max_leverage=3.0, above=0.02),
        Regime("calm", max_leverage=10.0, above=0.005),
        Regime("still", max_leverage=20.0, above=0.0),
    )
)

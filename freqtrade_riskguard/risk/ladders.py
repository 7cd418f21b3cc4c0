"""Ladders: steps that each act once, and act again only after a real recovery."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder.

    Attributes
    ----------
    name : str
        What messages call it.
    threshold : float
        The reading at which the step is reached (inclusive).
    keep_ratio : float
        Share of a position, or of a stake, that the step leaves: 1 nothing happens, 0 close.
    """

    name: str
    threshold: float
    keep_ratio: float


@dataclass(frozen=True, slots=True)
class LadderMove:
    """The result of one reading.

    Attributes
    ----------
    level : int
        How many steps are latched now; the state to hand to the next reading.
    fired : Step or None
        The step that was newly reached, the deepest where several were.
    """

    level: int
    fired: Step | None


@dataclass(frozen=True, slots=True)
class Ladder:
    """A state machine over one reading, for example the margin left or the drawdown.

    The state is a whole number, the level: 0 is healthy, k says that the first k steps have fired.
    A step fires when its threshold is reached while the level is below it. Level k is left only
    when the reading has recovered past the threshold of step k-1 (the step above); the first step
    only past `first_rearm`. Noise between two thresholds can therefore not fire a step twice.

    Attributes
    ----------
    steps : tuple of Step
        From mild to severe, thresholds strictly worsening, `keep_ratio` in [0, 1] and not rising.
    first_rearm : float
        A healthier reading than the first threshold.
    falling : bool
        True where a smaller reading is worse (margin), False where a larger one is (drawdown).

    Raises
    ------
    ValueError
        For a ladder without steps or out of order.
    """

    steps: tuple[Step, ...]
    first_rearm: float
    falling: bool

    def __post_init__(self) -> None:
        """Check the order of the steps."""
        badness = [self._badness(step.threshold) for step in self.steps]
        kept = [1.0, *(step.keep_ratio for step in self.steps), 0.0]
        rising = all(a < b for a, b in pairwise(badness))
        shrinking = all(a >= b for a, b in pairwise(kept))
        if not (badness and rising and shrinking and self._badness(self.first_rearm) < badness[0]):
            raise ValueError(f"each ladder step must be worse than the one before, got {self}")

    def _badness(self, reading: float) -> float:
        return -reading if self.falling else reading

    def level_of(self, reading: float) -> int:
        """Return how many steps a reading reaches, without any memory.

        Parameters
        ----------
        reading : float
            NaN and worse-than-everything infinity give the last level.

        Returns
        -------
        int
            0 to ``len(steps)``; a worse reading never gives less.
        """
        if math.isnan(reading):
            return len(self.steps)
        badness = self._badness(reading)
        return sum(badness >= self._badness(step.threshold) for step in self.steps)

    def keep_ratio_of(self, reading: float) -> float:
        """Return the share that a reading leaves, without any memory.

        Parameters
        ----------
        reading : float
            NaN gives the share of the last step.

        Returns
        -------
        float
            In [0, 1]; a worse reading never gives more.
        """
        return self.keep_ratio_at(self.level_of(reading))

    def keep_ratio_at(self, level: int) -> float:
        """Return the share that a level leaves; 1.0 at level 0."""
        return self.steps[level - 1].keep_ratio if level > 0 else 1.0

    def advance(self, level: int, reading: float) -> LadderMove:
        """Take one reading.

        Parameters
        ----------
        level : int
            State so far, 0 to ``len(steps)``.
        reading : float
            NaN changes nothing and fires nothing: a hole in the data must neither sell nor re-arm.

        Returns
        -------
        LadderMove
            From one level, a worse reading never gives a lower level.

        Raises
        ------
        ValueError
            For a level that the ladder has not.
        """
        if not 0 <= level <= len(self.steps):
            raise ValueError(f"`level` must be 0 to {len(self.steps)}, got {level!r}")
        if math.isnan(reading):
            return LadderMove(level, None)
        reached = self.level_of(reading)
        if reached > level:
            return LadderMove(reached, self.steps[reached - 1])
        while level > 0 and self._badness(reading) < self._rearm_badness(level):
            level -= 1
        return LadderMove(level, None)

    def _rearm_badness(self, level: int) -> float:
        above = self.first_rearm if level == 1 else self.steps[level - 2].threshold
        return self._badness(above)


MARGIN_LADDER = Ladder(
    steps=(
        Step("monitor", threshold=0.50, keep_ratio=1.0),
        Step("cut 25 %", threshold=0.30, keep_ratio=0.75),
        Step("cut 50 %", threshold=0.20, keep_ratio=0.50),
        Step("close", threshold=0.15, keep_ratio=0.0),
    ),
    first_rearm=0.60,
    falling=True,
)
"""On :func:`margin_left`: above 0.50 safe, and what each step keeps of the position."""

DRAWDOWN_LADDER = Ladder(
    steps=(
        Step("x0.9", threshold=0.05, keep_ratio=0.90),
        Step("x0.75", threshold=0.08, keep_ratio=0.75),
        Step("x0.5", threshold=0.12, keep_ratio=0.50),
        Step("halt", threshold=0.18, keep_ratio=0.0),
    ),
    first_rearm=0.025,
    falling=False,
)
"""On the drawdown from the peak: below 5 % full stakes, and the share that each step leaves."""

"""A scenario: a script of the market, given by a few points over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from freqtrade_riskguard.replay.scenarios.coins import DEFAULT_PAIRS, PairModel

_MINUTES_PER_DAY = 1440.0

# (days since the start, value there); between two points the value moves in a straight line, and
# before the first and after the last it stays.
Knots = tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A market's story, complete enough to generate the same candles every time.

    Use ``dataclasses.replace`` for variations: another ``seed`` gives another month of the same
    story, fewer ``days`` cut it, fewer ``pairs`` leave those that remain as they were.

    Parameters
    ----------
    name
        Identifier, as in ``"flash_crash"``.
    description
        One sentence for a person.
    levels
        The market's price relative to its start. Noise is added around it and pulled back to it.
    turbulence
        Factor on ordinary volatility (2 % a day for the market).
    funding_extra_8h
        Rate that longs pay in excess of an ordinary day's, per 8 hours, as a fraction.
    funding_interval_hours
        Hours from one payment to the next; here each value holds until the next point. Whole
        fractions of 24 hours only.
    days
        Length, days.
    event_day
        When the crash begins, days since the start; None where it has no such moment.
    start
        First candle.
    seed
        Seed of the random numbers.
    pairs
        What is traded.
    """

    name: str
    description: str
    levels: Knots
    turbulence: Knots = ((0.0, 1.0),)
    funding_extra_8h: Knots = ((0.0, 0.0),)
    funding_interval_hours: Knots = ((0.0, 8.0),)
    days: int = 30
    event_day: float | None = None
    start: datetime = datetime(2024, 1, 1, tzinfo=UTC)
    seed: int = 1
    pairs: tuple[PairModel, ...] = DEFAULT_PAIRS

    @property
    def event_time(self) -> datetime | None:
        """When the crash begins, to the minute."""
        if self.event_day is None or self.event_day >= self.days:
            return None
        return self.start + timedelta(minutes=round(self.event_day * _MINUTES_PER_DAY))


def burst(at_day: float, level: float, moves: Sequence[tuple[float, float]]) -> Knots:
    """Spell out an event that happens within minutes or hours.

    Parameters
    ----------
    at_day
        When it begins, days since the start.
    level
        The market's level when it begins, relative to the start.
    moves
        Points as (minutes since the beginning, price relative to `level`), in order.

    Returns
    -------
    Knots
        The points in the scenario's own units, beginning with ``(at_day, level)``.
    """
    points = [(at_day + minutes / _MINUTES_PER_DAY, level * ratio) for minutes, ratio in moves]
    return ((at_day, level), *points)

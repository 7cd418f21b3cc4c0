"""Whether the guard held: no liquidation, no bare position, no other equity than the exchange's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan

from freqtrade_riskguard.formatting import percent, sum_of_money
from freqtrade_riskguard.rehearsal.record import Rehearsal, Sample, Unprotected

MOST_LOOPS = 2
MOST_DIFFERENCE_RATIO = 0.002
MOST_APART = timedelta(hours=1)
_UNTIL = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Apart:
    """A time in which the guard's equity was further from the exchange's than is held to be equal.

    Attributes
    ----------
    worst : Sample
        Where it was furthest.
    """

    since: datetime
    until: datetime
    worst: Sample

    @property
    def length(self) -> timedelta:
        """From the first sample to the last."""
        return self.until - self.since


def findings(rehearsal: Rehearsal) -> tuple[str, ...]:
    """Return what did not hold, a sentence each; empty where the guard held."""
    return (
        *_liquidations(rehearsal),
        *(_bare(spell, rehearsal) for spell in too_long_unprotected(rehearsal)),
        *(_apart(spell) for spell in apart(rehearsal.samples) if spell.length >= MOST_APART),
    )


def too_long_unprotected(rehearsal: Rehearsal) -> list[Unprotected]:
    """Return the positions that were without a stop for longer than it takes to place one."""
    return [spell for spell in rehearsal.unprotected if spell.loops > MOST_LOOPS]


def apart(samples: Iterable[Sample]) -> list[Apart]:
    """Return the times in which the two equities were apart; what the guard does not know ends one.

    A bot that holds nothing looks less often: a difference lasts until a sample shows none.
    """
    found: list[Apart] = []
    since: datetime | None = None
    for sample in samples:
        if not _is_apart(sample):
            since = None
        elif since is None:
            since = sample.time
            found.append(Apart(since, sample.time, sample))
        else:
            last = found[-1]
            worse = abs(sample.difference_ratio) > abs(last.worst.difference_ratio)
            found[-1] = Apart(since, sample.time, sample if worse else last.worst)
    return found


def worst_samples(samples: Iterable[Sample], most: int) -> list[Sample]:
    """Return where the two equities differed most, one for each hour, the worst first."""
    by_hour: dict[datetime, Sample] = {}
    for sample in samples:
        if isnan(sample.difference_ratio):
            continue
        hour = sample.time.replace(minute=0, second=0, microsecond=0)
        known = by_hour.get(hour)
        if known is None or abs(sample.difference_ratio) > abs(known.difference_ratio):
            by_hour[hour] = sample
    return sorted(by_hour.values(), key=lambda sample: -abs(sample.difference_ratio))[:most]


def _is_apart(sample: Sample) -> bool:
    most_quote = MOST_DIFFERENCE_RATIO * sample.exchange_quote
    is_known = not isnan(sample.difference_ratio)
    return is_known and abs(sample.guard_quote - sample.exchange_quote) > most_quote


def _liquidations(rehearsal: Rehearsal) -> Iterable[str]:
    for found in rehearsal.liquidations:
        yield (
            f"{found.pair} was liquidated on {found.time:{_UNTIL}}: "
            f"{sum_of_money(found.notional_quote)} {rehearsal.currency} at {found.price:g}."
        )


def _bare(spell: Unprotected, rehearsal: Rehearsal) -> str:
    why = "" if rehearsal.places_stops else "; order_types.stoploss_on_exchange is false"
    return (
        f"{spell.pair} had no stop on the exchange for all of its position from "
        f"{spell.since:{_UNTIL}} to {spell.until:{_UNTIL}}, in {spell.loops} loops of the bot in "
        f"which the exchange took orders{why}."
    )


def _apart(spell: Apart) -> str:
    worst = spell.worst
    return (
        f"The guard's equity was not the exchange's from {spell.since:{_UNTIL}} to "
        f"{spell.until:{_UNTIL}}: at worst {sum_of_money(worst.guard_quote)} for "
        f"{sum_of_money(worst.exchange_quote)} ({percent(worst.difference_ratio, 2)})."
    )

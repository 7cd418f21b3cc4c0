"""Locks that freqtrade keeps: ``/locks`` shows them, ``/unlock`` lifts them."""

from datetime import datetime

from freqtrade.exchange import timeframe_to_next_date
from freqtrade.persistence import PairLocks
from freqtrade.persistence.models import PairLock

from freqtrade_riskguard.rules.base import Lock

SIDES = {0: "*", 1: "long", -1: "short"}
_REASON_LENGTH = 255
_ID_LENGTH = 12


class Locks:
    """Puts locks into force, each once: a person who lifts one is not overruled in a minute."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str, int], Lock] = {}

    def restart(self) -> None:
        """Forget which locks were given."""
        self._given.clear()

    def give(self, lock: Lock, now: datetime) -> bool:
        """Lock if this has not been done yet; return whether it is news.

        A lock that only observes is remembered in the same way, and not put into force.
        """
        key = (lock.rule, lock.pair, lock.side)
        given = self._given.get(key)
        if given is not None and given.until > now:
            return False
        self._given[key] = lock
        # A protection of the same kind may have been first, when a trade closed.
        if lock.enforced and not _has(lock, now):
            reason = lock.why[: _REASON_LENGTH - _ID_LENGTH]
            made = PairLocks.lock_pair(
                lock.pair, lock.until, reason, now=now, side=SIDES[lock.side]
            )
            if PairLocks.use_db:
                made.reason = f"{reason} {made.id}"  # completes "Lift: /unlock"
                PairLock.session.commit()
        return True

    def blocking(self, pair: str, side: int, now: datetime) -> Lock | None:
        """Return a lock of ours that forbids an entry and that nobody has lifted; None for none.

        freqtrade does not look at locks when an entry is forced.
        """
        for lock in self._given.values():
            concerns = lock.pair in ("*", pair) and lock.side in (0, side)
            if concerns and lock.enforced and lock.until > now and _has(lock, now):
                return lock
        return None


def _has(lock: Lock, now: datetime) -> bool:
    """Whether freqtrade holds this lock, however it came about, and it is active."""
    end = timeframe_to_next_date(PairLocks.timeframe, lock.until)
    held = PairLocks.get_pair_locks(lock.pair, now, SIDES[lock.side])
    return any(other.lock_end_time_utc == end for other in held)

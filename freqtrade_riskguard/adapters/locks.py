"""Locks that freqtrade keeps: ``/locks`` shows them, ``/unlock`` lifts them."""

from datetime import datetime

from freqtrade.persistence import PairLocks

from freqtrade_riskguard.rules.base import Lock

SIDES = {0: "*", 1: "long", -1: "short"}
_REASON_LENGTH = 255


class Locks:
    """Puts locks into force, each once: a person who lifts one is not overruled in a minute."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str, int], datetime] = {}

    def restart(self) -> None:
        """Forget which locks were given."""
        self._given.clear()

    def give(self, lock: Lock, now: datetime) -> bool:
        """Lock if this has not been done yet; return whether it is news.

        A lock that only observes is remembered in the same way, and not put into force.
        """
        key = (lock.rule, lock.pair, lock.side)
        given = self._given.get(key)
        if given is not None and given > now:
            return False
        self._given[key] = lock.until
        side = SIDES[lock.side]
        if lock.enforced:
            longest = PairLocks.get_pair_longest_lock(lock.pair, now, side)
            # A protection of the same name may have been first, when a trade closed.
            if longest is None or longest.lock_end_time_utc < lock.until:
                reason = lock.why[:_REASON_LENGTH]
                PairLocks.lock_pair(lock.pair, lock.until, reason, now=now, side=side)
        return True

"""Locks that freqtrade keeps: ``/locks`` shows them, ``/unlock`` lifts them."""

from datetime import datetime, timedelta
from zlib import crc32

from freqtrade.exchange import timeframe_to_next_date
from freqtrade.persistence import PairLocks
from freqtrade.persistence.models import PairLock
from sqlalchemy import select

from freqtrade_riskguard.adapters.memory import Memory, number
from freqtrade_riskguard.rules.base import Lock

SIDES = {0: "*", 1: "long", -1: "short"}
_REASON_LENGTH = 255
_ID_LENGTH = 12
# How a reason ends; the number of the lock completes it.
_LIFT = "/unlock"
_CLEARLY_LONGER = timedelta(minutes=15)
# freqtrade's own pause of a pair after each close, until the next candle.
_AUTO_LOCK = "Auto lock"


class Locks:
    """Puts locks into force, each once: a person who lifts one is not overruled, nor by a restart.

    Parameters
    ----------
    memory : Memory
        Where it is kept which locks were given.
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def is_news(self, lock: Lock, now: datetime) -> bool:
        """Whether a lock has not been given yet.

        One that does more than the one given, or lasts clearly longer, is another lock.
        """
        given = number(self._memory.load(_key(lock))) or 0.0
        is_longer = lock.until.timestamp() - given > _CLEARLY_LONGER.total_seconds()
        return given <= now.timestamp() or is_longer

    def give(self, lock: Lock, now: datetime) -> str:
        """Lock if this has not been done yet; return its reason, or nothing where it is no news.

        A lock that only observes is remembered in the same way, and not put into force.
        """
        if not self.is_news(lock, now):
            return ""
        reason = lock.why[: _REASON_LENGTH - _ID_LENGTH]
        if lock.enforced:
            # A protection of the same kind may have been first, when a trade closed.
            found = _held(lock.until, now, lock.pair, lock.side)
            held = found or PairLocks.lock_pair(
                lock.pair, lock.until, reason, now=now, side=SIDES[lock.side]
            )
            if PairLocks.use_db and (found is None or str(held.reason).endswith(_LIFT)):
                held.reason = f"{held.reason} {held.id}"
                PairLock.session.commit()
            reason = str(held.reason)
        # Last, so that a lock which could not be made is made the next time.
        self._memory.save(_key(lock), lock.until.timestamp())
        return reason


def _key(lock: Lock) -> str:
    kind = f"{lock.rule} {lock.pair} {lock.side} {lock.close_all} {lock.halts}"
    return f"lock_{crc32(kind.encode()):08x}"


def holds(until: datetime, now: datetime, pair: str = "*", side: int = 0) -> bool:
    """Whether freqtrade holds a lock until then or longer, however it came about.

    Longer, since freqtrade rounds ends by the timeframe that the strategy had at the time.
    """
    held = PairLocks.get_pair_locks(pair, now, SIDES[side])
    return any(other.lock_end_time_utc >= until for other in held)


def _held(until: datetime, now: datetime, pair: str, side: int) -> PairLock | None:
    end = timeframe_to_next_date(PairLocks.timeframe, until)
    held = PairLocks.get_pair_locks(pair, now, SIDES[side])
    return next((other for other in held if other.lock_end_time_utc == end), None)


def blocking(pair: str, side: int, now: datetime) -> str | None:
    """Return the reason of a lock that forbids an entry; None for none.

    freqtrade does not look at locks when an entry is forced.
    """
    for scope in (pair, "*"):
        for lock in PairLocks.get_pair_locks(scope, now, SIDES[side]):
            if lock.reason != _AUTO_LOCK:
                return str(lock.reason)
    return None


def locks_between(pair: str, start: datetime, end: datetime) -> list[PairLock]:
    """Return the locks of a pair, or of all pairs, in force at some time between two moments.

    From the bot's database; empty where there is none.
    """
    if not PairLocks.use_db:
        return []
    wanted = select(PairLock).filter(
        PairLock.pair.in_((pair, "*")),
        PairLock.lock_time < end,
        PairLock.lock_end_time > start,
        PairLock.reason != _AUTO_LOCK,
    )
    return list(PairLock.session.scalars(wanted.order_by(PairLock.lock_time)))

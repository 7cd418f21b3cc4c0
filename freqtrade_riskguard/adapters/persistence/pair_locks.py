"""Locks that freqtrade keeps: ``/locks`` shows them, ``/unlock`` lifts them."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

from freqtrade.exchange import timeframe_to_next_date
from freqtrade.persistence import PairLocks
from freqtrade.persistence.models import PairLock
from sqlalchemy import func, select

from freqtrade_riskguard.adapters.persistence.state_store import StateStore, number
from freqtrade_riskguard.adapters.persistence.transactions import undone_on_failure
from freqtrade_riskguard.engine.lock_origins import lock_origin
from freqtrade_riskguard.rules.base import Lock
from freqtrade_riskguard.rules.pauses.lock_times import lock_until

SIDES = {0: "*", 1: "long", -1: "short"}
_REASON_LENGTH = 255
_ID_LENGTH = 12
# How a reason ends; the number of the lock completes it.
_LIFT = "/unlock"
# Two locks for the same whose ends are not further apart are one; a longer one is news.
_NEARLY = timedelta(minutes=15)
_HALTED = "HALTED"
# freqtrade's own pause of a pair after each close, until the next candle.
_AUTO_LOCK = "Auto lock"
# How far freqtrade's locks have been looked through: a number of theirs, or a place in the list.
_SEEN = "locks_seen"
_SIDE_NUMBERS = {text: side for side, text in SIDES.items()}


class PairLockWriter:
    """Puts locks into force, each once: a person who lifts one is not overruled, nor by a restart.

    Parameters
    ----------
    memory : StateStore
        Where it is kept which locks were given.
    """

    def __init__(self, memory: StateStore) -> None:
        self._memory = memory
        # Those that are in force through us, since the last look at all of them.
        self._own: set[int] = set()
        # Those of others that have been noted.
        self._noted: set[int] = set()

    def is_news(self, lock: Lock, now: datetime) -> bool:
        """Whether a lock has not been given yet.

        One that does more than the one given, or lasts clearly longer, is another lock.
        """
        given = number(self._memory.get(lock_key(lock))) or 0.0
        is_longer = lock.until.timestamp() - given > _NEARLY.total_seconds()
        return given <= now.timestamp() or is_longer

    def apply(
        self, lock: Lock, now: datetime, keep: Callable[[datetime], None] = lambda _: None
    ) -> str:
        """Lock if this has not been done yet; return its reason, or nothing where it is no news.

        Nor is a lock of others news that has been noted as theirs, and does the same.

        A lock that only observes is remembered in the same way, and not put into force.

        Parameters
        ----------
        keep : callable
            Keeps what belongs to the lock, told when it ends. Between the lock and the note that
            it was given: a death in between is completed at the next look.
        """
        if not self.is_news(lock, now):
            return ""
        reason = lock.why[: _REASON_LENGTH - _ID_LENGTH] or lock.rule
        until = lock.until
        if lock.enforced:
            with undone_on_failure():
                reason, until = self._locked(lock, reason, now)
        keep(until)
        self._memory.set(lock_key(lock), lock.until.timestamp())
        return reason

    def _locked(self, lock: Lock, reason: str, now: datetime) -> tuple[str, datetime]:
        """Put a lock into force; return its reason, and when it ends at the earliest."""
        # A protection of the same kind may have been first, when a trade closed.
        found = _held(lock, now)
        held = found or PairLocks.lock_pair(
            lock.pair, lock.until, reason, now=now, side=SIDES[lock.side]
        )
        if PairLocks.use_db and (found is None or str(held.reason).endswith(_LIFT)):
            held.reason = f"{held.reason} {held.id}"
            PairLock.session.commit()
        self._own.add(_number(held))
        told = "" if _number(held) in self._noted else str(held.reason)
        return told, min(lock.until, held.lock_end_time_utc)

    def forget_halt(self, rule: str) -> None:
        """Forget a halt that is over: the next one is another, however soon it comes."""
        over = Lock(datetime.min.replace(tzinfo=UTC), "", rule=rule, halts=True)
        self._memory.set(lock_key(over), 0.0)

    def note_others(self, note: Callable[[Lock, datetime], None], now: datetime) -> None:
        """Note each lock once that freqtrade has, and that was not given here.

        What it has at the first look of all is from before the guard, and no news.

        Protections lock when a trade closes, and strategies and people may lock as well.

        Parameters
        ----------
        note : callable
            Told of each lock, and of when it came.
        now : datetime
            Of this look.
        """
        seen = number(self._memory.get(_SEEN))
        new: list[PairLock] = []
        if not PairLocks.use_db:
            last = len(PairLocks.locks)
            new = [] if seen is None else PairLocks.locks[int(seen) :]
        elif seen is None:
            last = PairLock.session.scalar(select(func.max(PairLock.id))) or 0
        else:
            wanted = select(PairLock).filter(PairLock.id > seen).order_by(PairLock.id)
            new = list(PairLock.session.scalars(wanted))
            last = new[-1].id if new else int(seen)
        for lock in new:
            if lock.reason != _AUTO_LOCK and _number(lock) not in self._own:
                told = _told(lock.pair, lock.side, lock.lock_end_time_utc, lock.reason)
                self._noted.add(_number(lock))
                note(told, min(lock.lock_time.replace(tzinfo=UTC), now))
        self._own.clear()
        if last != seen:
            # Last: a line too many after a crash is better than one too few.
            self._memory.set(_SEEN, float(last))

    def note_last(
        self, records: Sequence[dict[str, Any]], note: Callable[[Lock, datetime], None]
    ) -> None:
        """Note the locks of a backtest's result that came after its last candle was looked at."""
        for record in records[int(number(self._memory.get(_SEEN)) or 0) :]:
            since, end = (
                datetime.fromtimestamp(record[name] / 1000, UTC)
                for name in ("lock_timestamp", "lock_end_timestamp")
            )
            note(_told(record["pair"], record["side"], end, record["reason"]), since)
        self._memory.set(_SEEN, float(len(records)))


def _number(lock: PairLock) -> int:
    """Return what tells a lock from others: in a backtest it has no number in a database."""
    return lock.id if PairLocks.use_db else id(lock)


def _told(pair: str, side: str, end: datetime, reason: str | None) -> Lock:
    """Return a lock of freqtrade's in our words."""
    why = reason or ""
    return Lock(
        lock_until(end),
        why,
        pair,
        _SIDE_NUMBERS[side],
        halts=why.startswith("HALTED"),
        rule=lock_origin(why),
    )


def lock_key(lock: Lock) -> str:
    """Return under which name it is kept that a lock was given: locks that do the same share it."""
    kind = f"{lock.rule} {lock.pair} {lock.side} {lock.close_all} {lock.halts}"
    # What was only observed locks nothing: it is news once its rule enforces.
    return f"{'lock' if lock.enforced else 'seen'}_{crc32(kind.encode()):08x}"


def is_locked_until(until: datetime, now: datetime, pair: str = "*", side: int = 0) -> bool:
    """Whether freqtrade holds a lock until then or longer, however it came about.

    Longer, since freqtrade rounds ends by the timeframe that the strategy had at the time.
    """
    held = PairLocks.get_pair_locks(pair, now, SIDES[side])
    return any(other.lock_end_time_utc >= until for other in held)


def _held(lock: Lock, now: datetime) -> PairLock | None:
    """Return the lock that freqtrade holds already for the same; None for none.

    One of ours that was given just before the bot died may end a little earlier.
    """
    end = timeframe_to_next_date(PairLocks.timeframe, lock.until)
    for other in PairLocks.get_pair_locks(lock.pair, now, SIDES[lock.side]):
        is_ours = _LIFT in str(other.reason) and other.side == SIDES[lock.side]
        missing = end - other.lock_end_time_utc
        # Halts last for years: however long the bot was dead, there is one to lift.
        most = timedelta.max if lock.halts and str(other.reason).startswith(_HALTED) else _NEARLY
        if not missing or (is_ours and timedelta(0) < missing <= most):
            return other
    return None


def blocking_lock_reason(pair: str, side: int, now: datetime) -> str | None:
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


def guards_locks(now: datetime) -> list[PairLock]:
    """Return the locks in force, without those that freqtrade itself gives after each close."""
    held = PairLocks.get_pair_locks(None, now)
    return [lock for lock in held if lock.reason != _AUTO_LOCK]

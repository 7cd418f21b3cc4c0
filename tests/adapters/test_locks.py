from datetime import timedelta

import pytest
from freqtrade.persistence import PairLocks

from freqtrade_riskguard.adapters.locks import Locks
from freqtrade_riskguard.rules import Lock
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("_backtest")
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def lock(**changes):
    return Lock(
        **{"until": NOON + HOUR - SECOND, "why": "because", "rule": "daily_loss", **changes}
    )


def test_it_ends_exactly_at_the_boundary_meant():
    assert Locks().give(lock(), NOON)

    (given,) = PairLocks.get_all_locks()
    # freqtrade rounded one second before the boundary up to the boundary.
    assert given.lock_end_time == NOON + HOUR
    assert PairLocks.is_pair_locked(PAIR, NOON + HOUR - SECOND, "long")
    assert not PairLocks.is_pair_locked(PAIR, NOON + HOUR, "long")


def test_it_is_given_once_and_not_again_when_a_person_lifts_it():
    locks = Locks()
    locks.give(lock(), NOON)
    PairLocks.unlock_pair("*", NOON)

    assert not locks.give(lock(), NOON + timedelta(minutes=5))
    assert not PairLocks.is_global_lock(NOON + timedelta(minutes=5))


def test_it_may_be_given_again_after_its_end():
    locks = Locks()
    locks.give(lock(), NOON)

    assert locks.give(lock(until=NOON + 3 * HOUR), NOON + 2 * HOUR)
    assert len(PairLocks.get_all_locks()) == 2


def test_a_lock_that_a_protection_gave_already_is_news_but_not_doubled():
    PairLocks.lock_pair("*", NOON + HOUR - SECOND, "a protection", now=NOON)

    assert Locks().give(lock(), NOON)
    assert len(PairLocks.get_all_locks()) == 1


def test_somebody_elses_longer_lock_does_not_stand_in_for_ours():
    PairLocks.lock_pair("*", NOON + 2 * HOUR, "somebody's", now=NOON)

    Locks().give(lock(), NOON)
    PairLocks.unlock_reason("somebody's")

    assert PairLocks.is_global_lock(NOON)


def test_what_is_locked_stays_so_for_forced_entries_until_it_is_lifted():
    locks = Locks()
    locks.give(lock(side=1), NOON)

    assert locks.blocking(PAIR, 1, NOON) == lock(side=1)
    assert locks.blocking(PAIR, -1, NOON) is None
    assert locks.blocking(PAIR, 1, NOON + HOUR) is None
    PairLocks.unlock_pair("*", NOON, side="long")
    assert locks.blocking(PAIR, 1, NOON) is None


def test_a_pairs_lock_blocks_that_pair_only():
    locks = Locks()
    locks.give(lock(pair=PAIR), NOON)

    assert locks.blocking(PAIR, -1, NOON)
    assert locks.blocking("ETH/USDT:USDT", -1, NOON) is None


def test_side_and_pair():
    Locks().give(lock(pair=PAIR, side=-1), NOON)

    assert PairLocks.is_pair_locked(PAIR, NOON, "short")
    assert not PairLocks.is_pair_locked(PAIR, NOON, "long")
    assert not PairLocks.is_pair_locked("ETH/USDT:USDT", NOON, "short")


def test_what_only_observes_locks_nothing():
    locks = Locks()

    assert locks.give(lock(enforced=False), NOON)
    assert not locks.give(lock(enforced=False), NOON)
    assert PairLocks.get_all_locks() == []


def test_a_reason_fits_the_database():
    Locks().give(lock(why="x" * 300), NOON)

    assert PairLocks.get_all_locks()[0].reason == "x" * 243

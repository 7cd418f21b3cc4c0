"""Locks as freqtrade keeps them, in a backtest's list and in a bot's database."""

from datetime import datetime, timedelta

import pytest
from freqtrade.persistence import PairLocks
from freqtrade.persistence.models import PairLock

from freqtrade_riskguard.adapters.persistence.pair_locks import (
    PairLockWriter,
    blocking_lock_reason,
    is_locked_until,
)
from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore, InMemoryStore
from freqtrade_riskguard.rules import Lock
from tests.adapters.bots import broken, open_database
from tests.factories import NOON, PAIR

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
DECADE = timedelta(days=3650)


def lock(**changes):
    return Lock(
        **{"until": NOON + HOUR - SECOND, "why": "because", "rule": "daily_loss", **changes}
    )


@pytest.mark.usefixtures("_backtest")
class TestInABacktest:
    def test_it_ends_exactly_at_the_boundary_meant(self):
        assert PairLockWriter(InMemoryStore()).apply(lock(), NOON)

        (given,) = PairLocks.get_all_locks()
        # freqtrade rounded one second before the boundary up to the boundary.
        assert given.lock_end_time == NOON + HOUR
        assert PairLocks.is_pair_locked(PAIR, NOON + HOUR - SECOND, "long")
        assert not PairLocks.is_pair_locked(PAIR, NOON + HOUR, "long")

    def test_it_is_given_once_and_not_again_when_a_person_lifts_it(self):
        locks = PairLockWriter(InMemoryStore())
        locks.apply(lock(), NOON)
        PairLocks.unlock_pair("*", NOON)

        assert not locks.apply(lock(), NOON + 5 * MINUTE)
        assert not PairLocks.is_global_lock(NOON + 5 * MINUTE)

    def test_it_may_be_given_again_after_its_end(self):
        locks = PairLockWriter(InMemoryStore())
        locks.apply(lock(), NOON)

        assert locks.apply(lock(until=NOON + 3 * HOUR), NOON + 2 * HOUR)
        assert len(PairLocks.get_all_locks()) == 2

    def test_one_that_creeps_on_is_the_same_and_one_that_lasts_clearly_longer_is_another(self):
        locks = PairLockWriter(InMemoryStore())
        locks.apply(lock(), NOON)

        assert not locks.apply(lock(until=NOON + HOUR + 10 * MINUTE), NOON + 10 * MINUTE)
        assert locks.apply(lock(until=NOON + 12 * HOUR), NOON + 20 * MINUTE)
        assert PairLocks.is_global_lock(NOON + 2 * HOUR)

    @pytest.mark.parametrize("more", [{"close_all": True}, {"halts": True}])
    def test_one_that_does_more_is_not_the_one_that_was_given(self, more):
        locks = PairLockWriter(InMemoryStore())
        locks.apply(lock(), NOON)

        assert locks.apply(lock(**more), NOON + 5 * MINUTE)
        assert not locks.apply(lock(**more), NOON + 10 * MINUTE)

    def test_a_second_halt_after_the_first_was_lifted_is_a_halt(self):
        locks = PairLockWriter(InMemoryStore())
        locks.apply(lock(until=NOON + DECADE, halts=True), NOON)
        PairLocks.unlock_pair("*", NOON + HOUR)

        later = NOON + 24 * HOUR
        assert locks.apply(lock(until=later + DECADE, halts=True), later)
        assert PairLocks.is_global_lock(later)

    def test_a_lock_that_a_protection_gave_already_is_news_but_not_doubled(self):
        PairLocks.lock_pair("*", NOON + HOUR - SECOND, "a protection", now=NOON)

        assert PairLockWriter(InMemoryStore()).apply(lock(), NOON)
        assert len(PairLocks.get_all_locks()) == 1

    def test_somebody_elses_longer_lock_does_not_stand_in_for_ours(self):
        PairLocks.lock_pair("*", NOON + 2 * HOUR, "somebody's", now=NOON)

        PairLockWriter(InMemoryStore()).apply(lock(), NOON)
        PairLocks.unlock_reason("somebody's")

        assert PairLocks.is_global_lock(NOON)

    def test_what_is_locked_stays_so_for_forced_entries_until_it_is_lifted(self):
        PairLockWriter(InMemoryStore()).apply(lock(side=1), NOON)

        assert blocking_lock_reason(PAIR, 1, NOON) == "because"
        assert blocking_lock_reason(PAIR, -1, NOON) is None
        assert blocking_lock_reason(PAIR, 1, NOON + HOUR) is None
        PairLocks.unlock_pair("*", NOON, side="long")
        assert blocking_lock_reason(PAIR, 1, NOON) is None

    def test_a_pairs_lock_blocks_that_pair_only(self):
        PairLockWriter(InMemoryStore()).apply(lock(pair=PAIR), NOON)

        assert blocking_lock_reason(PAIR, -1, NOON)
        assert blocking_lock_reason("ETH/USDT:USDT", -1, NOON) is None

    def test_whoever_gave_a_lock_it_blocks_but_for_freqtrades_pause_after_a_close(self):
        PairLocks.lock_pair(PAIR, NOON + HOUR, "Auto lock", now=NOON)
        assert blocking_lock_reason(PAIR, 1, NOON) is None

        PairLocks.lock_pair(PAIR, NOON + HOUR, "by hand", now=NOON)
        assert blocking_lock_reason(PAIR, 1, NOON) == "by hand"

    def test_side_and_pair(self):
        PairLockWriter(InMemoryStore()).apply(lock(pair=PAIR, side=-1), NOON)

        assert PairLocks.is_pair_locked(PAIR, NOON, "short")
        assert not PairLocks.is_pair_locked(PAIR, NOON, "long")
        assert not PairLocks.is_pair_locked("ETH/USDT:USDT", NOON, "short")

    def test_locks_of_other_pairs_and_sides_are_others(self):
        locks = PairLockWriter(InMemoryStore())

        assert locks.apply(lock(pair=PAIR), NOON)
        assert locks.apply(lock(pair=PAIR, side=1), NOON)
        assert locks.apply(lock(pair="ETH/USDT:USDT"), NOON)
        assert locks.apply(lock(rule="weekly_loss", pair=PAIR, until=NOON + 2 * HOUR), NOON)

    def test_what_only_observes_locks_nothing(self):
        locks = PairLockWriter(InMemoryStore())

        assert locks.apply(lock(enforced=False), NOON)
        assert not locks.apply(lock(enforced=False), NOON)
        assert PairLocks.get_all_locks() == []

    def test_a_reason_fits_the_database(self):
        PairLockWriter(InMemoryStore()).apply(lock(why="x" * 300), NOON)

        assert PairLocks.get_all_locks()[0].reason == "x" * 243

    def test_a_lock_is_recognised_by_its_end_however_it_came_about(self):
        until = NOON + HOUR - SECOND
        assert not is_locked_until(until, NOON)
        PairLocks.lock_pair("*", until, "a protection", now=NOON)

        assert is_locked_until(until, NOON)
        assert not is_locked_until(until + HOUR, NOON)
        assert not is_locked_until(until, NOON, PAIR)
        PairLocks.unlock_pair("*", NOON)
        assert not is_locked_until(until, NOON)

    def test_a_lock_that_cannot_be_given_is_given_the_next_time(self, monkeypatch):
        locks = PairLockWriter(InMemoryStore())
        with monkeypatch.context() as patched:
            patched.setattr(PairLocks, "lock_pair", broken)
            with pytest.raises(ZeroDivisionError):
                locks.apply(lock(), NOON)

        assert locks.apply(lock(), NOON + 5 * MINUTE)
        assert PairLocks.is_global_lock(NOON + 5 * MINUTE)


def noted(locks, now=NOON):
    """Return what is noted of the locks of others, as (rule, pair, side, until, why, time)."""
    found = []
    locks.note_others(
        lambda lock, time: found.append(
            (lock.rule, lock.pair, lock.side, lock.until, lock.why, time)
        ),
        now,
    )
    return found


def looking():
    """Return the locks of a backtest whose first candle has been looked at."""
    locks = PairLockWriter(InMemoryStore())
    noted(locks)
    return locks


COOLDOWN = "Cooldown period for 5 candles."


@pytest.mark.usefixtures("_backtest")
class TestLocksOfOthersInABacktest:
    def test_each_is_noted_once_with_who_gave_it(self):
        locks = looking()
        PairLocks.lock_pair(PAIR, NOON + HOUR - SECOND, COOLDOWN, now=NOON, side="short")

        end = NOON + HOUR - SECOND
        told = ("CooldownPeriod", PAIR, -1, end, COOLDOWN, NOON)
        assert noted(locks, NOON + 5 * MINUTE) == [told]
        assert noted(locks, NOON + 10 * MINUTE) == []

    def test_the_same_reason_again_is_another_lock(self):
        locks = looking()
        for hours in (0, 2):
            now = NOON + hours * HOUR
            PairLocks.lock_pair(PAIR, now + HOUR - SECOND, COOLDOWN, now=now)
            assert [each[0] for each in noted(locks, now)] == ["CooldownPeriod"]

    def test_what_the_guard_gave_or_took_over_is_not_noted_again(self):
        locks = looking()
        PairLocks.lock_pair("*", NOON + HOUR - SECOND, "a protection", now=NOON)
        assert locks.apply(lock(), NOON)
        assert locks.apply(lock(pair=PAIR), NOON)
        PairLocks.lock_pair(PAIR, NOON + 2 * HOUR, "by hand", now=NOON)

        assert [each[4] for each in noted(locks)] == ["by hand"]

    def test_what_was_noted_as_theirs_is_no_news_when_the_guard_wants_the_same(self):
        # Its own pause still holds when a protection locks for a little longer; when it is over,
        # the guard asks for what the protection has given already.
        locks, later = looking(), NOON + HOUR + 10 * MINUTE
        assert locks.apply(lock(), NOON)
        PairLocks.lock_pair("*", later - SECOND, "a protection", now=NOON + 30 * MINUTE)
        assert [each[4] for each in noted(locks, NOON + 35 * MINUTE)] == ["a protection"]

        assert not locks.apply(lock(until=later - SECOND), NOON + HOUR)
        assert noted(locks, NOON + HOUR) == []
        assert len(PairLocks.get_all_locks()) == 2

    def test_what_came_after_the_last_candle_is_read_from_the_result(self):
        locks = looking()
        PairLocks.lock_pair(PAIR, NOON + HOUR - SECOND, COOLDOWN, now=NOON)
        noted(locks)
        PairLocks.lock_pair("*", NOON + 3 * HOUR - SECOND, "by hand", now=NOON + HOUR)
        records = [each.to_json() for each in PairLocks.get_all_locks()]

        for expected in ([("other lock", "*", 0, NOON + 3 * HOUR - SECOND, NOON + HOUR)], []):
            found = []
            locks.note_last(
                records,
                lambda lock, time: found.append(  # noqa: B023 - called at once
                    (lock.rule, lock.pair, lock.side, lock.until, time)
                ),
            )
            assert found == expected

    def test_what_an_earlier_run_has_left_is_no_news(self):
        PairLocks.lock_pair(PAIR, NOON + HOUR - SECOND, COOLDOWN, now=NOON)
        assert noted(PairLockWriter(InMemoryStore())) == []


class TestLocksOfOthersOnARunningBot:
    def test_each_is_noted_once_also_by_a_restart(self, database):
        assert noted(PairLockWriter(DatabaseStore())) == []
        PairLocks.lock_pair(PAIR, NOON + HOUR - SECOND, COOLDOWN, now=NOON)
        # freqtrade's own pause after a close is none that anybody decided.
        PairLocks.lock_pair(PAIR, NOON + MINUTE, "Auto lock", now=NOON)
        open_database(database)

        locks = PairLockWriter(DatabaseStore())
        assert [each[0] for each in noted(locks)] == ["CooldownPeriod"]
        assert noted(locks) == []
        open_database(database)
        assert noted(PairLockWriter(DatabaseStore())) == []

    def test_what_was_there_before_the_guard_is_no_news(self, database):
        PairLocks.lock_pair(PAIR, NOON + HOUR, "by hand", now=NOON)
        locks = PairLockWriter(DatabaseStore())
        assert noted(locks) == []
        PairLocks.lock_pair(PAIR, NOON + 2 * HOUR, "by hand again", now=NOON)
        assert [each[4] for each in noted(locks)] == ["by hand again"]

    def test_the_guards_own_are_not_noted(self, database):
        locks = PairLockWriter(DatabaseStore())
        noted(locks)
        assert locks.apply(lock(), NOON)
        assert noted(locks) == []


class TestOnARunningBot:
    def test_its_reason_ends_with_the_number_to_lift_it_by(self, database):
        PairLockWriter(DatabaseStore()).apply(lock(why="Entries paused. Lift: /unlock"), NOON)

        (given,) = PairLocks.get_pair_locks("*", NOON)
        assert given.reason == f"Entries paused. Lift: /unlock {given.id}"
        assert is_locked_until(NOON + HOUR - SECOND, NOON)

    def test_a_halt_holds_however_its_end_was_rounded(self, database):
        PairLockWriter(DatabaseStore()).apply(lock(until=NOON + DECADE, halts=True), NOON)

        PairLocks.timeframe = "1h"
        assert is_locked_until(NOON + DECADE, NOON + HOUR)
        PairLocks.unlock_pair("*", NOON)
        assert not is_locked_until(NOON + DECADE, NOON + HOUR)

    def test_a_protections_reason_is_completed_and_a_persons_is_left_alone(self, database):
        until = NOON + HOUR - SECOND
        PairLocks.lock_pair("*", until, "Paused. Lift: /unlock", now=NOON)
        first = PairLockWriter(DatabaseStore()).apply(lock(), NOON)
        (given,) = PairLocks.get_pair_locks("*", NOON)
        assert first == given.reason == f"Paused. Lift: /unlock {given.id}"

        PairLocks.lock_pair(PAIR, until, "by hand", now=NOON)
        assert PairLockWriter(DatabaseStore()).apply(lock(pair=PAIR), NOON) == "by hand"

    def test_a_long_reason_keeps_the_number(self, database):
        PairLockWriter(DatabaseStore()).apply(lock(why="x" * 300), NOON)

        (given,) = PairLocks.get_pair_locks("*", NOON)
        assert given.reason.endswith(f"x {given.id}")
        assert len(str(given.reason)) <= 255

    def test_a_restart_does_not_overrule_a_person_who_lifted_it(self, database):
        PairLockWriter(DatabaseStore()).apply(lock(), NOON)
        (given,) = PairLocks.get_pair_locks("*", NOON)
        given.active = False  # as /unlock does
        PairLock.session.commit()
        open_database(database)

        assert not PairLockWriter(DatabaseStore()).apply(lock(), NOON + 5 * MINUTE)
        assert not PairLocks.get_pair_locks("*", NOON + 5 * MINUTE)

    @pytest.mark.parametrize("minutes", [5, 600])
    def test_a_halt_that_was_given_just_before_the_bot_died_is_the_same(self, database, minutes):
        halt = {"halts": True, "why": "HALTED: far below. Lift: /unlock"}
        with pytest.raises(ZeroDivisionError):
            PairLockWriter(DatabaseStore()).apply(
                lock(until=NOON + DECADE, **halt), NOON, keep=broken
            )
        open_database(database)

        later = NOON + minutes * MINUTE
        ends: list[datetime] = []
        again = lock(until=later + DECADE, **halt)
        assert PairLockWriter(DatabaseStore()).apply(again, later, keep=ends.append)
        (given,) = PairLocks.get_pair_locks("*", later)
        # Told when it ends: it is by this that a person is seen to lift it.
        assert is_locked_until(ends[0], later)
        assert ends[0] == given.lock_end_time_utc

    @pytest.mark.parametrize(("minutes", "locks"), [(10, 1), (20, 2)])
    def test_of_two_ends_that_are_nearly_the_same_one_is_kept(self, database, minutes, locks):
        with pytest.raises(ZeroDivisionError):
            PairLockWriter(DatabaseStore()).apply(
                lock(why="Paused. Lift: /unlock"), NOON, keep=broken
            )
        longer = lock(why="Paused. Lift: /unlock", until=NOON + HOUR + minutes * MINUTE - SECOND)

        PairLockWriter(DatabaseStore()).apply(longer, NOON)

        assert len(PairLocks.get_pair_locks("*", NOON)) == locks

    def test_a_restart_does_not_double_it(self, database):
        PairLockWriter(DatabaseStore()).apply(lock(), NOON)
        open_database(database)

        assert not PairLockWriter(DatabaseStore()).apply(lock(), NOON + 5 * MINUTE)
        assert len(PairLocks.get_pair_locks("*", NOON + 5 * MINUTE)) == 1

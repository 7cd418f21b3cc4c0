"""Scripts that exits and pauses share: a crash of 30 %, and longs that pay ever more."""

from tests.support.scripted import BTC, ETH, Enter, Script, Seen, entries_while_locked, jan

BEFORE, AFTER = jan("22 12:00"), (jan("22 16:30"), jan("22 20:00"))
OUT = (jan("22 16:00"), jan("22 19:00"))


def crash(leverage: float, stake_quote: float | None = None) -> Script:
    """Both pairs before the crash, out after it, and in again."""
    return Script(
        entries=(
            *(Enter(pair, BEFORE, leverage, stake_quote) for pair in (BTC, ETH)),
            *(Enter(pair, time) for pair in (BTC, ETH) for time in AFTER),
        ),
        exits=tuple((pair, time) for pair in (BTC, ETH) for time in OUT),
    )


def climb(leverage: float) -> Script:
    """The day before the crash."""
    return Script(
        entries=tuple(Enter(pair, jan("21 06:00"), leverage) for pair in (BTC, ETH)),
        exits=tuple((pair, jan("22 10:00")) for pair in (BTC, ETH)),
    )


def holds(side: str = "long", leverage: float = 4) -> Script:
    """BTC all the time, and ETH for two hours, now and then."""
    times = [(f"{day} 02:00", f"{day} 04:00") for day in (22, 23, 24, 25)]
    times += [(f"{day} 18:00", f"{day} 20:00") for day in (22, 23, 24, 25)]
    return Script(
        entries=(
            Enter(BTC, jan("21 06:00"), leverage, None, side),
            *(Enter(ETH, jan(start), 1, None, side) for start, _ in times),
        ),
        exits=tuple((ETH, jan(end)) for _, end in times),
    )


def let_nobody_in(seen: Seen, bare: Seen) -> None:
    assert entries_while_locked(seen) == set()
    assert entries_while_locked(seen, of=bare) != set()


def lasts(seen: Seen, hours: float) -> None:
    lock = seen.outcome.locks[0]
    assert lock["lock_end_timestamp"] - lock["lock_timestamp"] == hours * 3_600_000

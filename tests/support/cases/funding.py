"""The rules that watch funding, while longs pay ever more."""

from pathlib import Path

import pandas as pd

from tests.support.cases.case import Case
from tests.support.scripted import (
    BTC,
    ETH,
    Enter,
    Script,
    Seen,
    entries_while_locked,
    jan,
    rates_8h,
)

EIGHT_HOURS_MS = 8 * 3_600_000


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


def is_closed_at_the_third_high_rate(seen: Seen, bare: Seen, data: Path) -> None:
    trade = seen.trade(BTC)
    assert trade["exit_reason"] == "riskguard_funding_exit"
    rates = rates_8h(data, BTC)
    held = rates[(rates.index > trade["open_date"]) & (rates.index <= trade["close_date"])]
    assert list(held.iloc[-4:] > 0.001) == [False, True, True, True]
    assert held.index[-1] == pd.Timestamp(trade["close_date"])


def is_closed_at_the_first_extreme_rate(seen: Seen, bare: Seen, data: Path) -> None:
    trade = seen.trade(BTC)
    assert trade["exit_reason"] == "riskguard_funding_exit"
    rates = rates_8h(data, BTC)
    high = rates[rates > 0.003].index
    assert high[0] == pd.Timestamp(trade["close_date"])


def pauses_for_thirds_of_a_day(seen: Seen, bare: Seen, data: Path) -> None:
    for lock in seen.outcome.locks:
        assert lock["lock_end_timestamp"] % EIGHT_HOURS_MS == 0
        assert lock["lock_end_timestamp"] - lock["lock_timestamp"] <= EIGHT_HOURS_MS
    assert entries_while_locked(seen) == set()
    assert entries_while_locked(seen, of=bare) != set()
    # What it has paid by then: more than 1 % of the account within a day.
    assert seen.trade(BTC)["funding_fees"] < -100


CASES = (
    Case(
        rule="funding_exit",
        market="squeeze",
        binds=holds(),
        idle=holds("short"),
        question="exit",
        why=("pays 0.1", "% funding per 8 h, above 0.100 % for 3 settlements in a row"),
        shows=is_closed_at_the_third_high_rate,
    ),
    Case(
        rule="funding_exit",
        variant="extreme",
        market="squeeze",
        settings={"extreme_only": True},
        binds=holds(),
        idle=holds("short"),
        question="exit",
        why=("pays 0.3", "% funding per 8 h (closes at once above 0.300 %)"),
        shows=is_closed_at_the_first_extreme_rate,
    ),
    Case(
        rule="funding_breaker",
        market="squeeze",
        binds=holds(),
        idle=holds("short"),
        question="lock",
        why=("Entries paused until", "paid in funding within 24 h (limit 1.0 % of"),
        shows=pauses_for_thirds_of_a_day,
    ),
)

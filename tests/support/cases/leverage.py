"""The rules that cap leverage."""

from math import floor
from pathlib import Path

import pandas as pd

from tests.support.cases.case import Case, Check
from tests.support.scripted import BTC, ETH, Enter, Script, Seen, daily_volatility, jan

CANDLE = pd.Timedelta(minutes=5)
CALM, AFTER = jan("21 06:00"), jan("22 20:00")


def asks(leverage: float, time: str = CALM) -> Script:
    return Script(entries=(Enter(BTC, time, leverage),))


def in_and_out_and_in(first: str, out: str, again: str) -> Script:
    """Enter at 2x, leave, enter at 5x."""
    return Script(
        entries=(Enter(BTC, jan(first), 2), Enter(BTC, jan(again), 5)), exits=((BTC, jan(out)),)
    )


def sure(conviction: float) -> Script:
    return Script(entries=(Enter(BTC, CALM, 4),), conviction=conviction)


def gets(leverage: float) -> Check:
    def check(seen: Seen, bare: Seen, data: Path) -> None:
        assert seen.trade(BTC)["leverage"] == leverage < bare.trade(BTC)["leverage"]

    return check


def gets_what_the_volatility_allows(seen: Seen, bare: Seen, data: Path) -> None:
    # 2 % a day of the account; the bot gives a trade 99 % / 4 slots of it.
    exposure = 0.02 / daily_volatility(data, BTC, CALM)
    assert seen.trade(BTC)["leverage"] == floor(exposure / 0.2475)


def is_liquidated_beyond_three_sigmas(seen: Seen, bare: Seen, data: Path) -> None:
    # Liquidation is at E * (1 - 1/L) / (1 - 0.4 % maintenance - 0.05 % fee), and 1 % nearer counts.
    left = 1 - 3 * daily_volatility(data, BTC, AFTER)
    assert seen.trade(BTC)["leverage"] == floor(1 / (1 - left / 1.01 * 0.9955))


def stays_at_2x_after_a_loss(seen: Seen, bare: Seen, data: Path) -> None:
    first, second = seen.trades
    assert first["profit_abs"] < 0
    assert [first["leverage"], second["leverage"]] == [2, 2]
    assert [trade["leverage"] for trade in bare.trades] == [2, 5]


def churn(days: int) -> Script:
    """Long for a candle, ten times a day: what is won seldom pays for the fees."""
    firsts = [pd.Timestamp(jan("04 06:00")) + pd.Timedelta(days=day) for day in range(days)]
    times = [first + number * 3 * CANDLE for first in firsts for number in range(5)]
    starts = [(pair, time) for time in times for pair in (BTC, ETH)]
    return Script(
        entries=tuple(Enter(pair, time.isoformat()) for pair, time in starts),
        exits=tuple((pair, (time + CANDLE).isoformat()) for pair, time in starts),
    )


def gives_up_after_a_fortnight(seen: Seen, bare: Seen, data: Path) -> None:
    assert len(bare.trades) == 17 * 10
    days = {trade["close_date"][:10] for trade in seen.trades}
    assert len(days) == 14
    assert len(seen.trades) >= 60


CASES = (
    Case(
        rule="hard_cap",
        binds=asks(10),
        idle=asks(5),
        question="leverage",
        why=("cap 5x, profile moderate",),
        shows=gets(5),
    ),
    Case(
        rule="regime_cap",
        binds=asks(3, AFTER),
        idle=asks(3),
        question="leverage",
        why=("volatility", "%/day, regime turbulent"),
        shows=gets(1),
    ),
    Case(
        rule="volatility_target",
        binds=asks(5),
        idle=asks(3),
        question="leverage",
        why=("volatility", "budget 2.0 %/day of the account"),
        shows=gets_what_the_volatility_allows,
    ),
    Case(
        rule="target_leverage",
        settings={"target": 3},
        binds=asks(5),
        idle=asks(3),
        question="leverage",
        why=("target 3x, volatility", "a year (usual 60 %)"),
        shows=gets(3),
    ),
    Case(
        rule="kelly",
        settings={"unproven_leverage": 2},
        binds=asks(3),
        idle=asks(2),
        question="leverage",
        why=("edge unproven, 0 of 30 closed trades",),
        shows=gets(2),
    ),
    Case(
        rule="losing_leverage",
        # Out of the first trade in the fall, or in the climb before it.
        binds=in_and_out_and_in("22 12:00", "22 15:00", "22 18:00"),
        idle=in_and_out_and_in("21 00:05", "21 12:00", "21 15:00"),
        question="leverage",
        why=("no more than the last 2x on the pair: the pair's last trade lost",),
        shows=stays_at_2x_after_a_loss,
    ),
    Case(
        rule="liquidation_distance",
        binds=asks(5, AFTER),
        idle=asks(5),
        question="leverage",
        why=("3 daily sigmas of",),
        shows=is_liquidated_beyond_three_sigmas,
    ),
    Case(
        rule="conviction",
        binds=sure(0.5),
        idle=sure(1.0),
        question="leverage",
        why=("conviction 0.5 times the 4x allowed",),
        shows=gets(2),
    ),
    Case(
        rule="kelly",
        variant="disproven",
        market="fortnight",
        binds=churn(17),
        idle=churn(13),
        question="stake",
        why=("edge disproven: ", " trades won", "mean win"),
        shows=gives_up_after_a_fortnight,
    ),
)

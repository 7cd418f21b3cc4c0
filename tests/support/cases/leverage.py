"""The rules that cap leverage."""

from math import floor
from pathlib import Path

from pytest import approx

from tests.support.cases.case import Case
from tests.support.scripted import BTC, ETH, Enter, Script, Seen, daily_volatility, jan

CALM, AFTER = jan("21 06:00"), jan("22 20:00")


def asks(leverage: float, time: str = CALM) -> Script:
    return Script(entries=(Enter(BTC, time, leverage),))


def got(leverage: float):
    def check(seen: Seen, bare: Seen, data: Path) -> None:
        assert seen.trade(BTC)["leverage"] == leverage < bare.trade(BTC)["leverage"]

    return check


def down_to_a_tenth(leverage: float) -> float:
    return floor(leverage * 10) / 10


def check_volatility_target(seen: Seen, bare: Seen, data: Path) -> None:
    # 2 % a day of the account; the bot gives a trade 99 % / 4 slots of it.
    exposure = 0.02 / daily_volatility(data, BTC, CALM)
    assert seen.trade(BTC)["leverage"] == down_to_a_tenth(exposure / 0.2475)


def check_liquidation_distance(seen: Seen, bare: Seen, data: Path) -> None:
    # Liquidation is where the price has lost 1/L less the maintenance rate (0.4 %) and the fee, and
    # 1 % nearer counts: (1 - 1/L) / (1 - 0.0045) * 1.01 <= 1 - 3 sigmas.
    sigmas = 3 * daily_volatility(data, BTC, AFTER)
    highest = 1 / (1 - (1 - sigmas) / 1.01 * 0.9955)
    assert seen.trade(BTC)["leverage"] == down_to_a_tenth(highest)


def check_losing_leverage(seen: Seen, bare: Seen, data: Path) -> None:
    first, second = seen.trades
    assert first["profit_abs"] < 0
    assert [first["leverage"], second["leverage"]] == [2, 2]
    assert [trade["leverage"] for trade in bare.trades] == [2, 5]


def twice(first: str, out: str, again: str) -> Script:
    """Enter at 2x, leave, enter at 5x."""
    return Script(entries=(Enter(BTC, jan(first), 2), Enter(BTC, jan(again), 5)), exits=((BTC, jan(out)),))


CASES = (
    Case(
        rule="hard_cap",
        binds=asks(10),
        idle=asks(5),
        question="leverage",
        why=("cap 5x, profile moderate",),
        shows=got(5),
    ),
    Case(
        rule="regime_cap",
        binds=asks(3, AFTER),
        idle=asks(3),
        question="leverage",
        why=("volatility", "regime turbulent"),
        shows=got(1),
    ),
    Case(
        rule="volatility_target",
        binds=asks(5),
        idle=asks(3),
        question="leverage",
        why=("budget 2.0 %/day of the account",),
        shows=check_volatility_target,
    ),
    Case(
        rule="target_leverage",
        settings={"target": 3},
        binds=asks(5),
        idle=asks(3),
        question="leverage",
        why=("target 3x, volatility", "(usual 60 %)"),
        shows=got(3),
    ),
    Case(
        rule="kelly",
        settings={"unproven_leverage": 2},
        binds=asks(3),
        idle=asks(2),
        question="leverage",
        why=("edge unproven, 0 of 30 closed trades",),
        shows=got(2),
    ),
    Case(
        rule="losing_leverage",
        # Out of the first trade in the fall, or in the climb before it.
        binds=twice("22 12:00", "22 15:00", "22 18:00"),
        idle=twice("21 00:00", "21 12:00", "21 15:00"),
        question="leverage",
        why=("no more than the last 2x on the pair: the pair's last trade lost",),
        shows=check_losing_leverage,
    ),
    Case(
        rule="liquidation_distance",
        binds=asks(5, AFTER),
        idle=asks(5),
        question="leverage",
        why=("liquidation beyond 3 daily sigmas of",),
        shows=check_liquidation_distance,
    ),
    Case(
        rule="conviction",
        binds=Script(entries=(Enter(BTC, CALM, 4),), conviction=0.5),
        idle=Script(entries=(Enter(BTC, CALM, 4),), conviction=1.0),
        question="leverage",
        why=("conviction 0.5 of the 4x allowed",),
        shows=got(2),
    ),
)

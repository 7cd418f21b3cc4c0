"""The rules that deny entries."""

from pathlib import Path

from tests.support.cases.case import Case, Check
from tests.support.scripted import BTC, ETH, Enter, Script, Seen, jan

# A backtest has no order book.
OF_RUNNING_BOTS = {"max_spread"}

EARLY, LATE = jan("21 06:00"), jan("21 18:00")


def both(second_side: str = "long") -> Script:
    return Script(entries=(Enter(BTC, EARLY), Enter(ETH, LATE, side=second_side)))


def twice(second: str = LATE, second_side: str = "long", candles: str | None = None) -> Script:
    """Enter, leave after two hours, enter again."""
    return Script(
        entries=(Enter(BTC, EARLY), Enter(BTC, second, side=second_side)),
        exits=((BTC, jan("21 08:00")),),
        guards_candles=candles,
    )


def aims_at(target_ratio: float) -> Script:
    return Script(entries=(Enter(BTC, EARLY),), stoploss=-0.05, target_ratio=target_ratio)


def lacks(pair: str, time: str) -> Check:
    def check(seen: Seen, bare: Seen, data: Path) -> None:
        assert bare.entries - seen.entries == {(pair, time)}

    return check


CASES = (
    Case(
        rule="side_limit",
        settings={"max_longs": 1},
        binds=both(),
        idle=both("short"),
        question="entry",
        why=("long trades open: 1 (limit 1)",),
        shows=lacks(ETH, LATE),
    ),
    Case(
        rule="stale_data",
        # The guard's candles end at 12:00: six hours are 72 candles of 5 minutes.
        binds=twice(candles="until noon"),
        idle=twice(),
        question="entry",
        why=("the last candle closed 72.0 candles ago (limit 2)",),
        shows=lacks(BTC, LATE),
    ),
    Case(
        rule="reward_risk",
        # 2 % to win and 5 % to lose; 8 % to win is 1.6.
        binds=aims_at(1.02),
        idle=aims_at(1.08),
        question="entry",
        why=("reward/risk 0.40 (at least 1.5): target",),
        shows=lacks(BTC, EARLY),
    ),
    Case(
        rule="funding_gate",
        market="squeeze",
        binds=twice(jan("24 06:00")),
        # A short receives what a long would have to pay.
        idle=twice(jan("24 06:00"), second_side="short"),
        question="entry",
        why=("a long pays 0.3", "% funding per 8 h (limit 0.100 %)"),
        shows=lacks(BTC, jan("24 06:00")),
    ),
)

"""The rules that deny entries."""

from collections.abc import Callable
from pathlib import Path

from tests.support.cases.case import Case
from tests.support.scripted import BTC, ETH, Enter, Script, Seen, jan

CALM, LATER = jan("21 06:00"), jan("21 18:00")


def no_entry(pair: str, time: str) -> Callable[[Seen, Seen, Path], None]:
    """Return a check that one entry of the bare strategy is missing, and no other."""

    def check(seen: Seen, bare: Seen, data: Path) -> None:
        opened = {(trade["pair"], trade["open_date"]) for trade in seen.trades}
        wanted = {(trade["pair"], trade["open_date"]) for trade in bare.trades}
        assert wanted - opened == {(pair, time.replace("T", " "))}

    return check


def check_event_windows(seen: Seen, bare: Seen, data: Path) -> None:
    no_entry(BTC, CALM)(seen, bare, data)
    # The other window halves the stake: 2475 / 2.
    assert abs(seen.trade(ETH)["stake_amount"] - 1237.5) < 10


def reaching(target_ratio: float) -> Script:
    return Script(entries=(Enter(BTC, CALM),), stoploss=-0.05, target_ratio=target_ratio)


CASES = (
    Case(
        rule="side_limit",
        settings={"max_longs": 1},
        binds=Script(entries=(Enter(BTC, CALM), Enter(ETH, LATER))),
        idle=Script(entries=(Enter(BTC, CALM), Enter(ETH, LATER, side="short"))),
        question="entry",
        why=("1 long trades are open (limit 1)",),
        shows=no_entry(ETH, LATER),
    ),
    Case(
        rule="stale_data",
        binds=Script(entries=(Enter(BTC, CALM), Enter(BTC, LATER)), exits=((BTC, jan("21 08:00")),), guards_candles="stopped"),
        idle=Script(entries=(Enter(BTC, CALM), Enter(BTC, LATER)), exits=((BTC, jan("21 08:00")),)),
        question="entry",
        # The candles stop at 12:00: six hours are 72 candles of 5 minutes.
        why=("the last candle closed 72.0 intervals ago (limit 2)",),
        shows=no_entry(BTC, LATER),
    ),
    Case(
        rule="reward_risk",
        # 2 % to win and 5 % to lose.
        binds=reaching(1.02),
        idle=reaching(1.08),
        question="entry",
        why=("reward/risk 0.40 (at least 1.5): target",),
        shows=no_entry(BTC, CALM),
    ),
    Case(
        rule="event_windows",
        settings={
            "windows": [
                {"name": "rates", "start": jan("21 05:00"), "end": jan("21 07:00")},
                {"name": "expiry", "start": jan("21 17:00"), "end": jan("21 19:00"), "factor": 0.5},
            ]
        },
        binds=Script(entries=(Enter(BTC, CALM), Enter(ETH, LATER))),
        idle=Script(entries=(Enter(BTC, jan("21 07:00")), Enter(ETH, jan("21 16:55")))),
        question="stake",
        why=("rates: no entries until 2024-01-21 07:00 UTC",),
        shows=check_event_windows,
    ),
    Case(
        rule="funding_gate",
        market="squeeze",
        binds=Script(entries=(Enter(BTC, jan("21 06:00")), Enter(BTC, jan("24 06:00"))), exits=((BTC, jan("21 12:00")),)),
        idle=Script(entries=(Enter(BTC, jan("21 06:00")), Enter(BTC, jan("24 06:00"), side="short")), exits=((BTC, jan("21 12:00")),)),
        question="entry",
        why=("a long pays 0.", "% funding per 8 h (limit 0.100 %)"),
        shows=no_entry(BTC, jan("24 06:00")),
    ),
)

"""The rules that cap stakes: what they leave of a wallet of 10,000 USDT.

The bot proposes 99 % / 4 slots of it, 2475.
"""

from pathlib import Path

import pytest

from tests.support.cases.case import Case, Check
from tests.support.scripted import BTC, ETH, Enter, Script, Seen, daily_volatility, jan

CALM, EVENING = jan("21 06:00"), jan("21 18:00")
CRASH, AFTER = jan("22 16:00"), jan("22 20:00")


def one(
    stake_quote: float | None = None,
    leverage: float = 1,
    time: str = CALM,
    stoploss: float = -0.99,
) -> Script:
    return Script(entries=(Enter(BTC, time, leverage, stake_quote),), stoploss=stoploss)


def two(leverage: float = 1, stoploss: float = -0.99, second_side: str = "long") -> Script:
    """Both pairs when the same candle opens, BTC first."""
    first = Enter(BTC, CALM, leverage)
    second = Enter(ETH, CALM, leverage, side=second_side)
    return Script(entries=(first, second), stoploss=stoploss)


def gets(pair: str, stake_quote: float) -> Check:
    def check(seen: Seen, bare: Seen, data: Path) -> None:
        # Amounts are rounded down to a lot.
        assert seen.trade(pair)["stake_amount"] == pytest.approx(stake_quote, abs=0.1)
        assert seen.trade(pair)["stake_amount"] < bare.trade(pair)["stake_amount"]

    return check


def moves_by_half_a_year(seen: Seen, bare: Seen, data: Path) -> None:
    # The only position, stake * 5 / 10,000 of the account, times its volatility a year, is 50 %.
    yearly = daily_volatility(data, BTC, AFTER) * 365**0.5
    assert seen.trade(BTC)["stake_amount"] == pytest.approx(0.5 / yearly * 10_000 / 5, abs=0.1)


def lacks_one_and_halves_the_other(seen: Seen, bare: Seen, data: Path) -> None:
    assert bare.entries - seen.entries == {(BTC, CALM)}
    assert seen.trade(ETH)["stake_amount"] == pytest.approx(2475 / 2, abs=0.1)


CASES = (
    Case(
        rule="fixed_risk",
        # A stop 5 % away: 100 / (0.05 + 2 * 0.0005 + 0.005) = 1785.71. One 2 % away would leave
        # 100 / 0.026 = 3846.
        binds=one(stoploss=-0.05),
        idle=one(stoploss=-0.02),
        question="stake",
        why=("1.00 % risk, stop 5.0 % away",),
        shows=gets(BTC, 1785.71),
    ),
    Case(
        rule="heat",
        # 3 % of the day are 300. BTC risks 2475 * (0.1 + 0.006) = 262.35 of it, and leaves
        # 37.65 / 0.106 = 355.19 for ETH.
        binds=two(stoploss=-0.1),
        idle=two(stoploss=-0.05),
        question="stake",
        why=("262 of 300 USDT of today's loss limit are at risk already",),
        shows=gets(ETH, 355.19),
    ),
    Case(
        rule="position_cap",
        # 60 % / 4 slots is less than 20 %.
        binds=one(),
        idle=one(1490),
        question="stake",
        why=("margin at most 60 % of the account, shared by 4 slots",),
        shows=gets(BTC, 1500),
    ),
    Case(
        rule="cash_reserve",
        binds=one(9500),
        idle=one(8990),
        question="stake",
        why=("10 % of 10000 USDT must stay free, 10000 is free now",),
        shows=gets(BTC, 9000),
    ),
    Case(
        rule="exposure_cap",
        # BTC: 2475 * 5 is 124 % of 10,000. Up to 200 % there are 7625, a stake of 1525.
        binds=two(5),
        idle=two(5, second_side="short"),
        question="stake",
        why=("net long exposure 124 % of equity already (limit 200 %)",),
        shows=gets(ETH, 1525),
    ),
    Case(
        rule="portfolio_volatility",
        binds=one(None, 5, AFTER),
        idle=one(None, 5),
        question="stake",
        why=("annual volatility of open positions 0 %, of this pair", "(limit 50 %)"),
        shows=moves_by_half_a_year,
    ),
    Case(
        rule="margin_utilisation",
        # After a fall of more than 20 % in a day margin counts twice: half of 60 % of 10,000.
        binds=one(3500, 1, CRASH),
        idle=one(3500),
        question="stake",
        why=("of 10000 equity already (limit 60 %, margin counts 2 times in a crisis)",),
        shows=gets(BTC, 3000),
    ),
    Case(
        rule="stress_survival",
        # 20 % of the notional, and a quarter more, must not be above 10,000: 40,000, or 8000 * 5.
        # BTC is the market: its beta is 1.
        binds=one(9000, 5),
        idle=one(7990, 5),
        question="stake",
        why=("a market move of -20 % would take 9000 of 10000",),
        shows=gets(BTC, 8000),
    ),
    Case(
        rule="event_windows",
        settings={
            "windows": [
                {"name": "rates", "start": jan("21 05:00"), "end": jan("21 07:00")},
                {"name": "expiry", "start": jan("21 17:00"), "end": jan("21 19:00"), "factor": 0.5},
            ]
        },
        binds=Script(entries=(Enter(BTC, CALM), Enter(ETH, EVENING))),
        idle=Script(entries=(Enter(BTC, jan("21 07:00")), Enter(ETH, jan("21 16:55")))),
        question="stake",
        why=("rates: no entries until 2024-01-21 07:00 UTC",),
        shows=lacks_one_and_halves_the_other,
    ),
)

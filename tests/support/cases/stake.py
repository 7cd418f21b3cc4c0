"""The rules that cap stakes, and what they allow of a wallet of 10,000 USDT."""

from collections.abc import Callable
from pathlib import Path

from pytest import approx

from tests.support.cases.case import Case
from tests.support.scripted import BTC, ETH, Enter, Script, Seen, daily_volatility, jan

CALM, CRASH, AFTER = jan("21 06:00"), jan("22 16:00"), jan("22 20:00")
# Amounts are rounded down to a lot: 0.001 BTC is up to 50 USDT of notional.
ROUNDING_QUOTE = 50


def one(stake_quote: float | None, leverage: float = 1, time: str = CALM, stoploss: float = -0.99) -> Script:
    return Script(entries=(Enter(BTC, time, leverage, stake_quote),), stoploss=stoploss)


def two(
    stake_quote: float | None, leverage: float = 1, stoploss: float = -0.99, side: str = "long"
) -> Script:
    """Both pairs with the same candle, BTC first."""
    first = Enter(BTC, CALM, leverage, stake_quote)
    return Script(
        entries=(first, Enter(ETH, CALM, leverage, stake_quote, side)), stoploss=stoploss
    )


def stakes(pair: str, quote: float) -> Callable[[Seen, Seen, Path], None]:
    """Return a check that a pair got a stake, and less than the bare strategy gave it."""

    def check(seen: Seen, bare: Seen, data: Path) -> None:
        trade = seen.trade(pair)
        assert trade["stake_amount"] == approx(quote, abs=ROUNDING_QUOTE / trade["leverage"])
        assert trade["stake_amount"] < bare.trade(pair)["stake_amount"]

    return check


def check_portfolio_volatility(seen: Seen, bare: Seen, data: Path) -> None:
    # One position of `stake * 5 / 10,000`, times its volatility, is 50 % a year.
    yearly = daily_volatility(data, BTC, AFTER) * 365**0.5
    assert seen.trade(BTC)["stake_amount"] == approx(0.5 / yearly * 10_000 / 5, abs=10)


CASES = (
    Case(
        rule="fixed_risk",
        # A stop 5 % away: 100 / (0.05 + 2 * 0.0005 + 0.005) = 1785.71. One 2 % away would
        # allow 3846, more than the bot's 2475.
        binds=one(None, stoploss=-0.05),
        idle=one(None, stoploss=-0.02),
        question="stake",
        why=("1.00 % risk, stop 5.0 % away",),
        shows=stakes(BTC, 1785.71),
    ),
    Case(
        rule="heat",
        # 3 % of the day are 300. BTC risks 2475 * (0.1 + 0.006) = 262.35 of it, and leaves
        # 37.65 / 0.106 = 355.2 for ETH.
        binds=two(None, stoploss=-0.1),
        idle=two(None, stoploss=-0.05),
        question="stake",
        why=("262 of 300 USDT of today's loss limit are at risk already",),
        shows=stakes(ETH, 355.2),
    ),
    Case(
        rule="position_cap",
        # 60 % / 4 slots is less than 20 %.
        binds=one(None),
        idle=one(1400),
        question="stake",
        why=("margin at most 60 % of the account in 4 slots",),
        shows=stakes(BTC, 1500),
    ),
    Case(
        rule="cash_reserve",
        binds=one(9500),
        idle=one(8900),
        question="stake",
        why=("10 % of 10000 USDT stay free of 10000",),
        shows=stakes(BTC, 9000),
    ),
    Case(
        rule="exposure_cap",
        # BTC: 2475 * 5 is 124 %. To 200 % it is 7625, a stake of 1525.
        binds=two(None, 5),
        idle=two(None, 5, side="short"),
        question="stake",
        why=("net long exposure 124 % (limit 200 %) already",),
        shows=stakes(ETH, 1525),
    ),
    Case(
        rule="portfolio_volatility",
        binds=one(None, 5, AFTER),
        idle=one(None, 1),
        question="stake",
        why=("open positions 0 % a year", "(limit 50 %)"),
        shows=check_portfolio_volatility,
    ),
    Case(
        rule="margin_utilisation",
        # In a liquidity crisis every margin counts twice: half of 60 % of 10,000.
        binds=one(3500, time=CRASH),
        idle=one(3500),
        question="stake",
        why=("margin of 0.00 x2 (liquidity-crisis) of 10000 (limit 60 %) already",),
        shows=stakes(BTC, 3000),
    ),
    Case(
        rule="stress_survival",
        # 20 % of the notional, and a quarter more, must not be above 10,000: 40,000, or 8000 * 5.
        # BTC is the market: its beta is 1.
        binds=one(9000, 5),
        idle=one(7500, 5),
        question="stake",
        why=("a market move of -20 % would take 9000 of 10000",),
        shows=stakes(BTC, 8000),
    ),
)

"""The reckless strategy in a crash on venues with rules of their own: guarded, it lives.

Bare it is liquidated there. That nothing of the guarded one was, is counted anew with the venue's
rule alone, from the candles that each of its trades lived through.
"""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from tests.support.bot import Bot
from tests.support.freqtrade import MODERATE, backtest, strategy_files
from tests.support.other_quote import settled_in

pytestmark = pytest.mark.slow

STEMS = ("reckless", "guarded_reckless")
# The market falls by 30 % at 14:24 of this day.
BEGIN, END = datetime(2024, 1, 22, 14, tzinfo=UTC), datetime(2024, 1, 22, 15, tzinfo=UTC)
CANDLE = timedelta(minutes=5)
FEE = 0.0005
QUOTES = {"gate": "USDT", "hyperliquid": "USDC"}
# Half of the initial margin at these is what Hyperliquid wants to be maintained; positions of less
# than 20 million are in the first tier.
GREATEST = {"BTC": 40, "DOGE": 10, "ETH": 25, "SOL": 20}
# Gate's: what is above each of these amounts of money, at a rate of its own.
TIERS = [
    (0, 0.015),
    (5_000, 0.025),
    (25_000, 0.05),
    (100_000, 0.1),
    (250_000, 0.125),
    (1_000_000, 0.25),
]


def maintained(venue, pair, notional):
    """Return the maintenance margin by the venue's rule, written down anew."""
    if venue == "hyperliquid":
        return notional / GREATEST[pair.split("/")[0]] / 2
    ends = [*(floor for floor, _ in TIERS[1:]), float("inf")]
    return sum(
        max(0.0, min(notional, end) - floor) * rate
        for (floor, rate), end in zip(TIERS, ends, strict=True)
    )


def is_liquidated(venue, trade, price):
    side = -1 if trade["is_short"] else 1
    amount = trade["amount"]
    equity = trade["stake_amount"] + side * amount * (price - trade["open_rate"])
    notional = amount * price
    return equity - notional * FEE <= maintained(venue, trade["pair"], notional)


def liquidated(venue, data, trades, *, closed_within=False):
    """Return the trades that the venue would have liquidated."""
    return [
        trade
        for trade in trades
        if is_liquidated(venue, trade, worst_price(data, trade, closed_within=closed_within))
    ]


def worst_price(data, trade, *, closed_within):
    """Return the worst price that a trade lived through.

    Of the candle in which it was closed only the price that it got, or with ``closed_within`` all.
    """
    name = trade["pair"].replace("/", "_").replace(":", "_")
    candles = pd.read_feather(data / "futures" / f"{name}-5m-futures.feather").set_index("date")
    opened = pd.Timestamp(trade["open_date"], tz="UTC").floor("5min")
    closed = pd.Timestamp(trade["close_date"] or END, tz="UTC").floor("5min")
    lived = candles[(candles.index >= opened) & (candles.index < closed + closed_within * CANDLE)]
    prices = [
        *(lived["high"] if trade["is_short"] else lived["low"]),
        trade["open_rate"],
        trade["close_rate"] or trade["open_rate"],
    ]
    return max(prices) if trade["is_short"] else min(prices)


@pytest.fixture(params=QUOTES)
def venue(request):
    return request.param


@pytest.fixture
def data(venue, scenario_candles, tmp_path):
    return settled_in(QUOTES[venue], scenario_candles("flash_crash", days=23), tmp_path / "data")


def test_a_backtest_bare_is_liquidated_and_guarded_is_not(venue, data, tmp_path):
    span = f"{BEGIN:%s}-{END:%s}"
    run = backtest(
        tmp_path / "backtest",
        data,
        *("Bare", "Guarded"),
        strategies=strategy_files(*STEMS),
        venue=venue,
        args=("--timerange", span),
    ).succeeded()
    bare, guarded = run.outcomes["Bare"], run.outcomes["Guarded"]
    assert "liquidation" in bare.exit_reasons
    # The rule as it is written down here finds them, too: freqtrade closes a little sooner, but the
    # price went on within the same candle.
    ruined = [trade for trade in bare.trades if trade["exit_reason"] == "liquidation"]
    assert liquidated(venue, data, ruined, closed_within=True)
    assert not liquidated(venue, data, guarded.trades)
    assert guarded.trades
    assert "liquidation" not in guarded.exit_reasons
    assert all(trade["leverage"] <= 5.0 for trade in guarded.trades)
    assert guarded.stats["profit_total"] > bare.stats["profit_total"]


def test_a_bot_guarded_is_not_liquidated(venue, data, tmp_path):
    with Bot(
        tmp_path / "bot",
        data,
        "Guarded",
        start=BEGIN,
        stems=STEMS,
        riskguard=MODERATE,
        config={"timeframe": "5m"},
        venue=venue,
    ) as bot:
        for _ in bot.run(END):
            pass
        trades = bot.trades
    assert trades
    assert not liquidated(venue, data, trades)
    assert "liquidation" not in {trade["exit_reason"] for trade in trades}
    assert all(trade["leverage"] <= 5.0 for trade in trades)

"""Orders that wait: they count as if they were filled, and a pause cancels them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.bot import Bot
from tests.support.freqtrade import backtest_one_by_one, strategy_files
from tests.support.scripted import only

pytestmark = pytest.mark.slow

BTC, ETH, DOGE = (f"{coin}/USDT:USDT" for coin in ("BTC", "ETH", "DOGE"))
# From noon to 15:00.
TIMERANGE = "1705924800-1705935600"
# Of the running bot: the orders, and from before the crash until well into it.
LOOPS = tuple(
    datetime(2024, 1, 22, *time, 1, tzinfo=UTC)
    for time in ((13, 35), (13, 40), (13, 45), *((14, minute) for minute in range(0, 50, 5)))
)
# Until the crash they may wait, and longer.
CONFIG: dict[str, Any] = {
    "fee": 0.0005,
    "custom_price_max_distance_ratio": 0.1,
    "unfilledtimeout": {"entry": 600, "exit": 600, "unit": "minutes"},
}
RISKGUARD = {**only("daily_loss"), "exposure_cap": {"max_gross": 3.0, "max_net": 3.0}}


@pytest.fixture(scope="module")
def data(scenario_candles):
    return scenario_candles("flash_crash", days=23)


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    """Return a backtest of the strategy, bare and guarded."""
    return backtest_one_by_one(
        tmp_path_factory.mktemp("waiting") / "bot",
        data,
        "Patient",
        "GuardedPatient",
        args=("--timerange", TIMERANGE),
        strategies=strategy_files("patient"),
        riskguard=RISKGUARD,
        config=CONFIG,
    ).succeeded()


@pytest.fixture(scope="module")
def bot(data, tmp_path_factory):
    """Return trades and journal of a running bot."""
    folder = tmp_path_factory.mktemp("waiting-bot")
    settings: dict[str, Any] = {"stems": ("patient",), "riskguard": RISKGUARD, "config": CONFIG}
    with Bot(folder, data, "GuardedPatient", start=LOOPS[0], **settings) as bot:
        for time in LOOPS:
            bot.loop(time)
        return bot.trades, bot.journal


def by_pair(trades):
    return {trade["pair"]: trade for trade in trades}


def entries(trade):
    """Return the margin of each filled entry."""
    return [
        order["amount"] * order["safe_price"] / trade["leverage"]
        for order in trade["orders"]
        if order["ft_is_entry"] and order.get("order_filled_timestamp")
    ]


def check_guarded(trades, journal):
    """Check that ETH got what was left beside the orders, and that these were never filled."""
    found = by_pair(trades)
    assert set(found) == {BTC, ETH}
    (btc,), (eth,) = entries(found[BTC]), entries(found[ETH])
    assert btc == pytest.approx(2_000.0, rel=0.01)
    # 30,000 less 6,000 of BTC, 15,000 that wait there, and 1,500 on DOGE: 7,500 at 3x.
    assert eth == pytest.approx(2_500.0, rel=0.01)
    lock = next(record for record in journal if record["question"] == "lock")
    told = {record["pair"]: record for record in journal if record["question"] == "cancel"}
    assert set(told) == {BTC, DOGE}
    assert len([record for record in journal if record["question"] == "cancel"]) == 2
    for record in told.values():
        assert (record["rule"], record["enforced"]) == ("daily_loss", True)
        # In the loop, or candle, that locks.
        assert record["time"] == lock["time"]
        assert record["answered"] == 0.0
    for pair, kind, stake in ((BTC, "addition", 5_000.0), (DOGE, "entry", 500.0)):
        asked, why = told[pair]["asked"], told[pair]["why"]
        # But for what is less than a lot.
        assert asked == pytest.approx(stake, rel=0.01)
        assert why.startswith(f"waiting {kind} of {asked:.0f} USDT cancelled: Entries paused")


def test_without_a_guard_all_of_it_is_filled_in_the_crash(run):
    found = by_pair(run.outcomes["Patient"].trades)
    assert set(found) == {BTC, ETH, DOGE}
    held = [sum(entries(trade)) * trade["leverage"] for trade in found.values()]
    # 350 % of the account, and DOGE.
    assert sum(held) == pytest.approx(3 * (2_000 + 5_000 + 4_666 + 500), rel=0.01)


def test_in_a_backtest_the_orders_count_and_the_pause_cancels_them(run):
    check_guarded(run.outcomes["GuardedPatient"].trades, run.journal)


def test_on_a_running_bot_the_orders_count_and_the_pause_cancels_them(bot):
    trades, journal = bot
    check_guarded(trades, journal)

"""The message at the end of a real bot's day, over restarts and a crash, on a virtual clock."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.test_running_bot import CUTS, Recorder
from tests.support.bot import Bot

pytestmark = pytest.mark.slow

MORNING = datetime(2024, 1, 22, 7, tzinfo=UTC)
MIDNIGHT = datetime(2024, 1, 23, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
RISKGUARD = {"profile": "moderate", "drawdown_ladder": CUTS, "daily_summary": True}
CONFIG = {
    "timeframe": "5m",
    "bot_name": "trend-1",
    "fee": 0.0005,
    "recorder": {"allow_custom_messages": True},
}
DAY = "trend-1: 2024-01-2"


def _equity_quote(bot: Bot) -> float:
    strategy: Any = bot.bot.strategy
    return float(strategy._riskguard.account.equity_quote)


def recorded(bot):
    """Stand where Telegram would, of the bot as it is now."""
    told = Recorder(bot.bot)
    bot.bot.rpc.registered_modules.append(told)
    return told


def summaries(told):
    return [message for message in told.said if message.startswith(DAY)]


def figure(pattern, text):
    found = re.search(pattern, text)
    assert found, text
    return float(found.group(1))


def test_a_dry_run_sums_its_day_up_once_whatever_is_restarted(scenario_candles, tmp_path):
    data = scenario_candles("flash_crash", days=23)
    with Bot(
        tmp_path / "bot",
        data,
        "Guarded",
        start=MORNING,
        stems=("reckless", "guarded_reckless"),
        riskguard=RISKGUARD,
        config=CONFIG,
    ) as bot:
        began_quote = 10_000.0
        told = recorded(bot)
        for _ in bot.run(MORNING + timedelta(hours=1)):
            pass
        assert summaries(told) == []

        bot.restart()
        told = recorded(bot)
        bot.loop(MIDNIGHT - MINUTE)
        # The day is kept once a minute: a bot that dies loses the rest of it.
        equity_quote = _equity_quote(bot)
        bot.loop(MIDNIGHT - 5 * SECOND)
        assert summaries(told) == []
        # It dies before midnight, and is there again after it.
        bot.kill()
        bot.start()
        told = recorded(bot)
        bot.loop(MIDNIGHT + SECOND)
        bot.loop(MIDNIGHT + 6 * SECOND)
        (day,) = summaries(told)

        # It dies again, and is ended in good order: nothing is told twice.
        for again in (bot.kill, bot.stop):
            again()
            bot.start()
            told = recorded(bot)
            bot.loop(bot.clock.time + MINUTE)
            assert summaries(told) == []

        orders = [
            (trade, order)
            for trade in bot.trades
            for order in trade["orders"]
            if (order["ft_order_tag"] or "").startswith("riskguard_")
        ]
        closes = {trade["pair"]: bot._candles(trade["pair"])["close"] for trade, _ in orders}
        journal = [line for line in bot.journal if line["time"] < MIDNIGHT.isoformat()]
        bot.loop(MIDNIGHT + timedelta(days=1, seconds=1))
        (next_day,) = summaries(told)

    assert day.startswith(f"{DAY}2: ")
    assert figure(r"\((-?[\d.+]+) USDT, live\)", day) == pytest.approx(
        equity_quote - began_quote, abs=0.01
    )
    cuts = [order for _, order in orders if order["ft_order_tag"].endswith("_cut")]
    assert len(cuts) == 3
    assert f"{len(cuts)} cuts" in day
    fees = sum(order["filled"] * order["safe_price"] * 0.0005 for _, order in orders)
    assert figure(r"cost ([\d.]+) USDT of fees", day) == pytest.approx(fees, abs=0.01)
    # By the last close of the day.
    later = sum(
        (-1 if trade["is_short"] else 1)
        * order["filled"]
        * (closes[trade["pair"]].loc[MIDNIGHT - 5 * MINUTE] - order["safe_price"])
        for trade, order in orders
    )
    held = figure(r"would be worth ([\d.]+) USDT", day)
    assert held == pytest.approx(abs(later), abs=0.02)
    assert f"USDT {'more' if later > 0 else 'less'} at the end of the day" in day
    lowered = [line for line in journal if line["question"] == "leverage" and line["enforced"]]
    assert f"leverage lowered {len(lowered)} times" in day
    assert next_day.startswith(f"{DAY}3: ")

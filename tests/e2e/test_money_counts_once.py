"""What once hid losses, or halted an account that had lost nothing: in real freqtrade."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from freqtrade_riskguard.replay.scenarios import SCENARIOS, write
from tests.support.bot import Bot
from tests.support.freqtrade import backtest, strategy_files
from tests.support.scripted import BTC, Enter, Play, Script, jan, only, perform

pytestmark = pytest.mark.slow

# 8,000 at 5x on an account of 10,000: 0.25 % per 8 hours is 100, or 1 % of the account.
ENTRY = Enter(BTC, jan("02 01:00"), 5.0, 8_000.0)
TENTH = ((BTC, jan("04 06:00"), -800.0),)
TIMERANGE = "20240102-20240107"
SERIES = """
import pandas as pd
from scripted import GuardedScript


class Unsure(GuardedScript):
    script = {script!r}

    def confirm_trade_entry(self, **kwargs):
        return pd.Series([True, True])


class Sure(GuardedScript):
    script = {script!r}
"""


def market(folder, *, funding_8h, levels=((0.0, 1.0),)):
    """Write a week in which next to nothing moves but for what the levels say."""
    week = replace(
        SCENARIOS["calm_trend"],
        levels=levels,
        turbulence=((0.0, 0.01),),
        funding_extra_8h=((0.0, funding_8h - 0.0001),),
        days=7,
        pairs=SCENARIOS["calm_trend"].pairs[:1],
    )
    return write(week, folder)


def plays(limit):
    """Return the position as it is, and with a tenth taken off after two days."""
    rule = only("daily_loss") | {"profile": "aggressive", "daily_loss_limit": limit}
    return {
        f"Held{limit:.1%}".replace(".", "").strip("%"): Play(Script(entries=(ENTRY,)), rule),
        f"Reduced{limit:.1%}".replace(".", "").strip("%"): Play(
            Script(entries=(ENTRY,), additions=TENTH), rule
        ),
    }


def locked_at(seen):
    return [record["time"] for record in seen.of("daily_loss") if record["question"] == "lock"]


def test_funding_that_was_paid_before_an_exit_is_no_loss_of_its_day(tmp_path):
    data = market(tmp_path / "data", funding_8h=0.0025)
    every = plays(0.025) | plays(0.045)
    seen = perform(tmp_path / "bot", data, every, timerange=TIMERANGE)

    assert len(seen["Reduced25"].trade(BTC)["orders"]) == 3
    # Three payments are 3 % in a day, and 2.7 % with a tenth less.
    held, reduced = locked_at(seen["Held25"]), locked_at(seen["Reduced25"])
    assert len(held) >= 4
    # Never earlier than without the exit.
    by_day = {time[:10]: time for time in held}
    assert all(time[:10] in by_day and time >= by_day[time[:10]] for time in reduced)
    assert locked_at(seen["Held45"]) == locked_at(seen["Reduced45"]) == []


def test_funding_that_was_received_before_an_exit_hides_no_loss(tmp_path):
    # 3 % of 40,000 are 12 % of the account, with a tenth less and the day's income some 9 %; two
    # days' income, counted once more, would hide 6 %.
    levels = ((0.0, 1.0), (3.5, 1.0), (3.52, 0.97), (7.0, 0.97))
    data = market(tmp_path / "data", funding_8h=-0.0025, levels=levels)
    seen = perform(tmp_path / "bot", data, plays(0.05), timerange=TIMERANGE)

    for play in seen.values():
        (first, *_) = locked_at(play)
        assert "2024-01-04T12:00" <= first <= "2024-01-04T12:35"


def test_an_answer_without_a_truth_value_enters_nothing(tmp_path):
    data = market(tmp_path / "data", funding_8h=0.0001)
    script = {
        "entries": [
            {"pair": BTC, "time": jan("02 01:00"), "leverage": 2.0, "side": "long",
             "stake_quote": 500.0},
        ],
        "exits": [], "additions": [], "guards_candles": None,
    }  # fmt: skip
    run = backtest(
        tmp_path / "bot",
        data,
        *("Unsure", "Sure"),
        args=("--timerange", TIMERANGE),
        strategies={**strategy_files("scripted"), "unsure.py": SERIES.format(script=script)},
        riskguard={"profile": "moderate"},
    )

    assert run.returncode == 0, run.log[-3000:]
    assert len(run.outcomes["Sure"].trades) == 1
    assert run.outcomes["Unsure"].trades == ()
    (told,) = [line for line in run.errors if "confirm_trade_entry" in line]
    assert BTC in told


def test_a_day_that_was_only_observed_is_closed_once_its_rule_enforces(scenario_candles, tmp_path):
    data = scenario_candles("flash_crash", days=23)
    start, crash = (datetime(2024, 1, 22, *at, tzinfo=UTC) for at in ((13, 0), (14, 40)))
    settings = only("daily_loss", mode="observe", close_all=True)
    how: dict[str, Any] = {
        "stems": ("eager",),
        "config": {"timeframe": "5m", "eager_since": {}, "stoploss": -0.99},
    }

    with Bot(tmp_path / "bot", data, "Eager", start=start, riskguard=settings, **how) as bot:
        for minutes in (1, 6, *range(60, 100, 5)):
            bot.loop(start + timedelta(minutes=minutes))
        strategy: Any = bot.bot.strategy
        session = strategy._riskguard
        lost_ratio = 1 - session.account.equity_quote / session.account.day_start_equity_quote
        assert lost_ratio >= 0.15
        assert any(trade["is_open"] for trade in bot.trades)
        assert not bot.locks

    settings = only("daily_loss", close_all=True)
    with Bot(tmp_path / "bot", data, "Eager", start=crash, riskguard=settings, **how) as bot:
        bot.loop(crash + timedelta(minutes=1))
        assert ["*" in lock["pair"] for lock in bot.locks] == [True]
        bot.loop(crash + timedelta(minutes=2))
        assert not any(trade["is_open"] for trade in bot.trades)

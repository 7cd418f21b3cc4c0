"""A guard with a broken part answers in the safest way, says so once, and the bot goes on.

What holds for every part is in ``test_every_fault.py``; here is what some of them lead to.
"""

import re
from collections import Counter
from itertools import pairwise

import pytest

from tests.support.freqtrade import MODERATE, WALLET_QUOTE, backtest_one_by_one, strategy_files

pytestmark = pytest.mark.slow

RISK_PER_TRADE = 0.01
PAIRS = ("BTC/USDT:USDT", "ETH/USDT:USDT")
ARGS = ("--timerange", "20240119-20240124", "--pairs", *PAIRS)
SABOTAGE = """
from {module} import {owner}
from {base_module} import {base}


def broken(*args, **kwargs):
    raise ZeroDivisionError("broken on purpose")


{owner}.{method} = broken


class Sabotaged({base}):
    pass
"""
BROKEN_STRATEGY = """
from riskguard_sample import RiskGuardSample


class Broken{callback}(RiskGuardSample):
    def {callback}(self, *args, **kwargs):
        raise ZeroDivisionError("broken on purpose")
"""
BROKEN_CALLBACKS = ("confirm_trade_entry", "leverage")
RULES = "freqtrade_riskguard.rules"
# Losses above 2 % within 24 hours lock before long; this asks for the breakers' answers later.
PATIENT = {**MODERATE, "kelly": {"unproven_leverage": 3}}


@pytest.fixture(scope="module")
def crash(scenario_candles):
    return scenario_candles("flash_crash", days=24)


@pytest.fixture
def sabotaged(crash, tmp_path):
    """Return a run of a strategy in whose process a method of the guard raises."""

    def run(module, method, base=("riskguard_sample", "RiskGuardSample"), riskguard=PATIENT):
        owner, _, name = method.partition(".")
        source = SABOTAGE.format(
            module=module, owner=owner, method=name, base_module=base[0], base=base[1]
        )
        result = backtest_one_by_one(
            tmp_path / "bot",
            crash,
            "Sabotaged",
            args=ARGS,
            strategies={**strategy_files("protected"), "sabotaged.py": source},
            riskguard=riskguard,
        )
        assert result.returncode == 0, result.log[-2000:]
        return result

    return run


def failures(run):
    """Count what the guard reported as failed: by rule, question and pair."""
    found = re.findall(r"- ERROR - RiskGuard: rule (\w+) failed on the (\w+) of (.+?);", run.log)
    # Each with the cause.
    assert run.log.count("ZeroDivisionError: broken on purpose") >= len(found)
    return Counter(found)


@pytest.fixture(scope="module")
def healthy_guard(crash, tmp_path_factory):
    """Return a run of the sample, and of strategies with a broken callback of their own."""
    return backtest_one_by_one(
        tmp_path_factory.mktemp("healthy-guard") / "bot",
        crash,
        *("RiskGuardSample", *(f"Broken{callback}" for callback in BROKEN_CALLBACKS)),
        args=ARGS,
        strategies={
            f"broken_{callback}.py": BROKEN_STRATEGY.format(callback=callback)
            for callback in BROKEN_CALLBACKS
        },
        riskguard=PATIENT,
    )


def test_a_healthy_guard_lifts_leverage_here(healthy_guard):
    """Otherwise 1x below would show nothing."""
    run = healthy_guard.only("RiskGuardSample")
    assert max(trade["leverage"] for trade in run.succeeded().trades) > 1


def test_without_its_stop_a_trade_is_as_small_as_the_remaining_one_demands(sabotaged):
    run = sabotaged(f"{RULES}.stop.atr_stop", "AtrStop.stop_price")
    assert failures(run)[("atr_stop", "stop", PAIRS[0])] == 1
    assert set(failures(run).values()) == {1}
    for trade in run.trades:
        # What is left is the strategy's own -99 %, or a stop in front of liquidation.
        assert trade["leverage"] == 1.0
        assert trade["stake_amount"] <= 1.02 * RISK_PER_TRADE * WALLET_QUOTE / 0.99


def test_a_broken_breaker_keeps_entries_paused(sabotaged):
    run = sabotaged(f"{RULES}.pauses.daily_loss", "DailyLoss.locks")
    assert not run.trades
    assert failures(run) == {("daily_loss", "lock", "the account"): 1}
    assert run.locks
    for lock in run.locks:
        assert re.fullmatch(
            r"Entries paused until (\d{4}-\d\d-\d\d )?\d\d:00 UTC: daily_loss: the rule failed, "
            r"see the log\. Lift: /unlock",
            lock["reason"],
        )


def test_a_broken_protection_without_the_guard_locks_too(sabotaged):
    base = ("protected", "RecklessDailyLoss")
    run = sabotaged(f"{RULES}.pauses.daily_loss", "DailyLoss.locks", base, riskguard=None)
    # freqtrade asks when the first trade has closed.
    assert run.trades
    assert run.locks
    assert {lock["reason"] for lock in run.locks} == {
        "Entries paused for 1 h: the protection failed, see the log. Lift: /unlock"
    }
    assert run.log.count("RiskGuard: protection daily_loss failed; entries are paused for 1 h") == 1


def test_while_a_stop_cannot_be_set_no_other_trade_is_opened(sabotaged):
    run = sabotaged("freqtrade_riskguard.engine.guard", "Guard.stop")
    opened = sorted(run.trades, key=lambda trade: trade["open_timestamp"])
    assert opened
    for earlier, later in pairwise(opened):
        # Two may begin with the same candle, before the first stop was due.
        together = later["open_timestamp"] == earlier["open_timestamp"]
        assert together or later["open_timestamp"] >= earlier["close_timestamp"]
    for pair in {trade["pair"] for trade in opened}:
        told = f"RiskGuard: error on {pair} while setting the stop"
        assert run.log.count(told) == 1


def test_an_observing_guard_disturbs_nothing_even_when_broken(sabotaged, crash, tmp_path):
    run = sabotaged(
        f"{RULES}.leverage.kelly", "Kelly.max_leverage", riskguard={**MODERATE, "mode": "observe"}
    )
    bare = backtest_one_by_one(
        tmp_path / "bare", crash, "RiskGuardSample", args=ARGS, riskguard={"enabled": False}
    )
    assert run.trades == bare.succeeded().trades
    assert failures(run) == {("kelly", "leverage", pair): 1 for pair in PAIRS}
    assert "it only observes" in run.log


@pytest.mark.parametrize("callback", BROKEN_CALLBACKS)
def test_a_strategy_whose_own_callback_fails_gets_the_careful_answer(healthy_guard, callback):
    assert healthy_guard.returncode == 0
    run = healthy_guard.only(f"Broken{callback}")
    # freqtrade alone would take the first for a yes.
    assert bool(run.trades) == (callback == "leverage")
    assert {trade["leverage"] for trade in run.trades} <= {1.0}

"""However a strategy is put together with the guard, its own callbacks cannot bypass it."""

import re

import pytest

from tests.support.freqtrade import MODERATE, WALLET_QUOTE, backtest_one_by_one, strategy_files

pytestmark = pytest.mark.slow

PROFILE_CAP = 5.0
RISK_PER_TRADE = 0.01

COMPOSITIONS = ["Itself", "GuardFirst", "GuardLast", "Grandchild"]
# Of the caps on leverage, only the profile's.
ONLY_THE_CAP = {
    **MODERATE,
    **{rule: {"mode": "off"} for rule in ("kelly", "regime_cap", "volatility_target")},
}


@pytest.fixture(scope="module")
def played(scenario_candles, tmp_path_factory):
    run = backtest_one_by_one(
        tmp_path_factory.mktemp("composition") / "bot",
        scenario_candles("flash_crash", days=23),
        *COMPOSITIONS,
        args=("--timerange", "20240119-"),
        strategies=strategy_files("greedy"),
        riskguard=ONLY_THE_CAP,
    )
    return run.succeeded()


@pytest.fixture(scope="module", params=COMPOSITIONS)
def guarded(request, played):
    return played.only(request.param)


def test_leverage_is_held_to_the_profile_and_the_journal_says_so(guarded):
    assert len(guarded.trades) > 5
    bound = {
        (record["time"].replace("T", " "), record["pair"]): record
        for record in guarded.decisions("leverage")
    }
    for trade in guarded.trades:
        record = bound[trade["open_date"], trade["pair"]]
        assert record["asked"] == 50.0
        assert record["enforced"]
        assert trade["leverage"] == record["answered"] <= PROFILE_CAP
    by_cap = [record for record in guarded.decisions("leverage") if record["rule"] == "hard_cap"]
    assert by_cap
    assert {record["why"] for record in by_cap} == {"cap 5x, profile moderate"}


def test_the_stake_is_held_to_the_budget_and_the_journal_says_so(guarded):
    bound = {
        (record["time"].replace("T", " "), record["pair"]): record
        for record in guarded.decisions("stake")
    }
    for trade in guarded.trades:
        record = bound[trade["open_date"], trade["pair"]]
        # freqtrade rounds the amount down to the exchange's step.
        assert trade["stake_amount"] <= record["answered"] < record["asked"]


def test_the_guards_stop_stands_in_front_of_the_strategys(guarded):
    for trade in guarded.trades:
        away = abs(trade["open_rate"] - trade["stop_loss_abs"]) / trade["open_rate"]
        # -0.99 at 5x would be 19.8 % away.
        assert away < 0.1, trade
        assert trade["profit_abs"] > -2 * RISK_PER_TRADE * WALLET_QUOTE, trade


def test_own_protections_are_kept_and_the_guards_appended(guarded):
    loaded = re.findall(r"Using resolved protection (\w+) from", guarded.log)
    assert loaded == [
        "CooldownPeriod",
        "CircuitBreaker",
        "DailyLoss",
        "WeeklyLoss",
        "EquityDrawdown",
        "FundingBreaker",
    ]

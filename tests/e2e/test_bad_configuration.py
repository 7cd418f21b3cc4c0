"""A mistake in the configuration stops freqtrade, and the message says how to mend it."""

import math
import shutil

import pytest

from tests.support.freqtrade import backtest, strategy_files

pytestmark = pytest.mark.slow

SPOT = {"trading_mode": "spot", "margin_mode": ""}
# A few of all that tests/config goes through.
# Name -> the riskguard block, and what the message names: key, expectation, value.
MISTAKES = {
    "unknown key": (
        {"max_levrage": 3},
        "riskguard.max_levrage is not a setting: did you mean 'max_leverage'?",
    ),
    "cap above the profile's": (
        {"profile": "moderate", "max_leverage": 12},
        "riskguard.max_leverage must be <= 5 (profile moderate), got 12",
    ),
    "not a number": (
        {"risk_per_trade": math.nan},
        "riskguard.risk_per_trade must be a finite number, got nan",
    ),
}
BAD_PROTECTION = """
from protected import Protected


class BadProtection(Protected):
    @property
    def protections(self):
        return [{**super().protections[0], "losing_trades": 0}]
"""


@pytest.fixture
def candles(scenario_candles):
    """Little to load: what is tested here fails before any candle is looked at."""
    return scenario_candles("calm_trend", days=2)


def assert_refused(run, message):
    assert run.returncode == 2, run.log[-2000:]
    (error,) = run.errors
    assert f"Configuration error: {message}" in error
    assert not run.outcomes


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_stops_freqtrade_with_key_expectation_and_value(candles, mistake, tmp_path):
    block, message = MISTAKES[mistake]
    run = backtest(tmp_path / "bot", candles, "RiskGuardSample", riskguard=block)
    assert_refused(run, message)


def test_spot_mode_is_refused(candles, tmp_path):
    run = backtest(tmp_path / "bot", candles, "RiskGuardSample", config=SPOT)
    assert_refused(run, "riskguard needs trading_mode 'futures'")
    assert "got 'spot': set trading_mode to 'futures', or riskguard.enabled to false" in run.log


def test_a_bad_setting_of_a_protection_is_refused(candles, tmp_path):
    run = backtest(
        tmp_path / "bot",
        candles,
        "BadProtection",
        strategies={**strategy_files("protected"), "bad.py": BAD_PROTECTION},
        riskguard=None,
    )
    assert_refused(run, "protections.CircuitBreaker.losing_trades must be >= 1, got 0")


def test_missing_1h_candles_are_told_and_replaced_by_the_strategys_own(scenario_candles, tmp_path):
    data = shutil.copytree(scenario_candles("calm_trend", days=8), tmp_path / "data")
    (data / "futures" / "BTC_USDT_USDT-1h-futures.feather").unlink()
    run = backtest(tmp_path / "bot", data, "RiskGuardSample", args=("--pairs", "BTC/USDT:USDT"))
    run.succeeded()
    told = [line for line in run.log.splitlines() if "no 1h candles of BTC/USDT:USDT" in line]
    assert len(told) == 1
    assert "measured on the strategy's own 5m candles. Download 1h data to be exact." in told[0]
    # Measured well enough to trade on: unknown volatility would be the most turbulent.
    assert run.trades
    assert not any("unknown" in record["why"] for record in run.decisions("leverage"))

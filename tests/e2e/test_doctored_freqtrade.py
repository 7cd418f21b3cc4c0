"""A freqtrade in which something has moved: the real command stops, and says what."""

import os
import subprocess
import sys

import pytest

from tests.support.doctored import doctored_copy
from tests.support.freqtrade import FRESH, backtest

pytestmark = pytest.mark.slow

BACKTESTING, STRATEGY = "optimize/backtesting.py", "strategy/interface.py"


@pytest.fixture
def with_freqtrade(tmp_path, monkeypatch):
    """Return a function that puts a changed freqtrade in front of the installed one."""

    def change(file, old, new):
        path = str(doctored_copy(tmp_path / "doctored", file, old, new))
        monkeypatch.setenv("PYTHONPATH", path)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    return change


def test_a_backtest_is_stopped_where_a_hook_has_another_name(
    with_freqtrade, scenario_candles, tmp_path
):
    with_freqtrade(STRATEGY, "def should_exit(", "def check_exit(")

    candles = scenario_candles("calm_trend", days=2)

    run = backtest(tmp_path / "bot", candles, "RiskGuardSample", executable=FRESH)

    assert run.returncode == 2, run.log[-2000:]
    assert "does not do what riskguard relies on" in run.log
    assert "  should_exit (freqtrade.strategy.interface.IStrategy.should_exit): " in run.log
    assert "; found: it is not there" in run.log
    assert 'pip install --force-reinstall "freqtrade==2026.9"' in run.log
    assert not run.outcomes


def test_a_backtest_is_stopped_where_a_denial_is_ignored(
    with_freqtrade, scenario_candles, tmp_path
):
    with_freqtrade(
        BACKTESTING,
        "if not pos_adjust and not strategy_safe_wrapper(",
        "if not pos_adjust and None is strategy_safe_wrapper(",
    )
    candles = scenario_candles("calm_trend", days=2)

    run = backtest(tmp_path / "bot", candles, "RiskGuardSample", executable=FRESH)
    bare = backtest(
        tmp_path / "off",
        candles,
        "RiskGuardSample",
        riskguard={"enabled": False},
        executable=FRESH,
    )

    assert run.returncode == 2, run.log[-2000:]
    assert (
        "  confirm_trade_entry (backtest): an entry that is denied is not made; found: an entry was"
        " made" in run.log
    )
    bare.succeeded()


def test_the_command_shows_it(with_freqtrade, tmp_path):
    with_freqtrade("freqtradebot.py", "for should_exit in exits:", "for should_exit in []:")

    done = subprocess.run(
        [sys.executable, "-m", "freqtrade_riskguard.cli", "selftest"],
        cwd=tmp_path,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 1, done.stdout + done.stderr
    assert (
        "FAILED  should_exit (running bot): an exit that is answered closes the trade, with its "
        "tag; found: the trade stayed open" in done.stdout
    )

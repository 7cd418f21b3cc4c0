import sys

import pytest
from freqtrade import main as freqtrade_main
from freqtrade.exceptions import ConfigurationError

from freqtrade_riskguard.adapters.startup.checks import checked_config

FUTURES = {"trading_mode": "futures"}


@pytest.fixture(autouse=True)
def _restore_main(monkeypatch):
    monkeypatch.setattr(freqtrade_main, "ConfigurationError", ConfigurationError)


def test_a_mistake_is_freqtrades_own_configuration_error():
    with pytest.raises(ConfigurationError, match=r"riskguard\.max_leverage must be <= 5"):
        checked_config({**FUTURES, "riskguard": {"max_leverage": 12}})


@pytest.mark.parametrize("mode", ["spot", "margin"])
def test_it_needs_futures(mode):
    with pytest.raises(ConfigurationError, match=f"needs trading_mode 'futures'.*got '{mode}'"):
        checked_config({"trading_mode": mode})


@pytest.mark.parametrize("settings", [{"enabled": False}, {"mode": "off"}])
def test_switched_off_it_needs_nothing(settings):
    assert checked_config({"trading_mode": "spot", "riskguard": settings})


def test_freqtrade_ends_with_an_exit_code(monkeypatch, caplog):
    # Real freqtrade: only the command it runs is replaced by one that fails as a strategy would.
    def refused(_):
        checked_config({"trading_mode": "spot"})

    monkeypatch.setattr(sys, "argv", ["freqtrade", "list-timeframes"])
    monkeypatch.setattr(freqtrade_main.Arguments, "get_parsed_arg", lambda _: {"func": refused})

    with pytest.raises(SystemExit) as stopped:
        freqtrade_main.main()

    assert stopped.value.code == 2
    assert "Configuration error: riskguard needs trading_mode 'futures'" in caplog.text

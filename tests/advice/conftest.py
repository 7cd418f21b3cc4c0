"""A market, and an exchange that lists it, for bots that do not run."""

import pytest

from freqtrade_riskguard.replay import ReplayExchange


@pytest.fixture(scope="session")
def calm(scenario_candles):
    """The data folder of a calm fortnight, four pairs."""
    return scenario_candles("calm_trend", days=14)


@pytest.fixture(scope="session")
def exchange(calm):
    """An exchange that lists them."""
    with ReplayExchange(calm) as opened:
        yield opened

"""A small generated data folder for all tests of the replay exchange."""

from dataclasses import replace

import pytest

from freqtrade_riskguard.replay.scenarios import SCENARIOS, write


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory):
    """Two days of quiet market, four pairs."""
    scenario = replace(SCENARIOS["calm_trend"], days=2)
    return write(scenario, tmp_path_factory.mktemp("calm"))

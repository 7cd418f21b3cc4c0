"""Hyperopt's parameters: the guard's own, and those of a strategy that is guarded elsewhere."""

import json
import sys

import pytest
from freqtrade.enums import RunMode
from freqtrade.exceptions import ConfigurationError
from freqtrade.resolvers import StrategyResolver
from freqtrade.strategy import (
    BooleanParameter,
    CategoricalParameter,
    DecimalParameter,
    IntParameter,
)

from freqtrade_riskguard.config.loading import InvalidSettingsError
from tests.adapters.bots import KELLY_OFF, Reckless, guarded, loop

BASE = """
from freqtrade.strategy import DecimalParameter, IStrategy


class Tuned(IStrategy):
    timeframe = "5m"
    stoploss = -0.1
    buy_level = DecimalParameter(0.0, 1.0, default=0.1, space="buy")

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe
"""
GUARDED = """
from freqtrade_riskguard import RiskGuard
from tuned import Tuned


class Guarded(RiskGuard, Tuned):
    pass
"""
FOUND = {
    "strategy_name": "Tuned",
    "params": {"buy": {"buy_level": 0.7}, "stoploss": {"stoploss": -0.05}},
    "ft_stratparam_v": 1,
    "export_time": "2024-01-01 00:00:00",
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tuned.py").write_text(BASE, encoding="utf-8")
    (tmp_path / "guarded.py").write_text(GUARDED, encoding="utf-8")
    yield tmp_path
    sys.modules.pop("tuned", None)


def loaded(folder, name):
    config = {
        "strategy": name,
        "strategy_path": str(folder),
        "user_data_dir": folder,
        "trading_mode": "futures",
        "candle_type_def": "futures",
        "runmode": "backtest",
        "stake_currency": "USDT",
    }
    strategy = StrategyResolver.load_strategy(config)
    strategy.ft_load_hyper_params()
    return strategy


def test_the_guarded_strategys_file_is_used(folder):
    (folder / "tuned.json").write_text(json.dumps(FOUND), encoding="utf-8")

    guarded = loaded(folder, "Guarded")

    assert guarded.buy_level.value == 0.7
    assert guarded.stoploss == -0.05


def test_an_own_file_comes_first(folder):
    (folder / "tuned.json").write_text(json.dumps(FOUND), encoding="utf-8")
    own = {**FOUND, "strategy_name": "Guarded", "params": {"buy": {"buy_level": 0.3}}}
    (folder / "guarded.json").write_text(json.dumps(own), encoding="utf-8")

    assert loaded(folder, "Guarded").buy_level.value == 0.3


def test_without_a_file_the_defaults_hold(folder):
    assert loaded(folder, "Guarded").buy_level.value == 0.1


@pytest.mark.parametrize("content", ["{", json.dumps({**FOUND, "strategy_name": "Other"})])
def test_a_file_that_is_broken_or_another_strategys_is_not_used(folder, content):
    (folder / "tuned.json").write_text(content, encoding="utf-8")

    assert loaded(folder, "Guarded").buy_level.value == 0.1


class Searched(Reckless):
    """Lets hyperopt search two of the guard's settings; their defaults are not the profile's."""

    riskguard__atr_stop__multiple = DecimalParameter(1.0, 4.0, default=3.0, space="protection")
    riskguard__daily_loss_limit = DecimalParameter(
        0.01, 0.04, default=0.04, decimals=2, space="protection"
    )


class Found(Searched):
    """With what hyperopt found."""

    protection_params = {  # noqa: RUF012 - freqtrade's way
        "riskguard__atr_stop__multiple": 1.5,
        "riskguard__daily_loss_limit": 0.02,
    }


# Setting, what is searched, and what the message says.
WRONG = [
    ("atr_stop__multiple", DecimalParameter(1.0, 99.0, default=2.0), "atr_stop.multiple"),
    ("max_leverage", IntParameter(1, 50, default=2), "max_leverage must be <= 5"),
    ("daily_loss_limit", DecimalParameter(1, 5, default=2), "daily_loss_limit"),
    ("atr_stop__mode", CategoricalParameter(["enforce", "sometimes"]), "atr_stop.mode"),
    ("atr_stop__multipel", DecimalParameter(1.0, 4.0, default=2.0), "multipel"),
]


def searching(name, parameter):
    """Return a strategy that lets hyperopt search one setting."""
    parameter.space = "protection"
    return type("Searching", (Reckless,), {f"riskguard__{name}": parameter})


def settings_of(strategy):
    """Return what holds in the run that begins with this loop."""
    loop(strategy)
    return strategy._riskguard.settings


@pytest.mark.usefixtures("_backtest")
class TestOfTheGuard:
    def test_what_hyperopt_found_is_in_force(self, data):
        settings = settings_of(guarded(data, Found))

        assert settings.atr_stop.multiple == 1.5
        assert settings.daily_loss_limit == 0.02

    def test_a_mere_default_does_not_undo_the_profile(self, data):
        settings = settings_of(guarded(data, Searched))

        # Moderate: twice the ATR, 3 % a day.
        assert settings.atr_stop.multiple == 2.0
        assert settings.daily_loss_limit == 0.03

    def test_what_the_configuration_names_itself_comes_first_and_says_so(self, data, caplog):
        settings = settings_of(guarded(data, Found, atr_stop={"multiple": 2.5}))

        assert settings.atr_stop.multiple == 2.5
        assert settings.daily_loss_limit == 0.02
        assert "riskguard__atr_stop__multiple = 1.5 is not used" in caplog.text

    def test_what_hyperopt_is_searching_counts_before_all(self, data):
        strategy = guarded(data, Found, atr_stop={"multiple": 2.5})
        strategy.config["spaces"] = ["protection"]
        strategy.ft_load_hyper_params(hyperopt=True)
        strategy.riskguard__atr_stop__multiple.value = 3.75  # as an epoch does

        assert settings_of(strategy).atr_stop.multiple == 3.75

    def test_each_run_reads_the_values_again(self, data):
        strategy = guarded(data, Found)
        strategy.config["spaces"] = ["protection"]
        strategy.ft_load_hyper_params(hyperopt=True)
        seen = []
        for value in (1.25, 2.75):
            strategy.riskguard__atr_stop__multiple.value = value
            seen.append(settings_of(strategy).atr_stop.multiple)

        assert seen == [1.25, 2.75]

    def test_everything_else_stays_as_it_is_configured(self, data):
        found = settings_of(guarded(data, Found, **KELLY_OFF))
        plain = settings_of(guarded(data, Reckless, **KELLY_OFF))

        changed = {"atr_stop": found.atr_stop, "daily_loss_limit": found.daily_loss_limit}
        assert found == plain.model_copy(update=changed)

    def test_an_epoch_whose_values_do_not_fit_together_enters_nothing(self, data):
        class Clashing(Reckless):
            riskguard__margin_ladder__hard_cover = DecimalParameter(
                1.1, 1.45, default=1.1, space="protection"
            )
            riskguard__margin_ladder__soft_cover = DecimalParameter(
                1.35, 2.0, default=1.4, space="protection"
            )

        strategy = guarded(data, Clashing, **KELLY_OFF)
        strategy.config["spaces"] = ["protection"]
        strategy.ft_load_hyper_params(hyperopt=True)
        loop(strategy)
        assert strategy._riskguard.account is not None
        # Each fits what is configured, 1.3 and 1.5, but not the other.
        strategy.riskguard__margin_ladder__hard_cover.value = 1.45
        strategy.riskguard__margin_ladder__soft_cover.value = 1.35
        with pytest.raises(InvalidSettingsError, match="soft_cover must be >= hard_cover"):
            strategy._riskguard.reset(strategy, strategy._riskguard.memory)

        loop(strategy)  # the next epoch: time begins anew

        assert strategy._riskguard.account is None

    @pytest.mark.parametrize(("name", "parameter", "reason"), WRONG)
    def test_a_range_that_a_setting_may_not_have_stops_the_bot(self, data, name, parameter, reason):
        with pytest.raises(
            ConfigurationError, match=f"riskguard__{name} of the strategy.*{reason}"
        ):
            guarded(data, searching(name, parameter))

    def test_switches_may_be_searched_too(self, data):
        class Switching(Reckless):
            riskguard__atr_stop__trailing = BooleanParameter(default=False, space="protection")
            riskguard__kelly__mode = CategoricalParameter(
                ["enforce", "off"], default="enforce", space="protection"
            )
            protection_params = {  # noqa: RUF012 - freqtrade's way
                "riskguard__atr_stop__trailing": True,
                "riskguard__kelly__mode": "off",
            }

        settings = settings_of(guarded(data, Switching))

        assert settings.atr_stop.trailing is True
        assert settings.mode_of("kelly") == "off"


class TestOfTheGuardOnARunningBot:
    def test_what_hyperopt_found_is_in_force(self, data, database):
        settings = settings_of(guarded(data, Found, runmode=RunMode.DRY_RUN))

        assert settings.atr_stop.multiple == 1.5
        assert settings.daily_loss_limit == 0.02

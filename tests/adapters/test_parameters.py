"""Hyperopt's parameters reach a strategy that is guarded from another file."""

import json
import sys

import pytest
from freqtrade.resolvers import StrategyResolver

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

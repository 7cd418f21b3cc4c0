"""Evidence for Kelly at a start: only a bot's own is let in, all else stops freqtrade."""

import json
import sys

import pytest
from freqtrade.enums import RunMode
from freqtrade.exceptions import ConfigurationError
from freqtrade.resolvers import StrategyResolver

from freqtrade_riskguard.adapters.startup.evidence import identity_of_bot, read_evidence
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.evidence.record import EvidenceRecord, as_json
from tests.evidence.test_record import RECORD

SOURCE = """
from freqtrade.strategy import IntParameter, IStrategy


class Mine(IStrategy):
    timeframe = "1h"
    stoploss = -0.1
    level = IntParameter(1, 9, default=5, space="buy", optimize=True)
    riskguard__kelly__fraction = IntParameter(1, 2, default=1, space="protection", optimize=True)

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        return dataframe
"""
ELSEWHERE = """
from mine import Mine


class Derived(Mine):
    pass
"""
SETTINGS = load_config({"profile": "moderate", "kelly": {"evidence_file": "evidence.json"}})
KEY = r"riskguard\.kelly\.evidence_file: "


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "mine.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "derived.py").write_text(ELSEWHERE, encoding="utf-8")
    yield tmp_path
    sys.modules.pop("mine", None)


def load(folder, name="Mine", **config):
    found = {
        "strategy": name,
        "strategy_path": str(folder),
        "user_data_dir": folder,
        "trading_mode": "futures",
        "candle_type_def": "futures",
        "runmode": RunMode.BACKTEST,
        "stake_currency": "USDT",
        **config,
    }
    strategy = StrategyResolver.load_strategy(found)
    strategy.ft_load_hyper_params(found["runmode"] == RunMode.HYPEROPT)
    return strategy


def write(folder, strategy):
    record = EvidenceRecord(
        identity=identity_of_bot(strategy),
        start=RECORD.start,
        end=RECORD.end,
        results=RECORD.results,
        trades=RECORD.trades,
    )
    (folder / "evidence.json").write_text(as_json(record), encoding="utf-8")
    return record


@pytest.mark.parametrize("mode", [RunMode.BACKTEST, RunMode.DRY_RUN, RunMode.LIVE])
def test_its_own_is_read_in_every_mode(folder, mode):
    record = write(folder, load(folder))
    assert read_evidence(SETTINGS, load(folder, runmode=mode)) == record


def test_without_a_name_or_without_kelly_nothing_is_read(folder):
    strategy = load(folder)
    assert read_evidence(load_config({"profile": "moderate"}), strategy) is None
    off = {"kelly": {"evidence_file": "evidence.json", "mode": "off"}}
    assert read_evidence(load_config({"profile": "moderate", **off}), strategy) is None


def test_what_is_missing_damaged_or_of_another_bot_is_refused(folder):
    strategy = load(folder)
    with pytest.raises(ConfigurationError, match=KEY + ".*evidence.json cannot be read"):
        read_evidence(SETTINGS, strategy)
    write(folder, strategy)
    for changes, reason in (
        ({"timeframe": "5m"}, "timeframe 1h here, 5m there"),
        ({"stoploss": -0.2}, "stoploss: -0.1 here, -0.2 there"),
        ({"minimal_roi": {"0": 0.02}}, "minimal_roi"),
    ):
        with pytest.raises(ConfigurationError, match=f"{KEY}.*not of this bot.*{reason}"):
            read_evidence(SETTINGS, load(folder, **changes))
    with pytest.raises(ConfigurationError, match="strategy Mine, not Derived"):
        read_evidence(SETTINGS, load(folder, "Derived"))
    found = {"strategy_name": "Mine", "params": {"buy": {"level": 7}}}
    (folder / "mine.json").write_text(json.dumps(found), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"buy\.level: none here, 7 there"):
        read_evidence(SETTINGS, load(folder))
    (folder / "mine.json").unlink()
    (folder / "mine.py").write_text(SOURCE + "# changed\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="another version of the file of Mine"):
        read_evidence(SETTINGS, load(folder))
    file = folder / "evidence.json"
    file.write_text(file.read_text(encoding="utf-8").replace("0.01", "0.02", 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=KEY + ".*was changed or is damaged"):
        read_evidence(SETTINGS, load(folder))


def test_while_hyperopt_searches_the_strategys_parameters_it_counts_nothing(folder):
    record = write(folder, load(folder))

    def counted(*spaces):
        return read_evidence(SETTINGS, load(folder, runmode=RunMode.HYPEROPT, spaces=[*spaces]))

    assert counted("protection") == record  # of the guard alone
    assert counted("buy") is None
    assert counted("protection", "stoploss") is None
    assert counted("all") is None


def test_a_base_in_another_file_is_warned_of(folder, caplog):
    write(folder, load(folder))
    read_evidence(SETTINGS, load(folder))
    assert caplog.text.count("is in another file") == 0
    derived = load(folder, "Derived")
    write(folder, derived)
    read_evidence(SETTINGS, derived)
    assert "Mine is in another file, whose changes nobody would notice" in caplog.text

"""The real freqtrade command, without internet, on generated candles."""

import json
import os
import zipfile

import pytest

from freqtrade_riskguard.replay import ReplayExchange
from freqtrade_riskguard.replay.scenarios import SCENARIOS, write
from tests.support import warm_freqtrade

STRATEGY = """
import talib.abstract as ta
from freqtrade.strategy import IStrategy


class Plain(IStrategy):
    timeframe = "5m"
    can_short = True
    startup_candle_count = 200
    minimal_roi = {"0": 10}
    # Beyond liquidation, so that liquidation is what ends a lost trade.
    stoploss = -9.0

    def populate_indicators(self, dataframe, metadata):
        dataframe["fast"] = ta.EMA(dataframe, timeperiod=50)
        dataframe["slow"] = ta.EMA(dataframe, timeperiod=200)
        return dataframe

    def populate_entry_trend(self, dataframe, metadata):
        up = dataframe["fast"] > dataframe["slow"]
        dataframe.loc[up, "enter_long"] = 1
        dataframe.loc[~up, "enter_short"] = 1
        return dataframe

    def populate_exit_trend(self, dataframe, metadata):
        up = dataframe["fast"] > dataframe["slow"]
        dataframe.loc[up, "exit_short"] = 1
        dataframe.loc[~up, "exit_long"] = 1
        return dataframe

    def leverage(self, *args, **kwargs):
        return 10.0
"""


def config(exchange, margin_mode):
    order_book = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    return {
        "trading_mode": "futures",
        "margin_mode": margin_mode,
        "stake_currency": "USDT",
        "stake_amount": 1000,
        "dry_run": True,
        "dry_run_wallet": 10_000,
        "max_open_trades": 4,
        "liquidation_buffer": 0.05,
        "dataformat_ohlcv": "feather",
        "entry_pricing": order_book,
        "exit_pricing": order_book,
        "pairlists": [{"method": "StaticPairList"}],
        "exchange": {
            **exchange.config()["exchange"],
            "pair_whitelist": list(exchange.pairs),
        },
    }


def backtest(data_dir, user_dir, margin_mode):
    (user_dir / "strategies").mkdir(parents=True)
    (user_dir / "strategies" / "plain.py").write_text(STRATEGY)
    config_file = user_dir / "config.json"
    arguments = ["backtesting", "--strategy", "Plain"]
    arguments += ["--config", str(config_file), "--userdir", str(user_dir)]
    arguments += ["--datadir", str(data_dir), "--cache", "none", "--export", "trades"]
    with ReplayExchange(data_dir) as exchange:
        config_file.write_text(json.dumps(config(exchange, margin_mode)))
        code, log = warm_freqtrade.run(
            user_dir, arguments, os.environ, script=None, timeout_seconds=300
        )
    assert code == 0, log
    assert "ERROR" not in log
    assert "Traceback" not in log
    (result,) = (user_dir / "backtest_results").glob("*.zip")
    with zipfile.ZipFile(result) as archive:
        stats = json.loads(archive.read(result.with_suffix(".json").name))
    return stats["strategy"]["Plain"]["trades"]


@pytest.fixture(scope="module")
def crash_dir(tmp_path_factory):
    return write(SCENARIOS["flash_crash"], tmp_path_factory.mktemp("crash"))


@pytest.mark.slow
def test_the_crash_liquidates_a_tenfold_long_on_every_pair(crash_dir, tmp_path):
    trades = backtest(crash_dir, tmp_path, "isolated")
    liquidated = {
        (trade["pair"], trade["close_date"][:13])
        for trade in trades
        if trade["exit_reason"] == "liquidation" and not trade["is_short"]
    }
    assert liquidated == {
        ("BTC/USDT:USDT", "2024-01-22 14"),
        ("DOGE/USDT:USDT", "2024-01-22 14"),
        ("ETH/USDT:USDT", "2024-01-22 14"),
        ("SOL/USDT:USDT", "2024-01-22 14"),
    }
    # Funding was paid and received: the files are read, whatever the version's layout.
    assert any(trade["funding_fees"] < 0 for trade in trades)
    assert any(trade["funding_fees"] > 0 for trade in trades)


@pytest.mark.slow
def test_runs_in_cross_margin(crash_dir, tmp_path):
    assert backtest(crash_dir, tmp_path, "cross")

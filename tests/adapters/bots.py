"""Guarded strategies with what freqtrade attaches to them, on candles of our own."""

from datetime import timedelta

import numpy as np
import pandas as pd
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, RunMode
from freqtrade.persistence import init_db
from freqtrade.strategy import IStrategy

from freqtrade_riskguard import RiskGuard
from tests.factories import NOON, PAIR

ETH = "ETH/USDT:USDT"
MINUTE = timedelta(minutes=1)
KELLY_OFF = {"kelly": {"mode": "off"}}
TIERS = [
    {
        "minNotional": 0.0,
        "maxNotional": 1e7,
        "maintenanceMarginRate": 0.004,
        "maxLeverage": 125.0,
        "maintAmt": 0.0,
    }
]


class Reckless(RiskGuard, IStrategy):
    """Always asks for 10x."""

    timeframe = "5m"
    stoploss = -0.99

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def leverage(self, *args, **kwargs):
        return 10.0


class Wallets:
    """What freqtrade's wallets say of 10,000 USDT in four slots."""

    def __init__(self, total=10_000.0):
        self.total = self.free = total

    def get_total(self, currency):
        return self.total

    def get_free(self, currency):
        return self.free

    def get_trade_stake_amount(self, pair, max_open_trades, update):
        return self.total / max_open_trades


class Exchange:
    """What the guard asks an exchange for."""

    def __init__(self, *pairs):
        self._leverage_tiers = dict.fromkeys(pairs, TIERS)
        self.markets = {pair: {"taker": 0.0005} for pair in pairs}
        self.rates = dict.fromkeys(pairs, 100.0)

    def get_option(self, name):
        return {"funding_fee_timeframe": "8h"}[name]

    def get_rate(self, pair, *, side, is_short, refresh):
        return self.rates[pair]


class Provider:
    """The data provider of a running bot: candles and funding up to now."""

    def __init__(self, exchange):
        self._exchange = exchange
        self.frames = {}

    def get_pair_dataframe(self, pair, timeframe=None, candle_type=None):
        return self.frames.get((pair, timeframe), pd.DataFrame())

    def current_whitelist(self):
        return [PAIR]


def guarded(data, cls=Reckless, *, runmode=RunMode.BACKTEST, pairs=(PAIR,), **riskguard):
    """Return a strategy as freqtrade starts it."""
    config = {
        "trading_mode": "futures",
        "timeframe": "5m",
        "candle_type_def": CandleType.FUTURES,
        "stake_currency": "USDT",
        "runmode": runmode,
        "dry_run": runmode != RunMode.LIVE,
        "datadir": data,
        "riskguard": {"profile": "moderate", **riskguard},
    }
    strategy = cls(config)
    strategy.max_open_trades = 4
    strategy.wallets = Wallets()
    strategy.dp = Provider(Exchange(*pairs))
    if runmode != RunMode.BACKTEST:
        strategy.dp.frames[PAIR, "1h"] = hourly_candles()
    strategy.ft_bot_start()
    return strategy


def hourly_candles():
    """20 days of hourly candles around 100, up to noon: about 2.4 % a day, ATR about 0.9."""
    count = 20 * 24
    close = 100 * np.exp(0.0035 * np.random.default_rng(3).standard_normal(count))
    opened = np.concatenate(([100.0], close[:-1]))
    return pd.DataFrame(
        {
            "date": pd.date_range(end=NOON - timedelta(hours=1), periods=count, freq="h"),
            "open": opened,
            "high": np.maximum(opened, close),
            "low": np.minimum(opened, close),
            "close": close,
            "volume": 1.0,
        }
    )


def store_candles(folder):
    """Write the hourly candles as freqtrade does, and return the folder."""
    folder.mkdir()
    handler = get_datahandler(folder, "feather")
    handler.ohlcv_store(PAIR, "1h", data=hourly_candles(), candle_type=CandleType.FUTURES)
    return folder


def open_database(url):
    """Open a bot's database, as each start of the bot does: nothing of before is remembered."""
    init_db(url)


def loop(strategy, minutes=0):
    """Begin a loop of the bot, some minutes after noon; return its time."""
    time = NOON + minutes * MINUTE
    strategy.bot_loop_start(current_time=time)
    return time


def journal(strategy, question=None):
    """Return the decisions recorded so far, on one question or all."""
    decisions = list(strategy._riskguard.journal)
    return [made for made in decisions if question is None or made.question == question]


def broken(*_, **__):
    """Stand in for anything that fails."""
    raise ZeroDivisionError

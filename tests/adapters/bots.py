"""Guarded strategies with what freqtrade attaches to them, on candles of our own."""

from datetime import timedelta

import numpy as np
import pandas as pd
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, RunMode
from freqtrade.persistence import init_db
from freqtrade.strategy import IStrategy
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper
from sqlalchemy.exc import OperationalError

from freqtrade_riskguard import RiskGuard
from freqtrade_riskguard.config.schema import RULES
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
OPTIONS = {
    "funding_fee_timeframe": "1h",
    "stoploss_on_exchange": True,
    "stoploss_order_types": {"limit": "stop", "market": "stop_market"},
}


class Reckless(RiskGuard, IStrategy):
    """Always asks for 10x."""

    timeframe = "5m"
    stoploss = -0.99
    # What freqtrade's resolver sets where a strategy does not.
    minimal_roi: dict[int, float] = {}  # noqa: RUF012 - freqtrade's way
    use_exit_signal = True
    exit_profit_only = False
    exit_profit_offset = 0.0
    ignore_roi_if_entry_signal = False
    order_types = {  # noqa: RUF012 - the same
        "entry": "limit",
        "exit": "limit",
        "stoploss": "market",
        "stoploss_on_exchange": True,
    }

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def leverage(self, *args, **kwargs):
        return 10.0


class Wallets:
    """What freqtrade's wallets say of 10,000 USDT in four slots."""

    def __init__(self, total=10_000.0):
        self.total = self.free = total

    def get_total(self, currency):
        return self.total if currency == "USDT" else 0.0

    def get_free(self, currency):
        return self.free if currency == "USDT" else 0.0

    def get_trade_stake_amount(self, pair, max_open_trades, update):
        return self.total / max_open_trades


class Exchange:
    """What the guard asks an exchange for."""

    name = "Binance"

    def __init__(self, *pairs):
        self._leverage_tiers = dict.fromkeys(pairs, TIERS)
        self.markets = {pair: {"taker": 0.0005} for pair in pairs}
        self.rates = dict.fromkeys(pairs, 100.0)
        self.minimum_quote = 5.0

    def balance_includes_unrealized_pnl(self):
        return False

    def get_option(self, name, default=None):
        return OPTIONS.get(name, default)

    def get_min_pair_stake_amount(self, pair, price, stoploss, leverage=1.0):
        # As freqtrade has it: a reserve for what the stop may cost, of half at most.
        reserve = 1.5 if abs(stoploss) == 1 else min(1.05 / (1 - abs(stoploss)), 1.5)
        return self.minimum_quote * reserve / leverage

    def get_rate(self, pair, *, side, is_short, refresh):
        return self.rates[pair]


class Provider:
    """The data provider of a running bot: candles and funding up to now."""

    def __init__(self, exchange):
        self._exchange = exchange
        self.frames = {}
        self.sent = []

    def get_pair_dataframe(self, pair, timeframe=None, candle_type=None):
        return self.frames.get((pair, timeframe), pd.DataFrame())

    def current_whitelist(self):
        return [PAIR]

    def send_msg(self, message, *, always_send=False):
        self.sent.append(message)


def guarded(data, cls=Reckless, *, runmode=RunMode.BACKTEST, markets=(PAIR,), **riskguard):
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
    strategy.dp = Provider(Exchange(*markets))
    if runmode != RunMode.BACKTEST:
        strategy.dp.frames.update({(PAIR, "1h"): hourly_candles(), (PAIR, "5m"): own_candles()})
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


def own_candles():
    """36 hours of the strategy's own candles, which all close at 100, to midnight after noon."""
    return pd.DataFrame(
        {
            "date": pd.date_range(end=NOON + timedelta(hours=12), periods=36 * 12, freq="5min"),
            "open": 100.0,
            "high": 100.1,
            "low": 99.9,
            "close": 100.0,
            "volume": 1.0,
        }
    )


def store_candles(folder):
    """Write the candles as freqtrade does, and return the folder."""
    folder.mkdir()
    handler = get_datahandler(folder, "feather")
    for timeframe, frame in (("1h", hourly_candles()), ("5m", own_candles())):
        handler.ohlcv_store(PAIR, timeframe, data=frame, candle_type=CandleType.FUTURES)
    return folder


def open_database(url):
    """Open a bot's database, as each start of the bot does: nothing of before is remembered."""
    init_db(url)


def only(*rules, **settings):
    """Return a configuration with only some rules on, beside the hard cap that always is."""
    off = {name: {"mode": "off"} for name in RULES if name not in {"hard_cap", *rules}}
    return {**off, **settings}


def loop(strategy, minutes=0):
    """Begin a loop of the bot, some minutes after noon; return its time."""
    time = NOON + minutes * MINUTE
    # As freqtrade calls it: a strategy that calls it itself begins no loop.
    strategy_safe_wrapper(strategy.bot_loop_start, supress_error=True)(current_time=time)
    return time


def leverage(strategy, side="long", time=NOON, **kwargs):
    """Ask for the leverage of an entry at 100."""
    return strategy.leverage(
        **{
            "pair": PAIR,
            "current_time": time,
            "current_rate": 100.0,
            "proposed_leverage": 1.0,
            "max_leverage": 50.0,
            "entry_tag": None,
            "side": side,
            **kwargs,
        }
    )


def stake(strategy, given, side="long", time=NOON, asked=2_500.0, minimum=5.0, **kwargs):
    """Ask for the stake of an entry at 100 with the leverage that was given."""
    return strategy.custom_stake_amount(
        **{
            "pair": PAIR,
            "current_time": time,
            "current_rate": 100.0,
            "proposed_stake": asked,
            "min_stake": minimum,
            "max_stake": 10_000.0,
            "leverage": given,
            "entry_tag": None,
            "side": side,
            **kwargs,
        }
    )


def confirm(strategy, amount, side="long", time=NOON, **kwargs):
    """Ask for consent to an entry at 100."""
    return strategy.confirm_trade_entry(
        **{
            "pair": PAIR,
            "order_type": "limit",
            "amount": amount,
            "rate": 100.0,
            "time_in_force": "GTC",
            "current_time": time,
            "entry_tag": None,
            "side": side,
            **kwargs,
        }
    )


def adjust_position(strategy, trade, rate=100.0, time=NOON, minimum=5.0, maximum=9_000.0):
    """Ask for a change of a position, as freqtrade does; return the stake and its tag."""
    return strategy._adjust_trade_position_internal(
        trade=trade,
        current_time=time,
        current_rate=rate,
        current_profit=0.0,
        min_stake=minimum,
        max_stake=maximum,
        current_entry_rate=rate,
        current_exit_rate=rate,
        current_entry_profit=0.0,
        current_exit_profit=0.0,
    )


def adjust_stop(strategy, trade, rate=100.0, minutes=0, **kwargs):
    """Let freqtrade, the strategy and the guard set the stop of a trade; return its price."""
    time = NOON + minutes * MINUTE
    strategy.ft_stoploss_adjust(rate, trade, time, 0.0, 0, **kwargs)
    return trade.stop_loss


def journal(strategy, question=None):
    """Return the decisions recorded so far, on one question or all."""
    decisions = list(strategy._riskguard.journal)
    return [made for made in decisions if question is None or made.question == question]


def disk_full(*_, **__):
    """Stand in for a write that the database refuses."""
    raise OperationalError("commit", {}, Exception("disk full"))


def broken(*_, **__):
    """Stand in for anything that fails."""
    raise ZeroDivisionError

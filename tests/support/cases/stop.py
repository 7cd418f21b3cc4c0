"""The rules that set stops."""

from pathlib import Path

import pandas as pd
import pytest
import talib

from tests.support.cases.case import Case
from tests.support.scripted import BTC, Enter, Script, Seen, candles, jan

TIME = jan("21 06:00")


def long(leverage: float = 1, stoploss: float = -0.99) -> Script:
    return Script(entries=(Enter(BTC, TIME, leverage),), stoploss=stoploss)


def is_stopped_at(seen: Seen, price: float) -> None:
    trade = seen.trade(BTC)
    assert trade["stop_loss_abs"] == pytest.approx(price, rel=1e-5)
    assert trade["exit_reason"] == "stop_loss"
    # Rounded to a tick of 0.1.
    assert trade["close_rate"] == pytest.approx(price, abs=0.1)


def at_two_atr(seen: Seen, bare: Seen, data: Path) -> None:
    hours = candles(data, BTC, "1h", before=TIME)
    atr: pd.Series[float] = talib.ATR(hours["high"], hours["low"], hours["close"], 14)
    is_stopped_at(seen, seen.trade(BTC)["open_rate"] - 2 * atr.iloc[-1])


def at_two_per_cent(seen: Seen, bare: Seen, data: Path) -> None:
    is_stopped_at(seen, seen.trade(BTC)["open_rate"] * 0.98)


def before_liquidation(seen: Seen, bare: Seen, data: Path) -> None:
    # At 5x, with 0.4 % maintenance: 0.8 / 0.996 of the entry. freqtrade's own price is 5 % of the
    # way nearer; 1 % is for slippage, and 3 % are the buffer.
    liquidation = 0.8 / 0.996
    nearer = liquidation + 0.05 * (1 - liquidation)
    is_stopped_at(seen, seen.trade(BTC)["open_rate"] * nearer * (1.01 + 0.03))
    assert bare.trade(BTC)["profit_ratio"] < -0.98


CASES = (
    Case(
        rule="atr_stop",
        binds=long(),
        idle=long(stoploss=-0.003),
        question="stop",
        why=("stop at", "1x"),
        shows=at_two_atr,
    ),
    Case(
        rule="percent_stop",
        settings={"max_loss": 0.02},
        binds=long(),
        idle=long(stoploss=-0.019),
        question="stop",
        why=("stop at", "1x"),
        shows=at_two_per_cent,
    ),
    Case(
        rule="liquidation_buffer",
        binds=long(5),
        idle=long(5, stoploss=-0.7),
        question="stop",
        why=("stop at", "5x"),
        shows=before_liquidation,
    ),
)

"""Backtest results made by hand, as freqtrade stores them."""

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from freqtrade_riskguard.adapters.backtests.parser import result_of
from freqtrade_riskguard.backtest_result.candles import PairCandles, ResultCandles
from freqtrade_riskguard.backtest_result.result import Result

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
START = datetime(2024, 1, 1, tzinfo=UTC)
START_QUOTE = 1_000.0
STRATEGY = "Mine"
_FORMAT = "%Y-%m-%d %H:%M:%S"

Record = dict[str, Any]
Candle = tuple[float, float, float, float]


def at(hours: float) -> datetime:
    """Return a time so many hours after the start."""
    return START + timedelta(hours=hours)


def order(price: float, amount: float, hours: float, *, is_entry: bool, tag: str = "") -> Record:
    """Return a filled order."""
    return {
        "amount": amount,
        "safe_price": price,
        "order_filled_timestamp": at(hours).timestamp() * 1000,
        "ft_is_entry": is_entry,
        "ft_order_tag": tag,
    }


def trade(entry: float, leave: float, opened: float, closed: float, **changes: Any) -> Record:
    """Return a trade of one unit without fees, unless changed; a stop by its exit reason."""
    side = -1 if changes.get("is_short") else 1
    amount = changes.pop("amount", 1.0)
    leverage = changes.get("leverage", 1.0)
    return {
        "pair": BTC,
        "amount": amount,
        "open_date": str(at(opened)),
        "close_date": str(at(closed)),
        "open_rate": entry,
        "close_rate": leave,
        "profit_abs": side * amount * (leave - entry),
        "stake_amount": amount * entry / leverage,
        "exit_reason": "exit_signal",
        "leverage": leverage,
        "is_short": False,
        "fee_open": 0.0,
        "fee_close": 0.0,
        "funding_fees": 0.0,
        "initial_stop_loss_abs": entry * (1 - side * 0.5),
        "stop_loss_abs": entry * (1 - side * 0.5),
        "min_rate": min(entry, leave),
        "max_rate": max(entry, leave),
        "orders": [
            order(entry, amount, opened, is_entry=True),
            order(leave, amount, closed, is_entry=False),
        ],
        **changes,
    }


def lock(since: float, until: float, why: str = "a pause", pair: str = "*") -> Record:
    """Return a lock of both sides."""
    return {
        "pair": pair,
        "side": "*",
        "lock_time": at(since).strftime(_FORMAT),
        "lock_end_time": at(until).strftime(_FORMAT),
        "reason": why,
    }


def stats(*trades: Record, hours: float = 48, **changes: Any) -> Record:
    """Return the statistics of one strategy."""
    return {
        "trades": list(trades),
        "locks": [],
        "starting_balance": START_QUOTE,
        "stake_currency": "USDT",
        "stake_amount": "unlimited",
        "timeframe": "1h",
        "timeframe_detail": "",
        "trading_mode": "futures",
        "margin_mode": "isolated",
        "backtest_start": START.strftime(_FORMAT),
        "backtest_end": at(hours).strftime(_FORMAT),
        **changes,
    }


def result(*trades: Record, **changes: Any) -> Result:
    """Return a result that was never stored."""
    found = stats(*trades, **changes)
    config = {"exchange": {"name": "binance"}}
    return result_of(STRATEGY, found, found["trades"], path=Path("result.zip"), config=config)


def candles(*each: Candle, pair: str = BTC) -> ResultCandles:
    """Return hourly candles from the start: open, high, low, close. ATR is not known."""
    return ResultCandles("1h", {pair: pair_candles(each)})


def pair_candles(each: Sequence[Candle]) -> PairCandles:
    """Return hourly candles from the start."""
    opened = int(START.timestamp()) + 3600 * np.arange(len(each), dtype=np.int64)
    columns = np.array(each, dtype=np.float64).reshape(-1, 4).T
    return PairCandles(opened, 3600, *columns)


def store(
    folder: Path,
    strategies: Mapping[str, Record],
    *,
    name: str = "backtest-result-2024-03-01_00-00-00",
    config: Record | None = None,
    journal: Iterable[Record] | None = None,
) -> Path:
    """Write a result as freqtrade does, and the journal of its guard where there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        document = {"strategy": strategies, "strategy_comparison": []}
        archive.writestr(f"{name}.json", json.dumps(document))
        stored = {"exchange": {"name": "binance"}, **(config or {})}
        archive.writestr(f"{name}_config.json", json.dumps(stored))
        archive.writestr(f"{name}_{STRATEGY}.json", "{}")
    if journal is not None:
        lines = "".join(json.dumps(record) + "\n" for record in journal)
        path.with_suffix(".riskguard.jsonl").write_text(lines, encoding="utf-8")
    return path


def decision(question: str, rule: str, hours: float, **changes: Any) -> Record:
    """Return a line of a journal."""
    return {
        "strategy": STRATEGY,
        "time": at(hours).isoformat(),
        "pair": BTC,
        "side": "long",
        "question": question,
        "rule": rule,
        "asked": None,
        "answered": None,
        "enforced": True,
        "why": "because",
        "until": None,
        "halts": False,
        **changes,
    }


def write_candles(folder: Path, frames: Mapping[tuple[str, str], Sequence[Candle]]) -> Path:
    """Write hourly or other candles by pair and timeframe, as freqtrade keeps them."""
    (folder / "futures").mkdir(parents=True, exist_ok=True)
    for (pair, timeframe), each in frames.items():
        step = pd.Timedelta(timeframe)
        columns = np.array(each, dtype=np.float64).reshape(-1, 4)
        frame = pd.DataFrame(columns, columns=["open", "high", "low", "close"])
        frame.insert(0, "date", pd.date_range(START, periods=len(each), freq=step))
        frame["volume"] = 1.0
        stem = pair.replace("/", "_").replace(":", "_")
        frame.to_feather(folder / "futures" / f"{stem}-{timeframe}-futures.feather")
    return folder

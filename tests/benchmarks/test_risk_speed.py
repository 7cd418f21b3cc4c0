"""How long the risk mathematics takes; the figures are printed."""

from __future__ import annotations

import time
import timeit
from typing import Any

import numpy as np
import pytest

from freqtrade_riskguard.risk import (
    EdgeBook,
    TierTable,
    block_bootstrap,
    liquidation_price,
    liquidation_prices,
    max_leverage_for_distance,
    realised_volatility,
)
from tests.risk.tiers import binance_tables

pytestmark = pytest.mark.benchmark

ONE_TIER = TierTable.flat(0.005)


def show(capsys: pytest.CaptureFixture[str], line: str) -> None:
    with capsys.disabled():
        print(f"\n  {line}", end="")  # noqa: T201 - the figures are what a benchmark is for


def microseconds(call: object) -> float:
    """Best of five: what else runs on the machine only ever adds."""
    count = 20_000
    return min(timeit.repeat(call, number=count, repeat=5)) / count * 1e6  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "table", "amount", "limit"),
    [
        ("one tier", ONE_TIER, 1.0, 5.0),
        ("BTC's tiers, first", None, 1.0, 20.0),
        ("BTC's tiers, fifth", None, 200.0, 20.0),
    ],
)
def test_one_liquidation_price(capsys, name, table, amount, limit):
    tiers = table or binance_tables()["BTC/USDT:USDT"]
    keywords = {"entry_price": 50_000.0, "amount": amount, "margin_quote": 5_000.0 * amount}
    taken = microseconds(lambda: liquidation_price(side=1, tiers=tiers, **keywords))
    show(capsys, f"liquidation_price, {name}: {taken:.2f} microseconds")
    assert taken < limit


def test_one_leverage_for_a_distance(capsys):
    tiers = binance_tables()["BTC/USDT:USDT"]
    taken = microseconds(
        lambda: max_leverage_for_distance(
            side=1, stake_quote=1000.0, distance_ratio=0.15, tiers=tiers, slippage_ratio=0.01
        )
    )
    show(capsys, f"max_leverage_for_distance, BTC's tiers: {taken:.2f} microseconds")
    assert taken < 20.0


@pytest.mark.parametrize("name", ["one tier", "BTC's tiers"])
def test_a_million_liquidation_prices(capsys, name):
    tiers = ONE_TIER if name == "one tier" else binance_tables()["BTC/USDT:USDT"]
    rng = np.random.default_rng(1)
    size = 1_000_000
    entries = rng.uniform(20_000.0, 80_000.0, size)
    notionals = np.exp(rng.uniform(np.log(100.0), np.log(1e8), size))
    leverages = rng.uniform(1.0, 20.0, size)
    keywords: dict[str, Any] = {
        "side": np.where(rng.random(size) < 0.5, 1.0, -1.0),
        "entry_price": entries,
        "amount": notionals / entries,
        "margin_quote": notionals / leverages,
        "taker_fee": 0.0005,
    }
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        prices = liquidation_prices(tiers=tiers, **keywords)
        best = min(best, time.perf_counter() - started)
    assert np.isfinite(prices).all()
    show(capsys, f"liquidation_prices, a million, {name}: {best:.3f} seconds")
    assert best < 1.0


def test_an_edge_is_constant_time_per_trade(capsys):
    pairs = [f"PAIR{number}" for number in range(10)]
    returns = np.random.default_rng(2).normal(0.001, 0.02, 40_000).tolist()

    def microseconds_per_trade(count: int) -> float:
        book = EdgeBook()
        started = time.perf_counter()
        for number, ratio in enumerate(returns[:count]):
            book.add(pairs[number % 10], number * 600.0, ratio)
            book.edge(pairs[number % 10], number * 600.0)
        return (time.perf_counter() - started) / count * 1e6

    few, many = microseconds_per_trade(4_000), microseconds_per_trade(40_000)
    show(capsys, f"EdgeBook, trade and edge: {few:.1f} and {many:.1f} microseconds (x10 trades)")
    assert many < 3.0 * few


def test_volatility_grows_with_the_series_and_not_with_the_window(capsys):
    close = 100.0 * np.exp(np.cumsum(np.random.default_rng(3).normal(0.0, 0.01, 105_120)))

    def seconds(window: int) -> float:
        started = time.perf_counter()
        realised_volatility(close, window=window, min_periods=24, periods_per_day=288)
        return time.perf_counter() - started

    narrow, wide = seconds(288), seconds(3456)
    show(capsys, f"realised_volatility, a year of 5m: {narrow:.3f} and {wide:.3f} s (x12 window)")
    assert wide < 2.0


def test_ten_thousand_paths_of_two_thousand_trades(capsys):
    returns = np.random.default_rng(1).normal(0.0005, 0.01, 2_000)
    spent = []
    for _ in range(3):
        began = time.process_time()
        block_bootstrap(returns, length=2_000, paths=10_000, mean_block=12.0)
        spent.append(time.process_time() - began)
    show(capsys, f"block_bootstrap, 10,000 paths of 2,000 trades: {min(spent):.2f} s of CPU")
    assert min(spent) < 2.0

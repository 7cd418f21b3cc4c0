"""The rules that cut or close open positions."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from tests.support.cases.case import Case
from tests.support.cases.scripts import AFTER, BEFORE, climb, crash, holds, lasts, let_nobody_in
from tests.support.scripted import (
    BTC,
    ETH,
    Enter,
    Script,
    Seen,
    candles,
    cuts,
    rates_8h,
)

HALT_YEARS = 10


def smaller_after(leverage: float) -> Script:
    """BTC through the crash, and ETH after it."""
    return Script(entries=(Enter(BTC, BEFORE, leverage), Enter(ETH, AFTER[1], 1, 1000)))


def is_cut_and_closed_before_liquidation(seen: Seen, bare: Seen, data: Path) -> None:
    assert bare.first(ETH)["exit_reason"] == "liquidation"
    trade = seen.first(ETH)
    first, last = cuts(trade)
    assert (first.tag, last.tag) == ("riskguard_margin_ladder_cut", "riskguard_margin_ladder")
    assert first.share == pytest.approx(0.25, abs=1e-3)
    assert trade["profit_ratio"] > bare.first(ETH)["profit_ratio"]
    # What was left at the close before the cut: equity less 0.4 % maintenance, over margin less it.
    entry = trade["orders"][0]
    mark = candles(data, ETH, "5m", before=first.time)["close"].iloc[-1]
    maintenance = 0.004 * mark
    margin = entry["safe_price"] / 3
    equity = margin + mark - entry["safe_price"]
    assert 0.2 < (equity - maintenance) / (margin - maintenance) <= 0.3


def frees_a_fifth_of_the_margin(seen: Seen, bare: Seen, data: Path) -> None:
    # 0.4 % of 2 * 2475 * 5 are 99 of 10,000. A fifth of the margin of 4950 is 990, and all of it is
    # taken from the smaller position.
    (cut,) = cuts(seen.first(BTC))[:1]
    assert cut.tag == "riskguard_account_margin_cut"
    assert cut.share == pytest.approx(990 / 2475, abs=2e-3)


def is_halved_and_halted(seen: Seen, bare: Seen, data: Path) -> None:
    for pair in (BTC, ETH):
        first, last = cuts(seen.trade(pair))
        assert (first.tag, last.tag) == (
            "riskguard_drawdown_ladder_cut",
            "riskguard_drawdown_ladder",
        )
        assert first.share == pytest.approx(0.5, abs=1e-3)
    (lock,) = seen.outcome.locks
    assert lock["reason"].startswith("HALTED: equity is")
    until = datetime.fromtimestamp(lock["lock_end_timestamp"] / 1000, UTC)
    assert until.year >= 2024 + HALT_YEARS - 1
    let_nobody_in(seen, bare)


def gets_half_a_stake(seen: Seen, bare: Seen, data: Path) -> None:
    assert seen.trade(ETH)["stake_amount"] == pytest.approx(500, abs=0.1)
    assert bare.trade(ETH)["stake_amount"] == pytest.approx(1000, abs=0.1)


def is_halved_and_pauses_a_day(seen: Seen, bare: Seen, data: Path) -> None:
    for pair in (BTC, ETH):
        assert cuts(seen.trade(pair))[0].tag == "riskguard_equity_stop_cut"
        assert cuts(seen.trade(pair))[0].share == pytest.approx(0.5, abs=1e-3)
    lasts(seen, 24)
    let_nobody_in(seen, bare)


def is_closed_before_the_third_high_rate(seen: Seen, bare: Seen, data: Path) -> None:
    trade = seen.trade(BTC)
    assert trade["exit_reason"] == "riskguard_funding_exit"
    rates = rates_8h(data, BTC)
    held = rates[(rates.index > trade["open_date"]) & (rates.index <= trade["close_date"])]
    assert list(held.iloc[-3:] > 0.001) == [False, True, True]
    # Within a quarter of an hour before it is paid.
    (third,) = rates[rates.index > trade["close_date"]].index[:1]
    assert rates[third] > 0.001
    assert third - pd.Timestamp(trade["close_date"]) <= pd.Timedelta(minutes=15)


def is_closed_before_the_first_extreme_rate(seen: Seen, bare: Seen, data: Path) -> None:
    trade = seen.trade(BTC)
    assert trade["exit_reason"] == "riskguard_funding_exit"
    rates = rates_8h(data, BTC)
    high = rates[rates > 0.003].index
    # Within a quarter of an hour before it is paid.
    assert pd.Timedelta(0) < high[0] - pd.Timestamp(trade["close_date"]) <= pd.Timedelta(minutes=15)


CASES = (
    Case(
        rule="margin_ladder",
        binds=crash(3),
        idle=climb(3),
        question="cut",
        why=("margin left 2", "maintenance", ": cut 25 %"),
        shows=is_cut_and_closed_before_liquidation,
    ),
    Case(
        rule="account_margin",
        settings={"warning": 0.006, "danger": 0.0095, "emergency": 0.9},
        idle_settings={"warning": 0.02, "danger": 0.7},
        binds=climb(5),
        idle=climb(5),
        question="cut",
        why=("account margin DANGER: maintenance margin is", "20 % of the margin is cut, smallest"),
        shows=frees_a_fifth_of_the_margin,
    ),
    Case(
        rule="drawdown_ladder",
        binds=crash(2),
        idle=climb(2),
        question="cut",
        why=("below its peak of", "(limit 12 %, candle close): stakes x0.5, positions cut by 50 %"),
        shows=is_halved_and_halted,
    ),
    Case(
        rule="drawdown_ladder",
        variant="stakes",
        settings={"steps": [{"at": 0.03, "keep": 0.5}, {"at": 0.5, "keep": 0.0}]},
        idle_settings={"steps": [{"at": 0.3, "keep": 0.5}, {"at": 0.5, "keep": 0.0}]},
        binds=smaller_after(1),
        idle=smaller_after(1),
        question="stake",
        why=("below its peak of", "(limit 3 %, candle close): stakes x0.5"),
        shows=gets_half_a_stake,
    ),
    Case(
        rule="equity_stop",
        settings={"distance": 0.05},
        binds=crash(1),
        idle=climb(1),
        question="cut",
        why=(
            "below its peak of",
            "(limit 5 %, candle close): positions are cut to 50 % of their size",
        ),
        shows=is_halved_and_pauses_a_day,
    ),
    Case(
        rule="funding_exit",
        market="squeeze",
        binds=holds(),
        idle=holds("short"),
        question="exit",
        why=("pays 0.1", "% funding per 8 h, above 0.100 % for 3 settlements in a row"),
        shows=is_closed_before_the_third_high_rate,
    ),
    Case(
        rule="funding_exit",
        variant="extreme",
        market="squeeze",
        settings={"extreme_only": True},
        binds=holds(),
        idle=holds("short"),
        question="exit",
        why=("pays 0.3", "% funding per 8 h (closes at once above 0.300 %)"),
        shows=is_closed_before_the_first_extreme_rate,
    ),
)

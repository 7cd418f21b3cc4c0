from datetime import timedelta
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.rules.base import Step
from freqtrade_riskguard.rules.exits.equity_stop import EquityStop
from tests.factories import NOON, account, position

STOP = EquityStop(distance_ratio=0.15, pause=timedelta(hours=24), keep_ratio=0.5)


def fallen(equity, **changes):
    positions = (position(trade_id=1), position(trade_id=2))
    return account(equity_quote=equity, open_trades=2, positions=positions, **changes)


def test_it_halves_every_position_and_pauses_for_a_day():
    # 15 % below 10,000 is 8,500; 8,480 is 15.2 % below.
    step = STOP.advance_account(0, fallen(8_480.0))

    assert step.level == 1
    assert step.keep_ratios == (0.5, 0.5)
    assert step.why == (
        "equity is 15.2 % below its peak of 10000 USDT (limit 15 %, candle close): "
        "positions are cut to 50 % of their size"
    )
    assert step.lock is not None
    assert step.lock.until == NOON + timedelta(hours=24, seconds=-1)
    assert (step.lock.pair, step.lock.side, step.lock.halts) == ("*", 0, False)
    assert not step.lock.close_all
    assert step.lock.why == (
        "Entries paused until 2024-01-11 12:00 UTC: equity is 15.2 % below its peak of 10000 USDT "
        "(limit 15 %, candle close). 2 trades are being cut to 50 % of their size. Lift: /unlock"
    )


def test_it_fires_at_the_limit_and_not_before():
    assert STOP.advance_account(0, fallen(8_501.0)) == Step(0)
    assert STOP.advance_account(0, fallen(8_500.0)).level == 1


def test_it_fires_once_per_peak():
    # Deeper, recovered almost to the peak, and deep again: nothing more.
    for equity in (8_400.0, 9_999.0, 5_000.0, 0.0):
        assert STOP.advance_account(1, fallen(equity)) == Step(1)
    # A new peak arms it again.
    assert STOP.advance_account(1, fallen(10_000.0)) == Step(0)
    assert STOP.advance_account(0, fallen(8_500.0)).lock is not None


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("figure", ["equity_quote", "peak_equity_quote"])
def test_an_unknown_equity_neither_fires_nor_arms(level, figure):
    blind = account(positions=(position(),), **{figure: nan})

    assert STOP.advance_account(level, blind) == Step(level)


@pytest.mark.parametrize("peak", [0.0, -5.0])
def test_an_account_without_equity_fires(peak):
    assert STOP.advance_account(0, account(equity_quote=-6.0, peak_equity_quote=peak)).level == 1


def test_without_positions_there_is_nothing_to_cut():
    step = STOP.advance_account(0, account(equity_quote=8_000.0))

    assert step.keep_ratios == ()
    assert step.lock is not None


@pytest.mark.parametrize(
    ("keep", "words"), [(1.0, "2 trades REMAIN OPEN."), (0.0, "2 trades are being closed.")]
)
def test_it_says_what_becomes_of_the_open_trades(keep, words):
    step = EquityStop(0.15, timedelta(hours=24), keep).advance_account(0, fallen(8_000.0))

    assert step.keep_ratios == (keep, keep)
    assert words in step.lock.why


@given(st.lists(st.floats(1_000, 9_999), min_size=1, max_size=30))
def test_below_one_peak_it_never_locks_twice(equities):
    level, locks = 0, 0
    for equity in equities:
        step = STOP.advance_account(level, fallen(equity))
        level = step.level
        locks += step.lock is not None

    assert locks == (min(equities) <= 8_500.0)


@pytest.mark.parametrize(
    ("keep", "fate"),
    [
        (0.0, "all positions are closed"),
        (0.25, "positions are cut to 25 % of their size"),
        (1.0, "positions stay as they are"),
    ],
)
def test_it_tells_what_happens_to_the_positions(keep, fate):
    stop = EquityStop(distance_ratio=0.10, pause=timedelta(hours=24), keep_ratio=keep)

    # 10 % below 10,000.
    step = stop.advance_account(0, fallen(9_000.0))

    assert step.why.endswith(f"(limit 10 %, candle close): {fate}")
    assert step.keep_ratios == (keep, keep)

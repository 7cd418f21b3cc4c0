"""What differs between trades is told, with its reason where there is one."""

from datetime import UTC, datetime

import pytest

from tests.support.live_parity import BACKTEST, DRY_RUN, differences

END = datetime(2025, 2, 4, tzinfo=UTC)
MINUTE_MS = 60_000
OPEN_MS = int(datetime(2025, 2, 3, 12, tzinfo=UTC).timestamp() * 1000)


def trade(**changes):
    return {
        "pair": "BTC/USDT:USDT",
        "is_short": False,
        "is_open": False,
        "leverage": 3.0,
        "open_rate": 100.0,
        "amount": 2.0,
        "initial_stop_loss_abs": 95.0,
        "stop_loss_abs": 97.0,
        "close_rate": 97.0,
        "exit_reason": "stop_loss",
        "open_date": "2025-02-03 12:00:00",
        "open_timestamp": OPEN_MS,
        "close_timestamp": OPEN_MS + 7 * MINUTE_MS,
        **changes,
    }


def reasons(other, live, of):
    return {found.what: found.reason for found in differences([other], [live], of=of, end=END)}


def test_seconds_within_a_candle_are_no_difference():
    live = trade(open_timestamp=OPEN_MS + 1000, close_timestamp=OPEN_MS + 9 * MINUTE_MS)
    assert reasons(trade(), live, BACKTEST) == {}


@pytest.mark.parametrize("of", [BACKTEST, DRY_RUN])
@pytest.mark.parametrize(
    "change",
    [
        {"leverage": 2.0},
        {"open_rate": 100.1},
        {"initial_stop_loss_abs": 95.1},
        {"stop_loss_abs": 96.9},
        {"close_timestamp": OPEN_MS + 11 * MINUTE_MS},
        {"exit_reason": "exit_signal"},
        {"amount": 2.1},
    ],
)
def test_what_nothing_explains(change, of):
    (reason,) = reasons(trade(), trade(**change), of).values()
    assert reason is None


def test_a_stop_that_the_exchange_fills():
    live = trade(exit_reason="stoploss_on_exchange")
    assert reasons(trade(), live, BACKTEST)["exit_reason"]
    # A dry run finds a price behind its stop; a backtest fills at it.
    near = reasons(trade(close_rate=96.9), live, DRY_RUN)
    assert near["close_rate"]
    assert reasons(trade(close_rate=96.0), live, DRY_RUN)["close_rate"] is None
    assert reasons(trade(close_rate=96.9), live, BACKTEST)["close_rate"] is None


def test_the_end_of_a_backtest():
    still_open = trade(is_open=True, close_timestamp=None, close_rate=None, exit_reason=None)
    at_its_end = {"close_timestamp": int(END.timestamp() * 1000), "exit_reason": "force_exit"}
    found = reasons(trade(**at_its_end), still_open, BACKTEST)
    assert set(found) == {"close_rate", "exit_reason", "closed in"}
    assert all(found.values())
    before = reasons(trade(), still_open, BACKTEST)
    assert set(before.values()) == {None}

import numpy as np
import pytest

from freqtrade_riskguard.calibration.record import kelly_waits, record_of
from tests.support.results import result, trade


def test_returns_and_worst_moments_over_the_account_before_each_trade():
    found = record_of(
        result(
            # 1,000 + 10; it stood at 95 meanwhile: 5 of 1,000.
            trade(100, 110, 1, 2, min_rate=95.0),
            # A short at 2x: 1,010 - 4; it stood at 108: 8 of 1,010.
            trade(100, 104, 3, 4, is_short=True, leverage=2.0, max_rate=108.0),
        ),
        slippage_ratio=0.0,
    )
    np.testing.assert_allclose(found.returns, [10 / 1_000, -4 / 1_010])
    np.testing.assert_allclose(found.lows, [-5 / 1_000, -8 / 1_010])
    # Two in two days.
    assert found.per_year == pytest.approx(365)
    assert found.length == 365


def test_a_stop_is_filled_at_the_worst_of_its_trade_and_beyond():
    stopped = trade(100, 98, 1, 2, exit_reason="stop_loss", min_rate=90.0)
    # Filled at 98 in the backtest; at the worst of 90, and 1 % beyond: 89.1.
    found = record_of(result(stopped), slippage_ratio=0.01)
    np.testing.assert_allclose(found.returns, [-10.9 / 1_000])
    np.testing.assert_allclose(found.lows, [-10.9 / 1_000])
    # What ends otherwise keeps its price.
    left = trade(100, 98, 1, 2, min_rate=90.0)
    np.testing.assert_allclose(record_of(result(left), slippage_ratio=0.01).returns, [-2 / 1_000])
    # A short, the other way round: at 110 and 1 % beyond.
    short = trade(100, 102, 1, 2, is_short=True, exit_reason="stop_loss", max_rate=110.0)
    found = record_of(result(short), slippage_ratio=0.01)
    np.testing.assert_allclose(found.returns, [-11.1 / 1_000])


def test_no_trade_loses_more_than_its_margin():
    # A margin of 10 at 10x: at 80 it would be 20 in the red.
    stopped = trade(100, 95, 1, 2, leverage=10.0, exit_reason="stop_loss", min_rate=80.0)
    found = record_of(result(stopped), slippage_ratio=0.02)
    np.testing.assert_allclose(found.returns, [-0.01])
    np.testing.assert_allclose(found.lows, [-0.01])


def test_trades_that_kelly_waits_for_do_not_count():
    trades = [trade(100, 101 + number, 2 * number, 2 * number + 1) for number in range(4)]
    # Open while the second closed: its size was decided before.
    trades.append(trade(100, 110, 2, 8))
    found = record_of(result(*trades, hours=48), slippage_ratio=0.0, waits=2)
    # After 1,000 + 1 + 2 the others made 3, 4 and 10.
    np.testing.assert_allclose(found.returns, [3 / 1_003, 4 / 1_006])
    # Two in the 45 hours since the second had closed.
    assert found.per_year == pytest.approx(2 * 365 * 24 / 45)
    assert record_of(result(*trades), slippage_ratio=0.0, waits=6).returns.size == 0


def test_kelly_waits_where_it_decides():
    assert kelly_waits({"profile": "moderate", "kelly": {"min_trades": 40}}) == 40
    for block in ({"enabled": False}, {"kelly": {"mode": "observe"}}, {"kelly": {"mode": "off"}}):
        assert kelly_waits({"profile": "moderate", **block}) == 0


def test_an_account_that_is_used_up_trades_no_more():
    lost = trade(1_000, 0.5, 1, 2, profit_abs=-1_000.0)
    assert record_of(result(lost, trade(100, 110, 3, 4)), slippage_ratio=0.0).returns.size == 1
    assert record_of(result(hours=48), slippage_ratio=0.0).returns.size == 0

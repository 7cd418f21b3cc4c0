from dataclasses import replace
from datetime import timedelta
from math import inf, isnan, sqrt

import numpy as np
import pytest

from freqtrade_riskguard.analysis.equity_curve import EquityCurve
from freqtrade_riskguard.analysis.performance import performance_of
from freqtrade_riskguard.engine.decision_stats import Halt
from tests.support.results import START, at, result, trade

BEGIN = int(START.timestamp())
SECOND = timedelta(seconds=1)


def made():
    """Two winners of 30 and 10, a loser of 20, one that made nothing, on 1,000 and 100 days."""
    return result(
        trade(100, 130, 0, 10, leverage=2.0),
        trade(100, 80, 10, 40, leverage=4.0),
        trade(100, 110, 40, 50, leverage=3.0),
        trade(100, 100, 50, 50, leverage=5.0),
        hours=2_400,
    )


def marked(*equity, step_hours=24):
    opened = BEGIN + 3600 * step_hours * np.arange(len(equity), dtype=np.int64)
    return EquityCurve(opened, np.array(equity, dtype=np.float64), 1_000.0)


def test_figures_of_closed_trades():
    found = performance_of(made(), None)

    # 30 - 20 + 10 + 0 = 20 of 1,000.
    assert found.result_ratio == pytest.approx(0.02)
    # Two of four made a profit; 40 won, 20 lost.
    assert found.win_rate == 0.5
    assert found.profit_factor == pytest.approx(2.0)
    # 2x for 10 hours, 4x for 30, 3x for 10, 5x for none: (20 + 120 + 30) / 50 = 3.4.
    assert found.max_leverage == 5.0
    assert found.mean_leverage == pytest.approx(3.4)


def test_ratios_are_those_that_freqtrade_prints():
    found = performance_of(made(), None)

    # 1.02 ** (365 / 100) - 1 = exp(3.65 * 0.0198026) - 1 = 0.074955.
    assert found.cagr == pytest.approx(0.074955, abs=1e-6)
    # r = 0.03, -0.02, 0.01, 0: mean 0.005, squared deviations 6.25 + 6.25 + 0.25 + 0.25 = 13e-4,
    # / 4 = 3.25e-4. Daily mean 0.02 / 100.
    assert found.sharpe == pytest.approx(0.0002 / sqrt(3.25e-4) * sqrt(365))
    # From 1,030 to 1,010: 20 of 1,030.
    assert found.calmar == pytest.approx(100 * 0.0002 / (20 / 1030) * sqrt(365))
    # One loser has no deviation.
    assert isnan(found.sortino)


def test_sortino_of_two_losers():
    # -0.01 and -0.03: deviation 0.01. Sum -0.04 in 100 days.
    lost = result(trade(100, 90, 0, 1), trade(100, 70, 1, 2), hours=2_400)
    assert performance_of(lost, None).sortino == pytest.approx(-0.0004 / 0.01 * sqrt(365))


def test_figures_at_candle_close():
    # Peak 1,100, low 880: 20 %. The worst day: from 1,100 to 880.
    found = performance_of(made(), marked(1_000, 1_100, 880, 1_020))

    assert found.marked_drawdown_ratio == pytest.approx(0.20)
    assert found.worst_day_ratio == pytest.approx(-0.20)
    # 2 % made, 20 % endured.
    assert found.result_to_drawdown == pytest.approx(0.1)


def test_what_needs_candles_is_unknown_without_them():
    found = performance_of(made(), None)

    assert isnan(found.marked_drawdown_ratio)
    assert isnan(found.worst_day_ratio)
    assert isnan(found.result_to_drawdown)


def test_no_drawdown_divides_nothing():
    assert isnan(performance_of(made(), marked(1_000, 1_020)).result_to_drawdown)


def test_without_a_loser():
    found = performance_of(result(trade(100, 110, 0, 1), hours=2_400), None)

    assert found.profit_factor == inf
    assert isnan(found.calmar)
    assert isnan(found.sharpe)


def test_without_trades_nothing_is_claimed():
    found = performance_of(result(), None)

    assert found.result_ratio == 0.0
    for unknown in (
        found.win_rate,
        found.profit_factor,
        found.cagr,
        found.sharpe,
        found.max_leverage,
        found.mean_leverage,
    ):
        assert isnan(unknown)


def test_a_lost_account_has_no_growth_rate():
    lost = result(trade(1_000, 1, 0, 1, amount=1.5), hours=2_400)
    found = performance_of(lost, None)

    assert found.result_ratio < -1
    assert isnan(found.cagr)


def test_trades_of_one_candle_weigh_the_same():
    quick = result(trade(100, 101, 1, 1, leverage=2.0), trade(100, 101, 2, 2, leverage=4.0))
    assert performance_of(quick, None).mean_leverage == pytest.approx(3.0)


def test_months_at_candle_close():
    # 2024: January has 31 days, February 29. Ends of months are the candles of days 31, 60 and the
    # last: 1,100, 990, 1,089.
    equity = [1_000.0] * 100
    equity[30], equity[31:60], equity[60:] = 1_100.0, [990.0] * 29, [1_089.0] * 40
    found = performance_of(made(), marked(*equity))

    assert found.monthly_basis == "candle close"
    assert [(each.year, each.month) for each in found.monthly_returns] == [
        (2024, 1),
        (2024, 2),
        (2024, 3),
        (2024, 4),
    ]
    returns = [each.return_ratio for each in found.monthly_returns]
    assert returns == pytest.approx([0.10, -0.10, 0.10, 0.0])


def test_months_of_closed_trades():
    # Closed on 15 January (+100), at midnight of 1 February (-55 of 1,100), nothing until December.
    run = result(trade(500, 600, 0, 14 * 24), trade(500, 445, 0, 31 * 24), hours=340 * 24)
    found = performance_of(run, None)

    assert found.monthly_basis == "closed trades"
    returns = [each.return_ratio for each in found.monthly_returns]
    assert returns == pytest.approx([0.10, -0.05, *[0.0] * 10])
    assert found.monthly_returns[-1].month == 12


def test_months_turn_the_year():
    run = replace(result(trade(100, 101, 0, 1)), start=at(-48), end=at(48))
    months = [(each.year, each.month) for each in performance_of(run, None).monthly_returns]
    assert months == [(2023, 12), (2024, 1)]


def test_months_compound_to_the_result():
    found = performance_of(made(), None)
    assert np.prod([1 + each.return_ratio for each in found.monthly_returns]) == pytest.approx(1.02)


def test_a_month_after_ruin_is_unknown():
    lost = result(trade(1_000, 1, 0, 1, amount=1.5), hours=60 * 24)
    assert isnan(performance_of(lost, None).monthly_returns[1].return_ratio)


def test_days_halted_count_once_and_only_in_force():
    halts = [
        Halt(at(0), at(48) - SECOND, enforced=True),
        # Overlaps by a day, and reaches beyond the end of the run (100 days).
        Halt(at(24), at(72) - SECOND, enforced=True),
        Halt(at(99 * 24), at(120 * 24), enforced=True),
        Halt(at(200), at(400), enforced=False),
    ]
    assert performance_of(made(), None, halts).days_halted == 4

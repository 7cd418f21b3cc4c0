import pytest

from freqtrade_riskguard.analysis.monthly_returns import MONTHS, monthly_table
from freqtrade_riskguard.analysis.report_data import gather
from freqtrade_riskguard.analysis.result_analysis import examine
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable
from tests.support.results import BTC, result, trade

TIERS = ResultTiers({}, "flat", TierTable.flat(0.0))
NOTHING = ResultCandles("1h", missing=(BTC,))
# 2024: February begins with hour 744, March with hour 1440, 2025 with hour 8784.
MARCH, END_OF_MARCH, NEXT_YEAR = 1_500, 2_000, 9_000


def table(*runs, hours):
    first, *others = (examine(result(*trades, hours=hours), NOTHING, TIERS) for trades in runs)
    return monthly_table(gather(first, None, others[0] if others else None).sides)


def test_a_month_is_what_the_account_made_in_it():
    won, lost = trade(100, 110, 1, 2, amount=10.0), trade(100, 80, MARCH, MARCH + 1, amount=2.0)
    found = table((won, lost), hours=END_OF_MARCH)
    assert found.months == ("Jan", "Feb", "Mar")
    assert found.basis == "closed trades"
    (row,) = found.rows
    # 1000, 1100, 1100, 1060; the year is all of it.
    assert [cell.text for cell in row.cells] == ["+10.0 %", "0.0 %", "-3.6 %", "+6.0 %"]
    assert [cell.tone for cell in row.cells] == ["gain", "", "loss", "gain"]
    # Full at 15 %.
    assert [cell.heat for cell in row.cells] == pytest.approx([2 / 3, 0, 40 / 165, 0.4])


def test_years_have_all_months_and_those_outside_of_the_run_are_empty():
    found = table((trade(100, 200, 1, NEXT_YEAR, amount=10.0),), hours=NEXT_YEAR + 1)
    assert found.months == MONTHS
    first, second = found.rows
    assert (first.year, second.year) == (2024, 2025)
    assert [cell.text for cell in first.cells] == ["0.0 %"] * 13
    # Doubled in January.
    assert [cell.text for cell in second.cells] == ["+100.0 %", *[""] * 11, "+100.0 %"]
    assert second.cells[0].heat == 1


def test_two_runs_stand_below_each_other():
    found = table((trade(100, 110, 1, 2),), (trade(100, 90, 1, 2),), hours=48)
    assert [(row.year, row.run, row.cells[0].text) for row in found.rows] == [
        (2024, 0, "+1.0 %"),
        (2024, 1, "-1.0 %"),
    ]


def test_a_month_after_the_account_was_lost_is_unknown():
    lost = trade(100, 50, 1, 2, amount=20.0)
    found = table((lost,), hours=MARCH)
    assert [cell.text for cell in found.rows[0].cells[:3]] == ["-100.0 %", "unknown", "unknown"]

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from freqtrade_riskguard.analysis.closed_trade_figures import outcome_of
from freqtrade_riskguard.analysis.tables import journal_table, outcome_table

DAY = datetime(2024, 1, 1, 12, tzinfo=UTC)


def outcome(profits, days, reasons=None, leverages=None):
    return outcome_of(
        profits_quote=profits,
        close_times=[DAY + timedelta(days=day) for day in days],
        exit_reasons=reasons or ["exit_signal"] * len(profits),
        leverages=leverages or [1.0] * len(profits),
        starting_balance_quote=1_000.0,
        locks=2,
    )


def test_figures_of_a_few_trades():
    # 1000 -> 1100 -> 990 | next day 990 -> 940 -> 950.
    # Worst trade: -110/1100 = -10 %. Worst day: the second, -40/990 = -4.04 %; the first, in all
    # -10/1000 = -1 %. Drawdown from 1100 to 940: 14.55 %.
    result = outcome(
        [100, -110, -50, 10],
        [0, 0.1, 1, 1.1],
        ["roi", "liquidation", "stop_loss", "exit_signal"],
        [1.0, 5.0, 2.0, 1.0],
    )

    assert result.trades == 4
    assert result.liquidations == 1
    assert result.worst_trade_ratio == pytest.approx(-0.10)
    assert result.worst_day_ratio == pytest.approx(-40 / 990)
    assert result.max_drawdown_ratio == pytest.approx(160 / 1100)
    assert result.final_balance_quote == pytest.approx(950)
    assert result.max_leverage == 5.0
    assert result.locks == 2


def test_the_order_of_closing_counts_not_that_of_the_list():
    assert outcome([-50, 100], [1, 0]) == outcome([100, -50], [0, 1])


def test_only_winners_lose_nothing():
    result = outcome([10, 20], [0, 1])

    assert (result.worst_trade_ratio, result.worst_day_ratio, result.max_drawdown_ratio) == (
        0,
        0,
        0,
    )


def test_no_trades():
    result = outcome([], [])

    assert result.trades == 0
    assert result.final_balance_quote == 1_000
    assert result.max_drawdown_ratio == 0


def test_tables_fit_a_narrow_terminal():
    console = Console(width=80, record=True, file=StringIO())
    record = {
        "time": "2024-01-10T12:00:00+00:00",
        "pair": "BTC/USDT:USDT",
        "side": "long",
        "question": "leverage",
        "rule": "kelly",
        "asked": 10.0,
        "answered": 1.0,
        "why": "edge unproven, 0 of 30 closed trades",
    }
    lock = {**record, "question": "lock", "asked": None, "answered": None}

    console.print(
        outcome_table("A crash", {"bare": outcome([-110], [0]), "guarded": outcome([], [])})
    )
    console.print(journal_table("Decisions", [record, lock]))

    text = console.export_text()
    assert "-11.0 %" in text
    assert "10 > 1" in text
    assert "BTC long leverage" in text
    assert max(len(line) for line in text.splitlines()) <= 80

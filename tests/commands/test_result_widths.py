"""What reports show in terminals of 60 and 80 columns: all of it."""

import pytest
from rich.console import Console

from freqtrade_riskguard.analysis.tables import journal_table
from freqtrade_riskguard.cli import main
from tests.support.results import BTC, ETH, STRATEGY, decision, lock, stats, store, trade
from tests.support.terminal import assert_fits

WIDTHS = (60, 80)
DECISIONS = [
    decision("leverage", "kelly", 1, asked=10.0, answered=2.5, pair=BTC, side="long"),
    decision(
        "stake", "portfolio_volatility", 2, asked=1234.5, answered=99.1, pair=ETH, side="long"
    ),
    decision("stop", "liquidation_distance", 3, asked=95.0, answered=97.5, pair=BTC, side="short"),
]


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a-folder-with-a-name-as-long-as-those-that-servers-have")
    trades = [
        trade(100, 100 + each % 7 - 3, each, each + 0.5, pair=(BTC, ETH)[each % 2], leverage=5.0)
        for each in range(1, 40)
    ]
    figures = stats(*trades, locks=[lock(5, 6)])
    return store(folder, {STRATEGY: figures}, journal=DECISIONS)


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("name", ["survive", "report"])
def test_a_result(name, columns, result, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    page = ("--output", str(tmp_path / "page.html")) if name == "report" else ()
    other = ("--against", str(result)) if name == "report" else ()
    assert main([name, str(result), *page, *other]) == 0
    assert_fits(capsys.readouterr().out, columns)


@pytest.mark.parametrize("columns", WIDTHS)
def test_the_decisions_of_the_demonstration(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(columns))
    console = Console()
    console.print(journal_table("The guard's last decisions, repeated ones once", DECISIONS))
    shown = capsys.readouterr().out
    assert_fits(shown, columns)
    assert all(rule in shown for rule in ("portfolio_volatility", "liquidation_distance"))

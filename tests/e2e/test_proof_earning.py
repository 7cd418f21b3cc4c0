"""Strategies that earn: the guard takes no more from the result than from the drawdown."""

import pytest

from freqtrade_riskguard.replay.scenarios import write
from tests.support.figures import taken_entries
from tests.support.pages import PAGES
from tests.support.proof import (
    MARKETS,
    SHOWN_ON,
    THE_FALL,
    documented_rows,
    earning_runs,
    lasting_trend,
    shown_rows,
)

pytestmark = pytest.mark.slow

MIN_TAKEN = 0.80


@pytest.fixture(scope="module", params=["TrendEarner", "FallShorter"])
def earner(request, real_candles, tmp_path_factory):
    """Return the strategy's name and its runs."""
    folder = tmp_path_factory.mktemp("earning")
    if request.param == "FallShorter":
        data, fall = real_candles("ftx-2022"), ("--timerange", THE_FALL)
        return request.param, earning_runs(folder, data, "15m", request.param, *fall)
    data = write(lasting_trend(), folder / "data")
    return request.param, earning_runs(folder, data, "5m", request.param)


def test_it_earns_without_leverage(earner):
    name, runs = earner
    at_1x = runs["bare", f"{name}At1x"].figures
    assert at_1x.total_ratio > 0.10
    assert at_1x.max_leverage == 1.0


def test_moderate_keeps_its_entries(earner):
    name, runs = earner
    bare, guarded = runs["bare", f"{name}At1x"], runs["moderate", name]
    assert taken_entries(bare.outcome, guarded.outcome, None).taken_ratio >= MIN_TAKEN


def test_moderate_earns_as_much_for_its_drawdown(earner):
    name, runs = earner
    at_1x, guarded = runs["bare", f"{name}At1x"].figures, runs["moderate", name].figures
    assert guarded.total_ratio > 0
    assert guarded.profit_per_drawdown >= at_1x.profit_per_drawdown


@pytest.mark.parametrize("profile", ["moderate", "seatbelt"])
def test_nothing_is_liquidated_even_with_badly_filled_stops(earner, profile):
    name, runs = earner
    assert runs[profile, name].guard_errors == []
    assert runs[profile, name].figures.max_leverage <= 5.0
    assert runs[profile, name].figures.liquidations == 0
    assert runs[profile, name].stressed.liquidations == 0


@pytest.mark.parametrize("page", SHOWN_ON)
def test_the_documents_show_these_figures(earner, page):
    """``python -m tests.support.proof`` writes them."""
    name, runs = earner
    assert shown_rows(PAGES[page], MARKETS[name]).items() >= documented_rows(runs).items()

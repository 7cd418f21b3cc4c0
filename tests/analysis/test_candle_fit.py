import pytest

from freqtrade_riskguard.analysis.candle_fit import Fit, fit_of
from freqtrade_riskguard.cli import main
from tests.support.results import (
    BTC,
    STRATEGY,
    candles,
    order,
    result,
    stats,
    store,
    trade,
    write_candles,
)

# 99 to 101 in every hour.
QUIET = [(100.0, 101.0, 99.0, 100.0)] * 48


def test_fills_at_the_edge_and_a_price_step_beyond_lie_within():
    found = result(trade(101, 99, 1, 2), trade(101.1, 98.91, 3, 4))
    assert fit_of(found, candles(*QUIET)) == Fit(outside=0, judged=4)


def test_every_order_is_compared_where_orders_are_known():
    added = trade(
        100,
        100,
        1,
        5,
        amount=3.0,
        orders=[
            order(100, 1, 1, is_entry=True),
            order(102, 1, 2, is_entry=True),
            order(98, 1, 3, is_entry=True),
            order(100, 3, 5, is_entry=False),
        ],
    )
    assert fit_of(result(added), candles(*QUIET)) == Fit(outside=2, judged=4)


def test_fills_without_a_candle_are_not_judged():
    # The second exit is after the last candle.
    found = result(trade(100, 100, 1, 2), trade(100, 300, 47, 60), hours=72)
    assert fit_of(found, candles(*QUIET)) == Fit(outside=0, judged=3)
    assert fit_of(found, candles(pair="ETH/USDT:USDT")) == Fit(outside=0, judged=0)


@pytest.mark.parametrize(
    ("outside", "judged", "other"),
    [
        (0, 0, False),
        (0, 1_000, False),
        # Two of many may be a candle that was downloaded again.
        (2, 50, False),
        (3, 50, True),
        # 2 % and not above.
        (20, 1_000, False),
        (21, 1_000, True),
        # A single trade, with both of its fills outside.
        (1, 2, False),
        (2, 2, True),
    ],
)
def test_how_many_make_it_another_market(outside, judged, other):
    assert Fit(outside, judged).is_other_market is other


def scaled(factor):
    """Return the quiet candles at prices so many times as high."""
    return [
        (factor * first, factor * high, factor * low, factor * last)
        for first, high, low, last in QUIET
    ]


@pytest.mark.parametrize("command", ["survive", "report"])
class TestCommands:
    TRADES = tuple(trade(100, 100.5, hour, hour + 1) for hour in range(0, 40, 2))

    def test_the_candles_of_another_market_are_refused(self, command, tmp_path, capsys):
        path = store(tmp_path / "results", {STRATEGY: stats(*self.TRADES)})
        other = scaled(1.2)
        data = write_candles(tmp_path / "data", {(BTC, "1h"): other})
        assert main([command, str(path), "--datadir", str(data)]) == 2
        shown = capsys.readouterr()
        assert shown.out == ""
        assert shown.err.count("\n") == 1
        assert (
            f"the candles in {data} are not those of this backtest (40 of 40 fills lie outside "
            "their candle): give --datadir"
        ) in shown.err
        assert not list((tmp_path / "results").glob("*.html"))

    def test_its_own_are_named(self, command, tmp_path, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "300")
        path = store(tmp_path / "results", {STRATEGY: stats(*self.TRADES)})
        data = write_candles(tmp_path / "data", {(BTC, "1h"): QUIET})
        assert main([command, str(path), "--datadir", str(data)]) == 0
        assert f"Candles (1h): {data}\n" in capsys.readouterr().out
        assert main([command, str(path), "--userdir", str(tmp_path / "nowhere")]) == 0
        assert "Candles (1h): none\n" in capsys.readouterr().out


def test_the_tolerance_is_of_the_price():
    # The same market in other units: nothing changes.
    for scale in (1e-6, 1.0, 1e5):
        market = candles(*scaled(scale))
        inside = result(trade(101.1 * scale, 98.91 * scale, 1, 2))
        beyond = result(trade(101.2 * scale, 98.8 * scale, 1, 2))
        assert fit_of(inside, market) == Fit(0, 2)
        assert fit_of(beyond, market) == Fit(2, 2)

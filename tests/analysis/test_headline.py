from freqtrade_riskguard.analysis.headline import headline, tiles
from freqtrade_riskguard.analysis.report_data import gather
from freqtrade_riskguard.analysis.result_analysis import examine
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable
from tests.support.results import BTC, lock, pair_candles, result, trade

TIERS = ResultTiers({}, "flat", TierTable.flat(0.0))
QUIET = ResultCandles("1h", {BTC: pair_candles([(100, 101, 90, 100)] * 240)})
NOTHING = ResultCandles("1h", missing=(BTC,))
# 1000 becomes 1100 on the first day, and 1060 on the second.
TRADES = (
    trade(100, 110, 1, 2, amount=10.0, leverage=2.0),
    trade(100, 80, 27, 28, amount=2.0, leverage=5.0),
)


def reported(*trades, market=QUIET, against=None, **changes):
    found = examine(result(*trades, **{"hours": 240, **changes}), market, TIERS)
    other = against and examine(result(*against, hours=240), market, TIERS)
    return gather(found, None, other, ("guarded", "bare"))


def shown(report):
    return {tile.label: (*tile.values, *(note for note in tile.notes if note))
            for tile in tiles(report.sides)}  # fmt: skip


def test_each_figure_by_hand():
    halt = lock(30, 24 * 400, "HALTED: equity is 18.4 % below")
    found = shown(reported(*TRADES, locks=[halt]))
    assert found == {
        "Result": ("+6.0 %", "1,060 USDT at the end"),
        # 40 of 1100, on the second day.
        "Maximum drawdown": ("-3.6 %",),
        "Worst day": ("-3.6 %",),
        # 0.06 / (40 / 1100)
        "Result / drawdown": ("1.65",),
        # 1.06 ** 36.5 - 1 = 7.388
        "CAGR": ("+739 %", "annualised from 10 days"),
        # 0.06 / 10 days / 0.07 * sqrt(365); the spread of 0.1 and -0.04 is 0.07.
        "Sharpe": ("1.64",),
        # One loser has no spread.
        "Sortino": ("not defined",),
        # 100 * 0.006 / (40 / 1100) * sqrt(365)
        "Calmar": ("315",),
        "Win rate": ("50.0 %", "1 of 2 trades"),
        "Profit factor": ("2.50",),
        # Both were open for an hour.
        "Leverage used": ("5x", "3.5x on average"),
        # From hour 30 to hour 240: 8.75 days.
        "Days halted": ("8", "of 10 days"),
    }


def test_the_result_alone_is_coloured():
    tones = {tile.label: tile.tones for tile in tiles(reported(*TRADES, against=TRADES[1:]).sides)}
    assert tones.pop("Result") == ("gain", "loss")
    assert set(tones.values()) == {("", "")}


def test_what_is_not_known_is_not_a_figure():
    found = shown(reported(*TRADES, market=NOTHING))
    for label in ("Maximum drawdown", "Worst day", "Result / drawdown"):
        assert found[label] == ("unknown",)
    assert shown(reported(*TRADES, locks=None))["Days halted"][0] == "unknown"
    # Without a loser there is nothing to divide by.
    assert shown(reported(TRADES[0]))["Profit factor"] == ("no loss",)


def test_the_headline_of_one_run():
    assert headline(reported(*TRADES)) == (
        "guarded made 6.0 % in 10 days and fell at most 3.6 % below its peak, with no liquidation; "
        "with every stop filled 2 % beyond the worst price of its candle it would have made 6.0 %."
    )


def test_the_headline_says_what_fill_stress_costs():
    # Stopped at 95; the candle's 90 and 2 % beyond are 88.2: -11.8 of 1000.
    stopped = trade(100, 95, 1, 2, exit_reason="stop_loss")
    assert headline(reported(stopped)).endswith("it would have lost 1.2 %.")
    assert headline(reported(stopped, market=NOTHING)).endswith(
        "what badly filled stops would have cost is unknown."
    )


def test_the_headline_says_what_fill_stress_liquidates():
    # 10x, stopped at 95 in a candle that fell to 90: there the margin is gone.
    stopped = trade(100, 95, 1, 2, leverage=10.0, exit_reason="stop_loss")
    assert "with no liquidation (1 under fill stress);" in headline(reported(stopped))
    assert "under fill stress" not in headline(reported(*TRADES))


def test_the_headline_of_two_runs():
    wiped = trade(100, 50, 1, 2, leverage=2.0, exit_reason="liquidation", amount=10.0)
    halt = lock(30, 24 * 400, "HALTED: equity is 18.4 % below")
    assert headline(reported(*TRADES, against=(wiped,), locks=[halt])) == (
        "guarded made 6.0 % in 10 days and fell at most 3.6 % below its peak, with no liquidation "
        "and 8 days halted; bare lost 50.0 % and fell at most 50.0 % below its peak, with 1 "
        "liquidation."
    )


def test_the_headline_without_trades_candles_or_change():
    assert headline(reported()) == "guarded made no trade in 10 days."
    assert "never fell below its peak by closed trades" in headline(
        reported(TRADES[0], market=NOTHING)
    )
    assert "guarded ended where it began" in headline(reported(trade(100, 100, 1, 2)))

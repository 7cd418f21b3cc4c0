"""Each figure shows what it is given: traces, and the figures in them."""

import numpy as np
import pytest

from freqtrade_riskguard.analysis.attribution import RuleEffect
from freqtrade_riskguard.analysis.figures.distances import distance_figure, reach_figure
from freqtrade_riskguard.analysis.figures.equity import equity_figure
from freqtrade_riskguard.analysis.figures.excursions import excursion_figure, hit_rate_figure
from freqtrade_riskguard.analysis.figures.funding import funding_figure
from freqtrade_riskguard.analysis.figures.leverage import leverage_figure
from freqtrade_riskguard.analysis.figures.rules import rules_figure
from freqtrade_riskguard.analysis.figures.survival import survival_figure
from freqtrade_riskguard.analysis.report_data import gather
from freqtrade_riskguard.analysis.result_analysis import examine
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.engine.journal import Decision
from freqtrade_riskguard.risk import TierTable
from tests.support.results import BTC, at, lock, pair_candles, result, trade

TIERS = ResultTiers({}, "flat", TierTable.flat(0.0))
MARKET = ResultCandles(
    "1h",
    {BTC: pair_candles([(100, 101, 90, 100)] * 48)},
    atr=lambda pair, time: 10.0,  # noqa: ARG005 - steady
    atr_timeframe="1h",
)
TRADES = (
    trade(100, 110, 1, 2, leverage=2.0, funding_fees=-1.0),
    trade(100, 80, 3, 4, leverage=5.0, funding_fees=2.0, exit_reason="stop_loss"),
    trade(100, 90, 5, 6, is_short=True, funding_fees=-4.0),
    trade(100, 99, 7, 8, exit_reason="force_exit"),
)


def report(*trades, decisions=None, **changes):
    made = result(*trades, **changes)
    return gather(examine(made, MARKET, TIERS), decisions)


def told(question, rule, hours, *, enforced=True, **changes):
    values = {"asked": 10.0, "answered": 2.0, "side": 1, **changes}
    return Decision(
        time=at(hours),
        pair=BTC,
        side=values.pop("side"),
        question=question,
        rule=rule,
        why="because",
        enforced=enforced,
        **values,
    )


def names(figure):
    return [trace.name for trace in figure.data]


def values(figure, name, axis="y"):
    (trace,) = [trace for trace in figure.data if trace.name == name]
    return list(getattr(trace, axis))


def test_equity_is_the_account_after_each_trade_and_every_pause_is_on_it():
    decisions = [
        told("alert", "drawdown_ladder", 4.5),
        told("lock", "weekly_loss", 6.5, enforced=False, until=at(7)),
    ]
    made = report(*TRADES, decisions=tuple(decisions), locks=[lock(2.5, 3, "3 in a row")])
    figure = equity_figure(made)
    equity, below = (trace for trace in figure.data if trace.name == "Mine")
    # 1000, +10, -20, +10, -1, and the same until the end: the amounts, and shares of the start.
    assert list(equity.customdata) == [1000, 1010, 990, 1000, 999, 999]
    assert list(equity.y) == pytest.approx([1, 1.01, 0.99, 1, 0.999, 0.999])
    assert below.y[2] == pytest.approx(990 / 1010 - 1)
    assert values(figure, "pause of entries") == [1.01]
    assert values(figure, "pause of entries", "hovertext") == ["3 in a row"]
    assert values(figure, "ladder step") == [0.99]
    assert values(figure, "would have paused") == [1]
    assert "Mine, candle close" in names(figure)


def test_pauses_too_many_to_see_are_one_a_day():
    locks = [lock(n / 20, n / 20 + 0.01) for n in range(900)]
    figure = equity_figure(report(*TRADES, locks=locks))
    assert len(values(figure, "pause of entries")) == 2
    assert "and 479 more" in values(figure, "pause of entries", "hovertext")[0]


def shaded(figure, name):
    """Return when a shade begins and ends, of each of its spans; the same in both panels."""
    panels = [trace for trace in figure.data if trace.name == name]
    assert [(trace.xaxis, trace.yaxis) for trace in panels] == [("x", "y3"), ("x2", "y4")]
    first, second = (list(trace.x) for trace in panels)
    assert first == second
    assert list(panels[0].y) == [0, 1, 1, 0] * (len(first) // 4)
    return list(zip(first[0::4], first[3::4], strict=True))


def test_a_halt_is_shaded_until_the_end():
    halt = told("lock", "drawdown_ladder", 9, until=at(9_000), halts=True)
    figure = equity_figure(report(*TRADES, decisions=(halt,), locks=[lock(9, 9_000, "HALTED")]))
    assert shaded(figure, "halted") == [("2024-01-01 09:00", "2024-01-03 00:00")]
    # Its lock is not shown a second time.
    assert "all entries paused" not in names(figure)


def test_pauses_of_all_entries_are_shaded_and_those_that_overlap_are_one():
    locks = [lock(1, 4), lock(3, 5), lock(8, 9), lock(20, 30, pair=BTC)]
    figure = equity_figure(report(*TRADES, locks=locks))
    assert shaded(figure, "all entries paused") == [
        ("2024-01-01 01:00", "2024-01-01 05:00"),
        ("2024-01-01 08:00", "2024-01-01 09:00"),
    ]


def test_the_switch_of_the_scale_leaves_shades_where_they_are():
    figure = equity_figure(report(*TRADES, locks=[lock(1, 4)]))
    assert (figure.layout.yaxis3.overlaying, list(figure.layout.yaxis3.range)) == ("y", [0, 1])


def test_what_others_have_written_is_no_markup_in_a_figure():
    why = "<b>1 % < 2 %</b>"
    figure = equity_figure(report(*TRADES, locks=[lock(1, 4, why)]))
    hover = values(figure, "pause of entries", "hovertext")
    assert hover == ["&lt;b&gt;1 % &lt; 2 %&lt;/b&gt;"]


def test_rules_avoided_to_the_right_and_forgone_to_the_left():
    known = RuleEffect("leverage", "kelly", True, 3, {1}, avoided_quote=30.0, forgone_quote=10.0)
    unknown = RuleEffect("stop", "atr_stop", True, 3, {1}, unknown=1)
    figure = rules_figure([known, unknown], "USDT")
    assert values(figure, "loss avoided", "x") == [30]
    assert values(figure, "profit forgone", "x") == [-10]
    assert values(figure, "loss avoided") == ["kelly (leverage)"]


def test_excursions_by_how_trades_ended():
    main = report(*TRADES).main
    figure = excursion_figure(main.found.result.trades, main.excursions)
    assert names(figure) == ["won", "lost", "still open at the end"]
    # Long: its candle's 90 is 1 ATR of 10 below; the short one saw 101 before it was left.
    assert values(figure, "won", "x") == pytest.approx([1.0, 0.1])
    assert values(figure, "won") == pytest.approx([0.1, 0.1])
    assert values(figure, "lost", "x") == pytest.approx([2.0], rel=2e-3)


def test_hit_rates_are_drawn_as_they_are_and_the_recommended_one_is_marked():
    excursions = report(*TRADES).main.excursions
    figure = hit_rate_figure(excursions)
    assert values(figure, "winners (2)") == list(excursions.hit_rates.winners)
    assert values(figure, "losers (1)") == list(excursions.hit_rates.losers)
    # Two winners recommend nothing.
    assert not figure.layout.annotations
    # The first of the trades thirty times: 1 ATR against each.
    often = hit_rate_figure(report(*TRADES[:1] * 30).main.excursions)
    assert [note.text for note in often.layout.annotations] == ["recommended: 1.5 ATR"]


def test_stops_behind_liquidation_are_told_apart():
    # Stops are half the price away: behind the liquidation of 5x at 20 %, before that of 1x; at 2x
    # they fall together, and that is behind.
    main = report(*TRADES).main
    figure = distance_figure(main.found.result.trades, main.excursions)
    assert values(figure, "liquidation comes first") == pytest.approx([0.5, 0.2])
    assert len(values(figure, "stop comes first")) == 2


def test_what_has_no_liquidation_is_told_from_what_is_far_away():
    main = report(*TRADES).main
    figure = distance_figure(main.found.result.trades, main.excursions)
    # Of the long ones at 1x and at 2x only the first has none; the short's is at twice its price.
    assert list(figure.layout.yaxis.ticktext)[-1] == "none"
    assert list(figure.layout.xaxis.ticktext)[-1] == "100 %"
    words = [text for trace in figure.data for text in trace.hovertext or ()]
    assert sum("liquidation none" in text for text in words) == 2
    reach = reach_figure(main.excursions)
    # 5x at 20 %, 2x at 50 %: half of the trades, and no line to 100 %.
    assert values(reach, "liquidation (2 have none)") == [0, 0.25, 0.5]
    assert values(reach, "liquidation (2 have none)", "x") == pytest.approx([0.2, 0.2, 0.5])


def test_reach_is_a_share_of_the_trades():
    figure = reach_figure(report(*TRADES).main.excursions)
    shares = np.array(values(figure, "market moved against it"))
    assert (shares[0], shares[-1]) == (0, 1)
    assert (np.diff(shares) >= 0).all()


def test_leverage_by_the_rule_that_set_it():
    decisions = (told("leverage", "kelly", 1), told("leverage", "hard_cap", 3, enforced=False))
    figure = leverage_figure(report(*TRADES, decisions=decisions))
    assert values(figure, "kelly") == [2.0]
    assert values(figure, "kelly", "hovertext") == [f"{BTC}: asked 10x (because)"]
    assert values(figure, "as asked") == [5.0, 1.0, 1.0]


def test_rules_beyond_the_colours_are_others():
    trades = [trade(100, 101, n, n + 0.5) for n in range(12)]
    decisions = tuple(told("leverage", f"rule{n}", n) for n in range(12))
    found = names(leverage_figure(report(*trades, decisions=decisions)))
    assert found[-1] == "other rules"
    assert len(found) == 8


def test_funding_adds_up():
    figure = funding_figure(report(*TRADES).main.found.result)
    assert values(figure, "all") == [-1, 1, -3, -3]
    assert values(figure, "shorts") == [-4]


def test_survival_has_a_line_for_each_way_of_filling_stops():
    found = report(*TRADES).main.found
    figure = survival_figure(found.survivals, 5.0)
    assert len(figure.data) == 4
    assert values(figure, "as filled")[0] == 0
    assert figure.layout.annotations[0].text == "used: up to 5x"


def test_thousands_of_trades_are_sampled():
    trades = [trade(100, 101, n / 300, n / 300 + 0.001) for n in range(5_000)]
    main = report(*trades).main
    figure = excursion_figure(main.found.result.trades, main.excursions)
    assert sum(len(trace.x) for trace in figure.data) == 2_000

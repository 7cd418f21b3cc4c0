"""What is doubtful is said."""

from freqtrade_riskguard.analysis.result_analysis import caveats, examine
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.risk import TierTable
from tests.support.results import BTC, candles, order, result, trade

TIERS = ResultTiers({BTC: TierTable.flat(0.0)}, "own", TierTable.flat(0.0))
NOTHING = ResultCandles("1h", missing=(BTC,))


def said(*trades, market=NOTHING):
    return " ".join(caveats(examine(result(*trades), market, TIERS)))


def added(opened):
    orders = [
        order(100, 1.0, opened, is_entry=True),
        order(80, 1.0, opened + 1, is_entry=True),
        order(95, 2.0, opened + 2, is_entry=False),
    ]
    return trade(90, 95, opened, opened + 2, amount=2.0, orders=orders)


def test_what_was_added_to_without_candles_is_counted():
    assert "1 of these trades was added to" in said(added(0), trade(100, 110, 4, 5))
    assert "2 of these trades were added to" in said(added(0), added(5))
    known = candles(*[(90, 100, 80, 90)] * 12)
    assert said(added(0), market=known) == ""


def test_a_stop_in_profit_is_not_ruined_by_what_it_saw_long_before():
    # Trailed from 92 up to 115, where it was left; without candles nobody knows how badly.
    trailed = trade(
        100, 115, 1, 30, leverage=3.0, exit_reason="trailing_stop_loss", min_rate=92.0,
        max_rate=121.0,
    )  # fmt: skip
    found = examine(result(trailed), NOTHING, TIERS)
    assert found.stressed[2].profits_quote.tolist() == [15]
    assert found.stressed[2].outcome is None
    assert "Fill stress is unknown: stops were not moved" in " ".join(caveats(found))


def test_what_is_not_recorded_is_called_unknown():
    whole = trade(100, 110, 4, 5)
    unfunded = {key: value for key, value in whole.items() if key != "funding_fees"}
    bare = {key: value for key, value in whole.items() if key != "orders"}
    assert "The funding of 1 trade is not recorded" in said(whole, unfunded)
    assert "The orders of 2 trades are not recorded" in said(bare, bare, whole)
    made = result(whole, locks=None, margin_mode=None)
    told = " ".join(caveats(examine(made, NOTHING, TIERS)))
    assert "how often entries were paused is unknown" in told
    assert "isolated margin is assumed" in told

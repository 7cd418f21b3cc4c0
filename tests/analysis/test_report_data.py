from dataclasses import replace

import pytest

from freqtrade_riskguard.analysis.report_data import gather
from freqtrade_riskguard.analysis.result_analysis import caveats, examine
from freqtrade_riskguard.analysis.summary_rows import halt_words, journal_words, summary_rows
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.backtest_result.tiers import ResultTiers
from freqtrade_riskguard.engine.journal import Decision
from freqtrade_riskguard.risk import TierTable
from tests.support.results import BTC, at, candles, lock, result, trade

TIERS = ResultTiers({}, "flat", TierTable.flat(0.0))
NOTHING = ResultCandles("1h", missing=(BTC,))


def examined(*trades, market=NOTHING, tiers=TIERS, **changes):
    return examine(result(*trades, **changes), market, tiers)


def told(question, rule, hours, **changes):
    values = {"enforced": True, "until": None, "halts": False, **changes}
    return Decision(
        time=at(hours),
        pair="*",
        side=0,
        question=question,
        rule=rule,
        asked=1.0,
        answered=0.5,
        why="because",
        **values,
    )


def cells(found, label, basis=""):
    (row,) = [row for row in summary_rows(found.sides) if (row.label, row.basis) == (label, basis)]
    return row.cells


def test_ladder_steps_are_those_in_force_once_each():
    decisions = (
        told("alert", "drawdown_ladder", 1),
        told("cut", "drawdown_ladder", 2),
        told("cut", "drawdown_ladder", 2),
        told("exit", "margin_ladder", 3, enforced=False),
        told("stake", "drawdown_ladder", 4),
        told("exit", "daily_loss", 5),
    )
    found = gather(examined(trade(100, 110, 1, 2)), decisions)
    assert [step.time for step in found.ladder_steps(enforced=True)] == [at(1), at(2)]
    assert [step.rule for step in found.ladder_steps(enforced=False)] == ["margin_ladder"]


def test_a_halt_of_the_journal():
    halt = told("lock", "drawdown_ladder", 12, until=at(24 * 400), halts=True)
    found = gather(examined(trade(100, 110, 1, 2), hours=24 * 10), (halt,))
    assert halt_words(found) == ["HALTED on 2024-01-01, 9 days untraded"]


def test_a_halt_is_known_from_the_locks_where_there_is_no_journal():
    locks = [lock(1, 2, "Entries paused"), lock(12, 24 * 400, "HALTED: equity is 18.4 % below")]
    found = gather(examined(trade(100, 110, 1, 2), hours=24 * 10, locks=locks), None)
    assert halt_words(found) == ["HALTED on 2024-01-01, 9 days untraded"]


def test_results_of_one_strategy_are_told_apart():
    one = examined(trade(100, 110, 1, 2))
    assert [side.label for side in gather(one, None).sides] == ["Mine"]
    assert [side.label for side in gather(one, None, one).sides] == [
        "Mine (RESULT)",
        "Mine (--against)",
    ]


def test_figures_side_by_side_each_with_its_basis():
    # Down to 80 while it was held, and stopped at 95: the candle's 80 and 2 % beyond are 78.4.
    market = candles((100, 100, 100, 100), (100, 100, 80, 85))
    stopped = examined(
        trade(100, 95, 0, 1, exit_reason="stop_loss", funding_fees=-2.0, profit_abs=-7.0),
        market=market,
    )
    won = examined(trade(100, 110, 0, 1))
    found = gather(stopped, None, won)
    assert cells(found, "Trades") == ("1", "1")
    assert cells(found, "Result", "closed trades") == ("-0.7 %", "1.0 %")
    assert cells(found, "Result", "fill stress, 2 %") == ("-2.4 %", "1.0 %")
    assert cells(found, "Worst trade", "fill stress, 2 %") == ("-2.4 %", "0.0 %")
    assert cells(found, "Final balance", "closed trades") == ("993 USDT", "1,010 USDT")
    # Without candles there is no mark.
    assert cells(found, "Maximum drawdown", "candle close") == ("-0.7 %", "unknown")
    assert cells(found, "Funding", "closed trades") == ("-2.00 USDT", "0 USDT")
    losses = {"Maximum drawdown", "Worst day", "Worst trade", "Liquidations"}
    assert all(row.basis for row in summary_rows(found.sides) if row.label in losses)


def test_without_a_journal_it_says_so():
    found = examined(trade(100, 110, 1, 2))
    assert "no journal beside result.zip" in journal_words(gather(found, None))
    assert "no decision of Mine" in journal_words(gather(found, ()))
    assert journal_words(gather(found, (told("alert", "kelly", 1),))) == ""


class TestLocksThatTheJournalDoesNotHave:
    COOLDOWN = "Cooldown period for 5 candles."

    def effects(self, decisions, *locks):
        made = gather(examined(trade(100, 110, 1, 2), locks=list(locks)), decisions)
        return [(each.question, each.rule, each.times) for each in made.effects]

    def test_without_a_journal_all_are_shown_as_what_they_are(self):
        found = self.effects(
            None,
            lock(1, 2, self.COOLDOWN, pair=BTC),
            lock(3, 4, "2 stoplosses in 60 min, locking for 2 candles."),
            lock(5, 6, self.COOLDOWN, pair=BTC),
            lock(7, 8, "by hand"),
        )
        assert set(found) == {
            ("lock", "CooldownPeriod", 2),
            ("lock", "StoplossGuard", 1),
            ("lock", "other lock", 1),
        }

    def test_those_of_the_journal_count_once(self):
        known = replace(told("lock", "daily_loss", 1, until=at(2)), why="3 % today")
        assert self.effects((known,), lock(1, 2, "3 % today"), lock(3, 4, self.COOLDOWN)) == [
            ("lock", "CooldownPeriod", 1),
            ("lock", "daily_loss", 1),
        ]

    def test_the_same_reason_counts_as_often_as_it_came(self):
        given = told("lock", "CooldownPeriod", 1, until=at(2))
        known = replace(given, pair=BTC, why=self.COOLDOWN)
        locks = [lock(hour, hour + 1, self.COOLDOWN, pair=BTC) for hour in (1, 5)]
        assert self.effects((known,), *locks) == [("lock", "CooldownPeriod", 2)]


class TestDoubts:
    def test_open_trades_are_censored(self):
        still = trade(100, 90, 1, 2, exit_reason="force_exit")
        (found,) = caveats(examined(still, trade(100, 110, 3, 4), market=ResultCandles("1h")))
        assert found == (
            "1 of 2 trades was still open when the candles ended (censored): how far the market "
            "would have gone against them is unknown, so the survival figures for these trades are "
            "optimistic."
        )

    def test_missing_candles_name_the_pairs(self):
        (found,) = caveats(examined(trade(100, 110, 1, 2)))
        assert found.startswith(f"Candles (1h) are missing in any data folder for {BTC}: ")
        assert "1 trade is judged" in found
        assert "--datadir" in found

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"min_rate": None}, "The worst price of 1 trade is unknown"),
            ({"exit_reason": "stop_loss"}, "Fill stress is unknown: stops were not moved"),
        ],
    )
    def test_unknown_prices(self, changes, words):
        market = ResultCandles("1h")
        found = caveats(examined(trade(100, 99, 1, 2, **changes), market=market))
        assert any(doubt.startswith(words) for doubt in found)

    def test_assumed_tiers(self):
        tiers = ResultTiers({}, "none", TierTable.flat(0.025), (BTC,))
        (found,) = caveats(examined(trade(100, 99, 1, 2), market=ResultCandles("1h"), tiers=tiers))
        assert f"unknown for {BTC}: a flat rate of 2.5%" in found

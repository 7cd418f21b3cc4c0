from math import nan

import pytest

from freqtrade_riskguard.analysis.attribution import METHODS, effects_of
from freqtrade_riskguard.analysis.attribution.scene import Comparison
from freqtrade_riskguard.backtest_result.candles import ResultCandles
from freqtrade_riskguard.engine.journal import Decision
from tests.support.results import BTC, ETH, at, candles, order, result, trade

NOTHING = ResultCandles("1h")


def told(question, rule, hours, **changes):
    values = {"side": 1, "asked": nan, "answered": nan, "enforced": True, **changes}
    until = values.pop("until", None)
    return Decision(
        time=at(hours),
        pair=values.pop("pair", BTC),
        question=question,
        rule=rule,
        why="because",
        until=None if until is None else at(until),
        **values,
    )


def only(decisions, made, market=NOTHING, other=None):
    (effect,) = effects_of(decisions, Comparison(made, market, other))
    return effect


class TestSizes:
    def test_a_leverage_cap_is_scaled_by_asked_to_given(self):
        # At 2x it lost 20; at the 10x asked for it would have lost 100, but the margin is 50.
        lost = trade(100, 80, 0, 1, leverage=2.0)
        # And won 10 instead of 50.
        won = trade(100, 110, 2, 3, leverage=2.0)
        decisions = [told("leverage", "kelly", n, asked=10.0, answered=2.0) for n in (0, 2, 4)]
        effect = only(decisions, result(lost, won))
        assert (effect.times, effect.trades, effect.unknown) == (3, {0, 1}, 0)
        assert effect.avoided_quote == pytest.approx(50 - 20)
        assert effect.forgone_quote == pytest.approx(50 - 10)
        assert effect.net_quote == pytest.approx(-10)

    def test_a_stake_cap_too_with_the_margin_that_was_asked(self):
        # 100 of the 200 asked for, at 1x: it lost 20, and would have lost 40.
        effect = only(
            [told("stake", "position_cap", 0, asked=200.0, answered=100.0)],
            result(trade(100, 80, 0, 1)),
        )
        assert (effect.avoided_quote, effect.forgone_quote) == pytest.approx((20, 0))

    def test_the_short_twin(self):
        effect = only(
            [told("leverage", "kelly", 0, asked=4.0, answered=2.0, side=-1)],
            result(trade(100, 110, 0, 1, leverage=2.0, is_short=True)),
        )
        assert effect.avoided_quote == pytest.approx(10)

    def test_what_only_observed_would_have_scaled_what_was(self):
        # 1x of the 10x that it had: nine tenths of the 50 lost, and of the 20 won.
        trades = trade(100, 50, 0, 1, leverage=10.0), trade(100, 120, 2, 3, leverage=10.0)
        decisions = [
            told("leverage", "kelly", n, asked=10.0, answered=1.0, enforced=False) for n in (0, 2)
        ]
        effect = only(decisions, result(*trades))
        assert (effect.avoided_quote, effect.forgone_quote) == pytest.approx((45, 18))

    def test_a_larger_answer_than_was_given_changes_nothing(self):
        decision = told("stake", "heat", 0, asked=500.0, answered=200.0, enforced=False)
        effect = only([decision], result(trade(100, 80, 0, 1)))
        assert (effect.trades, effect.avoided_quote) == (set(), 0)

    def test_other_pairs_sides_and_times_are_none_of_its_business(self):
        made = result(trade(100, 80, 0, 1))
        for changes in ({"pair": ETH}, {"side": -1}, {"hours": 0.5}):
            hours = changes.pop("hours", 0)
            decision = told("leverage", "kelly", hours, asked=2.0, answered=1.0, **changes)
            assert only([decision], made).trades == set()


class TestRefusals:
    @pytest.mark.parametrize(
        "how", [{"question": "stake", "asked": 100.0, "answered": 0.0}, {"question": "entry"}]
    )
    def test_what_was_refused_is_what_it_made_elsewhere(self, how):
        how = dict(how)
        decision = told(how.pop("question"), "heat", 1, **how)
        here = result(trade(100, 110, 5, 6))
        alone = only([decision], here)
        assert (alone.trades, alone.missed, alone.needs_comparison) == (set(), set(), True)
        # The other one started with twice as much, and lost 30 % of its notional; here an entry is
        # a tenth of the account of 1000.
        other = result(trade(100, 70, 1, 2, amount=5.0), starting_balance=2_000.0)
        effect = only([decision, decision], here, other=other)
        assert (effect.times, effect.refused, effect.missed) == (2, 2, {0})
        assert (effect.avoided_quote, effect.forgone_quote) == pytest.approx((30, 0))

    def test_in_the_size_of_this_result_not_in_that_of_the_other(self):
        # Here 150 of 1000 at 1x; there 9000 of 1000 at 10x, which fell by 5 %, and lost 450. Here
        # the account has 1001.5 by then: 15 % of it would have lost 5 %.
        here = result(trade(100, 101, 1, 2, amount=1.5))
        falls = trade(100, 95, 5, 6, amount=90.0, leverage=10.0)
        there = result(trade(100, 101, 1, 2, amount=90.0, leverage=10.0), falls)
        pause = told("lock", "circuit_breaker", 4, until=8, pair="*", side=0)
        for decision in (pause, told("entry", "funding_gate", 5)):
            effect = only([decision], here, other=there)
            assert effect.avoided_quote == pytest.approx(0.15 * 1001.5 * 0.05)
        # Turned around: the bare one's size, on what the small one made.
        effect = only([told("entry", "heat", 1)], result(falls), other=here)
        assert effect.forgone_quote == pytest.approx(9_000 * 0.01)

    def test_without_any_trade_of_its_own_nothing_is_known_of_its_size(self):
        effect = only([told("entry", "heat", 1)], result(), other=result(trade(100, 70, 1, 2)))
        assert (effect.missed, effect.unknown, effect.estimated) == ({0}, 1, 0)

    def test_what_would_have_been_refused_is_what_it_made(self):
        decision = told("entry", "heat", 1, enforced=False)
        effect = only([decision], result(trade(100, 130, 1, 2)))
        assert (effect.trades, effect.forgone_quote) == ({0}, pytest.approx(30))
        assert effect.needs_comparison is False


class TestStops:
    def test_a_stop_that_ended_a_trade_is_compared_in_size(self):
        # Here 1 at 2x (margin 50): stopped at 90, -10. There the same entry, 3 at 1x, made 20 %
        # of its notional: on the notional of 100 here 20.
        stopped = trade(
            100, 90, 0, 1, exit_reason="stop_loss", leverage=2.0, stop_loss_abs=90.0, amount=1.0
        )
        decision = told("stop", "atr_stop", 0, asked=50.0, answered=90.01)
        there = result(trade(100, 120, 0, 5, amount=3.0))
        effect = only([decision], result(stopped), other=there)
        assert (effect.trades, effect.forgone_quote) == ({0}, pytest.approx(30))
        alone = only([decision], result(stopped))
        assert (alone.trades, alone.unknown, alone.estimated) == ({0}, 1, 0)

    @pytest.mark.parametrize(
        "changes", [{"exit_reason": "roi"}, {"stop_loss_abs": 95.0, "exit_reason": "stop_loss"}]
    )
    def test_a_stop_that_did_not_end_it_is_worth_nothing(self, changes):
        made = result(trade(100, 90, 0, 1, **{"stop_loss_abs": 90.0, **changes}))
        decision = told("stop", "atr_stop", 0, asked=50.0, answered=90.0)
        assert only([decision], made).trades == set()

    def test_one_that_would_have_been_reached(self):
        # Down to 85 in the second hour, and at 70 in the end: a stop at 90 saves 20.
        market = candles((100, 101, 99, 100), (100, 100, 85, 88), (70, 72, 69, 70))
        decision = told("stop", "atr_stop", 0, asked=50.0, answered=90.0, enforced=False)
        made = result(trade(100, 70, 0, 2))
        effect = only([decision], made, market)
        assert (effect.trades, effect.avoided_quote) == ({0}, pytest.approx(20))
        # And one at 80 would not have been.
        far = told("stop", "atr_stop", 0, asked=50.0, answered=65.0, enforced=False)
        assert only([far], made, market).trades == set()
        # Without candles nobody knows.
        assert only([decision], made).trades == set()


class TestCutsAndExits:
    def test_a_cut_is_what_it_would_have_made_of_it_until_the_end(self):
        # Two at 100; one cut off at 95, the other left at 80.
        orders = [
            order(100, 2.0, 0, is_entry=True),
            order(95, 1.0, 1, is_entry=False, tag="riskguard_drawdown_ladder_cut"),
            order(80, 1.0, 2, is_entry=False),
        ]
        made = result(trade(100, 80, 0, 2, amount=2.0, profit_abs=-25.0, orders=orders))
        decisions = [told("cut", "drawdown_ladder", 1, asked=200.0, answered=100.0)] * 2
        effect = only(decisions, made)
        assert (effect.trades, effect.avoided_quote) == ({0}, pytest.approx(15))

    def test_a_cut_of_another_rule_is_not_its_own(self):
        made = result(trade(100, 80, 0, 2))
        assert only([told("cut", "equity_stop", 1, asked=2.0, answered=1.0)], made).trades == set()

    def test_an_exit_is_compared_with_the_same_entry_elsewhere(self):
        made = result(trade(100, 95, 0, 1, exit_reason="riskguard_daily_loss"))
        decision = told("exit", "daily_loss", 1, asked=100.0, answered=0.0)
        effect = only([decision], made, other=result(trade(100, 60, 0, 9)))
        assert effect.avoided_quote == pytest.approx(35)
        assert only([decision], made).needs_comparison is True

    def test_an_observed_one_is_left_at_the_price_of_that_time(self):
        market = candles((100, 101, 99, 100), (92, 93, 90, 91), (70, 72, 69, 70))
        made = result(trade(100, 70, 0, 2))
        whole = told("exit", "margin_ladder", 1, asked=100.0, answered=0.0, enforced=False)
        assert only([whole], made, market).avoided_quote == pytest.approx(22)
        half = told("cut", "margin_ladder", 1, asked=100.0, answered=50.0, enforced=False)
        assert only([half], made, market).avoided_quote == pytest.approx(11)
        unpriced = only([half], made)
        assert (unpriced.unknown, unpriced.needs_comparison) == (1, False)


class TestLocks:
    def test_entries_that_fell_into_a_pause_are_what_they_made_elsewhere(self):
        other = result(
            trade(100, 80, 1, 2),
            trade(100, 130, 3, 4),
            trade(100, 90, 5, 6),
            trade(100, 40, 2, 3, pair=ETH),
        )
        here = result(trade(100, 90, 5, 6))
        # Two pauses that overlap; the last entry was taken here, too.
        decisions = [
            told("lock", "daily_loss", 0, until=4, pair="*", side=0),
            told("lock", "daily_loss", 3, until=6, pair=BTC, side=1),
        ]
        effect = only(decisions, here, other=other)
        assert len(effect.missed) == 3
        assert (effect.avoided_quote, effect.forgone_quote) == pytest.approx((20 + 60, 30))

    def test_an_observed_one_is_what_its_own_entries_made(self):
        here = result(trade(100, 80, 1, 2), trade(100, 130, 4, 5))
        effect = only([told("lock", "equity_stop", 0, until=4, pair="*", enforced=False)], here)
        # side 1 of the pause: the first is long and within; the second opens as it ends.
        assert (effect.trades, effect.avoided_quote) == ({0}, pytest.approx(20))

    def test_another_side_is_not_paused(self):
        here = result(trade(100, 80, 1, 2))
        decision = told("lock", "equity_stop", 0, until=4, side=-1, enforced=False)
        assert only([decision], here).trades == set()


def test_rules_come_in_the_order_of_decisions_and_observing_apart():
    decisions = [
        told("lock", "daily_loss", 0, until=4),
        told("leverage", "kelly", 0, asked=2.0, answered=1.0, enforced=False),
        told("leverage", "hard_cap", 0, asked=2.0, answered=1.0),
        told("leverage", "hard_cap", 1, asked=2.0, answered=1.0),
    ]
    found = effects_of(decisions, Comparison(result(trade(100, 80, 1, 2)), NOTHING))
    assert [(each.rule, each.enforced) for each in found] == [
        ("hard_cap", True),
        ("kelly", False),
        ("daily_loss", True),
    ]


def test_every_question_says_how_it_is_estimated():
    stages = {"leverage", "stake", "entry", "cancel", "stop", "cut", "exit", "lock", "alert"}
    assert set(METHODS) == stages

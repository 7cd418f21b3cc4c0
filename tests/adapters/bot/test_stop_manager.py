"""The guard's stops on freqtrade's own trades: in force, never looser, never passed unseen."""

from dataclasses import dataclass
from math import nan
from typing import ClassVar

import pytest
from freqtrade.enums import RunMode
from freqtrade.persistence import LocalTrade, Trade
from freqtrade.strategy import stoploss_from_absolute
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.adapters.market.snapshots import SnapshotBuilder
from tests.adapters.bots import (
    MINUTE,
    Reckless,
    adjust_stop,
    broken,
    guarded,
    hourly_candles,
    journal,
    loop,
    only,
    open_database,
)
from tests.adapters.trades import booked_trade, fill, found_again, open_trade
from tests.factories import NOON, PAIR


@dataclass(frozen=True)
class At:
    """A strategy's own rule: a stop at this distance from the open rate, or nowhere."""

    name: ClassVar[str] = "at"

    distance: float = 3.0
    is_fixed: bool = True

    def stop_price(self, position):
        return position.open_rate - position.side * self.distance


def bot_with(data, *rules, cls=Reckless, **settings):
    """Return a strategy whose stops come from these rules only."""
    return guarded(
        data, type("WithRules", (cls,), {"riskguard_rules": list(rules)}), **only(**settings)
    )


def nearer(trade, stop, before):
    """Whether a stop is as near to the market as before, to the tick."""
    return (stop - before) * (-1 if trade.is_short else 1) >= -1e-9


@dataclass(frozen=True)
class Further(At):
    name: ClassVar[str] = "further"

    distance: float = 8.0


BOTH = pytest.mark.parametrize(("short", "side"), [(False, 1), (True, -1)])


@pytest.mark.usefixtures("_backtest")
class TestInABacktest:
    @BOTH
    def test_the_stop_is_where_the_rules_want_it(self, data, short, side):
        strategy, trade = bot_with(data, At(3.0), Further()), open_trade(short=short)

        assert adjust_stop(strategy, trade) == pytest.approx(100.0 - 3.0 * side)

    def test_it_is_the_atrs_of_the_entry(self, data):
        strategy = guarded(data, **only("atr_stop"))
        trade = open_trade()
        atr = strategy._riskguard._view.market(strategy, PAIR, trade.open_date_utc).atr

        # The price is kept to the tick of a cent, on the safe side.
        assert adjust_stop(strategy, trade) == pytest.approx(100.0 - 2.0 * atr, abs=0.011)

    @BOTH
    def test_a_rule_that_loosens_is_not_followed(self, data, short, side):
        rule = At(3.0, is_fixed=False)
        strategy, trade = bot_with(data, rule), open_trade(short=short)
        adjust_stop(strategy, trade)

        object.__setattr__(rule, "distance", 5.0)

        assert adjust_stop(strategy, trade, minutes=5) == pytest.approx(100.0 - 3.0 * side)

    @BOTH
    def test_a_rule_that_tightens_is(self, data, short, side):
        rule = At(3.0, is_fixed=False)
        strategy, trade = bot_with(data, rule), open_trade(short=short)
        adjust_stop(strategy, trade)

        object.__setattr__(rule, "distance", 1.5)

        # To the tick of a cent.
        assert adjust_stop(strategy, trade, minutes=5) == pytest.approx(100 - 1.5 * side, abs=0.011)

    @BOTH
    def test_a_rule_that_no_longer_knows_keeps_its_stop(self, data, short, side):
        rule = At(3.0, is_fixed=False)
        strategy, trade = bot_with(data, rule), open_trade(short=short)
        adjust_stop(strategy, trade)

        object.__setattr__(rule, "distance", nan)

        assert adjust_stop(strategy, trade, minutes=5) == pytest.approx(100.0 - 3.0 * side)

    @BOTH
    def test_an_addition_moves_the_average_and_never_the_stop_away(self, data, short, side):
        strategy, trade = bot_with(data, At(3.0)), open_trade(short=short)
        adjust_stop(strategy, trade)
        fill(trade, trade.entry_side, 100.0, 100.0 - 2.0 * side, NOON)  # the average is 1 worse

        assert adjust_stop(strategy, trade, minutes=5) == pytest.approx(100.0 - 3.0 * side)

        # Now it is 2 better than 100. The guard wants its 3 from there; freqtrade itself takes
        # along the 3 %, which are less than 3 of a short's 98 and more of a long's 102.
        fill(trade, trade.entry_side, 200.0, 100.0 + 5.0 * side, NOON)
        expected = 98.0 * 1.03 if short else 102.0 - 3.0
        assert adjust_stop(strategy, trade, rate=100 + 5 * side, minutes=10) == pytest.approx(
            expected
        )

    @BOTH
    def test_a_partial_exit_does_not_move_it(self, data, short, side):
        strategy, trade = bot_with(data, At(3.0)), open_trade(short=short)
        adjust_stop(strategy, trade)

        fill(trade, trade.exit_side, 40.0, 100.0 - side, NOON)
        adjust_stop(strategy, trade, minutes=5, after_fill=True)

        assert trade.stop_loss == pytest.approx(100.0 - 3.0 * side)

    @BOTH
    def test_a_strategy_may_be_nearer_and_may_not_loosen_again(self, data, short, side):
        class Loosening(Reckless):
            use_custom_stoploss = True
            stop = 100.0 - 2.0 * side

            def custom_stoploss(self, pair, trade, current_rate, after_fill, **kwargs):
                return stoploss_from_absolute(
                    self.stop, current_rate, is_short=trade.is_short, leverage=trade.leverage
                )

        strategy, trade = bot_with(data, At(3.0), cls=Loosening), open_trade(short=short)
        strategy._ft_stop_uses_after_fill = True
        assert adjust_stop(strategy, trade) == pytest.approx(100.0 - 2.0 * side)

        # After a fill freqtrade lets a strategy loosen its stop; with the guard it does not.
        strategy.stop = 100.0 - 8.0 * side
        adjust_stop(strategy, trade, minutes=5, after_fill=True)
        assert trade.stop_loss == pytest.approx(100.0 - 2.0 * side)

    def test_a_strategys_stop_that_fails_or_is_not_a_number_leaves_the_guards(self, data):
        class Failing(Reckless):
            use_custom_stoploss = True
            answers: ClassVar[list[float | None]] = [nan, None, 0.0]

            def custom_stoploss(self, **kwargs):
                return self.answers.pop() if self.answers else broken()

        strategy, trade = bot_with(data, At(3.0), cls=Failing), open_trade()

        for minutes in range(5):
            assert adjust_stop(strategy, trade, minutes=minutes) == pytest.approx(97.0)

    @BOTH
    def test_what_only_observes_moves_nothing(self, data, short, side):
        strategy = bot_with(data, At(3.0), own_rules={"at": "observe"})
        trade = open_trade(short=short)
        before = trade.stop_loss

        for minutes in range(3):
            assert adjust_stop(strategy, trade, minutes=minutes) == before

        (decision,) = journal(strategy, "stop")
        assert not decision.enforced
        assert decision.answered == 100.0 - 3.0 * side

    def test_a_trade_that_waits_for_its_entry_has_no_stop_yet(self, data):
        strategy, trade = bot_with(data, At(3.0)), open_trade()
        trade.amount = 0.0
        before = trade.stop_loss

        assert adjust_stop(strategy, trade) == before

    def test_one_answer_holds_until_something_is_filled_or_paid(self, data, monkeypatch):
        asked = []
        original = At.stop_price

        def counted(rule, held):
            asked.append(held)
            return original(rule, held)

        monkeypatch.setattr(At, "stop_price", counted)
        strategy, trade = bot_with(data, At(3.0)), open_trade()

        for minutes in range(5):
            adjust_stop(strategy, trade, minutes=minutes)
        assert len(asked) == 1
        trade.funding_fees = -1.0
        adjust_stop(strategy, trade, minutes=5)
        assert len(asked) == 2
        trade.liquidation_price = 90.5
        adjust_stop(strategy, trade, minutes=6)
        assert len(asked) == 3
        fill(trade, trade.exit_side, 10.0, 100.0, NOON)
        adjust_stop(strategy, trade, minutes=7)
        assert len(asked) == 4

    @BOTH
    @pytest.mark.parametrize(("beyond", "reached"), [(-0.01, False), (0.0, True), (4.0, True)])
    def test_a_stop_is_reached_where_the_worst_price_touches_it(
        self, data, short, side, beyond, reached
    ):
        strategy, trade = bot_with(data, At(3.0)), open_trade(short=short)
        stops = strategy._riskguard.stops
        assert not stops.update_reached(trade, 50.0)  # nothing has been decided yet
        adjust_stop(strategy, trade)

        assert stops.update_reached(trade, 100.0 - (3.0 + beyond) * side) is reached
        assert stops.is_reached(trade) is reached
        stops.update_reached(trade, 100.0)
        assert not stops.is_reached(trade)

    def test_a_trade_that_is_over_is_forgotten(self, data):
        strategy, trade = bot_with(data, At(3.0)), open_trade()
        LocalTrade.add_bt_trade(trade)
        adjust_stop(strategy, trade)
        strategy._riskguard.stops.update_reached(trade, 90.0)

        LocalTrade.remove_bt_trade(trade)
        loop(strategy)

        assert not strategy._riskguard.stops.is_reached(trade)


@pytest.mark.usefixtures("_backtest")
class TestEntriesWhileAStopIsMissing:
    """A stop that cannot be set blocks entries, for an hour at least."""

    def allowed(self, strategy, minutes):
        try:
            strategy._riskguard.stops.require_protected(NOON + minutes * MINUTE)
        except RuntimeError:
            return False
        return True

    def test_while_it_fails_and_for_an_hour(self, data, monkeypatch, caplog):
        strategy, trade = bot_with(data, At(3.0)), open_trade()
        LocalTrade.add_bt_trade(trade)
        assert self.allowed(strategy, 0)
        with monkeypatch.context() as patched:
            patched.setattr(SnapshotBuilder, "position", broken)
            adjust_stop(strategy, trade)
        assert not self.allowed(strategy, 0)

        adjust_stop(strategy, trade, minutes=5)
        assert trade.stop_loss == pytest.approx(97.0)
        assert not self.allowed(strategy, 55)
        assert self.allowed(strategy, 60)
        assert caplog.text.count("setting the stop; it stays where it is") == 1

    def test_as_long_as_the_trade_is_open_without_a_stop(self, data, monkeypatch):
        strategy, trade = bot_with(data, At(3.0)), open_trade()
        LocalTrade.add_bt_trade(trade)
        loop(strategy)
        with monkeypatch.context() as patched:
            patched.setattr(SnapshotBuilder, "position", broken)
            adjust_stop(strategy, trade)

        loop(strategy, 120)
        assert not self.allowed(strategy, 120)
        LocalTrade.remove_bt_trade(trade)
        loop(strategy, 125)
        assert self.allowed(strategy, 125)

    def test_a_stop_that_cannot_be_kept_is_a_stop_that_cannot_be_set(self, data, monkeypatch):
        strategy, trade = bot_with(data, At(3.0)), open_trade()
        monkeypatch.setattr(strategy._riskguard.memory, "set_for_trade", broken)

        adjust_stop(strategy, trade)

        assert not self.allowed(strategy, 0)


# What may happen to a position between two looks.
EVENTS = st.one_of(
    st.tuples(st.just("look"), st.floats(92.0, 110.0)),
    st.tuples(st.just("sell"), st.floats(0.05, 0.5)),
    st.tuples(st.just("add"), st.floats(92.0, 110.0)),
    st.tuples(st.just("fund"), st.floats(-60.0, 20.0)),
    st.tuples(st.just("liquidation"), st.floats(0.0, 8.0)),
)


def happen(event, trade, side):
    """Let something happen to a trade; return the price at which it is looked at."""
    what, figure = event
    if what == "look":
        return figure
    if what == "sell":
        fill(trade, trade.exit_side, round(trade.amount * figure, 3), 100.0, NOON)
    elif what == "add":
        fill(trade, trade.entry_side, 20.0, figure, NOON)
        return figure
    elif what == "fund":
        trade.funding_fees = (trade.funding_fees or 0.0) + figure
    else:
        trade.liquidation_price = trade.open_rate - side * (10.0 - figure)
    return 100.0


@dataclass(frozen=True)
class Follows:
    """Sets no stop, but makes every rule be asked again at each look."""

    name: ClassVar[str] = "follows"

    def stop_price(self, position):
        return nan


@pytest.mark.usefixtures("_backtest")
@settings(
    max_examples=60,
    # Each example has bots and trades of its own; they share the candles only.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(side=st.sampled_from([1, -1]), events=st.lists(EVENTS, min_size=1, max_size=8))
def test_what_is_remembered_is_what_would_be_answered_anew(data, side, events):
    rules = {"atr_stop": {}, "percent_stop": {"max_loss": 0.04}, "liquidation_buffer": {}}
    trades = [open_trade(short=side < 0, fee=0.0005) for _ in range(2)]
    bots = [
        guarded(data, type("Bot", (Reckless,), {"riskguard_rules": own}), **only(*rules, **rules))
        for own in ([], [Follows()])
    ]
    for number, event in enumerate(events):
        before = trades[0].stop_loss
        seen = []
        for strategy, trade in zip(bots, trades, strict=True):
            rate = happen(event, trade, side)
            seen.append(adjust_stop(strategy, trade, rate=rate, minutes=number))
        assert seen[0] == pytest.approx(seen[1])
        assert nearer(trades[0], seen[0], before)


class TestOnARunningBot:
    @pytest.mark.parametrize(("short", "side"), [(False, 1), (True, -1)])
    def test_a_restart_does_not_loosen_it(self, data, database, short, side):
        trade = booked_trade(short=short)
        strategy = bot_with(data, At(3.0), runmode=RunMode.DRY_RUN)
        adjust_stop(strategy, trade)
        # freqtrade sets a stop anew when a bot is started with another class stoploss.
        trade.stop_loss, trade.initial_stop_loss = 100.0 - 9.0 * side, None
        Trade.commit()
        open_database(database)

        again = bot_with(data, At(5.0), runmode=RunMode.DRY_RUN)
        found = found_again()

        assert adjust_stop(again, found) == pytest.approx(100.0 - 3.0 * side)

    def test_the_stop_of_the_entrys_atr_outlives_its_candles(self, data, database):
        strategy = guarded(data, runmode=RunMode.DRY_RUN, **only("atr_stop"))
        stop = adjust_stop(strategy, booked_trade())
        open_database(database)
        found = found_again()
        found.stop_loss, found.initial_stop_loss = 50.0, None

        again = guarded(data, runmode=RunMode.DRY_RUN, **only("atr_stop"))
        again.dp.frames.clear()

        assert adjust_stop(again, found) == pytest.approx(stop)
        assert 96.0 < stop < 100.0

    def test_an_atr_that_becomes_known_later_makes_a_stop(self, data, database):
        strategy = guarded(data, runmode=RunMode.DRY_RUN, **only("atr_stop"))
        strategy.dp.frames.clear()  # the exchange did not answer at the start
        trade = booked_trade()
        before = trade.stop_loss
        assert adjust_stop(strategy, trade) == before

        strategy.dp.frames[PAIR, "1h"] = hourly_candles()

        loop(strategy, 1)
        assert adjust_stop(strategy, trade, minutes=1) > 96.0

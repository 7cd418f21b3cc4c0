"""Leverage and stops for a plain strategy: the mixin's answers, and safe ones where that fails."""

from unittest.mock import Mock

import pytest
from freqtrade.enums import RunMode
from freqtrade.exceptions import ConfigurationError, StrategyError
from freqtrade.persistence import LocalTrade
from freqtrade.strategy import IStrategy, stoploss_from_absolute
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskguard import callbacks
from freqtrade_riskguard.adapters.bot.entry_tracker import EntryTracker
from freqtrade_riskguard.adapters.bot.stop_manager import StopManager
from freqtrade_riskguard.adapters.callbacks.parts import parts_of
from tests.adapters.bots import (
    MINUTE,
    Reckless,
    adjust_stop,
    broken,
    guarded,
    leverage,
    loop,
    only,
)
from tests.adapters.trades import booked_trade, open_trade
from tests.factories import NOON, PAIR

BOTH = pytest.mark.parametrize("short", [False, True])
# Kelly lends nothing to an account that has proven nothing: here it does.
PROVEN = {"kelly": {"mode": "off"}}
# A stop 4 % from the entry, whatever the market does.
FOUR_PERCENT = only("percent_stop", percent_stop={"max_loss": 0.04})


class Plain(IStrategy):
    """Takes the parts, and nothing else."""

    timeframe = "5m"
    stoploss = -0.99
    minimal_roi: dict[int, float] = {}  # noqa: RUF012 - freqtrade's way
    order_types = Reckless.order_types
    use_custom_stoploss = True
    leverage = callbacks.leverage
    custom_stoploss = callbacks.custom_stoploss
    bot_start = callbacks.bot_start
    informative_pairs = callbacks.informative_pairs

    def populate_indicators(self, dataframe, metadata):
        return dataframe


class Wishful(Plain):
    """Has a wish of its own for leverage, and hands it over."""

    wish = 2.0

    def leverage(self, **kwargs):
        return callbacks.leverage(self, **{**kwargs, "proposed_leverage": self.wish})


class Late(Plain):
    """Does not start the parts itself."""

    bot_start = IStrategy.bot_start


def price_of(strategy, trade, *, rate=100.0, after_fill=False, minutes=0):
    """Return the stop price that freqtrade makes of the answer; None where it changes nothing."""
    ratio = strategy_safe_wrapper(strategy.custom_stoploss, supress_error=True)(
        pair=trade.pair,
        trade=trade,
        current_time=NOON + minutes * MINUTE,
        current_rate=rate,
        current_profit=0.0,
        after_fill=after_fill,
    )
    side = -1 if trade.is_short else 1
    return None if not ratio else rate * (1 - side * abs(ratio) / trade.leverage)


@pytest.mark.usefixtures("_backtest")
class TestLeverage:
    @pytest.mark.parametrize("side", ["long", "short"])
    def test_it_is_that_of_a_guarded_strategy_that_asks_for_everything(self, data, side):
        plain, twin = guarded(data, Plain, **PROVEN), guarded(data, **PROVEN)
        loop(twin)

        # Calm candles: 2.4 % a day, so that the regime's 3x binds and not what was asked for.
        assert leverage(plain, side) == leverage(twin, side) == 3.0

    def test_a_wish_is_granted_up_to_the_rules(self, data):
        strategy = guarded(data, Wishful, **PROVEN)
        assert leverage(strategy) == 2.0
        strategy.wish = 10.0
        assert leverage(strategy, time=NOON + MINUTE) == 3.0

    @pytest.mark.parametrize(("cls", "bare"), [(Plain, 1.0), (Wishful, 2.0)])
    def test_rules_that_observe_leave_the_entry_as_it_is(self, data, cls, bare):
        strategy = guarded(data, cls, mode="observe", **PROVEN)
        strategy.wish = 2.0
        assert leverage(strategy, proposed_leverage=1.0) == bare

    def test_an_error_gives_1x_and_is_told_once(self, data, monkeypatch, caplog):
        strategy = guarded(data, Wishful, **PROVEN)
        monkeypatch.setattr(EntryTracker, "leverage", broken)
        assert [leverage(strategy), leverage(strategy, time=NOON + MINUTE)] == [1.0, 1.0]
        assert caplog.text.count("deciding the leverage; 1x is used") == 1

    def test_an_account_that_cannot_be_valued_has_1x(self, data, monkeypatch, caplog):
        strategy = guarded(data, Plain, **PROVEN)
        strategy.wallets = None
        assert leverage(strategy) == 1.0
        assert "valuing the account" in caplog.text


@pytest.mark.usefixtures("_backtest")
class TestStop:
    @BOTH
    def test_it_is_that_of_a_guarded_strategy(self, data, short):
        plain, twin = guarded(data, Plain), guarded(data)
        trade = open_trade(short=short)
        loop(twin)
        answered = price_of(plain, trade)

        # The twin's is rounded to a tick, to the market's side.
        side = -1 if short else 1
        assert 0 <= side * (adjust_stop(twin, trade) - answered) < trade.price_precision

    @BOTH
    @pytest.mark.parametrize("rate", [100.0, 103.0, 98.0])
    def test_it_is_the_same_price_from_whatever_rate(self, data, short, rate):
        strategy = guarded(data, Plain, **FOUR_PERCENT)
        # 4 % from an entry at 100.
        wanted = 104.0 if short else 96.0
        assert price_of(strategy, open_trade(short=short), rate=rate) == pytest.approx(wanted)

    @BOTH
    def test_on_a_tick_it_stays_there_however_often_it_is_set(self, data, short):
        strategy, trade = guarded(data, Plain, **FOUR_PERCENT), open_trade(short=short)
        stops = {adjust_stop(strategy, trade, 100.0, minutes=minutes) for minutes in range(50)}
        assert stops == {104.0 if short else 96.0}

    @BOTH
    def test_a_stop_that_the_market_has_passed_is_reached_at_once(self, data, short):
        strategy, trade = guarded(data, Plain, **FOUR_PERCENT), open_trade(short=short)
        rate = 110.0 if short else 90.0
        assert price_of(strategy, trade, rate=rate) == pytest.approx(rate)

    def test_after_a_fill_a_nearer_stop_in_force_stays(self, data):
        strategy, trade = guarded(data, Plain, **FOUR_PERCENT), open_trade()
        trade.adjust_stop_loss(100.0, 0.2)  # 2 % below 100, at 10x
        assert price_of(strategy, trade, after_fill=True) is None
        trade.stop_loss = 95.0
        assert price_of(strategy, trade, after_fill=True) == pytest.approx(96.0)

    def test_without_a_rule_for_stops_nothing_is_changed(self, data):
        assert price_of(guarded(data, Plain, **only("regime_cap")), open_trade()) is None

    def test_rules_that_observe_change_nothing(self, data):
        strategy = guarded(data, Plain, mode="observe", **FOUR_PERCENT)
        assert price_of(strategy, open_trade()) is None

    @BOTH
    def test_an_error_lets_half_of_the_margin_be_lost(self, data, monkeypatch, short, caplog):
        strategy, trade = guarded(data, Plain), open_trade(short=short)
        monkeypatch.setattr(StopManager, "decide", broken)
        # 10x: all of the margin is lost 10 % from the entry at 100.
        assert price_of(strategy, trade) == pytest.approx(105.0 if short else 95.0)
        assert "deciding the stop; it is at half of the margin" in caplog.text

    def test_a_wrong_configuration_stops_at_the_start(self, data):
        with pytest.raises(StrategyError, match=r"max_leverage must be <= 5 \(profile moderate\)"):
            guarded(data, Plain, max_leverage=20)

    def test_without_a_start_it_is_told_once_and_answered_safely(self, data, caplog):
        strategy = guarded(data, Late, max_leverage=20)
        trade = open_trade()
        assert leverage(strategy) == 1.0
        assert price_of(strategy, trade) == pytest.approx(95.0)
        assert leverage(strategy, time=NOON + MINUTE) == 1.0
        assert caplog.text.count("its callbacks cannot start") == 1
        assert "max_leverage must be <= 5" in caplog.text

    def test_beside_the_mixin_they_are_refused(self, data):
        class Twice(Reckless):
            def bot_start(self, **kwargs):
                callbacks.bot_start(self)

        with pytest.raises(StrategyError, match="has the RiskGuard mixin"):
            guarded(data, Twice)


class TestRuns:
    @pytest.mark.usefixtures("_backtest")
    def test_each_backtest_begins_anew(self, data):
        """One that begins later than the one before has ended, too."""
        strategy = guarded(data, Plain, **FOUR_PERCENT)
        trade = open_trade()
        assert price_of(strategy, trade) == pytest.approx(96.0)
        trade.stop_loss = 0.0

        LocalTrade.reset_trades()
        other = open_trade(rate=50.0)
        assert other.id == trade.id
        # 4 % below 50: of the trade before with that number nothing is kept.
        assert price_of(strategy, other, rate=50.0, minutes=5) == pytest.approx(48.0)

    def test_a_running_bot_values_its_account_once_per_loop(self, data, database, monkeypatch):
        strategy = guarded(data, Plain, runmode=RunMode.DRY_RUN, **FOUR_PERCENT)
        trade, session = booked_trade(), parts_of(strategy)._session
        spy = Mock(wraps=session.on_loop)
        monkeypatch.setattr(session, "on_loop", spy)
        for _ in range(3):
            price_of(strategy, trade)
        assert spy.call_count == 1
        price_of(strategy, trade, minutes=1)
        assert spy.call_count == 2

    def test_a_restart_finds_the_stop_again(self, data, database):
        first = guarded(data, Plain, runmode=RunMode.DRY_RUN, **FOUR_PERCENT)
        trade = booked_trade()
        assert price_of(first, trade) == pytest.approx(96.0)
        wider = only("percent_stop", percent_stop={"max_loss": 0.08})
        again = guarded(data, Plain, runmode=RunMode.DRY_RUN, **wider)
        assert price_of(again, trade) == pytest.approx(96.0)

    def test_a_running_bot_asks_for_hourly_candles_and_funding(self, data, database):
        strategy = guarded(data, Plain, runmode=RunMode.DRY_RUN)
        wanted = {
            (pair, timeframe, str(kind)) for pair, timeframe, kind in strategy.informative_pairs()
        }
        assert wanted == {(PAIR, "1h", "futures"), (PAIR, "1h", "funding_rate")}
        assert guarded(data, Plain).informative_pairs() == []


@pytest.mark.usefixtures("_backtest")
class TestOfTheMixin:
    """``custom_stoploss`` of a guarded strategy, as freqtrade documents it."""

    @BOTH
    @pytest.mark.parametrize("rate", [100.0, 102.0])
    def test_it_answers_with_the_stop_in_force(self, data, short, rate):
        strategy, trade = guarded(data, **FOUR_PERCENT), open_trade(short=short)
        loop(strategy)
        adjust_stop(strategy, trade)
        assert trade.stop_loss == (104.0 if short else 96.0)

        answer = strategy.custom_stoploss(PAIR, trade, NOON, rate, 0.0, after_fill=False)
        asked = stoploss_from_absolute(
            trade.stop_loss, rate, is_short=short, leverage=trade.leverage
        )
        assert answer == pytest.approx(asked)

    def test_before_a_stop_is_in_force_it_is_the_strategys(self, data):
        strategy, trade = guarded(data), open_trade()
        trade.stop_loss = None
        assert strategy.custom_stoploss(PAIR, trade, NOON, 100.0, 0.0, after_fill=True) == -0.99

    def test_freqtrade_is_answered_by_the_strategy_alone(self, data):
        class Own(Reckless):
            use_custom_stoploss = True
            asked = 0

            def custom_stoploss(self, *args, **kwargs):
                type(self).asked += 1
                return -0.2

        strategy, trade = guarded(data, Own, **FOUR_PERCENT), open_trade()
        loop(strategy)
        # The strategy's 20 % of the margin at 10x, 2 % from the rate: nearer than the guard's 4 %.
        assert adjust_stop(strategy, trade) == 98.0
        assert Own.asked == 1

    def test_a_strategy_without_one_is_not_asked_after_fills(self, data):
        """By this argument freqtrade sees whether it should ask."""

        class Own(Reckless):
            def custom_stoploss(self, pair, trade, current_time, after_fill, **kwargs):
                return None

        class Guarded(Reckless):
            pass

        def takes(cls):
            code = cls.custom_stoploss.__signature__.parameters
            return "after_fill" in code

        assert [takes(Own), takes(Guarded)] == [True, False]


def test_a_mistake_is_freqtrades_own_error(data):
    strategy = guarded(data, Late)
    strategy.config["riskguard"] = {"profile": "wild"}
    with pytest.raises(ConfigurationError, match="profile"):
        callbacks.bot_start(strategy)

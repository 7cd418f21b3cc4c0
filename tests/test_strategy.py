"""A guarded strategy from its start through its loops: switches, candles, protections."""
# ruff: noqa: F811 - fixtures are imported, and then asked for as arguments

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest
from freqtrade.enums import RunMode
from freqtrade.exceptions import ConfigurationError, FreqtradeException
from freqtrade.persistence import LocalTrade, PairLocks
from freqtrade.strategy import DecimalParameter
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper

from freqtrade_riskguard.adapters.bot.account_manager import AccountManager
from tests.adapters.bots import (
    KELLY_OFF,
    MINUTE,
    Reckless,
    adjust_position,
    broken,
    guarded,
    journal,
    leverage,
    loop,
    only,
    stake,
)
from tests.adapters.conftest import _backtest, data, database  # noqa: F401 - fixtures
from tests.adapters.trades import booked_trade, closed_trade, fill, open_trade
from tests.factories import NOON, PAIR


def asked_by_freqtrade(strategy):
    """Return the informative pairs as freqtrade asks for them; a strategy itself gets its own."""
    return strategy_safe_wrapper(strategy.informative_pairs)()


def enter(**kwargs):
    trade = open_trade(**kwargs)
    LocalTrade.add_bt_trade(trade)
    return trade


@pytest.mark.usefixtures("_backtest")
class TestTheStart:
    @pytest.mark.parametrize(
        ("pair", "reason"),
        [
            ("DOGE/USDT", "the exchange has no market DOGE/USDT"),
            ("BTC/USDT", "did you mean 'BTC/USDT:USDT'"),
        ],
    )
    def test_settings_of_a_pair_that_does_not_exist_stop_the_bot(self, data, pair, reason):
        wrong = {"pairs": {pair: {"max_leverage": 2}}}
        with pytest.raises(FreqtradeException, match=reason):
            guarded(data, **wrong)

    @pytest.mark.parametrize(
        "name", ["position_adjustment_enable", "order_types", "use_custom_stoploss"]
    )
    def test_a_switch_that_the_guard_sets_must_be_settable(self, data, name):
        cls = type("Fixed", (Reckless,), {name: property(lambda _: getattr(Reckless, name))})

        with pytest.raises(FreqtradeException, match=f"Fixed.{name} is a property"):
            guarded(data, cls)
        guarded(data, cls, enabled=False)

    def test_a_mistake_in_the_configuration_stops_it_before(self, data):
        with pytest.raises(ConfigurationError, match="max_leverage must be <= 5"):
            guarded(data, max_leverage=50)

    def test_a_rule_that_cannot_be_asked_stops_it(self, data):
        cls = type("Wrong", (Reckless,), {"riskguard_rules": ["a rule"]})

        with pytest.raises(FreqtradeException, match="must have a name"):
            guarded(data, cls)

    def test_it_says_what_is_in_force(self, data, caplog):
        with caplog.at_level(logging.INFO):
            guarded(data, **only("daily_loss"))

        assert "profile moderate: at most 5x" in caplog.text
        assert "In force: hard_cap, daily_loss." in caplog.text

    def test_it_says_so_with_the_values_that_hyperopt_found(self, data, caplog):
        class Found(Reckless):
            riskguard__daily_loss_limit = DecimalParameter(
                0.01, 0.04, default=0.04, decimals=2, space="protection"
            )
            protection_params: ClassVar[dict[str, float]] = {"riskguard__daily_loss_limit": 0.02}

        with caplog.at_level(logging.INFO):
            guarded(data, Found)

        told = [m for m in caplog.messages if m.startswith("RiskGuard: profile moderate")]
        assert "daily loss limit 2.0 %" in told[-1]

    @pytest.mark.parametrize("own", [True, False])
    def test_a_backtest_leaves_the_strategys_switches_alone(self, data, own):
        cls = type("Own", (Reckless,), {"use_custom_stoploss": own})
        strategy = guarded(data, cls)
        loop(strategy)

        assert strategy.use_custom_stoploss is own
        assert strategy.position_adjustment_enable is False


class TestTheStartOfARunningBot:
    @pytest.mark.parametrize(
        ("settings", "switched"),
        [({}, True), ({"mode": "observe"}, False), ({"enabled": False}, False)],
    )
    def test_stops_on_the_exchange_are_moved_only_with_a_switch(
        self, data, database, settings, switched
    ):
        strategy = guarded(data, runmode=RunMode.DRY_RUN, **settings)

        assert bool(strategy.use_custom_stoploss) is switched
        assert bool(strategy.config.get("use_custom_stoploss")) is switched

    @pytest.mark.parametrize(
        ("settings", "kind"),
        [({}, "market"), ({"mode": "observe"}, "limit"), ({"enabled": False}, "limit")],
    )
    def test_the_guards_exits_are_market_orders(self, data, database, settings, kind):
        order_types = {**Reckless.order_types, "emergency_exit": "limit"}
        cls = type("Own", (Reckless,), {"order_types": order_types})

        strategy = guarded(data, cls, runmode=RunMode.DRY_RUN, **settings)

        assert strategy.order_types == {**order_types, "emergency_exit": kind}

    def test_a_reload_does_not_take_our_switch_for_the_strategys(self, data, database):
        strategy = guarded(data, runmode=RunMode.DRY_RUN)
        strategy.ft_bot_start()

        assert strategy.use_custom_stoploss is True
        assert strategy._riskguard_own_custom_stoploss is False

    def test_candles_are_asked_for_of_every_pair_that_may_be_traded_or_is_held(
        self, data, database
    ):
        class Own(Reckless):
            def informative_pairs(self):
                return [("SOL/USDT:USDT", "15m", "futures"), (PAIR, "1h", "futures")]

        strategy = guarded(data, Own, runmode=RunMode.DRY_RUN)
        booked_trade(pair="ETH/USDT:USDT")

        assert asked_by_freqtrade(strategy) == [
            ("SOL/USDT:USDT", "15m", "futures"),
            (PAIR, "1h", "futures"),
            ("ETH/USDT:USDT", "1h", "futures"),
            (PAIR, "1h", "funding_rate"),
            ("ETH/USDT:USDT", "1h", "funding_rate"),
        ]

    def test_funding_is_asked_for_where_a_rule_looks_at_it(self, data, database):
        off = {"funding_gate": {"mode": "off"}, "funding_exit": {"mode": "off"}}
        strategy = guarded(data, runmode=RunMode.DRY_RUN, **off)
        assert asked_by_freqtrade(strategy) == [(PAIR, "1h", "futures")]

        pairs = {PAIR: {"funding_gate": {"mode": "observe"}}}
        strategy = guarded(data, runmode=RunMode.DRY_RUN, pairs=pairs, **off)
        assert (PAIR, "1h", "funding_rate") in asked_by_freqtrade(strategy)

    def test_where_the_pairs_are_not_known_the_strategys_own_must_do(
        self, data, database, monkeypatch
    ):
        strategy = guarded(data, runmode=RunMode.DRY_RUN)
        monkeypatch.setattr(strategy.dp, "current_whitelist", broken)

        assert asked_by_freqtrade(strategy) == []


@pytest.mark.usefixtures("_backtest")
class TestTheLoop:
    def test_a_backtest_asks_for_no_candles(self, data):
        assert asked_by_freqtrade(guarded(data)) == []

    def test_the_strategys_own_loop_runs_first_and_may_fail(self, data, caplog):
        class Failing(Reckless):
            bot_loop_start = broken

        strategy = guarded(data, Failing)
        loop(strategy)

        assert strategy._riskguard.account is not None
        assert "ZeroDivisionError" in caplog.text

    def test_disabled_only_the_strategys_own_runs(self, data):
        seen = []

        class Own(Reckless):
            def bot_loop_start(self, current_time, **kwargs):
                seen.append(current_time)

        strategy = guarded(data, Own, enabled=False)
        loop(strategy)

        assert seen == [NOON]
        assert strategy._riskguard.account is None

    def test_a_second_backtest_on_the_same_strategy_begins_anew(self, data):
        strategy = guarded(data, **KELLY_OFF)
        loop(strategy)
        enter(rate=110.0)
        loop(strategy, 5)
        first = strategy._riskguard.account
        assert len(journal(strategy)) > 0
        LocalTrade.reset_trades()

        loop(strategy, -2 * 24 * 60)

        assert first.equity_quote < 10_000.0
        assert first.drawdown_ratio > 0.05
        account = strategy._riskguard.account
        assert account.equity_quote == account.peak_equity_quote == 10_000.0
        assert journal(strategy) == []
        assert strategy._riskguard.memory.get("level_drawdown_ladder") in (None, 0.0)

    def test_a_loop_that_fails_is_told_once_and_the_next_one_goes_on(
        self, data, monkeypatch, caplog
    ):
        strategy = guarded(data, **KELLY_OFF)
        loop(strategy)
        with monkeypatch.context() as patched:
            patched.setattr(AccountManager, "refresh", broken)
            for minutes in (5, 10, 15):
                time = loop(strategy, minutes)
                assert stake(strategy, 1.0, time=time) == 0.0
        time = loop(strategy, 20)

        assert stake(strategy, 1.0, time=time) > 0.0
        assert (
            caplog.text.count(
                "error while valuing the account; entries are blocked until it succeeds"
            )
            == 1
        )


@pytest.mark.usefixtures("_backtest")
@pytest.mark.parametrize("refreshes", [False, True])
def test_a_strategy_that_calls_its_own_start_of_a_loop_begins_none(data, refreshes):
    class Refreshing(Reckless):
        """Fetches in its start of a loop what it fetches once more when it enters."""

        fetched = 0

        def bot_loop_start(self, current_time, **kwargs):
            self.fetched += 1

        def custom_stake_amount(self, current_time, proposed_stake, **kwargs):
            if refreshes:
                self.bot_loop_start(current_time=current_time)
            return proposed_stake

    strategy = guarded(data, Refreshing, **only("drawdown_ladder", "daily_loss"))
    loop(strategy)
    for candle in (1, 2):
        time = loop(strategy, 5 * candle)
        assert stake(strategy, leverage(strategy, time=time), time=time) > 0
        # 2 % of the account are lost each time: the daily limit is 3 %.
        closed_trade(candle, profit_ratio=-0.02, date=time)
        strategy.wallets.total -= 200.0
    loop(strategy, 15)

    # 10,000 before the first loss: forgotten where the run had begun anew.
    account = strategy._riskguard.account
    assert account.peak_equity_quote == account.day_start_equity_quote == 10_000.0
    assert account.equity_quote == pytest.approx(9_600.0)
    assert len(PairLocks.get_pair_locks("*", NOON + 15 * MINUTE)) == 1
    assert strategy.fetched == (6 if refreshes else 4)


@pytest.mark.usefixtures("_backtest")
class TestTheSwitchForCuts:
    """freqtrade asks for cuts only where ``position_adjustment_enable`` is on."""

    def order(self, strategy, trade, keep_ratio=0.75):
        strategy._riskguard.account_manager.reductions.order(trade, keep_ratio, "margin_ladder")
        strategy._riskguard.account_manager.reductions.keep([trade])
        strategy._riskguard_switch_adjustment()

    @pytest.mark.parametrize("own", [True, False])
    def test_it_is_on_while_a_cut_is_under_way_and_given_back_as_it_was(self, data, own):
        cls = type("Own", (Reckless,), {"position_adjustment_enable": own})
        strategy, trade = guarded(data, cls, **only()), enter()
        loop(strategy)
        assert strategy.position_adjustment_enable is own

        self.order(strategy, trade)
        assert strategy.position_adjustment_enable is True
        loop(strategy, 5)
        assert strategy.position_adjustment_enable is True  # not filled yet

        fill(trade, trade.exit_side, 25.0, 100.0, NOON)
        loop(strategy, 10)
        assert strategy.position_adjustment_enable is own

    def test_a_strategy_that_switches_it_off_meanwhile_has_it_off_after_the_cut(self, data):
        cls = type("Own", (Reckless,), {"position_adjustment_enable": True})
        strategy, trade = guarded(data, cls, **only()), enter()
        loop(strategy)
        self.order(strategy, trade)

        strategy.position_adjustment_enable = False
        assert strategy.position_adjustment_enable is True

        fill(trade, trade.exit_side, 25.0, 100.0, NOON)
        loop(strategy, 5)
        assert strategy.position_adjustment_enable is False

    def test_it_is_given_back_when_the_trade_is_over(self, data):
        strategy, trade = guarded(data, **only()), enter()
        loop(strategy)
        self.order(strategy, trade, keep_ratio=0.0)

        LocalTrade.remove_bt_trade(trade)
        loop(strategy, 5)

        assert strategy.position_adjustment_enable is False

    def test_it_is_given_back_at_the_start_of_the_next_backtest(self, data):
        strategy, trade = guarded(data, **only()), enter()
        loop(strategy)
        self.order(strategy, trade)
        LocalTrade.reset_trades()

        loop(strategy, -60)

        assert strategy.position_adjustment_enable is False

    def test_a_loop_that_fails_keeps_it_on(self, data, monkeypatch):
        strategy, trade = guarded(data, **only()), enter()
        loop(strategy)
        self.order(strategy, trade)
        monkeypatch.setattr(AccountManager, "refresh", broken)

        loop(strategy, 5)

        assert strategy.position_adjustment_enable is True

    def test_a_restarted_bot_switches_it_on_again(self, data):
        strategy, trade = guarded(data, **only("margin_ladder")), enter()
        loop(strategy)
        self.order(strategy, trade)
        session = strategy._riskguard
        again = guarded(data, **only("margin_ladder"))
        again._riskguard.resume(again, session.memory, NOON)

        loop(again, 5)

        assert again.position_adjustment_enable is True
        assert again._riskguard.account_manager.reductions.cut_stake(trade, 100.0, 5.0)[
            0
        ] == pytest.approx(-250.0)


@pytest.mark.usefixtures("database")
class TestTheSwitchOfARunningBot:
    """Forced entries come in threads of their own, and would add to a position unasked."""

    def started(self, data, own, **settings):
        cls = type("Own", (Reckless,), {"position_adjustment_enable": own})
        return guarded(data, cls, runmode=RunMode.DRY_RUN, **settings)

    def is_on(self, strategy):
        """Return what the bot's loop finds, and what another thread does."""
        with ThreadPoolExecutor(1) as another:
            asked = another.submit(bool, strategy.position_adjustment_enable)
            return bool(strategy.position_adjustment_enable), asked.result()

    @pytest.mark.parametrize("own", [True, False])
    def test_it_is_on_for_the_loop_alone(self, data, own):
        strategy = self.started(data, own, **only())
        # From the start on, not only from the first loop.
        assert self.is_on(strategy) == (own, False)
        loop(strategy)
        assert self.is_on(strategy) == (own, False)

        trade = booked_trade()
        strategy._riskguard.account_manager.reductions.order(trade, 0.75, "margin_ladder")
        loop(strategy, 1)
        assert self.is_on(strategy) == (True, False)
        assert adjust_position(strategy, trade)[0] == pytest.approx(-250.0)

        fill(trade, trade.exit_side, 25.0, 100.0, NOON)
        loop(strategy, 2)
        assert self.is_on(strategy) == (own, False)

    def test_a_strategy_may_switch_it_while_the_bot_runs(self, data):
        strategy = self.started(data, own=False, **only())
        strategy.position_adjustment_enable = True
        assert self.is_on(strategy) == (True, False)
        strategy.position_adjustment_enable = False
        loop(strategy)
        assert self.is_on(strategy) == (False, False)

    @pytest.mark.parametrize("settings", [{"mode": "observe"}, {"enabled": False}])
    def test_a_guard_that_enforces_nothing_leaves_it_alone(self, data, settings):
        strategy = self.started(data, own=True, **settings)
        loop(strategy)
        assert strategy.position_adjustment_enable is True

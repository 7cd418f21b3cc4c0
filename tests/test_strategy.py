"""freqtrade's callbacks on a guarded strategy: answers, and what happens when something breaks."""

import logging
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from freqtrade.data.history import get_datahandler
from freqtrade.enums import CandleType, RunMode
from freqtrade.exceptions import ConfigurationError, DependencyException
from freqtrade.persistence import LocalTrade, PairLocks
from freqtrade.strategy import IStrategy

from freqtrade_riskguard import RiskGuard
from freqtrade_riskguard.adapters.candles import Candles
from freqtrade_riskguard.adapters.equity import Equity
from freqtrade_riskguard.adapters.markets import Markets
from freqtrade_riskguard.adapters.view import View
from freqtrade_riskguard.rules.kelly import Kelly
from tests.adapters.conftest import _backtest  # noqa: F401 - a fixture
from tests.adapters.trades import open_trade
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("_backtest")
MINUTE = timedelta(minutes=1)


class Reckless(RiskGuard, IStrategy):
    timeframe = "5m"
    stoploss = -0.99
    adds = 0.0

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def leverage(self, *args, **kwargs):
        return 10.0

    def adjust_trade_position(self, *args, **kwargs):
        return self.adds


class Wallets:
    """What freqtrade's wallets say of 10,000 USDT in four slots."""

    def get_total(self, currency):
        return 10_000.0

    def get_trade_stake_amount(self, pair, max_open_trades, update):
        return 2_500.0


@pytest.fixture
def data(tmp_path):
    """20 days of hourly candles around 100, up to NOON: about 2.4 % a day, ATR about 0.9."""
    count = 20 * 24
    close = 100 * np.exp(0.0035 * np.random.default_rng(3).standard_normal(count))
    opened = np.concatenate(([100.0], close[:-1]))
    frame = pd.DataFrame(
        {
            "date": pd.date_range(end=NOON - timedelta(hours=1), periods=count, freq="h"),
            "open": opened,
            "high": np.maximum(opened, close),
            "low": np.minimum(opened, close),
            "close": close,
            "volume": 1.0,
        }
    )
    handler = get_datahandler(tmp_path, "feather")
    handler.ohlcv_store(PAIR, "1h", data=frame, candle_type=CandleType.FUTURES)
    return tmp_path


def guarded(data, cls=Reckless, **riskguard):
    config = {
        "trading_mode": "futures",
        "timeframe": "5m",
        "candle_type_def": CandleType.FUTURES,
        "stake_currency": "USDT",
        "runmode": RunMode.BACKTEST,
        "datadir": data,
        "riskguard": {"profile": "moderate", **riskguard},
    }
    strategy = cls(config)
    strategy.max_open_trades = 4
    strategy.wallets = Wallets()
    exchange = SimpleNamespace(
        _leverage_tiers={
            PAIR: [
                {
                    "minNotional": 0.0,
                    "maxNotional": 1e7,
                    "maintenanceMarginRate": 0.004,
                    "maxLeverage": 125.0,
                    "maintAmt": 0.0,
                }
            ]
        },
        markets={PAIR: {"taker": 0.0005}},
    )
    strategy.dp = SimpleNamespace(_exchange=exchange)
    strategy.bot_start()
    return strategy


def leverage(strategy, side="long", time=NOON):
    return strategy.leverage(
        pair=PAIR,
        current_time=time,
        current_rate=100.0,
        proposed_leverage=1.0,
        max_leverage=50.0,
        entry_tag=None,
        side=side,
    )


def stake(strategy, given, side="long", time=NOON, asked=2_500.0, minimum=5.0):
    return strategy.custom_stake_amount(
        pair=PAIR,
        current_time=time,
        current_rate=100.0,
        proposed_stake=asked,
        min_stake=minimum,
        max_stake=10_000.0,
        leverage=given,
        entry_tag=None,
        side=side,
    )


def confirm(strategy, amount, side="long", time=NOON):
    return strategy.confirm_trade_entry(
        pair=PAIR,
        order_type="limit",
        amount=amount,
        rate=100.0,
        time_in_force="GTC",
        current_time=time,
        entry_tag=None,
        side=side,
    )


KELLY_OFF = {"kelly": {"mode": "off"}}


def broken(*_, **__):
    raise ZeroDivisionError


@pytest.mark.parametrize("side", ["long", "short"])
def test_an_entry_from_leverage_to_consent(data, side):
    strategy = guarded(data, **KELLY_OFF)
    strategy.bot_loop_start(current_time=NOON)

    given = leverage(strategy, side)
    size = stake(strategy, given, side)

    # Regime moderate: 3x; about 2.4 % a day on a quarter of the account allow about 3.3x.
    assert given == 3.0
    # 1 % of 10,000 at twice the ATR and the costs.
    assert 0 < size < 2_500.0
    assert confirm(strategy, size * given / 100, side)


def test_before_the_first_loop_nothing_is_entered(data, caplog):
    strategy = guarded(data, **KELLY_OFF)

    assert leverage(strategy) == 1.0
    assert stake(strategy, 1.0) == 0.0
    assert confirm(strategy, 1.0) is False
    assert "ERROR" in {record.levelname for record in caplog.records}


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (Candles, "daily_volatility"),
        (Candles, "atr"),
        (Markets, "tiers"),
        (Markets, "taker_fee"),
        (Kelly, "max_leverage"),
    ],
)
def test_what_breaks_leads_to_the_safest_answer_and_one_error(
    data, monkeypatch, caplog, owner, name
):
    strategy = guarded(data)
    strategy.bot_loop_start(current_time=NOON)
    monkeypatch.setattr(owner, name, broken)

    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert leverage(strategy) == 1.0

    assert len(caplog.records) == 1
    assert PAIR in caplog.records[0].getMessage()
    if owner is not Kelly:
        assert stake(strategy, 1.0) == 0.0
        assert confirm(strategy, 1.0) is False


def test_a_stop_that_cannot_be_computed_stays(data, monkeypatch, caplog):
    strategy = guarded(data)
    trade = open_trade()
    before = trade.stop_loss
    monkeypatch.setattr(Markets, "tiers", broken)

    strategy.ft_stoploss_adjust(100.0, trade, NOON, 0.0, 0)

    assert trade.stop_loss == before
    assert "setting the stop; it stays where it is" in caplog.text


def test_no_entries_while_an_open_trade_has_no_stop_of_ours(data, monkeypatch):
    strategy = guarded(data, **KELLY_OFF)
    trade = open_trade()
    LocalTrade.add_bt_trade(trade)
    strategy.bot_loop_start(current_time=NOON)
    with monkeypatch.context() as patched:
        patched.setattr(View, "position", broken)
        strategy.ft_stoploss_adjust(100.0, trade, NOON, 0.0, 0)

    assert stake(strategy, 1.0) == 0.0
    LocalTrade.remove_bt_trade(trade)
    strategy.bot_loop_start(current_time=NOON + 5 * MINUTE)
    assert stake(strategy, 1.0, time=NOON + 5 * MINUTE) == 0.0
    strategy.bot_loop_start(current_time=NOON + 60 * MINUTE)
    assert stake(strategy, 1.0, time=NOON + 60 * MINUTE) > 0.0


def test_the_account_that_cannot_be_valued_enters_nothing(data, monkeypatch):
    strategy = guarded(data, **KELLY_OFF)
    strategy.bot_loop_start(current_time=NOON)
    monkeypatch.setattr(Equity, "update", broken)

    strategy.bot_loop_start(current_time=NOON + 5 * MINUTE)

    assert stake(strategy, 1.0, time=NOON + 5 * MINUTE) == 0.0
    monkeypatch.undo()
    strategy.bot_loop_start(current_time=NOON + 10 * MINUTE)
    assert stake(strategy, 1.0, time=NOON + 10 * MINUTE) > 0.0


def test_no_money_for_a_trade_is_no_error(data, monkeypatch, caplog):
    def empty(*_, **__):
        raise DependencyException

    strategy = guarded(data, **KELLY_OFF)
    strategy.bot_loop_start(current_time=NOON)
    monkeypatch.setattr(Wallets, "get_trade_stake_amount", empty)

    assert leverage(strategy) == 1.0
    assert caplog.records == []


def test_an_error_of_the_strategys_own_consent_is_a_denial(data):
    class Failing(Reckless):
        def confirm_trade_entry(self, *args, **kwargs):
            raise ZeroDivisionError

    enforcing = guarded(data, Failing)
    observing = guarded(data, Failing, mode="observe")
    for strategy in (enforcing, observing):
        strategy.bot_loop_start(current_time=NOON)

    assert confirm(enforcing, 1.0) is False
    assert confirm(observing, 1.0) is True  # as freqtrade answers without the guard


@pytest.mark.parametrize(("forced", "allowed"), [(20.0, False), (3.04, True), (2.5, True)])
def test_a_forced_leverage_is_checked_where_it_shows(data, forced, allowed):
    strategy = guarded(data, **KELLY_OFF)
    strategy.bot_loop_start(current_time=NOON)

    assert (stake(strategy, forced) > 0) is allowed


def test_a_forced_entry_does_not_pass_a_lock(data):
    strategy = guarded(data, **KELLY_OFF)
    strategy.bot_loop_start(current_time=NOON)
    trade = open_trade(rate=110.0)  # 10 % down at 10x on a tenth of the account
    LocalTrade.add_bt_trade(trade)
    strategy.bot_loop_start(current_time=NOON + 5 * MINUTE)
    later = NOON + 5 * MINUTE

    assert PairLocks.is_global_lock(later)
    assert stake(strategy, 2.0, time=later) > 0
    assert confirm(strategy, 1.0, time=later) is False

    PairLocks.unlock_pair("*", later)
    assert confirm(strategy, 1.0, time=later) is True


def test_a_stake_below_the_minimum_is_no_trade_and_says_so(data):
    strategy = guarded(data, **KELLY_OFF)
    strategy.bot_loop_start(current_time=NOON)
    given = leverage(strategy)

    assert stake(strategy, given, minimum=2_499.0) == 0.0
    last = list(strategy._riskguard.guard.journal)[-1]
    assert (last.rule, last.answered) == ("minimum_stake", 0.0)
    assert "below the exchange's minimum of 2499.00" in last.why


def test_observing_changes_no_answer(data):
    strategy = guarded(data, mode="observe")
    strategy.bot_loop_start(current_time=NOON)
    trade = open_trade()
    before = trade.stop_loss

    assert leverage(strategy) == 10.0
    assert stake(strategy, 10.0) == 2_500.0
    assert confirm(strategy, 250.0) is True
    strategy.ft_stoploss_adjust(100.0, trade, NOON, 0.0, 0)
    assert trade.stop_loss == before
    asked = {decision.question for decision in strategy._riskguard.guard.journal}
    assert asked == {"leverage", "stake", "entry", "stop"}


def test_a_second_backtest_on_the_same_strategy_begins_anew(data):
    strategy = guarded(data, **KELLY_OFF)
    LocalTrade.add_bt_trade(open_trade(rate=110.0))
    strategy.bot_loop_start(current_time=NOON)
    first = strategy._riskguard.account
    LocalTrade.reset_trades()

    strategy.bot_loop_start(current_time=NOON - timedelta(days=2))

    assert first.equity_quote < 10_000.0
    assert strategy._riskguard.account.equity_quote == 10_000.0


def added(strategy, trade, asked):
    strategy.adds = asked
    given, _ = strategy._adjust_trade_position_internal(
        trade=trade,
        current_time=NOON,
        current_rate=100.0,
        current_profit=0.0,
        min_stake=5.0,
        max_stake=9_000.0,
        current_entry_rate=100.0,
        current_exit_rate=100.0,
        current_entry_profit=0.0,
        current_exit_profit=0.0,
    )
    return given


def test_nothing_is_added_at_a_leverage_that_a_new_entry_may_not_have(data):
    strategy = guarded(data, **KELLY_OFF)
    strategy.bot_loop_start(current_time=NOON)

    assert added(strategy, open_trade(leverage=10.0, stake=100.0), 500.0) == 0.0


def test_an_addition_fills_the_whole_positions_budget_and_no_more(data):
    strategy = guarded(data, **KELLY_OFF)
    strategy.bot_loop_start(current_time=NOON)
    trade = open_trade(leverage=2.0, stake=100.0)
    strategy.ft_stoploss_adjust(100.0, trade, NOON, 0.0, 0)

    # Budget 1 % of 10,000; lost per unit of notional: way to the stop, two fees of 0.05 %, 0.5 %.
    lost_ratio = (100.0 - trade.stop_loss) / 100.0 + 0.006
    expected = 100.0 / lost_ratio / 2.0 - 100.0

    assert added(strategy, trade, 9_000.0) == pytest.approx(expected)
    assert added(strategy, trade, 10.0) == 10.0


def test_settings_of_a_pair_that_does_not_exist_stop_the_bot(data):
    with pytest.raises(ConfigurationError, match="DOGE/USDT is no market of the exchange"):
        guarded(data, pairs={"DOGE/USDT": {"max_leverage": 2}})
    with pytest.raises(ConfigurationError, match="did you mean 'BTC/USDT:USDT'"):
        guarded(data, pairs={"BTC/USDT": {"max_leverage": 2}})

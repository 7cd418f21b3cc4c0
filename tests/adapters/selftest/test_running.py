"""Whatever freqtrade stops doing for the guard, the self-test fails and says what it was."""

import inspect
import logging
from time import process_time

import pytest
from freqtrade import freqtradebot
from freqtrade.freqtradebot import FreqtradeBot
from freqtrade.mixins import LoggingMixin
from freqtrade.optimize import backtesting
from freqtrade.optimize.backtesting import Backtesting
from freqtrade.persistence import CustomDataWrapper, LocalTrade, Order, PairLocks, Trade, init_db
from freqtrade.strategy import IStrategy, strategy_wrapper

from freqtrade_riskguard.adapters.account import trades
from freqtrade_riskguard.adapters.callbacks.wrapping import GUARDED
from freqtrade_riskguard.adapters.selftest import engines, isolation, running
from freqtrade_riskguard.adapters.selftest.engines import BacktestEngine, BotEngine
from freqtrade_riskguard.adapters.selftest.scenarios import SCENARIOS
from tests.adapters.bots import broken
from tests.support.doctored import doctored

NOTHING = "(lambda *_, **__: None)"
# The hook that must be named; what is changed: class, function, old text, new text.
IN_BACKTESTS = [
    ("ft_bot_start", Backtesting, "_set_strategy", "self.strategy.ft_bot_start()", "pass"),
    (
        "ft_load_hyper_params",
        IStrategy,
        "ft_bot_start",
        "self.ft_load_hyper_params",
        NOTHING,
    ),
    (
        "leverage",
        Backtesting,
        "get_valid_entry_price_and_stake",
        "leverage = min(max(leverage, 1.0), max_leverage)",
        "leverage = 2.0",
    ),
    (
        "leverage",
        Backtesting,
        "get_valid_entry_price_and_stake",
        "current_rate=row[OPEN_IDX],",
        "rate=row[OPEN_IDX],",
    ),
    (
        "custom_stake_amount",
        Backtesting,
        "get_valid_entry_price_and_stake",
        "self.strategy.custom_stake_amount,",
        "(lambda *_, **__: stake_amount),",
    ),
    (
        "confirm_trade_entry",
        Backtesting,
        "_enter_trade",
        "if not pos_adjust and not strategy_safe_wrapper(",
        "if not pos_adjust and None is strategy_safe_wrapper(",
    ),
    (
        "confirm_trade_entry",
        Backtesting,
        "_enter_trade",
        "entry_tag=entry_tag,\n                side=direction,\n            ):",
        "entry_tag=entry_tag,\n                direction=direction,\n            ):",
    ),
    (
        "check_entry_timeout",
        IStrategy,
        "ft_check_timed_out",
        "else self.check_entry_timeout",
        "else (lambda *_, **__: False)",
    ),
    (
        "bot_loop_start",
        Backtesting,
        "time_pair_generator",
        "self.strategy.bot_loop_start",
        NOTHING,
    ),
    (
        "bot_loop_start",
        Backtesting,
        "backtest_loop",
        "and not PairLocks.is_pair_locked(pair, row[DATE_IDX], trade_dir)",
        "",
    ),
    (
        "_adjust_trade_position_internal",
        Backtesting,
        "_check_adjust_trade_for_candle",
        "stake_amount < 0.0",
        "False",
    ),
    (
        "_adjust_trade_position_internal",
        Backtesting,
        "_check_adjust_trade_for_candle",
        "stake_amount > 0.0",
        "False",
    ),
    ("should_exit", Backtesting, "_check_trade_exit", "for exit_ in exits", "for exit_ in ()"),
    ("should_exit", Backtesting, "_check_trade_exit", "low=row[LOW_IDX],", ""),
    (
        "confirm_trade_exit",
        Backtesting,
        "_get_exit_for_signal",
        ") and not strategy_safe_wrapper(self.strategy.confirm_trade_exit",
        ") and None is strategy_safe_wrapper(self.strategy.confirm_trade_exit",
    ),
    (
        "custom_exit_price",
        Backtesting,
        "_get_exit_for_signal",
        "close_rate = rate",
        "pass",
    ),
    ("ft_stoploss_adjust", Backtesting, "_try_close_open_order", "self._call_adjust_stop", NOTHING),
    ("ft_stoploss_adjust", IStrategy, "ft_stoploss_reached", "self.ft_stoploss_adjust", NOTHING),
    ("protections", Backtesting, "_load_protections", "strategy.protections", "[]"),
]
IN_BOTS = [
    ("ft_bot_start", FreqtradeBot, "__init__", "self.strategy.ft_bot_start()", "pass"),
    (
        "leverage",
        FreqtradeBot,
        "get_valid_enter_price_and_stake",
        "self.strategy.leverage,",
        "(lambda *_, **__: 2.0),",
    ),
    (
        "custom_stake_amount",
        FreqtradeBot,
        "get_valid_enter_price_and_stake",
        "self.strategy.custom_stake_amount,",
        "(lambda *_, **__: stake_amount),",
    ),
    (
        "confirm_trade_entry",
        FreqtradeBot,
        "execute_entry",
        'if mode == "initial" and not strategy_safe_wrapper(',
        'if mode == "initial" and None is strategy_safe_wrapper(',
    ),
    (
        "check_entry_timeout",
        FreqtradeBot,
        "manage_open_orders",
        "self.strategy.ft_check_timed_out",
        NOTHING,
    ),
    (
        "bot_loop_start",
        FreqtradeBot,
        "process",
        "self.strategy.bot_loop_start",
        NOTHING,
    ),
    ("bot_loop_start", FreqtradeBot, "create_trade", "self.strategy.is_pair_locked", NOTHING),
    (
        "_adjust_trade_position_internal",
        FreqtradeBot,
        "check_and_call_adjust_trade_position",
        "stake_amount < 0.0",
        "False",
    ),
    (
        "_adjust_trade_position_internal",
        FreqtradeBot,
        "check_and_call_adjust_trade_position",
        "stake_amount > 0.0",
        "False",
    ),
    (
        "should_exit",
        FreqtradeBot,
        "_check_and_execute_exit",
        "for should_exit in exits",
        "for should_exit in ()",
    ),
    (
        "confirm_trade_exit",
        FreqtradeBot,
        "execute_trade_exit",
        "and not strategy_safe_wrapper(self.strategy.confirm_trade_exit",
        "and None is strategy_safe_wrapper(self.strategy.confirm_trade_exit",
    ),
    (
        "should_exit",
        FreqtradeBot,
        "execute_trade_exit",
        "if exit_check.exit_type != ExitType.EMERGENCY_EXIT",
        "if True",
    ),
    (
        "should_exit",
        FreqtradeBot,
        "execute_trade_exit",
        'if order_type == "limit" and not skip_custom_exit_price:',
        "if not skip_custom_exit_price:",
    ),
    (
        "custom_exit_price",
        FreqtradeBot,
        "execute_trade_exit",
        "self.get_valid_price(custom_exit_price, proposed_limit_rate)",
        "proposed_limit_rate",
    ),
    (
        "ft_stoploss_adjust",
        FreqtradeBot,
        "_update_trade_after_fill",
        "self.strategy.use_custom_stoploss and",
        "False and",
    ),
    ("ft_stoploss_adjust", IStrategy, "ft_stoploss_reached", "self.ft_stoploss_adjust", NOTHING),
    (
        "ft_stoploss_adjust",
        FreqtradeBot,
        "manage_trade_stoploss_orders",
        "self.handle_trailing_stoploss_on_exchange",
        NOTHING,
    ),
    (
        "informative_pairs",
        IStrategy,
        "gather_informative_pairs",
        "self.informative_pairs()",
        "[]",
    ),
    (
        "plot_annotations",
        IStrategy,
        "ft_plot_annotations",
        "strategy_safe_wrapper(self.plot_annotations)",
        "(lambda *_, **__: [])",
    ),
    ("protections", FreqtradeBot, "__init__", "self.strategy.protections", "[]"),
]


def failed(engine, hook=None):
    """Play all scenarios, or those about a hook: all of them, for each hook, would take minutes."""
    chosen = tuple(
        scenario
        for scenario in SCENARIOS
        if hook in {None, *(expectation.hook for expectation in scenario.expectations)}
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(running, "SCENARIOS", chosen)
        return [check for check in running.played([engine.name]) if check.found is not None]


def test_this_freqtrade_passes():
    checks = running.played()

    assert not [str(check) for check in checks if check.found is not None]
    assert {check.where for check in checks} == {"backtest", "running bot"}
    assert {check.hook for check in checks} >= {*GUARDED, "protections"}


@pytest.mark.slow
@pytest.mark.parametrize(("hook", "owner", "name", "old", "new"), IN_BACKTESTS)
def test_what_a_backtest_no_longer_does_is_named(hook, owner, name, old, new, monkeypatch):
    monkeypatch.setattr(owner, name, doctored(owner, name, old, new))

    assert hook in {check.hook for check in failed(BacktestEngine, hook)}


@pytest.mark.slow
@pytest.mark.parametrize(("hook", "owner", "name", "old", "new"), IN_BOTS)
def test_what_a_running_bot_no_longer_does_is_named(hook, owner, name, old, new, monkeypatch):
    monkeypatch.setattr(owner, name, doctored(owner, name, old, new))

    assert hook in {check.hook for check in failed(BotEngine, hook)}


@pytest.mark.parametrize(
    ("engine", "module"), [(BacktestEngine, backtesting), (BotEngine, freqtradebot)]
)
def test_copying_a_trade_for_the_guard_too_is_named(engine, module, monkeypatch):
    rule = doctored(
        strategy_wrapper, "strategy_safe_wrapper", '.startswith("IStrategy.")', '.startswith("-")'
    )
    monkeypatch.setattr(module, "strategy_safe_wrapper", rule)

    (check,) = failed(engine, "strategy_safe_wrapper")
    assert check.hook == "strategy_safe_wrapper"
    assert check.found == "the guard gets a copy, which costs more time than all its rules"


LOCKS_NOT_ASKED_FOR = [
    (
        PairLocks,
        "is_pair_locked",
        "or PairLocks.is_global_lock(\n            now, side\n        )",
        "",
    ),
    (PairLocks, "is_global_lock", '"*", now, side', '"*", now, "*"'),
    (PairLocks, "lock_pair", "side=side,\n            active=True", 'side="*", active=True'),
]


@pytest.mark.slow
@pytest.mark.parametrize("engine", [BacktestEngine, BotEngine])
@pytest.mark.parametrize(("owner", "name", "old", "new"), LOCKS_NOT_ASKED_FOR)
def test_locks_of_all_pairs_and_of_sides_are_named(engine, owner, name, old, new, monkeypatch):
    monkeypatch.setattr(owner, name, doctored(owner, name, old, new))

    assert "is_pair_locked" in {check.hook for check in failed(engine, "is_pair_locked")}


@pytest.mark.slow
@pytest.mark.parametrize("engine", [BacktestEngine, BotEngine])
def test_a_lock_of_a_pair_for_its_other_side_that_keeps_it_out_is_named(engine, monkeypatch):
    asked = doctored(PairLocks, "is_pair_locked", "pair, now, side", "pair, now, None")
    monkeypatch.setattr(PairLocks, "is_pair_locked", asked)

    assert {check.found for check in failed(engine)} >= {"no entry was made"}


READ_WRONGLY = [
    (BotEngine, Trade, "get_total_closed_profit", "return total_profit or 0", "return 0"),
    (BotEngine, Trade, "get_trades_proxy", "if is_open is not None:", "if False:"),
    (BotEngine, LocalTrade, "set_funding_fees", "prior_funding_fees + funding_fee", "funding_fee"),
    (BotEngine, LocalTrade, "update_trade", "self.funding_fee_running is not None", "False"),
    (BacktestEngine, LocalTrade, "close_bt_trade", "+= trade.close_profit_abs", "+= 0"),
    (BacktestEngine, Order, "close_bt_order", "trade.funding_fee_running\n", "0.0\n"),
    (BacktestEngine, Backtesting, "_check_trade_exit", "self._run_funding_fees", NOTHING),
    *(
        (engine, LocalTrade, "recalc_trade_from_orders", old, new)
        for engine in (BacktestEngine, BotEngine)
        for old, new in (
            ("float(max_stake_amount) / (self.leverage or 1.0)", "float(max_stake_amount)"),
            ("self.realized_profit = close_profit_abs", "pass"),
        )
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("engine", "owner", "name", "old", "new"), READ_WRONGLY)
def test_figures_that_the_guard_would_read_wrongly_are_named(
    engine, owner, name, old, new, monkeypatch
):
    monkeypatch.setattr(owner, name, doctored(owner, name, old, new))

    assert {check.hook for check in failed(engine, "Trade")} == {"Trade"}


@pytest.mark.parametrize("engine", [BacktestEngine, BotEngine])
def test_what_the_guard_stumbles_over_is_named(engine, monkeypatch):
    monkeypatch.setattr(trades, "funding_shares", broken)

    (check,) = failed(engine, "Trade")
    assert (check.hook, check.found) == ("Trade", "ZeroDivisionError: ")


def test_every_hook_has_been_taken_away_once():
    assert {hook for hook, *_ in (*IN_BACKTESTS, *IN_BOTS)} == {*GUARDED, "protections"}
    questions = set(GUARDED) - {"informative_pairs", "plot_annotations"}
    assert {hook for hook, *_ in IN_BACKTESTS} == {*questions, "protections"}


def test_parameters_with_other_names_are_told(monkeypatch):
    old, new = "current_rate=row[OPEN_IDX],", "rate=row[OPEN_IDX],"
    name = "get_valid_entry_price_and_stake"
    monkeypatch.setattr(Backtesting, name, doctored(Backtesting, name, old, new))

    found = {
        check.found for check in failed(BacktestEngine, "leverage") if check.hook == "leverage"
    }
    assert found == {"it is not given what it takes: missing a required argument: 'current_rate'"}


@pytest.mark.parametrize("engine", [BacktestEngine, BotEngine])
def test_an_engine_that_cannot_be_put_together_has_failed(engine, monkeypatch):
    monkeypatch.setattr(engines, "Venue", broken)

    assert {str(check) for check in failed(engine)} == {
        f"{engine.name} (freqtrade): it runs on an exchange in memory; found: ZeroDivisionError:"
    }


def held():
    return [(holder, isolation._held(holder)) for holder in isolation._HOLDERS]


@pytest.mark.parametrize("uses_database", [True, False])
def test_nothing_of_it_is_left(uses_database, caplog, monkeypatch):
    # As in a running bot, or in a backtest that has trades, locks and switches of its own.
    init_db("sqlite://")
    trade, lock = LocalTrade(pair="X/USDT:USDT"), object()
    for holder in (Trade, PairLocks, CustomDataWrapper):
        monkeypatch.setattr(holder, "use_db", uses_database)
    monkeypatch.setattr(LocalTrade, "bt_trades", [trade])
    monkeypatch.setattr(LocalTrade, "bt_trades_open", [trade])
    monkeypatch.setattr(PairLocks, "locks", [lock])
    monkeypatch.setattr(PairLocks, "timeframe", "15m")
    monkeypatch.setattr(LoggingMixin, "show_output", not uses_database)
    caplog.set_level(logging.DEBUG)
    before, levels = held(), {name: log.level for name, log in loggers()}
    contents = list(LocalTrade.bt_trades), list(PairLocks.locks), Trade.session.get_bind()

    running.played()

    for (holder, was), (_, now) in zip(before, held(), strict=True):
        assert was.keys() == now.keys(), holder
        assert all(now[name] is value for name, value in was.items()), holder
    assert contents == ([trade], [lock], Trade.session.get_bind())
    assert not [record for record in caplog.records if record.threadName.startswith("riskguard")]
    assert levels.items() <= {name: log.level for name, log in loggers()}.items()
    assert not any(handler.filters for handler in logging.root.handlers)
    assert inspect.isclass(freqtradebot.ExchangeResolver)
    assert freqtradebot.ExchangeResolver.__module__ == "freqtrade.resolvers.exchange_resolver"


def test_a_traceback_of_the_guard_in_it_is_not_printed(capfd, monkeypatch):
    def fail(*_):
        logging.getLogger("freqtrade_riskguard.own").error("a protection failed")
        return broken()

    own = logging.StreamHandler()
    monkeypatch.setattr(trades, "open_trades", fail)
    # As in a command that sets up no log, and with a log of the guard's own.
    monkeypatch.setattr(logging.root, "handlers", [])
    for handlers in ([], [own]):
        monkeypatch.setattr(logging.getLogger("freqtrade_riskguard"), "handlers", handlers)
        assert failed(BotEngine)

    assert "failed" not in capfd.readouterr().err
    assert not logging.lastResort.filters
    assert not own.filters


def loggers():
    found = dict(logging.root.manager.loggerDict)
    return [(name, log) for name, log in found.items() if isinstance(log, logging.Logger)]


def test_it_is_done_in_about_a_second_of_cpu():
    # Three for both engines, where other tests run on the same cores.
    before = process_time()
    running.played()
    assert process_time() - before < 3

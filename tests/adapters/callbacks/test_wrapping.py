"""The guard stands in front of every callback, however the class is built."""
# ruff: noqa: ARG001, ARG003, ARG004, ARG005
# Callbacks take what freqtrade passes.

import functools
import inspect
from contextlib import suppress

import cloudpickle
import pytest
from freqtrade.persistence import Trade
from freqtrade.strategy import IStrategy
from freqtrade.strategy.strategy_wrapper import strategy_safe_wrapper
from sqlalchemy import event, text

from freqtrade_riskguard import RiskGuard
from freqtrade_riskguard.adapters.callbacks.wrapping import GUARDED


class Plain(IStrategy):
    """A strategy that knows nothing of the guard."""

    timeframe = "5m"
    stoploss = -0.5
    protections = [{"method": "CooldownPeriod"}]  # noqa: RUF012 - freqtrade's way

    def populate_indicators(self, dataframe, metadata):
        return dataframe

    def leverage(self, pair, **kwargs):
        return 7.0

    def bot_start(self, **kwargs):
        self.started = getattr(self, "started", 0) + 1


class Mine(RiskGuard, Plain):
    """The usual way, with a callback of its own that calls the one it replaces."""

    def leverage(self, pair, **kwargs):
        return super().leverage(pair, **kwargs) + 10.0


class Guarded(RiskGuard, Plain):
    """Guards a strategy without touching it."""


class WrongOrder(Plain, RiskGuard):
    """The guard stands behind: its callbacks would never be called."""


class Grandchild(Mine):
    """Derives from a guarded strategy."""

    def leverage(self, pair, **kwargs):
        return super().leverage(pair, **kwargs) * 2


CONFIG = {
    "trading_mode": "futures",
    "timeframe": "5m",
    "candle_type_def": "futures",
    "stake_currency": "USDT",
    "runmode": "backtest",
}


def built(cls, **riskguard):
    return cls({**CONFIG, "riskguard": riskguard})


@pytest.mark.parametrize("cls", [RiskGuard, Mine, Guarded, WrongOrder, Grandchild])
def test_every_callback_is_the_guards(cls):
    for name in GUARDED:
        found = inspect.getattr_static(cls, name)
        assert found._riskguard_guards is found, name
    assert hasattr(inspect.getattr_static(cls, "protections").fget, "_riskguard_guards")


def wrapping(inherited):
    @functools.wraps(inherited)
    def leverage(self, pair, **kwargs):
        return 20.0

    return leverage


def decorated(cls):
    cls.leverage = lambda self, pair, **kwargs: 20.0
    return cls


class Wraps(Guarded):
    leverage = wrapping(Guarded.leverage)


@decorated
class Decorated(Guarded):
    pass


class Static(Guarded):
    @staticmethod
    def leverage(pair, **kwargs):
        return 20.0


class OfTheClass(Guarded):
    @classmethod
    def leverage(cls, pair, **kwargs):
        return 20.0


class OnTheInstance(Guarded):
    def __init__(self, config):
        super().__init__(config)
        self.leverage = lambda pair, **kwargs: 20.0  # type: ignore[method-assign]


class OnStart(Guarded):
    def bot_start(self, **kwargs):
        self.leverage = lambda pair, **kwargs: 20.0  # type: ignore[method-assign]


UNUSUAL = [Wraps, Decorated, Static, OfTheClass, OnTheInstance, OnStart]


@pytest.mark.parametrize("cls", UNUSUAL)
def test_a_callback_defined_in_an_unusual_way_is_guarded(cls, monkeypatch):
    strategy = built(cls, profile="moderate", mode="off")
    strategy.bot_start()
    asked = []

    def answer(own, pair, **kwargs):
        asked.append(own(pair, **kwargs))
        return 2.0

    monkeypatch.setattr(strategy, "_riskguard_leverage", answer)

    assert leverage_of(strategy) == 2.0
    assert asked == [20.0]


@pytest.mark.parametrize("cls", UNUSUAL)
def test_disabled_an_unusual_callback_is_as_it_was(cls):
    strategy = built(cls, enabled=False)
    strategy.bot_start()

    assert leverage_of(strategy) == 20.0


def leverage_of(strategy):
    return strategy.leverage(
        pair="BTC/USDT:USDT",
        current_time=None,
        current_rate=1.0,
        proposed_leverage=1.0,
        max_leverage=50.0,
        entry_tag=None,
        side="long",
    )


@pytest.mark.parametrize(
    ("cls", "asked"), [(Guarded, 7.0), (Mine, 17.0), (WrongOrder, 7.0), (Grandchild, 34.0)]
)
def test_disabled_the_strategys_own_answer_comes_through(cls, asked):
    strategy = built(cls, enabled=False)

    assert leverage_of(strategy) == asked


@pytest.mark.parametrize("cls", [Guarded, Mine, WrongOrder, Grandchild])
def test_the_guard_is_asked_once_and_last(cls, monkeypatch):
    strategy = built(cls, profile="moderate")
    asked = []

    def answer(own, pair, **kwargs):
        asked.append(own(pair, **kwargs))
        return 2.0

    monkeypatch.setattr(strategy, "_riskguard_leverage", answer)

    assert leverage_of(strategy) == 2.0
    assert len(asked) == 1


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("signal", [KeyboardInterrupt, SystemExit])
def test_ctrl_c_within_the_guards_own_reading_leaves_the_database_usable(signal, monkeypatch):
    engine = Trade.session.get_bind()

    def pressed(*_):
        event.remove(engine, "do_execute", pressed)
        raise signal

    def answer(own, pair, **kwargs):
        event.listen(engine, "do_execute", pressed)
        return Trade.session.scalar(text("select 1"))

    strategy = built(Guarded, profile="moderate")
    monkeypatch.setattr(strategy, "_riskguard_leverage", answer)

    with pytest.raises(signal):
        leverage_of(strategy)

    Trade.commit()
    assert Trade.session.scalar(text("select 1")) == 1


@pytest.mark.parametrize("cls", [Guarded, Mine, WrongOrder])
def test_own_callbacks_run_once(cls):
    strategy = built(cls, enabled=False)

    strategy.bot_start()

    assert strategy.started == 1


@pytest.mark.parametrize("cls", [Guarded, Mine, WrongOrder])
def test_signatures_survive_freqtrades_inspection(cls):
    for name in GUARDED:
        expected = inspect.signature(getattr(cls, name))
        assert expected.parameters, name
    arguments = inspect.getfullargspec(built(cls, enabled=False).leverage).args
    assert "pair" in arguments


def test_own_protections_are_kept_and_the_guards_appended():
    methods = [item["method"] for item in built(Guarded, profile="moderate").protections]

    assert methods == [
        "CooldownPeriod",
        "CircuitBreaker",
        "DailyLoss",
        "WeeklyLoss",
        "EquityDrawdown",
        "FundingBreaker",
    ]


def test_protections_as_a_property_that_extends_the_inherited_ones():
    class Extending(Guarded):
        @property
        def protections(self):
            return [*super().protections, {"method": "StoplossGuard"}]

    methods = [item["method"] for item in built(Extending, profile="moderate").protections]

    assert methods[:2] == ["CooldownPeriod", "StoplossGuard"]
    assert len(methods) == 7


def test_protections_assigned_to_the_instance_are_the_strategys_own():
    strategy = built(Guarded, enabled=False)

    strategy.protections = [{"method": "MaxDrawdown"}]

    assert strategy.protections == [{"method": "MaxDrawdown"}]


def test_an_empty_list_assigned_is_an_empty_list():
    strategy = built(Guarded, enabled=False)

    strategy.protections = []

    assert strategy.protections == []


@pytest.mark.parametrize("mode", ["observe", "off"])
def test_protections_that_would_not_enforce_are_not_there(mode):
    strategy = built(Guarded, profile="moderate", mode=mode)

    assert [item["method"] for item in strategy.protections] == ["CooldownPeriod"]


def test_a_guarded_class_travels_to_hyperopts_workers():
    strategy = built(Mine, profile="moderate")

    copy = cloudpickle.loads(cloudpickle.dumps(strategy))

    assert copy._riskguard.settings == strategy._riskguard.settings
    found = inspect.getattr_static(type(copy), "leverage")
    assert found._riskguard_guards is found
    assert copy.protections[0] == {"method": "CooldownPeriod"}


class AsksItself(Plain):
    """Asks its own callbacks, as published strategies do."""

    def leverage(self, pair, current_time, current_rate, *args, **kwargs):
        return 7.0 if pair else 0.0

    def informative_pairs(self):
        return [("BTC/USDT:USDT", "1h")]

    def seen(self):
        pairs = [pair for pair, timeframe in self.informative_pairs()]
        return (
            pairs,
            self.leverage("BTC", None, 1.0),
            self.leverage("BTC", current_time=None, current_rate=1.0),
        )


@pytest.mark.parametrize("riskguard", [{"enabled": False}, {"profile": "moderate"}])
def test_a_strategy_that_asks_itself_gets_its_own_answer(riskguard):
    class Both(RiskGuard, AsksItself):
        pass

    assert built(Both, **riskguard).seen() == (["BTC/USDT:USDT"], 7.0, 7.0)


def test_before_the_guards_start_a_strategy_sees_its_own():
    class Early(Guarded):
        def __init__(self, config):
            self.seen = [item["method"] for item in self.protections], self.leverage("BTC")
            super().__init__(config)

    assert built(Early, profile="moderate").seen == (["CooldownPeriod"], 7.0)


def test_a_strategy_that_never_starts_the_guard_is_stopped():
    class Never(Guarded):
        def __init__(self, config):
            IStrategy.__init__(self, config)

    with pytest.raises(RuntimeError, match=r"call super\(\).__init__\(config\)"):
        built(Never, profile="moderate").ft_bot_start()


def test_a_callback_assigned_to_itself_keeps_its_attributes():
    def mine(pair, **kwargs):
        return 20.0

    mine.__dict__["version"] = 3
    strategy = built(Guarded, profile="moderate")
    strategy.leverage = mine

    assert (strategy.leverage.version, strategy.leverage.__name__) == (3, "mine")


class OnTheClassLater(Guarded):
    """Puts a callback on its class, or past ``setattr`` on itself, while the bot runs."""

    def put(self, where):
        if where == "class":
            setattr(type(self), "leverage", lambda self, pair, **kwargs: 20.0)  # noqa: B010
        else:
            self.__dict__["leverage"] = lambda pair, **kwargs: 20.0


@pytest.mark.parametrize("where", ["class", "instance"])
@pytest.mark.parametrize("when", ["bot_start", "bot_loop_start", "analyze_pair"])
@pytest.mark.parametrize("fails", [False, True])
def test_what_is_put_on_a_running_strategy_is_guarded_again(where, when, fails, monkeypatch):
    def put(self, *args, **kwargs):
        self.put(where)
        if fails and when != "bot_start":
            raise ZeroDivisionError

    cls = type("Later", (OnTheClassLater,), {when: put})
    strategy = built(cls, profile="moderate", mode="off")
    if when == "bot_start":
        strategy.ft_bot_start()
    elif when == "bot_loop_start":
        strategy_safe_wrapper(strategy.bot_loop_start, supress_error=True)(current_time=None)
    else:
        with suppress(ZeroDivisionError):
            strategy.analyze(["BTC/USDT:USDT"])
    monkeypatch.setattr(strategy, "_riskguard_leverage", lambda own, pair, **kwargs: 2.0)

    assert leverage_of(strategy) == 2.0

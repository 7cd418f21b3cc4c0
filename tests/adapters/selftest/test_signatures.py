from contextlib import ExitStack

import pytest
from freqtrade.persistence import LocalTrade, Order, PairLocks, Trade
from freqtrade.persistence.models import PairLock
from freqtrade.strategy import IStrategy
from freqtrade.wallets import Wallets

from freqtrade_riskguard.adapters.callbacks.wrapping import GUARDED
from freqtrade_riskguard.adapters.selftest.signatures import compared


def failed():
    return {check.hook: check.found for check in compared() if check.found is not None}


def test_this_freqtrade_has_everything():
    assert failed() == {}


@pytest.mark.parametrize("hook", GUARDED)
def test_a_hook_that_is_gone_is_named(hook, monkeypatch):
    # Some are defined by the base classes of freqtrade's strategy.
    owner = next(cls for cls in IStrategy.__mro__ if hook in vars(cls))
    monkeypatch.delattr(owner, hook)

    assert failed() == {hook: "it is not there"}


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (LocalTrade, "bt_trades_open"),
        (PairLocks, "lock_pair"),
        (Trade, "get_trades_proxy"),
        (Wallets, "get_total"),
    ],
)
def test_what_the_guard_reads_is_looked_for(owner, name, monkeypatch):
    if name == "get_trades_proxy":
        monkeypatch.delattr(LocalTrade, name)
    monkeypatch.delattr(owner, name)

    assert failed() == {name: "it is not there"}


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (Order, "funding_fee"),
        (Order, "safe_amount_after_fee"),
        (LocalTrade, "max_stake_amount"),
        (Trade, "realized_profit"),
        (PairLock, "reason"),
    ],
)
def test_attributes_that_the_guard_reads_are_looked_for(owner, name):
    classes = (owner, LocalTrade) if owner is Trade else (owner,)
    with ExitStack() as stack:
        # A running bot's trades inherit what backtests' trades have.
        for cls in classes:
            # SQLAlchemy's own way of setting would not let a column go.
            stack.callback(type.__setattr__, cls, name, vars(cls)[name])
            type.__delattr__(cls, name)
        found = failed()

    lacking = set(classes)
    assert found == {cls.__name__: f"it has no {name}" for cls in lacking}


@pytest.mark.parametrize("hook", ["should_exit", "ft_stoploss_adjust", "leverage"])
def test_parameters_that_are_gone_are_named(hook, monkeypatch):
    monkeypatch.setattr(IStrategy, hook, lambda trade, pair, **_: (trade, pair))

    assert failed()[hook].startswith("it does not take ")
    assert "current_time" in failed()[hook]

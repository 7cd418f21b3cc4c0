from freqtrade_riskguard.adapters.persistence.ladder_state import LadderState
from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore, InMemoryStore
from freqtrade_riskguard.engine.required_actions import ACCOUNT
from tests.adapters.bots import open_database
from tests.adapters.trades import booked_trade, found_again, open_trade

ENFORCED, OBSERVED = True, False


def watching(memory, *trades):
    levels = LadderState(memory)
    levels.watch(trades)
    return levels


def test_a_ladder_stands_at_0_until_it_moves():
    levels = watching(InMemoryStore(), open_trade())

    assert levels.get("margin_ladder", 1, ENFORCED) == 0
    assert levels.get("drawdown_ladder", ACCOUNT, ENFORCED) == 0


def test_each_trade_and_each_ladder_has_its_own_level():
    levels = watching(InMemoryStore(), open_trade(1), open_trade(2))

    levels.set("margin_ladder", 1, 3, enforced=ENFORCED)
    levels.set("funding_exit", 1, 1, enforced=ENFORCED)
    levels.set("margin_ladder", ACCOUNT, 2, enforced=ENFORCED)

    assert levels.get("margin_ladder", 1, ENFORCED) == 3
    assert levels.get("funding_exit", 1, ENFORCED) == 1
    assert levels.get("margin_ladder", 2, ENFORCED) == 0
    assert levels.get("margin_ladder", ACCOUNT, ENFORCED) == 2


def test_a_ladder_goes_back_too():
    levels = watching(InMemoryStore(), open_trade())
    levels.set("margin_ladder", 1, 3, enforced=ENFORCED)

    levels.set("margin_ladder", 1, 0, enforced=ENFORCED)

    assert levels.get("margin_ladder", 1, ENFORCED) == 0


def test_a_restart_finds_every_level(database):
    levels = watching(DatabaseStore(), booked_trade())
    levels.set("margin_ladder", 1, 3, enforced=ENFORCED)
    levels.set("drawdown_ladder", ACCOUNT, 100, enforced=ENFORCED)
    open_database(database)

    again = watching(DatabaseStore(), booked_trade(2), found_again(1))
    assert again.get("margin_ladder", 1, ENFORCED) == 3
    assert again.get("margin_ladder", 2, ENFORCED) == 0
    assert again.get("drawdown_ladder", ACCOUNT, ENFORCED) == 100


def test_what_was_only_observed_is_not_done_once_the_rule_enforces(database):
    levels = watching(DatabaseStore(), booked_trade())
    levels.set("margin_ladder", 1, 3, enforced=OBSERVED)
    levels.set("drawdown_ladder", ACCOUNT, 100, enforced=OBSERVED)
    open_database(database)

    again = watching(DatabaseStore(), found_again(1))
    assert again.get("margin_ladder", 1, ENFORCED) == 0
    assert again.get("drawdown_ladder", ACCOUNT, ENFORCED) == 0
    assert again.get("margin_ladder", 1, OBSERVED) == 3
    assert again.get("drawdown_ladder", ACCOUNT, OBSERVED) == 100

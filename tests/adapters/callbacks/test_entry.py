"""freqtrade's questions about an entry: answers, and what happens when something breaks."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from math import nan
from typing import ClassVar

import pytest
from freqtrade.exceptions import DependencyException
from freqtrade.persistence import LocalTrade, PairLocks

from freqtrade_riskguard.adapters.account.equity import Equity
from freqtrade_riskguard.adapters.market.candles import Candles
from freqtrade_riskguard.adapters.market.contracts import ContractSpecs
from freqtrade_riskguard.adapters.market.correlations import CorrelationEstimator
from freqtrade_riskguard.adapters.market.funding_rates import FundingRates
from freqtrade_riskguard.adapters.market.snapshots import SnapshotBuilder
from freqtrade_riskguard.rules.leverage.kelly import Kelly
from tests.adapters.bots import (
    KELLY_OFF,
    MINUTE,
    Reckless,
    Wallets,
    adjust_stop,
    broken,
    confirm,
    guarded,
    journal,
    leverage,
    loop,
    only,
    stake,
)
from tests.adapters.trades import closed_trade, open_trade, waiting_trade
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("_backtest")


@pytest.mark.parametrize("side", ["long", "short"])
def test_an_entry_from_leverage_to_consent(data, side):
    strategy = guarded(data, **KELLY_OFF)
    loop(strategy)

    given = leverage(strategy, side)
    size = stake(strategy, given, side)

    # Regime moderate: 3x; about 2.4 % a day on a quarter of the account allow about 3.3x.
    assert given == 3.0
    # 1 % of 10,000 at twice the ATR and the costs.
    assert 0 < size < 2_500.0
    assert confirm(strategy, size * given / 100, side)


@pytest.mark.parametrize("stacking", [False, True])
def test_an_order_that_gets_another_price_is_the_same_entry(data, stacking):
    # A backtest takes the old order off, and asks for consent to the new one.
    limits = {"side_limit": {"mode": "enforce", "max_longs": 1}}
    strategy = guarded(data, **{**only("exposure_cap"), **limits})
    loop(strategy)
    trade = waiting_trade(leverage=5.0, stake=2_000.0)
    trade.orders.clear()
    LocalTrade.add_bt_trade(trade)
    leverage(strategy)
    # Stacked, it is another trade beside the first.
    strategy.config["position_stacking"] = stacking

    # 15,000 of 20,000: 25,000 with the old order, and the only long there may be.
    assert confirm(strategy, 150.0) is not stacking
    assert confirm(strategy, 201.0) is False


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
        (Candles, "age_intervals"),
        (ContractSpecs, "tiers"),
        (ContractSpecs, "taker_fee"),
        (FundingRates, "at"),
        (CorrelationEstimator, "portfolio"),
        (Kelly, "max_leverage"),
    ],
)
def test_what_breaks_leads_to_the_safest_answer_and_one_error(
    data, monkeypatch, caplog, owner, name
):
    strategy = guarded(data)
    loop(strategy)
    monkeypatch.setattr(owner, name, broken)

    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            assert leverage(strategy) == 1.0

    assert len(caplog.records) == 1
    assert PAIR in caplog.records[0].getMessage()
    if owner is not Kelly:
        assert stake(strategy, 1.0) == 0.0
        assert confirm(strategy, 1.0) is False


def test_no_entries_while_an_open_trade_has_no_stop_of_ours(data, monkeypatch):
    strategy = guarded(data, **KELLY_OFF)
    trade = open_trade()
    LocalTrade.add_bt_trade(trade)
    loop(strategy)
    with monkeypatch.context() as patched:
        patched.setattr(SnapshotBuilder, "position", broken)
        adjust_stop(strategy, trade)

    assert stake(strategy, 1.0) == 0.0
    LocalTrade.remove_bt_trade(trade)
    later = loop(strategy, 5)
    assert stake(strategy, 1.0, time=later) == 0.0
    later = loop(strategy, 60)
    assert stake(strategy, 1.0, time=later) > 0.0


def test_the_account_that_cannot_be_valued_enters_nothing(data, monkeypatch):
    strategy = guarded(data, **KELLY_OFF)
    loop(strategy)
    monkeypatch.setattr(Equity, "update", broken)

    later = loop(strategy, 5)

    assert stake(strategy, 1.0, time=later) == 0.0
    assert confirm(strategy, 1.0, time=later) is False
    monkeypatch.undo()
    later = loop(strategy, 10)
    assert stake(strategy, 1.0, time=later) > 0.0


def test_no_money_for_a_trade_is_no_error(data, monkeypatch, caplog):
    def empty(*_, **__):
        raise DependencyException

    strategy = guarded(data, **KELLY_OFF)
    loop(strategy)
    caplog.clear()
    monkeypatch.setattr(Wallets, "get_trade_stake_amount", empty)

    with caplog.at_level(logging.ERROR):
        assert leverage(strategy) == 1.0
    assert caplog.records == []


def test_an_error_of_the_strategys_own_consent_is_a_denial(data):
    class Failing(Reckless):
        def confirm_trade_entry(self, *args, **kwargs):
            raise ZeroDivisionError

    enforcing = guarded(data, Failing)
    observing = guarded(data, Failing, mode="observe")
    for strategy in (enforcing, observing):
        loop(strategy)

    assert confirm(enforcing, 1.0) is False
    assert confirm(observing, 1.0) is True  # as freqtrade answers without the guard


def test_the_strategys_own_no_is_a_no(data):
    class Refusing(Reckless):
        def confirm_trade_entry(self, *args, **kwargs):
            return False

    strategy = guarded(data, Refusing, **only())
    loop(strategy)
    leverage(strategy)

    assert stake(strategy, 1.0) > 0
    assert confirm(strategy, 1.0) is False


@pytest.mark.parametrize(("answer", "given"), [(nan, 1.0), (None, 1.0), (-3.0, 1.0), (2.0, 2.0)])
def test_a_strategys_leverage_that_is_no_leverage_is_1(data, answer, given):
    class Odd(Reckless):
        def leverage(self, *args, **kwargs):
            return answer

    strategy = guarded(data, Odd, **only())
    loop(strategy)

    assert leverage(strategy) == given


def test_the_exchange_allows_no_more_than_it_does(data):
    strategy = guarded(data, **only(), max_leverage=5)
    loop(strategy)

    assert leverage(strategy, max_leverage=3.0) == 3.0
    assert leverage(strategy, max_leverage=50.0) == 5.0


@pytest.mark.parametrize("answer", [nan, 1e9])
def test_a_strategys_stake_that_is_too_much_or_no_number_is_held_to_the_caps(data, answer):
    class Odd(Reckless):
        def custom_stake_amount(self, *args, **kwargs):
            return answer

    strategy = guarded(data, Odd, **only("position_cap"))
    loop(strategy)
    given = leverage(strategy)

    # 60 % of 10,000 shared over four slots are 15 %.
    assert 0.0 <= stake(strategy, given) <= 1_500.0


@pytest.mark.parametrize(("asked", "given"), [(900.0, 700.0), (700.0, 700.0), (600.0, 600.0)])
def test_no_stake_is_above_what_freqtrade_allows(data, asked, given):
    strategy = guarded(data, **only())
    loop(strategy)

    assert stake(strategy, leverage(strategy), asked=asked, max_stake=700.0) == given


def test_a_strategy_that_asks_for_no_stake_gets_none(data):
    class Idle(Reckless):
        def custom_stake_amount(self, *args, **kwargs):
            return 0.0

    strategy = guarded(data, Idle)
    loop(strategy)

    assert stake(strategy, leverage(strategy)) == 0.0
    assert journal(strategy, "stake") == []


@pytest.mark.parametrize(("forced", "allowed"), [(20.0, False), (3.04, True), (2.5, True)])
def test_a_forced_leverage_is_checked_where_it_shows(data, forced, allowed):
    strategy = guarded(data, **KELLY_OFF)
    loop(strategy)

    assert (stake(strategy, forced) > 0) is allowed


def test_a_forced_entry_does_not_pass_a_lock(data):
    # The ladder would cut the stake to nothing as well.
    strategy = guarded(data, **only("daily_loss"))
    loop(strategy)
    trade = open_trade(rate=110.0)  # 10 % down at 10x on a tenth of the account
    LocalTrade.add_bt_trade(trade)
    later = loop(strategy, 25)

    assert PairLocks.is_global_lock(later)
    assert stake(strategy, 2.0, time=later) > 0
    assert confirm(strategy, 1.0, time=later) is False
    assert journal(strategy, "stake")[-1].rule == "lock"

    PairLocks.unlock_pair("*", later)
    assert confirm(strategy, 1.0, time=later) is True


def test_a_stake_below_the_minimum_is_no_trade_and_says_so(data):
    strategy = guarded(data, **KELLY_OFF)
    loop(strategy)
    given = leverage(strategy)

    assert stake(strategy, given, minimum=2_499.0) == 0.0
    last = journal(strategy)[-1]
    assert (last.rule, last.answered) == ("minimum_stake", 0.0)
    assert "below the exchange's minimum of 2499.00" in last.why


def test_observing_changes_no_answer(data):
    strategy = guarded(data, mode="observe")
    trade = open_trade()
    LocalTrade.add_bt_trade(trade)
    before = trade.stop_loss
    loop(strategy)

    assert leverage(strategy) == 10.0
    assert stake(strategy, 10.0) == 2_500.0
    assert confirm(strategy, 250.0) is True
    assert adjust_stop(strategy, trade) == before
    asked = {decision.question for decision in journal(strategy)}
    assert asked == {"leverage", "stake", "entry", "stop"}
    assert not any(decision.enforced for decision in journal(strategy))


def test_observing_changes_no_answer_even_where_everything_breaks(data, monkeypatch):
    strategy = guarded(data, mode="observe")
    loop(strategy)
    monkeypatch.setattr(SnapshotBuilder, "market", broken)

    assert leverage(strategy) == 10.0
    assert stake(strategy, 10.0) == 2_500.0
    assert confirm(strategy, 250.0) is True


def test_disabled_it_is_as_if_it_were_not_there(data):
    strategy = guarded(data, enabled=False)
    loop(strategy)
    trade = open_trade()
    before = trade.stop_loss

    assert leverage(strategy) == 10.0
    assert stake(strategy, 10.0) == 2_500.0
    assert confirm(strategy, 250.0) is True
    assert adjust_stop(strategy, trade) == before
    assert journal(strategy) == []


@dataclass(frozen=True)
class NoAfternoons:
    """A strategy's own rule."""

    name: ClassVar[str] = "no_afternoons"

    def denial(self, entry):
        return "after noon" if entry.time.hour > 12 else None


def test_a_rule_of_the_strategys_own_is_asked(data):
    cls = type("Own", (Reckless,), {"riskguard_rules": [NoAfternoons]})
    strategy = guarded(data, cls, **only())

    for hours, allowed in ((0, True), (1, False)):
        time = loop(strategy, hours * 60)
        given = leverage(strategy, time=time)
        assert stake(strategy, given, time=time) > 0
        assert confirm(strategy, 1.0, time=time) is allowed
    (decision,) = journal(strategy, "entry")
    assert (decision.rule, decision.why) == ("no_afternoons", "after noon")


def test_the_strategys_hooks_reach_the_rules(data):
    class Telling(Reckless):
        def riskguard_conviction(self, pair, side, **kwargs):
            return 0.5

        def riskguard_target(self, pair, side, rate, **kwargs):
            return rate * 1.001

    strategy = guarded(data, Telling, **only("conviction", "reward_risk"))
    loop(strategy)

    # The cap of 5x, by half, in whole numbers.
    given = leverage(strategy)
    assert given == 2.0
    assert stake(strategy, given) > 0
    # 0.1 % to win, and the strategy's own 0.99 / 2 to lose.
    assert confirm(strategy, 1.0) is False
    assert journal(strategy, "entry")[-1].rule == "reward_risk"


def test_a_hook_that_fails_takes_away_leverage_and_consent(data):
    class Failing(Reckless):
        riskguard_conviction = riskguard_target = broken

    strategy = guarded(data, Failing, **only("conviction", "reward_risk"))
    loop(strategy)

    assert leverage(strategy) == 1.0
    assert confirm(strategy, 1.0) is False


def test_after_a_losing_trade_the_leverage_does_not_rise(data):
    strategy = guarded(data, **only("losing_leverage"))
    closed_trade(1, profit_ratio=-0.01, date=NOON - timedelta(minutes=20), leverage=2.0)
    time = loop(strategy)

    assert leverage(strategy, time=time) == 2.0
    assert leverage(strategy, time=time + 5 * MINUTE) == 2.0

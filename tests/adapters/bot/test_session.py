"""One run: what it begins with, what an entry is told, and what a restart goes on with."""

import logging
from dataclasses import fields, replace
from math import isnan
from typing import Any

import pytest
from freqtrade.enums import RunMode
from freqtrade.persistence import LocalTrade, Trade

from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore, InMemoryStore
from tests.adapters.bots import (
    ETH,
    MINUTE,
    Reckless,
    broken,
    confirm,
    guarded,
    journal,
    leverage,
    loop,
    only,
    open_database,
    stake,
)
from tests.adapters.trades import booked_trade, closed_trade, open_trade
from tests.factories import NOON, PAIR


class Telling(Reckless):
    """Writes down what its hooks are asked."""

    def __init__(self, config):
        self.asked = []
        super().__init__(config)

    def riskguard_conviction(self, pair, side, rate, current_time, enter_tag):
        self.asked.append((pair, side, rate, current_time, enter_tag))
        return 0.5


def ask_entry(strategy, *, pair=PAIR, side=1, rate=100.0, time=NOON, **changes):
    asked = {"leverage": 2.0, "stake_quote": 100.0, "enter_tag": None, **changes}
    return strategy._riskguard.entry(strategy, pair=pair, side=side, rate=rate, time=time, **asked)


def enter(trade_id=1, **kwargs):
    trade = open_trade(trade_id, **kwargs)
    LocalTrade.add_bt_trade(trade)
    return trade


def same(one, other):
    """Whether two entries are the same, unknown figures and arrays of the portfolio included."""
    for field in fields(one):
        this, that = getattr(one, field.name), getattr(other, field.name)
        if field.name == "portfolio":
            assert this.betas.tolist() == that.betas.tolist()
            assert this.correlation.tolist() == that.correlation.tolist()
        elif not (isinstance(this, float) and isnan(this) and isnan(that)):
            assert this == that, field.name
    return True


@pytest.mark.usefixtures("_backtest")
class TestAnEntry:
    def test_without_an_account_there_is_none(self, data):
        with pytest.raises(RuntimeError, match="could not be valued in this loop"):
            ask_entry(guarded(data))

    def test_it_is_told_what_there_is_to_know(self, data):
        strategy = guarded(data, Telling, markets=(PAIR, ETH))
        closed_trade(1, profit_ratio=-0.01, date=NOON - 10 * MINUTE, leverage=3.0)
        held = enter(2, pair=ETH)
        loop(strategy)

        entry = ask_entry(strategy, side=-1, enter_tag="dip")

        assert (entry.time, entry.side, entry.rate, entry.enter_tag) == (NOON, -1, 100.0, "dip")
        assert (entry.leverage, entry.stake_quote) == (2.0, 100.0)
        assert entry.market.pair == PAIR
        assert 0.01 < entry.market.daily_volatility < 0.05
        assert entry.own_stop_ratio == 0.99
        assert entry.conviction == 0.5
        assert entry.target_price is None
        assert entry.history.last_leverage == 3.0
        assert entry.history.lost_last_trade
        assert [position.trade_id for position in entry.others] == [held.id]
        # The others in their order, its own pair last.
        assert len(entry.portfolio.betas) == 2
        assert strategy.asked == [(PAIR, "short", 100.0, NOON, "dip")]

    def test_without_a_rule_that_asks_the_portfolio_is_not_measured(self, data):
        strategy = guarded(data, **only("fixed_risk"))
        loop(strategy)

        assert ask_entry(strategy).portfolio is None

    def test_the_position_that_is_added_to_is_none_of_the_others(self, data):
        strategy = guarded(data, markets=(PAIR, ETH))
        enter(1)
        enter(2, pair=ETH)
        loop(strategy)

        addition = ask_entry(strategy, adds_to=1)

        assert [position.trade_id for position in addition.others] == [2]
        assert len(addition.portfolio.betas) == 2

    def test_leverage_stake_and_consent_ask_the_strategys_hooks_once(self, data):
        strategy = guarded(data, Telling, **only())
        for minutes in (0, 5):
            time = loop(strategy, minutes)
            given = leverage(strategy, time=time)
            stake(strategy, given, time=time)
            confirm(strategy, 1.0, time=time)

        assert [asked[3] for asked in strategy.asked] == [NOON, NOON + 5 * MINUTE]

    def test_what_is_remembered_of_an_entry_is_what_would_be_seen_anew(self, data):
        strategy = guarded(data, Telling, markets=(PAIR, ETH))
        loop(strategy)
        session = strategy._riskguard

        def anew(**asked):
            session._draft = None
            return ask_entry(strategy, **asked)

        asked: list[dict[str, Any]] = [
            {},
            {"leverage": 1.0, "stake_quote": 50.0},
            {"side": -1},
            {"pair": ETH},
            {"adds_to": 1},
            {"leverage": 4.0},
            {"time": NOON + 5 * MINUTE},
        ]
        for number, question in enumerate(asked):
            if number == 3:
                enter(1)  # in between, something is entered
            assert same(ask_entry(strategy, **question), anew(**question))


@pytest.mark.usefixtures("_backtest")
class TestARun:
    def test_a_backtest_remembers_as_long_as_it_lasts(self, data):
        strategy = guarded(data)

        assert type(strategy._riskguard.memory) is InMemoryStore

    def test_the_first_loop_of_a_backtest_begins_anew(self, data):
        strategy = guarded(data)
        strategy._riskguard.memory.set("equity", "[5.0, 5.0, 5.0, 0, 5.0, 0, 5.0]")

        loop(strategy)

        assert strategy._riskguard.account.equity_quote == 10_000.0

    @pytest.mark.parametrize("minutes", [0, -5])
    def test_time_that_does_not_go_on_is_another_backtest(self, data, minutes):
        strategy = guarded(data)
        loop(strategy)
        before = strategy._riskguard.memory

        loop(strategy, minutes)

        assert strategy._riskguard.memory is not before

    def test_it_goes_on_with_what_another_has_kept(self, data):
        first = guarded(data, **only("drawdown_ladder"))
        loop(first)
        enter(rate=100 / 0.94)
        loop(first, 5)
        session = first._riskguard

        again = guarded(data, **only("drawdown_ladder"))
        again._riskguard.resume(again, session.memory, NOON + 5 * MINUTE)
        loop(again, 10)

        assert again._riskguard.memory is session.memory
        account = replace(session.account, time=NOON + 10 * MINUTE, free_quote=10_000.0)
        assert again._riskguard.account.peak_equity_quote == account.peak_equity_quote
        assert again._riskguard.account.drawdown_ratio == account.drawdown_ratio

    def test_without_a_configuration_it_says_so(self, data, caplog):
        strategy = guarded(data)
        del strategy.config["riskguard"]

        with caplog.at_level(logging.WARNING):
            strategy._riskguard.start(strategy)

        assert "the configuration has no 'riskguard' block; profile seatbelt is used" in caplog.text


class TestARunningBot:
    def test_it_remembers_in_its_database_and_never_begins_anew(self, data, database):
        strategy = guarded(data, runmode=RunMode.DRY_RUN)
        memory = strategy._riskguard.memory
        assert type(memory) is DatabaseStore

        for minutes in (0, 5, -60):  # a clock that is set back is no new run
            loop(strategy, minutes)

        assert strategy._riskguard.memory is memory

    def test_a_restart_finds_peak_and_day(self, data, database):
        strategy = guarded(data, runmode=RunMode.DRY_RUN)
        loop(strategy)
        booked_trade(rate=100 / 0.98)
        open_database(database)

        again = guarded(data, runmode=RunMode.DRY_RUN)
        loop(again, 5)

        account = again._riskguard.account
        # 10,000 in the trade lose 2 %, but for what is less than a lot.
        assert account.equity_quote == pytest.approx(9_800.0, abs=0.1)
        assert account.peak_equity_quote == account.day_start_equity_quote == 10_000.0


@pytest.mark.usefixtures("database")
def test_where_the_exchange_cannot_be_compared_what_freqtrade_missed_is_looked_after(
    data, monkeypatch
):
    strategy = guarded(data, runmode=RunMode.LIVE, **only())
    booked_trade(1)
    loop(strategy)
    looked = []
    live, unattended = strategy._riskguard.live, strategy._riskguard.live.unattended

    def noted(*asked):
        looked.extend(unattended(*asked))
        return []

    monkeypatch.setattr(live, "begin_loop", broken)
    monkeypatch.setattr(live, "unattended", noted)

    # freqtrade has not asked about it since the loop before.
    loop(strategy, 5)

    assert [trade.id for trade in looked] == [1]


@pytest.mark.usefixtures("database")
def test_what_was_to_be_settled_is_so_once_the_account_was_valued(data, monkeypatch):
    strategy = guarded(data, runmode=RunMode.LIVE, **only())
    session, noted = strategy._riskguard, []
    monkeypatch.setattr(session.live, "note_valued", lambda: noted.append(True))
    with monkeypatch.context() as fails:
        fails.setattr(session.account_manager, "refresh", broken)
        loop(strategy)
    assert not noted

    loop(strategy, 5)

    assert noted == [True]


@pytest.mark.usefixtures("database")
def test_a_note_that_cannot_be_taken_keeps_no_trade_from_being_closed(data, monkeypatch):
    strategy = guarded(data, runmode=RunMode.LIVE, **only())
    booked_trade(1)
    session = strategy._riskguard
    closed: list[int] = []
    monkeypatch.setattr(session.live, "note_valued", broken)
    monkeypatch.setattr(session.live, "unattended", lambda *_: list(Trade.get_open_trades()))
    monkeypatch.setattr(
        "freqtrade_riskguard.adapters.bot.session.close_unattended",
        lambda _strategy, trades, *_: closed.extend(trade.id for trade in trades),
    )

    loop(strategy)

    assert closed == [1]
    assert session.account is not None


@pytest.mark.usefixtures("database")
def test_a_guard_that_observes_is_not_asked_for_exits_and_does_not_miss_the_question(data):
    strategy = guarded(data, runmode=RunMode.LIVE, mode="observe")
    booked_trade(1)

    for minutes in (0, 5, 10):
        loop(strategy, minutes)

    assert not [made for made in journal(strategy, "alert") if "look after" in made.why]

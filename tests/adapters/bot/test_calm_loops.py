"""A backtest that looks again only once a rule could act decides what one does that always looks.

Both run the same loops of real strategies and trades; all that is decided is compared.
"""

from datetime import timedelta

import pytest
from freqtrade.persistence import LocalTrade, PairLocks, Trade
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.adapters.market.snapshots import SnapshotBuilder
from freqtrade_riskguard.engine.account_monitor import AccountMonitor
from freqtrade_riskguard.engine.calm import CalmSearch
from tests.adapters.bots import ETH, MINUTE, guarded, journal, loop
from tests.adapters.trades import close_trade, fill, open_trade, wait
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("_backtest")

CANDLE_MINUTES = 5
NEAR = {
    "daily_loss_limit": 0.03,
    "daily_loss": {"close_all": True},
    "equity_stop": {"mode": "enforce", "distance": 0.04},
    "funding_breaker": {"max_paid": 0.01},
    "circuit_breaker": {"losing_trades": 2},
}
ACTS = st.sampled_from(
    ["stay"] * 6 + ["open", "open", "close", "pay", "cut", "wait", "stop", "lock", "ask"]
)
MOVES = st.sampled_from([0.0, 0.001, -0.001, 0.004, -0.004, 0.03, -0.04])
LOOPS = st.lists(st.tuples(ACTS, MOVES, MOVES), min_size=4, max_size=14)


@pytest.fixture
def prices(monkeypatch):
    """What a backtest values each pair at."""
    known = {PAIR: 100.0, ETH: 100.0}

    def marks(_self, _strategy, trades, _time):
        return [known[trade.pair] for trade in trades]

    monkeypatch.setattr(SnapshotBuilder, "marks", marks)
    return known


def act(strategy, what, prices, number, time):
    """Do within a candle what freqtrade, the strategy or somebody else may do there."""
    trades = list(LocalTrade.bt_trades_open)
    if what == "open" and len(trades) < 4:
        pair, short = (PAIR, ETH)[number % 2], number % 3 == 0
        LocalTrade.add_bt_trade(open_trade(number, pair=pair, short=short, rate=prices[pair]))
    elif what == "lock":
        PairLocks.lock_pair(PAIR, time + timedelta(hours=1), "of a protection", now=time)
    elif what == "ask":
        strategy.leverage(
            pair=ETH,
            current_time=time,
            current_rate=prices[ETH],
            proposed_leverage=5.0,
            max_leverage=50.0,
            entry_tag=None,
            side="long",
        )
    elif trades and what == "close":
        close_trade(trades[0], prices[trades[0].pair], time)
    elif trades and what == "pay":
        trades[-1].funding_fees = (trades[-1].funding_fees or 0.0) - 20.0
    elif trades and what == "cut":
        trade = trades[0]
        fill(trade, trade.exit_side, trade.amount / 2, prices[trade.pair], time)
        trade.recalc_trade_from_orders()
    elif trades and what == "wait":
        wait(trades[-1], 10.0, 90.0, filled=4.0, date=time)
    elif trades and what == "stop":
        trades[-1].stop_loss = 0.9 * trades[-1].open_rate


def decided(data, prices, loops, settings_):
    """Return all that is known and decided after each loop, and what happens in its candle."""
    Trade.reset_trades()
    PairLocks.reset_locks()
    LocalTrade.bt_total_profit = 0
    prices.update({PAIR: 100.0, ETH: 100.0})
    strategy = guarded(data, markets=(PAIR, ETH), **settings_)
    found = []
    for number, (what, move, other) in enumerate(loops, start=1):
        prices[PAIR] *= 1 + move
        prices[ETH] *= 1 + other
        time = loop(strategy, number * CANDLE_MINUTES)
        act(strategy, what, prices, number, time)
        manager = strategy._riskguard.account_manager
        exits = [
            manager.exit_price(strategy, trade, prices[trade.pair], time)
            for trade in LocalTrade.bt_trades_open
        ]
        found.append(
            (
                repr(strategy._riskguard.account),
                manager.reductions._targets.copy(),
                repr(exits),
                repr(journal(strategy)),
                [(lock.pair, lock.reason, lock.lock_end_time) for lock in PairLocks.locks],
            )
        )
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(loops=LOOPS, mode=st.sampled_from(["enforce", "observe"]))
def test_it_decides_the_same(data, prices, loops, mode):
    settings_ = {**NEAR, "mode": mode} if mode == "observe" else NEAR
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CalmSearch, "find", lambda *_: None)
        always = decided(data, prices, loops, settings_)

    assert decided(data, prices, loops, settings_) == always


@pytest.fixture
def looked(monkeypatch):
    """The times at which rules have looked at the whole account."""
    times, evaluate = [], AccountMonitor.evaluate

    def noted(self, account, closed):
        times.append((account.time - NOON) // MINUTE)
        return evaluate(self, account, closed)

    monkeypatch.setattr(AccountMonitor, "evaluate", noted)
    return times


def test_nobody_looks_while_nothing_happens(data, prices, looked):
    strategy = guarded(data)
    LocalTrade.add_bt_trade(open_trade(1))

    for minutes in range(0, 60, 5):
        prices[PAIR] = 100.0 + minutes / 200
        loop(strategy, minutes)

    account = strategy._riskguard.account
    assert looked == [0]
    # 100 units at 100.275: 27.5 won.
    assert account.equity_quote == pytest.approx(10_027.5)
    assert account.peak_equity_quote == account.equity_quote
    assert account.time == NOON + 55 * MINUTE
    assert account.positions[0].rate == 100.275
    assert strategy._riskguard.account_manager.mark(1) == 100.275


@pytest.mark.parametrize("what", ["open", "close", "pay", "cut", "wait"])
def test_what_happens_is_looked_at_in_the_next_loop(data, prices, looked, what):
    strategy = guarded(data)
    LocalTrade.add_bt_trade(open_trade(1))
    loop(strategy)
    loop(strategy, 5)
    assert looked == [0]

    act(strategy, what, prices, 2, NOON + 5 * MINUTE)
    loop(strategy, 10)

    assert looked[:2] == [0, 10]


def test_a_price_that_has_moved_far_is_looked_at(data, prices, looked):
    strategy = guarded(data)
    LocalTrade.add_bt_trade(open_trade(1))
    loop(strategy)

    prices[PAIR] = 96.0
    loop(strategy, 5)

    # 4 % of 10,000: a loss of 400 of 10,000.
    assert looked == [0, 5]
    assert strategy._riskguard.account.drawdown_ratio == pytest.approx(0.04)


def test_each_day_is_looked_at_once_at_least(data, looked):
    strategy = guarded(data)

    for hours in range(30):
        loop(strategy, 60 * hours)

    # Midnight is 12 hours after noon.
    assert looked == [0, 12 * 60]


def test_a_lifted_halt_is_looked_at(data, looked):
    strategy = guarded(data)
    loop(strategy)
    memory = strategy._riskguard.memory
    memory.set("halt_rule", "drawdown_ladder")
    memory.set("halt_until", (NOON + timedelta(days=1)).timestamp())

    # No lock is there: somebody has lifted it.
    loop(strategy, 5)

    assert looked == [0, 5]
    assert [made.rule for made in journal(strategy, "alert")] == ["halt"]

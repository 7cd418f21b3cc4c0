"""A bot that dies after any commit of the loop that decides, or whose write fails: nothing is lost.

For each decision the deciding loop is run once undisturbed, and its commits are counted. Then it is
run again for each of them: killed right after the commit, or with that one write failing; the bot
then goes on, or dies once its order is filled. What was decided must be sold once, and locks and
levels must be the same.
"""

from dataclasses import dataclass

import pytest
from freqtrade.enums import RunMode
from freqtrade.persistence import PairLocks, Trade
from freqtrade.persistence.custom_data import _CustomData
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from freqtrade_riskguard.backtest_result.result import GUARD_TAG
from tests.adapters.bots import MINUTE, adjust_position, guarded, loop, only, open_database
from tests.adapters.trades import booked_trade, fill, found_again
from tests.factories import NOON

CLOSES = {"close_all": True}
KINDS = ("kill", "fail", "fail and die")


@dataclass(frozen=True)
class Case:
    """What decides, and the price at which the only trade was entered; it is 100 now."""

    settings: dict
    entry_rate: float
    rule: str
    locks: int
    keep_ratio: float


CASES = {
    # Of 10,000: 2,000 below the peak, which halts; 600, which cuts by a tenth.
    "halt": Case(only("drawdown_ladder"), 125.0, "drawdown_ladder", 1, 0.0),
    "step": Case(only("drawdown_ladder"), 100 / 0.94, "drawdown_ladder", 0, 0.9),
    "equity stop": Case(only("equity_stop"), 100 / 0.84, "equity_stop", 1, 0.5),
    "day": Case(only("daily_loss", daily_loss=CLOSES), 100 / 0.96, "daily_loss", 1, 0.0),
    "week": Case(only("weekly_loss", weekly_loss=CLOSES), 100 / 0.84, "weekly_loss", 1, 0.0),
    # 75 % of its margin of 1,000 is gone.
    "margin": Case(only("margin_ladder"), 100 / 0.925, "margin_ladder", 0, 0.75),
}


class Killed(BaseException):
    """The process is gone: nothing of ours may catch it."""


def start(case, data):
    return guarded(data, runmode=RunMode.DRY_RUN, **case.settings)


def restart(case, data, url):
    Trade.session.remove()
    _CustomData.session.remove()
    open_database(url)
    return start(case, data)


def sell(strategy, minutes):
    """Fill at 100 what the guard asks for in this loop, as freqtrade does after it."""
    trade, time = found_again(), NOON + minutes * MINUTE
    if not trade.is_open:
        return
    with_candle = {"enter": False, "exit_": False, "low": None, "high": None, "force_stoploss": 0}
    exits = strategy.should_exit(trade, 100.0, time, **with_candle)
    # Not the strategy's own stop: the price stays where it is.
    if any(exit_.exit_reason.startswith(GUARD_TAG) for exit_ in exits):
        fill(trade, trade.exit_side, trade.amount, 100.0, time)
        trade.close_date = time
        trade.close(100.0, show_msg=False)
    elif strategy.position_adjustment_enable:
        stake, _ = adjust_position(strategy, trade, time=time)
        if stake:
            amount = round(-stake * trade.amount / trade.stake_amount, 3)
            fill(trade, trade.exit_side, amount, 100.0, time)
    Trade.commit()


def state(strategy, minutes):
    """Return what is in force: locks without their number, what was sold, the ladders' levels."""
    locks = PairLocks.get_pair_locks(None, NOON + minutes * MINUTE)
    account_manager = strategy._riskguard.account_manager
    memory = strategy._riskguard.memory
    levels = {
        name: memory.get(f"level_{name}") or 0.0 for name in ("drawdown_ladder", "equity_stop")
    }
    trade = Trade.get_trades([]).all()[0]
    levels["margin_ladder"] = memory.get_for_trade(trade, "level_margin_ladder") or 0.0
    return (
        sorted((lock.pair, lock.side, lock.reason.split(":")[0]) for lock in locks),
        [order.filled for order in trade.orders if order.ft_order_side == trade.exit_side],
        bool(account_manager.reductions),
        levels,
        bool(memory.get("halt_until")),
    )


def prepared(case, data, url):
    open_database(url)
    strategy = start(case, data)
    loop(strategy)
    booked_trade(rate=case.entry_rate)
    return strategy


class Disturbance:
    """Kills the bot right after a commit, or lets that commit fail."""

    def __init__(self, disturbed, kind):
        self.count, self._disturbed, self._kind = 0, disturbed, kind
        self._commit = Session.commit

    def __call__(self, session):
        self.count += 1
        if self.count == self._disturbed and self._kind != "kill":
            raise OperationalError("commit", {}, Exception("disk full"))
        self._commit(session)
        if self.count == self._disturbed:
            raise Killed


@pytest.fixture
def run(data, tmp_path, monkeypatch):
    """Return a function that runs a case with the ``disturbed``-th commit disturbed."""

    def run(case, disturbed=None, kind="kill", *, lifted=False):
        url = f"sqlite:///{tmp_path / f'{kind}-{disturbed}.sqlite'}"
        strategy = prepared(case, data, url)
        if lifted:
            loop(strategy, 5)
            for lock in PairLocks.get_pair_locks("*", NOON + 5 * MINUTE):
                lock.active = False  # as /unlock does
            Trade.commit()
        disturbance = Disturbance(disturbed, kind)

        # A function, so that it is bound to the session.
        def commit(session):
            disturbance(session)

        with monkeypatch.context() as patched:
            patched.setattr(Session, "commit", commit)
            try:
                loop(strategy, 6)
            except Killed:
                strategy = restart(case, data, url)
        if kind != "kill":
            sell(strategy, 6)
        if kind == "fail and die":
            strategy = restart(case, data, url)
        for minutes in (7, 8):
            loop(strategy, minutes)
            sell(strategy, minutes)
        drawdown = strategy._riskguard.account.drawdown_ratio
        return disturbance.count, (*state(strategy, 8), round(drawdown, 6))

    return run


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", CASES)
def test_a_decision_survives(name, kind, run):
    case = CASES[name]
    commits, expected = run(case)
    locks, sold, is_more_ordered, *_ = expected
    assert len(locks) == case.locks
    assert sold == [pytest.approx((1 - case.keep_ratio) * 10_000 / case.entry_rate, abs=0.01)]
    assert not is_more_ordered
    assert commits >= 3

    for disturbed in range(1, commits + 1):
        assert run(case, disturbed, kind)[1] == expected, f"{kind} {disturbed}"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_person_decided_survives(kind, run):
    commits, expected = run(CASES["halt"], lifted=True)
    locks, _, _, levels, halted, drawdown = expected
    assert (locks, levels["drawdown_ladder"], halted, drawdown) == ([], 0.0, False, 0.0)
    assert commits >= 3

    for disturbed in range(1, commits + 1):
        found = run(CASES["halt"], disturbed, kind, lifted=True)[1]
        assert found == expected, f"{kind} {disturbed}"

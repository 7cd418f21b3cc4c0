"""The guard decides on a running bot what it decides in a backtest; see tests/support/parity.py.

A bot that trades is held against both: see tests/support/live_parity.py.
"""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.bot import Bot
from tests.support.freqtrade import WALLET_QUOTE, backtest, strategy_files
from tests.support.live_parity import BACKTEST, DRY_RUN, differences
from tests.support.parity import assert_same_locks, assert_same_trades, unmatched
from tests.support.recorded_candles import RecordedCandles, read_candles
from tests.support.window_bot import WindowBot

pytestmark = pytest.mark.slow

STEMS = ("reckless", "guarded_reckless")
ORDERS = {
    "order_types": {
        "entry": "limit",
        "exit": "limit",
        "stoploss": "market",
        "stoploss_on_exchange": False,
    }
}
FEE = 0.0005
# Two pairs in February: each trade has nearly half of the account.
HALF = {"stake_amount": 4_900}
HALVES = {"config": HALF, "riskguard": {"profile": "moderate"}}
DAILY_LIMIT, TRADE_BUDGET = 0.03, 0.01
# A cut of all positions early in the day, so that there is one.
EARLY_CUT = {"steps": [{"at": 0.004, "keep": 0.5}, {"at": 0.1, "keep": 0.0}]}
FEBRUARY = datetime(2025, 2, 2, tzinfo=UTC)
FEBRUARY_END = FEBRUARY + timedelta(hours=48)
CRASH = datetime(2024, 1, 22, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def february(real_candles, tmp_path_factory):
    """February 2025 without candles of a minute: a bot sees what a backtest does."""
    folder = tmp_path_factory.mktemp("february")
    (folder / "futures").mkdir()
    for path in (real_candles("feb-2025") / "futures").iterdir():
        if "-1m-" not in path.name:
            (folder / "futures" / path.name).symlink_to(path)
    return folder


@pytest.fixture(scope="module")
def guarded_february(february, tmp_path_factory):
    """What the guarded strategy did on two days: trades, locks and journal."""
    folder = tmp_path_factory.mktemp("guarded")
    how = {"start": FEBRUARY, "hours": 48, "from_memory": True}
    return on_a_bot(folder, february, "Guarded", **how, **HALVES)


@pytest.fixture(scope="module")
def tested_february(february, tmp_path_factory):
    """What a backtest of the same two days says."""
    folder = tmp_path_factory.mktemp("tested") / "bot"
    return in_a_backtest(folder, february, start=FEBRUARY, hours=48, **HALVES)


@pytest.fixture(scope="module")
def live_february(february, tmp_path_factory):
    """The same two days with orders: trades, locks and journal."""
    with WindowBot(
        tmp_path_factory.mktemp("live"),
        february,
        "Guarded",
        start=FEBRUARY,
        stems=STEMS,
        riskguard=HALVES["riskguard"],
        # The strategy's own stop, which a live bot of these tests has another of.
        config={**HALF, "stoploss": -0.99},
        recorded=read_candles(february),
        timeframe="5m",
        every_candle=True,
    ) as live:
        for _ in live.candles(FEBRUARY_END):
            pass
        return live.trades, live.locks, live.journal


def on_a_bot(folder, data, strategy, *, start, hours, from_memory=False, **how):
    """Return what a running bot has done; with its candles fetched, or from memory."""
    config = {**ORDERS, "timeframe": "5m", "fee": FEE, **how.pop("config", {})}
    with Bot(folder, data, strategy, start=start, stems=STEMS, config=config, **how) as bot:
        if from_memory:
            RecordedCandles(bot.bot.exchange, read_candles(data))
        for _ in bot.run(start + timedelta(hours=hours)):
            pass
        return bot.trades, bot.locks, bot.journal


def in_a_backtest(folder, data, *, start, hours, riskguard, config=None):
    seconds = [int(time.timestamp()) for time in (start, start + timedelta(hours=hours))]
    return backtest(
        folder,
        data,
        "Guarded",
        args=("--timerange", f"{seconds[0]}-{seconds[1]}", "--fee", str(FEE)),
        strategies=strategy_files(*STEMS),
        riskguard=riskguard,
        config={**ORDERS, **(config or {})},
    ).succeeded()


def test_the_same_decisions_in_february(tested_february, guarded_february):
    assert_same(tested_february, guarded_february, FEBRUARY_END)


def test_the_same_trades_with_orders_as_in_a_backtest(tested_february, live_february):
    tested = tested_february.trades, tested_february.locks, tested_february.journal
    assert_same_live(tested, live_february, BACKTEST)


def test_the_same_trades_with_orders_as_in_a_dry_run(guarded_february, live_february):
    assert_same_live(guarded_february, live_february, DRY_RUN)


def assert_same_live(others, live, of):
    found = differences(others[0], live[0], of=of, end=FEBRUARY_END)
    assert [str(one) for one in found if one.reason is None] == []
    assert len(live[0]) >= 10
    # Stops that the exchange has filled, and exits that the strategy has asked for.
    reasons = [trade["exit_reason"] for trade in live[0]]
    assert min(reasons.count(reason) for reason in ("stoploss_on_exchange", "exit_signal")) >= 3
    assert live[1]
    assert_same_locks(others[1], live[1], end=FEBRUARY_END)
    end = FEBRUARY_END.isoformat()
    apart = [made for made in unmatched(others[2], live[2]) if made["time"] < end]
    assert len(apart) <= 0.05 * len(live[2]), apart


def test_the_same_decisions_in_a_generated_crash(scenario_candles, tmp_path):
    data = scenario_candles("flash_crash", days=23)
    how = {"start": CRASH, "hours": 11}
    how["riskguard"] = {"profile": "moderate", "drawdown_ladder": EARLY_CUT}

    tested = in_a_backtest(tmp_path / "backtest", data, **how)
    ran = on_a_bot(tmp_path / "bot", data, "Guarded", **how)

    assert_same(tested, ran, CRASH + timedelta(hours=11))
    tags = {order["ft_order_tag"] for trade in ran[0] for order in trade["orders"]}
    assert {"riskguard_drawdown_ladder_cut", "stop_loss"} <= tags


def assert_same(tested, ran, end):
    trades, locks, journal = ran
    assert len(trades) >= 10
    assert_same_trades(tested.trades, trades, end=end)
    assert locks
    assert_same_locks(tested.locks, locks, end=end)
    # Of two caps that are nearly the same either may bind.
    apart = [made for made in unmatched(tested.journal, journal) if made["time"] < end.isoformat()]
    assert len(apart) <= 0.05 * len(journal), apart


def test_two_days_that_ruin_an_account_bare_cost_little_guarded(
    february, guarded_february, tmp_path
):
    # Half of what is left, so that it goes on after its first liquidation.
    how = {"hours": 27, "from_memory": True, "config": {"max_open_trades": 2}}
    bare, _, _ = on_a_bot(tmp_path, february, "Bare", start=FEBRUARY, riskguard=None, **how)
    guarded, _, _ = guarded_february

    assert [trade["exit_reason"] for trade in bare].count("liquidation") >= 2
    assert profit(bare) < -0.6 * WALLET_QUOTE
    assert guarded
    assert "liquidation" not in {trade["exit_reason"] for trade in guarded}
    for day in (2, 3):
        lost = -profit([t for t in guarded if closed_on(t, FEBRUARY.replace(day=day))])
        assert lost <= (DAILY_LIMIT + TRADE_BUDGET) * WALLET_QUOTE


def profit(trades):
    return sum(trade["profit_abs"] or 0.0 for trade in trades if not trade["is_open"])


def closed_on(trade, day):
    moment = trade["close_timestamp"]
    return moment and datetime.fromtimestamp(moment / 1000, UTC).date() == day.date()

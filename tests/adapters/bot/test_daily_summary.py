"""What a running bot's day brought, from figures that are derived by hand."""
# ruff: noqa: ARG001, F811 - fixtures are imported, and then asked for: some for what they open

from datetime import UTC, datetime, timedelta
from math import inf, nan
from typing import Any

import pandas as pd
import pytest
from freqtrade.enums import RunMode
from freqtrade.persistence import KeyValueStore

from freqtrade_riskguard.adapters.bot.daily_summary import DailySummary
from freqtrade_riskguard.adapters.bot.notifications import Notifications
from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore
from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.engine.journal import Decision
from tests.adapters.bots import broken, disk_full, guarded, loop
from tests.adapters.conftest import data, database  # noqa: F401 - fixtures
from tests.adapters.trades import booked_trade, fill
from tests.factories import PAIR, account

MORNING = datetime(2024, 1, 10, 6, tzinfo=UTC)
EVENING = datetime(2024, 1, 10, 23, 59, 55, tzinfo=UTC)
NEXT_DAY = datetime(2024, 1, 11, 0, 0, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SETTINGS = load_config({"profile": "moderate", "daily_summary": True})


@pytest.fixture
def strategy(data, database):
    return guarded(data, runmode=RunMode.DRY_RUN)


class Summed:
    """A bot's summaries over restarts."""

    def __init__(self, strategy, settings=SETTINGS):
        self.strategy, self.settings = strategy, settings
        self.restart()

    def restart(self):
        self.messages = Notifications("trend-1")
        self.summary = DailySummary(self.settings, DatabaseStore())

    def look(self, time, equity_quote=10_000.0, **changes):
        """Look at the account; return what is told."""
        now = account(time=time, equity_quote=equity_quote, basis="live", **changes)
        self.summary.update(self.strategy, now, self.messages)
        return [text for text in self.messages.drain(time) if "refused:" not in text]

    def decide(self, question, time=MORNING, **changes):
        facts: dict[str, Any] = {"pair": PAIR, "side": 1, "rule": "hard_cap", "why": "so"} | changes
        self.messages.add(Decision(time=time, question=question, **facts))


@pytest.fixture
def summed(strategy):
    return Summed(strategy)


def test_the_day_is_told_once_when_it_is_over(summed):
    # 10,100 at the peak, 9,800 at the start of the week; down to 9,760, and up to 9,900 at the end.
    held = {"peak_equity_quote": 10_100.0, "week_start_equity_quote": 9_800.0}
    assert summed.look(MORNING, **held) == []
    assert summed.look(MORNING + MINUTE, 9_760.0, **held) == []
    assert summed.look(EVENING, 9_900.0, **held) == []
    # 240 of 10,000 are 2.4 %, of 3 %: 80 %. 200 of 10,100 are 2.0 %, of 18 %: 11 %.
    (told,) = summed.look(NEXT_DAY, 9_900.0)
    assert told == (
        "trend-1: 2024-01-10: -1.0 % (-100.00 USDT, live), equity 9900 USDT. Limits used: day at "
        "worst 80 % (2.4 % of 3.0 %), week 0 % (0.0 % of 15.0 %), drawdown 11 % (2.0 % of 18.0 %). "
        "The guard changed nothing."
    )
    assert summed.look(NEXT_DAY + MINUTE) == []
    (second,) = summed.look(NEXT_DAY + timedelta(days=1))
    assert second.startswith(
        "trend-1: 2024-01-11: 0.0 % (0.00 USDT, live), equity 10000 USDT, last "
    )


def test_what_the_guard_did_is_counted_by_its_day(summed):
    summed.look(MORNING)
    summed.decide("lock", pair="*", side=0)
    for _ in range(3):
        summed.decide("entry")
    # A stake of nothing is a refusal as well, and one that only observes is nothing.
    summed.decide("stake", asked=500.0, answered=0.0)
    summed.decide("stake", asked=500.0, answered=250.0)
    summed.decide("leverage", asked=10.0, answered=5.0, enforced=False)
    summed.look(EVENING)
    # After the last look of the day, and in the first loop of the next one.
    summed.decide("leverage", time=EVENING, asked=10.0, answered=5.0)
    summed.decide("alert", time=NEXT_DAY)
    (told,) = [text for text in summed.look(NEXT_DAY) if "2024-01-10" in text]
    assert told.endswith(
        "The guard: 1 lock, entries refused 4 times, leverage lowered once, stake lowered once."
    )
    assert "The guard: 1 warning." in summed.look(NEXT_DAY + timedelta(days=1))[-1]


def test_what_it_took_out_is_compared_with_the_end_of_the_day(summed, strategy):
    # Long 100 at 100: 25 cut at 98, and the rest closed at 96; the day ends at 97.
    trade = booked_trade(fee=0.001)
    fill(trade, trade.exit_side, 25.0, 98.0, MORNING)
    trade.orders[-1].ft_order_tag = "riskguard_margin_ladder_cut"
    fill(trade, trade.exit_side, 75.0, 96.0, MORNING)
    trade.orders[-1].ft_order_tag = "riskguard_daily_loss"
    # Of its strategy, and of another day.
    other = booked_trade(2)
    fill(other, other.exit_side, 10.0, 90.0, MORNING)
    late = booked_trade(3)
    fill(late, late.exit_side, 10.0, 90.0, NEXT_DAY)
    late.orders[-1].ft_order_tag = "riskguard_daily_loss"
    ends = [EVENING.replace(minute=55, second=0), NEXT_DAY.replace(second=0)]
    frame = pd.DataFrame({"date": ends, "close": [97.0, 500.0]})
    strategy.dp.frames[PAIR, "5m"] = frame
    summed.look(MORNING)
    summed.look(EVENING)
    (told,) = summed.look(NEXT_DAY)
    # 25 x 98 + 75 x 96 = 9,650, a thousandth of it. 25 x (97 - 98) + 75 x (97 - 96) = 50.
    assert told.endswith(
        "The guard: 1 close, 1 cut. Its closes and cuts cost 9.65 USDT of fees. Held on, what they "
        "took out would be worth 50.00 USDT more at the end of the day."
    )


def test_what_was_short_and_is_without_a_candle(summed, strategy):
    trade = booked_trade(short=True)
    fill(trade, trade.exit_side, trade.amount, 104.0, MORNING)
    trade.orders[-1].ft_order_tag = "riskguard_daily_loss"
    strategy.dp.frames.clear()
    summed.look(MORNING)
    summed.look(EVENING)
    (told,) = summed.look(NEXT_DAY)
    assert told.endswith("What they took out would be worth at the end of the day: unknown.")


def test_a_restart_goes_on_with_the_day(summed):
    summed.look(MORNING, 9_760.0)
    summed.decide("entry")
    summed.look(MORNING + 2 * MINUTE, 9_900.0)
    summed.restart()
    summed.decide("entry", time=EVENING)
    summed.look(EVENING, 9_950.0)
    (told,) = summed.look(NEXT_DAY)
    assert "day at worst 80 %" in told
    assert "entries refused 2 times" in told


def test_a_restart_tells_what_is_over_and_nothing_twice(summed):
    summed.look(MORNING, 9_900.0)
    summed.restart()
    two_days_later = NEXT_DAY + timedelta(days=1)
    (told,) = summed.look(two_days_later)
    assert "2024-01-10: -1.0 %" in told
    assert "last seen at 06:00 UTC" in told
    summed.restart()
    assert summed.look(two_days_later + MINUTE) == []


def test_a_clock_that_goes_back_over_midnight_tells_no_day_twice(summed):
    summed.look(EVENING)
    assert len(summed.look(NEXT_DAY)) == 1
    assert summed.look(EVENING) == []
    assert summed.look(NEXT_DAY) == []
    assert len(summed.look(NEXT_DAY + timedelta(days=1))) == 1
    # A clock that was years ahead.
    summed.look(NEXT_DAY + timedelta(days=2_000))
    summed.restart()
    assert summed.look(NEXT_DAY + timedelta(days=2)) == []
    assert len(summed.look(NEXT_DAY + timedelta(days=3))) == 1


def test_a_database_that_refuses_delays_it(summed, monkeypatch):
    summed.look(EVENING)
    with monkeypatch.context() as patched:
        patched.setattr(KeyValueStore, "store_value", disk_full)
        assert summed.look(NEXT_DAY) == []
        # The bot dies here: what was not kept is told after its restart.
    summed.restart()
    assert len(summed.look(NEXT_DAY + MINUTE)) == 1


@pytest.mark.parametrize("unknown", [nan, inf])
def test_an_account_that_is_not_known_waits(summed, unknown):
    summed.look(EVENING, 9_900.0)
    summed.decide("entry", time=NEXT_DAY)
    assert summed.look(NEXT_DAY, unknown) == []
    (told,) = summed.look(NEXT_DAY + MINUTE)
    assert "equity 9900 USDT" in told
    # What was decided meanwhile is of its own day.
    assert "changed nothing" in told
    assert "1 entry refused" in summed.look(NEXT_DAY + timedelta(days=1))[0]


def test_the_largest_figures_fit_into_the_database(summed):
    summed.look(MORNING, 123_456_789_012.345678, peak_equity_quote=987_654_321_098.7654321)
    summed.messages._made.update({(MORNING.date(), "entry"): 10**9})
    summed.look(MORNING + 2 * MINUTE, 1e-9 / 3)
    store: Any = KeyValueStore
    assert len(store.get_string_value("riskguard_daily_summary")) < 255


def test_rules_that_are_off_have_no_limit_and_one_that_observes_says_so(strategy):
    off = {rule: {"mode": "off"} for rule in ("weekly_loss", "drawdown_ladder")}
    settings = load_config({"daily_loss": {"mode": "observe"}, **off})
    summed = Summed(strategy, settings)
    summed.look(EVENING, 9_900.0)
    (told,) = summed.look(NEXT_DAY)
    assert "Limits used: day at worst 20 % (1.0 % of 5.0 %, observed). The" in told


def test_it_is_off_unless_it_is_asked_for(data, database):
    assert guarded(data, runmode=RunMode.DRY_RUN)._riskguard._summary is None
    session = guarded(data, runmode=RunMode.DRY_RUN, daily_summary=True)._riskguard
    assert isinstance(session._summary, DailySummary)


def test_a_summary_that_fails_stops_nothing(data, database, monkeypatch, caplog):
    strategy = guarded(data, runmode=RunMode.DRY_RUN, daily_summary=True)
    monkeypatch.setattr(DailySummary, "update", broken)
    for minutes in range(2):
        loop(strategy, minutes)
    assert strategy._riskguard.account is not None
    assert caplog.text.count("while summing up the day") == 1

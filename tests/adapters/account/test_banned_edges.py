"""When an edge counts as disproven, on a real strategy and its closed trades."""

from datetime import timedelta

import pytest

from tests.adapters.bots import guarded, leverage, loop, only, stake
from tests.adapters.trades import closed_trade
from tests.factories import NOON

DAY = timedelta(days=1)
MINUTES_PER_DAY = 1_440


class Record:
    """A guarded strategy whose trades close one after the other."""

    def __init__(self, data):
        self.strategy = guarded(data, **only("kelly"))
        self.count = 0

    def close(self, days, profit_ratio):
        self.count += 1
        closed_trade(self.count, profit_ratio=profit_ratio, date=NOON + days * DAY)

    def stake_at(self, days):
        """Return the stake of an entry that asks for 1,000."""
        time = loop(self.strategy, round(days * MINUTES_PER_DAY))
        given = leverage(self.strategy, time=time)
        return stake(self.strategy, given, time=time, asked=1_000.0)


@pytest.mark.usefixtures("_backtest")
def test_many_small_trades_within_days_are_not_banned_before_a_month_that_earns(data):
    record = Record(data)
    # 76 trades within three days of which 23 win, at even sizes; independent ones would be enough.
    for number in range(76):
        record.close(number / 26.0, 0.002 if number % 10 in (0, 3, 7) else -0.002)
    asked = [record.stake_at(3.0)]
    # Then a trade a day, three of four won, over the rest of the month.
    for day in range(4, 31):
        record.close(day, 0.02 if day % 4 else -0.005)
        asked.append(record.stake_at(day + 0.1))

    assert set(asked) == {1_000.0}


@pytest.mark.usefixtures("_backtest")
def test_no_edge_over_a_fortnight_and_60_trades_is_banned_and_then_on_probation(data):
    record = Record(data)
    for number in range(59):
        record.close(number // 4 + (number % 4) / 10.0, -0.01 if number % 4 else 0.01)
    # 59 trades on 15 days: the last one is missing.
    assert record.stake_at(14.25) == 1_000.0
    record.close(14.3, -0.01)

    assert record.stake_at(14.35) == 0.0
    assert record.stake_at(21.25) == 0.0
    # A week after: a tenth, until newer trades prove an edge.
    assert record.stake_at(21.35) == pytest.approx(100.0)

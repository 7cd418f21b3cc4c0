"""Time is walked without looking at more than has passed, and without searching it twice."""

from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.replay.matching import PricePath, Side
from tests.replay.matching.accounts import (
    BTC,
    ETH,
    HOUR_MS,
    NO_FUNDING,
    GivenPrices,
    account,
    contract,
    hours,
    path,
)
from tests.replay.matching.histories import HOURS, LISTINGS, MODES, RULES, acts, perform


def with_another_end(listed, hour):
    """Return a contract whose prices and payments are others from an hour on."""

    def other(price_path):
        kept = price_path.ends_ms <= hour * HOUR_MS
        last = float(price_path.end_prices[kept][-1])
        return PricePath(
            begins_ms=np.append(price_path.begins_ms[kept], hour * HOUR_MS + 1.0),
            ends_ms=np.append(price_path.ends_ms[kept], (hour + 1) * HOUR_MS),
            begin_prices=np.append(price_path.begin_prices[kept], last * 3.0),
            end_prices=np.append(price_path.end_prices[kept], last / 3.0),
        )

    given = listed.prices
    due = given.funding.times_ms < hour * HOUR_MS
    known = replace(
        given.funding, times_ms=given.funding.times_ms[due], rates=given.funding.rates[due]
    )
    return replace(listed, prices=GivenPrices(other(given.last), other(given.mark), known))


@settings(max_examples=40, deadline=None)
@given(LISTINGS, MODES, RULES, acts(), st.integers(1, HOURS - 1))
def test_nothing_that_comes_later_is_known(listed, mode, rules, history, hour):
    others = [with_another_end(one, hour) for one in listed]
    ours, theirs = (account(*each, mode=mode, rules=rules) for each in (listed, others))

    for engine in (ours, theirs):
        for act in history:
            if act.hour < hour:
                engine.advance(hours(act.hour))
                perform(engine, act)
        # At the hour itself a price may jump.
        engine.advance(hours(hour) - 1)

    assert ours.state == theirs.state
    assert ours.positions() == theirs.positions()


@dataclass
class CountedPrices:
    """Prices that count how often they are looked at."""

    path: PricePath
    looks: list[str] = field(default_factory=list)
    funding = NO_FUNDING

    @property
    def last(self):
        self.looks.append("last")
        return self.path

    @property
    def mark(self):
        self.looks.append("mark")
        return self.path


def test_a_bot_that_asks_every_second_costs_no_search_of_its_own():
    prices = CountedPrices(path((0, 100.0), (100, 101.0)))
    engine = account(replace(contract(prices.path), prices=prices))
    engine.place_order(BTC, Side.BUY, 1.0)
    engine.place_conditional(BTC, Side.SELL, 1.0, 95.0, reduce_only=True)
    engine.advance(1)
    prices.looks.clear()

    for second in range(1, 3600):
        engine.advance(second * 1000)

    assert prices.looks == []


def test_a_contract_without_position_and_orders_is_not_looked_at():
    prices = CountedPrices(path((0, 100.0), (100, 101.0)))
    idle = replace(contract(prices.path, symbol=ETH), prices=prices)
    engine = account(contract(prices.path), idle)
    engine.place_order(BTC, Side.BUY, 1.0)

    engine.advance(hours(90))

    assert prices.looks == []

"""What is counted of a position beside the trades once it is gone, by what the exchange tells."""

from datetime import timedelta
from math import nan
from types import SimpleNamespace
from typing import Any

import ccxt
import pytest

from freqtrade_riskguard.adapters.live.ended_positions import SeenPosition, ended_position
from tests.adapters.trades import booked_trade
from tests.factories import NOON, PAIR

pytestmark = pytest.mark.usefixtures("database")

MINUTE = timedelta(minutes=1)
TAKER = 0.001


def seen(side=1, **changes):
    """Two entered at 100, marked at 95 or 105: ten have been lost."""
    figures = {
        "booked": 0.0,
        "surplus": 2.0 * side,
        "profit_quote": -10.0,
        "entry_price": 100.0,
        "mark_price": 100.0 - 5.0 * side,
        "margin_quote": nan,
        "has_fees": False,
        "is_sure": True,
        "since": NOON - 9 * MINUTE,
        "time": NOON,
    }
    return SeenPosition(**(figures | changes))


def fill(amount, price, *, side="sell", seconds=30, order="person"):
    time_ms = int((NOON + timedelta(seconds=seconds)).timestamp() * 1000)
    fee = {"cost": amount * price * TAKER, "currency": "USDT"}
    return {
        "timestamp": time_ms,
        "side": side,
        "order": order,
        "amount": amount,
        "price": price,
        "fee": fee,
    }


def left(position, fills, *, gone=1.0, rate=90.0, funding=()):
    """Return what has ended, where fills, rate and funding may be refused."""

    def told(answer):
        def tell(*_, **__):
            if isinstance(answer, Exception):
                raise answer
            return answer

        return tell

    client: Any = SimpleNamespace(
        fetch_my_trades=told(fills), fetch_funding_history=told(list(funding))
    )
    exchange = SimpleNamespace(
        _api=client,
        markets={PAIR: {"taker": TAKER}},
        get_rate=told(rate),
        _contracts_to_amount=lambda _, contracts: contracts,
    )
    strategy: Any = SimpleNamespace(
        config={"stake_currency": "USDT", "exchange": {"name": "binance"}},
        dp=SimpleNamespace(_exchange=exchange),
    )
    return ended_position(strategy, PAIR, position, gone, NOON + MINUTE)


@pytest.mark.parametrize(("side", "closing"), [(1, "sell"), (-1, "buy")])
def test_its_fills_say_what_it_has_left(side, closing):
    price = 100.0 - 20.0 * side
    found = left(seen(side), [fill(2.0, price, side=closing)])

    # Forty, and 0.1 % of 200 and of what it was closed for.
    assert found.profit_quote == pytest.approx(-40.0 - 0.2 - 2 * price * TAKER)
    assert found.basis == "at the prices that it was closed at"


def test_only_the_newest_fills_that_no_trade_knows_are_its_own():
    trade = booked_trade()
    own = trade.orders[0].order_id
    fills = [
        *(fill(5.0, 50.0, seconds=-30), fill(1.0, 99.0, seconds=10), fill(1.5, 80.0, seconds=20)),
        *(fill(2.0, 10.0, seconds=40, order=own), fill(2.0, 10.0, side="buy", seconds=50)),
        fill(1.0, 70.0, seconds=45),
    ]

    found = left(seen(has_fees=True), fills)

    # One at 70 and one of those at 80.
    assert found.profit_quote == pytest.approx(-30.0 - 20.0)


def test_of_a_part_the_part_counts_and_no_funding_yet():
    payment = {"timestamp": int(NOON.timestamp() * 1000), "id": "1", "amount": -3.0}
    half = left(seen(has_fees=True), [fill(1.0, 80.0)], gone=0.5, funding=[payment])
    whole = left(seen(has_fees=True), [fill(2.0, 80.0)], funding=[payment])

    assert half.profit_quote == pytest.approx(-20.0)
    assert whole.profit_quote == pytest.approx(-43.0)


@pytest.mark.parametrize("fills", [[], [fill(1.0, 99.0)], ccxt.NetworkError("away")])
@pytest.mark.parametrize(("rate", "price"), [(90.0, 90.0), (120.0, 95.0)])
def test_without_fills_the_worse_price_counts(fills, rate, price):
    found = left(seen(), fills, rate=rate)

    fees = (200.0 + 2 * price) * TAKER
    assert found.profit_quote == pytest.approx(2 * (price - 100.0) - fees)
    assert "the exchange tells no fills" in found.basis


def test_without_fills_of_a_short_position_the_higher_price_is_the_worse():
    assert left(seen(-1, has_fees=True), [], rate=130.0).profit_quote == pytest.approx(-60.0)


def test_where_nothing_is_told_the_price_that_was_seen_counts():
    away = ccxt.NetworkError("away")
    found = left(seen(has_fees=True), away, rate=away)

    assert found.profit_quote == pytest.approx(-10.0)


def test_no_more_is_lost_than_its_own_margin_and_the_fee_of_its_entry():
    found = left(seen(margin_quote=30.0), [fill(2.0, 50.0)])

    assert found.profit_quote == pytest.approx(-30.0 - 0.2)


@pytest.mark.parametrize(("fills", "is_known"), [([], False), ([fill(2.0, 80.0)], True)])
def test_one_that_was_seen_once_counts_only_where_its_fills_are_told(fills, is_known):
    found = left(seen(is_sure=False), fills)

    assert (found is not None) == is_known

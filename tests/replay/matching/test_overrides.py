"""What the exchange can be told to do to an account."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from freqtrade_riskguard.replay.matching import (
    ConditionalStatus,
    MarginMode,
    MatchingEngine,
    MatchingRules,
    MatchingState,
    OrderStatus,
    OrderType,
    Origin,
    PriceKind,
    Reason,
    RequestRefusedError,
    Side,
)
from tests.replay.matching.accounts import BTC, account, contract, hours, path

FLAT = path((0, 100.0), (1000, 100.0))


def long(quantity=50.0, **terms):
    engine = account(contract(FLAT, **terms))
    engine.place_order(BTC, Side.BUY, quantity)
    return engine


def test_a_jump_fills_a_stop_behind_it():
    engine = long(10.0)
    stop = engine.place_conditional(BTC, Side.SELL, 10.0, 97.0, reduce_only=True)

    engine.set_price_factor(BTC, last=0.95, mark=0.95)

    assert engine.price(BTC, PriceKind.LAST) == 95.0
    assert engine.order(stop.order_id).average_price == 95.0
    assert engine.account().wallet_quote == pytest.approx(950.0)


def test_a_jump_fills_a_resting_order_at_its_own_price():
    engine = account(contract(FLAT))
    order = engine.place_order(BTC, Side.BUY, 1.0, order_type=OrderType.LIMIT, limit_price=97.0)

    engine.set_price_factor(BTC, last=0.95, mark=0.95)

    assert order.average_price == 97.0


def test_a_jump_ends_when_it_is_told_to():
    engine = long(1.0)
    engine.set_price_factor(BTC, last=0.95, mark=0.95, until_ms=hours(2))

    engine.advance(hours(2) - 1)
    assert engine.price(BTC, PriceKind.LAST) == 95.0
    engine.advance(hours(2))
    assert engine.price(BTC, PriceKind.LAST) == 100.0
    assert engine.state.price_factors == {}


def test_a_mark_that_leaves_the_last_price_liquidates_alone():
    # The long of 50 is liquidated at 90.909, and the mark is at 90.
    engine = long()
    stop = engine.place_conditional(BTC, Side.SELL, 50.0, 95.0, reduce_only=True)

    engine.set_price_factor(BTC, mark=0.9)

    assert engine.orders()[-1].origin is Origin.LIQUIDATION
    assert engine.price(BTC, PriceKind.LAST) == 100.0
    assert stop.is_open


def test_the_nearest_comes_first_in_a_jump_beyond_both():
    # Sold by the stop at 90, with 500 of margin and 500 of loss.
    engine = long()
    stop = engine.place_conditional(BTC, Side.SELL, 50.0, 95.0, reduce_only=True)

    engine.set_price_factor(BTC, last=0.9, mark=0.9)

    assert stop.status is ConditionalStatus.TRIGGERED
    assert engine.account().wallet_quote == pytest.approx(500.0)


def test_the_liquidation_comes_first_in_a_jump_where_it_is_to():
    engine = long()
    engine.set_liquidation_first(first=True)
    engine.place_conditional(BTC, Side.SELL, 50.0, 95.0, reduce_only=True)

    engine.set_price_factor(BTC, last=0.9, mark=0.9)

    assert engine.orders()[-1].origin is Origin.LIQUIDATION


def test_orders_can_be_cancelled_by_the_exchange():
    engine = long(1.0)
    order = engine.place_order(BTC, Side.BUY, 1.0, order_type=OrderType.LIMIT, limit_price=97.0)
    stop = engine.place_conditional(BTC, Side.SELL, 1.0, 97.0, reduce_only=True)

    engine.expire_order(order.order_id)
    engine.expire_conditional(stop.conditional_id)
    engine.set_price_factor(BTC, last=0.95, mark=0.95)

    assert order.status is OrderStatus.EXPIRED
    assert stop.status is ConditionalStatus.EXPIRED
    assert engine.position(BTC).amount_base == 1.0
    with pytest.raises(RequestRefusedError, match=Reason.UNKNOWN_ORDER.value):
        engine.expire_conditional(stop.conditional_id)


def test_a_rank_is_reckoned_by_profit_or_given():
    engine = account(contract(path((0, 100.0), (1, 103.0))))
    engine.place_order(BTC, Side.BUY, 10.0)
    assert engine.position(BTC).adl_quantile == 0
    engine.advance(hours(1))

    # 30 of profit on 100 of margin is above a quarter and below a half.
    assert engine.position(BTC).adl_quantile == 3
    engine.set_adl_quantile(BTC, 4)
    assert engine.position(BTC).adl_quantile == 4
    engine.set_adl_quantile(BTC, None)
    assert engine.position(BTC).adl_quantile == 3


def test_deleveraging_closes_a_share_without_a_fee():
    engine = account(contract(path((0, 100.0), (1, 103.0))))
    engine.place_order(BTC, Side.BUY, 10.0)
    engine.advance(hours(1))

    engine.deleverage(BTC, 0.5)

    assert engine.position(BTC).amount_base == 5.0
    assert engine.orders()[-1].origin is Origin.DELEVERAGING
    assert engine.account().wallet_quote == pytest.approx(1015.0)


def test_a_state_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="now_ms"):
        MatchingState.from_dict({"wallet_quote": 1.0})


def test_a_position_in_a_contract_that_is_gone_is_refused():
    engine = long(1.0)

    with pytest.raises(ValueError, match="BTCUSDT, which is not listed"):
        MatchingEngine([], engine.state)


@pytest.mark.parametrize(
    "wrong",
    [
        {"slippage": 1.0},
        {"limit_fill_share": 0.0},
        {"spread_ticks": -1},
        {"taker_fee_rate": -0.1},
        {"maker_fee_rate": float("nan")},
        {"partial_fill_pause_ms": -1},
    ],
)
def test_impossible_rules_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        MatchingRules(**wrong)


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_prices_are_refused(factor):
    engine = long(1.0)

    with pytest.raises(ValueError, match="above 0"):
        engine.set_price_factor(BTC, last=factor)
    with pytest.raises(ValueError, match="above 0"):
        engine.set_price_factor(BTC, mark=factor)


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_impossible_shares_are_refused(share):
    engine = long(1.0)

    with pytest.raises(ValueError, match="fill_share"):
        engine.place_order(BTC, Side.BUY, 1.0, fill_share=share)
    with pytest.raises(ValueError, match="share must be above 0"):
        engine.deleverage(BTC, share)
    with pytest.raises(ValueError, match="finite"):
        engine.deposit(float("nan"))


FIGURES = st.floats() | st.sampled_from([0.001, 0.1, 1.0, 5, 10, 50.0, 99.9, 100.0, 100.1, -1.0])


@settings(max_examples=200, deadline=None)
@given(FIGURES, FIGURES, FIGURES, FIGURES, st.booleans(), st.sampled_from(Side))
def test_no_figure_of_a_client_breaks_the_account(quantity, price, trigger, margin, flag, side):
    engine = long(1.0)
    limit = {"order_type": OrderType.LIMIT, "limit_price": price, "reduce_only": flag}
    requests = [
        lambda: engine.place_order(BTC, side, quantity, reduce_only=flag),
        lambda: engine.place_order(BTC, side, quantity, **limit),
        lambda: engine.place_conditional(BTC, side, quantity, trigger, reduce_only=flag),
        lambda: engine.place_conditional(BTC, side, 1.0, trigger, limit_price=price),
        lambda: engine.add_margin(BTC, margin),
        lambda: engine.set_leverage(BTC, margin),
    ]
    for request in requests:
        with suppress(RequestRefusedError):
            request()
        engine.advance(engine.now_ms + 1000)

    # JSON knows neither NaN nor infinity.
    json.dumps(engine.state.to_dict(), allow_nan=False)
    assert engine.account().margin_balance_quote == pytest.approx(1000.0)


def test_a_released_order_needs_the_margin_it_had_bound():
    # 1000 at 10x: 4,000 filled and 4,000 held bind 800.
    engine = account(contract(path((0, 100.0), (1, 93.0))), mode=MarginMode.CROSS)
    order = engine.place_order(BTC, Side.BUY, 80.0, fill_share=0.5)
    engine.advance(hours(1))

    # 1000 - 40 * 7 = 720; 40 * 93 / 10 = 372 each, and 720 - 372 = 348 are free.
    engine.set_fill_share(order.order_id, 1.0)
    engine.advance(hours(1) + 1)

    assert (order.status, order.filled_base) == (OrderStatus.EXPIRED, 40.0)

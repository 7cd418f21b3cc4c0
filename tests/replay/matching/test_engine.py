"""Orders, positions and money, with every figure derived by hand."""

import pytest

from freqtrade_riskguard.replay.matching import (
    ConditionalKind,
    ConditionalStatus,
    IncomeKind,
    MarginMode,
    MatchingRules,
    OrderStatus,
    OrderType,
    Origin,
    PriceKind,
    Reason,
    RequestRefusedError,
    Side,
    TimeInForce,
)
from tests.replay.matching.accounts import (
    BTC,
    FREE,
    account,
    contract,
    funding,
    hours,
    path,
)

FLAT = path((0, 100.0), (1000, 100.0))
FEES = MatchingRules(maker_fee_rate=0.0002, taker_fee_rate=0.0005)


def limit(engine, side, quantity, price, **more):
    return engine.place_order(
        BTC, side, quantity, order_type=OrderType.LIMIT, limit_price=price, **more
    )


def refused(reason):
    return pytest.raises(RequestRefusedError, match=reason.value)


def incomes(engine):
    return [(income.kind, pytest.approx(income.amount_quote)) for income in engine.incomes()]


def test_an_entry_pays_the_takers_fee_and_binds_margin():
    engine = account(contract(FLAT), rules=FEES)

    order = engine.place_order(BTC, Side.BUY, 20.0)

    # 20 * 100 = 2000 of notional; 2000 / 10 = 200 of margin; 2000 * 0.0005 = 1 of fee.
    assert order.status is OrderStatus.FILLED
    assert order.average_price == 100.0
    position, summary = engine.position(BTC), engine.account()
    assert (position.amount_base, position.entry_price) == (20.0, 100.0)
    assert position.isolated_wallet_quote == pytest.approx(200.0)
    assert position.maintenance_quote == pytest.approx(20.0)
    assert summary.wallet_quote == pytest.approx(999.0)
    assert summary.available_quote == pytest.approx(799.0)


def test_a_second_entry_averages_and_a_partial_exit_realises_its_share():
    engine = account(contract(path((0, 100.0), (1, 110.0), (2, 120.0))), rules=FREE)
    engine.place_order(BTC, Side.BUY, 3.0)
    engine.advance(hours(1))
    engine.place_order(BTC, Side.BUY, 1.0)
    # (3 * 100 + 1 * 110) / 4 = 102.5; margin 300/10 + 110/10 = 41
    assert engine.position(BTC).entry_price == pytest.approx(102.5)
    assert engine.position(BTC).isolated_wallet_quote == pytest.approx(41.0)
    engine.advance(hours(2))

    engine.place_order(BTC, Side.SELL, 1.0, reduce_only=True)

    # 1 * (120 - 102.5) = 17.5 realised; three quarters of the margin stay: 30.75
    position = engine.position(BTC)
    assert (position.amount_base, position.entry_price) == (3.0, pytest.approx(102.5))
    assert position.isolated_wallet_quote == pytest.approx(30.75)
    assert position.unrealised_quote == pytest.approx(3 * 17.5)
    assert engine.account().wallet_quote == pytest.approx(1017.5)


def test_a_larger_order_the_other_way_flips_the_position():
    engine = account(contract(path((0, 100.0), (1, 95.0))), rules=FREE)
    engine.place_order(BTC, Side.BUY, 2.0)
    engine.advance(hours(1))

    engine.place_order(BTC, Side.SELL, 5.0)

    # 2 * (95 - 100) = -10 realised; a short of 3 at 95 with 285 / 10 = 28.5 of margin
    position = engine.position(BTC)
    assert (position.amount_base, position.entry_price) == (-3.0, 95.0)
    assert position.isolated_wallet_quote == pytest.approx(28.5)
    assert engine.account().wallet_quote == pytest.approx(990.0)


@pytest.mark.parametrize("mode", list(MarginMode))
def test_a_flip_has_the_margin_that_it_releases(mode):
    # 90 bind 900 of 1000. Closing them frees 900: 100 more at 10x are the other side's.
    engine = account(contract(FLAT), mode=mode)
    engine.place_order(BTC, Side.BUY, 90.0)

    with refused(Reason.INSUFFICIENT_MARGIN):
        engine.place_order(BTC, Side.SELL, 90.0 + 100.001)
    engine.place_order(BTC, Side.SELL, 90.0 + 100.0)

    assert engine.position(BTC).amount_base == -100.0
    assert engine.account().available_quote == pytest.approx(0.0)


def test_a_resting_order_flips_the_position_at_its_price():
    # 50 long, 120 sold at 105: 50 * 5 = 250 won, 70 short with 70 * 105 / 10 = 735 of margin
    engine = account(contract(path((0, 100.0), (1, 106.0))))
    engine.place_order(BTC, Side.BUY, 50.0)
    limit(engine, Side.SELL, 120.0, 105.0)
    assert engine.account().order_margin_quote == pytest.approx(735.0)

    engine.advance(hours(1))

    position = engine.position(BTC)
    assert (position.amount_base, position.entry_price) == (-70.0, 105.0)
    assert position.isolated_wallet_quote == pytest.approx(735.0)
    assert engine.account().wallet_quote == pytest.approx(1250.0)


def test_a_flip_pays_for_both_parts():
    engine = account(contract(FLAT), rules=FEES)
    engine.place_order(BTC, Side.SELL, 2.0)

    engine.place_order(BTC, Side.BUY, 5.0)

    # 200 * 0.0005 = 0.1, then 500 * 0.0005 = 0.25; nothing was won
    assert incomes(engine)[1:] == [
        (IncomeKind.FEE, -0.1),
        (IncomeKind.REALISED, 0.0),
        (IncomeKind.FEE, -0.25),
    ]


@pytest.mark.parametrize(("side", "sign"), [(Side.BUY, 1), (Side.SELL, -1)])
@pytest.mark.parametrize("rate", [0.001, -0.001])
def test_funding_is_paid_on_the_mark_out_of_isolated_margin(side, sign, rate):
    # The mark stands at 102 while trades are at 100: 2 * 102 * 0.001 = 0.204, paid by longs.
    mark = path((0, 102.0), (1000, 102.0))
    engine = account(contract(FLAT, mark=mark, payments=funding((8, rate))))
    engine.place_order(BTC, side, 2.0)
    before = engine.position(BTC).isolated_wallet_quote

    engine.advance(hours(8) - 1)
    assert engine.account().wallet_quote == pytest.approx(1000.0)
    engine.advance(hours(8))

    paid = -sign * 2.0 * 102.0 * rate
    assert abs(paid) == pytest.approx(0.204)
    assert engine.account().wallet_quote == pytest.approx(1000.0 + paid)
    assert engine.position(BTC).isolated_wallet_quote == pytest.approx(before + paid)
    assert incomes(engine)[1:] == [(IncomeKind.FUNDING, paid)]
    engine.advance(hours(9))
    assert len(engine.incomes()) == 2


def test_a_position_closed_before_the_payment_pays_none():
    engine = account(contract(FLAT, payments=funding((8, 0.001))))
    engine.place_order(BTC, Side.BUY, 2.0)
    engine.advance(hours(8) - 1)
    engine.place_order(BTC, Side.SELL, 2.0)

    engine.advance(hours(9))

    assert engine.account().wallet_quote == pytest.approx(1000.0)


def test_a_position_opened_after_the_payment_pays_none():
    engine = account(contract(path((0, 100.0), (10, 90.0)), payments=funding((8, 0.001))))
    order = limit(engine, Side.BUY, 1.0, 91.0)

    engine.advance(hours(10))

    assert order.updated_ms == hours(9)
    assert engine.account().wallet_quote == pytest.approx(1000.0)


def test_a_stop_fills_at_its_trigger_on_the_path():
    engine = account(contract(path((0, 100.0), (1, 90.0), (2, 110.0))), rules=FEES)
    engine.place_order(BTC, Side.BUY, 2.0)
    stop = engine.place_conditional(BTC, Side.SELL, 2.0, 95.0, reduce_only=True)

    engine.advance(hours(2))

    # Half of the way down after half an hour. 2 * (95 - 100) = -10; fees 0.1 and 0.095
    order = engine.order(stop.order_id)
    assert stop.status is ConditionalStatus.TRIGGERED
    assert stop.triggered_ms == hours(0.5)
    assert (order.origin, order.status) == (Origin.CONDITIONAL, OrderStatus.FILLED)
    assert engine.position(BTC) is None
    assert engine.account().wallet_quote == pytest.approx(1000 - 10 - 0.1 - 0.095)


def test_slippage_and_spread_go_against_whoever_takes():
    rules = MatchingRules(maker_fee_rate=0.0, taker_fee_rate=0.0, spread_ticks=2, slippage=0.01)
    engine = account(contract(path((0, 100.0), (1, 90.0))), rules=rules)

    bought = engine.place_order(BTC, Side.BUY, 1.0)
    stop = engine.place_conditional(BTC, Side.SELL, 1.0, 95.0, reduce_only=True)
    engine.advance(hours(1))

    # Ask 100.2, 1 % above: 101.202, in ticks up to 101.3; 95 less 1 %: 94.05, down to 94.0
    assert bought.average_price == pytest.approx(101.3)
    assert engine.order(stop.order_id).average_price == pytest.approx(94.0)


def test_a_stop_that_is_jumped_over_fills_behind_the_jump():
    engine = account(contract(path((0, 100.0), (1, 98.0), (1, 92.0), (2, 92.0))))
    engine.place_order(BTC, Side.BUY, 1.0)
    stop = engine.place_conditional(BTC, Side.SELL, 1.0, 95.0, reduce_only=True)

    engine.advance(hours(2))

    assert engine.order(stop.order_id).average_price == pytest.approx(92.0)
    assert stop.triggered_ms == hours(1)


def test_isolated_long_is_liquidated_where_its_tier_says():
    # 50 at 100 with 10x: 5,000 of notional, margin 500, tier of 1 %.
    # 500 + 50 * (P - 100) = 50 * P * 0.01, so 49.5 * P = 4500 and P = 90.909...
    engine = account(contract(path((0, 100.0), (1, 90.0)), liquidation_fee=0.0125))
    engine.place_order(BTC, Side.BUY, 50.0)
    assert engine.position(BTC).liquidation_price == pytest.approx(90.9090909)

    engine.advance(hours(1))

    # Left at 90.909: 500 - 50 * 9.0909 = 45.4545; the fee would be 4545.45 * 0.0125 = 56.8.
    assert engine.position(BTC) is None
    assert engine.orders()[-1].origin is Origin.LIQUIDATION
    assert engine.fills()[-1].price == pytest.approx(90.9090909)
    assert incomes(engine)[1:] == [
        (IncomeKind.REALISED, -50 * 100 / 11),
        (IncomeKind.LIQUIDATION_FEE, -(500 - 50 * 100 / 11)),
    ]
    assert engine.account().wallet_quote == pytest.approx(500.0)


def test_isolated_short_is_liquidated_in_the_tier_of_the_liquidation_price():
    # 95 at 100 with 10x: 9,500, margin 950. At 108 it is worth 10,260: the tier of 2 % less 100.
    # 950 - 95 * (P - 100) = 95 * P * 0.02 - 100, so 96.9 * P = 10,550 and P = 108.8751.
    engine = account(contract(path((0, 100.0), (1, 110.0)), liquidation_fee=0.001), wallet=2000.0)
    engine.place_order(BTC, Side.SELL, 95.0)
    price = 10_550 / 96.9
    assert engine.position(BTC).liquidation_price == pytest.approx(price)

    engine.advance(hours(1))

    # The fee is small enough that some of the margin comes back.
    fee = 95 * price * 0.001
    assert engine.account().wallet_quote == pytest.approx(2000 - 95 * (price - 100) - fee)
    assert engine.fills()[-1].fee_quote == pytest.approx(fee)


def test_liquidation_beyond_the_margin_is_paid_by_the_insurance():
    engine = account(contract(path((0, 100.0), (1, 100.0), (1, 80.0), (2, 80.0))))
    engine.place_order(BTC, Side.BUY, 50.0)

    engine.advance(hours(2))

    # 50 * -20 = -1000 against a margin of 500
    assert incomes(engine)[1:] == [(IncomeKind.REALISED, -1000.0), (IncomeKind.INSURANCE, 500.0)]
    assert engine.account().wallet_quote == pytest.approx(500.0)


@pytest.mark.parametrize("side", list(Side))
def test_a_stop_in_front_of_liquidation_comes_first(side):
    end = 85.0 if side is Side.BUY else 115.0
    close = Side.SELL if side is Side.BUY else Side.BUY
    engine = account(contract(path((0, 100.0), (1, end))))
    engine.place_order(BTC, side, 50.0)
    trigger = 92.0 if side is Side.BUY else 108.0
    engine.place_conditional(BTC, close, 50.0, trigger, reduce_only=True)

    engine.advance(hours(1))

    # 50 * 8 = 400 lost, and nobody liquidated
    assert engine.account().wallet_quote == pytest.approx(600.0)
    assert Origin.LIQUIDATION not in {order.origin for order in engine.orders()}


def test_liquidation_comes_first_where_the_exchange_is_told_so():
    engine = account(contract(path((0, 100.0), (1, 85.0))))
    engine.set_liquidation_first(first=True)
    engine.place_order(BTC, Side.BUY, 50.0)
    stop = engine.place_conditional(BTC, Side.SELL, 50.0, 92.0, reduce_only=True)

    engine.advance(hours(1))

    assert [order.origin for order in engine.orders()] == [Origin.USER, Origin.LIQUIDATION]
    assert stop.status is ConditionalStatus.REJECTED


def test_a_stop_on_the_mark_ignores_the_last_price():
    last = path((0, 100.0), (1, 80.0), (2, 100.0), (3, 100.0))
    mark = path((0, 100.0), (2, 100.0), (3, 90.0))
    engine = account(contract(last, mark=mark), leverage=2)
    engine.place_order(BTC, Side.BUY, 1.0)
    stop = engine.place_conditional(BTC, Side.SELL, 1.0, 95.0, trigger_on=PriceKind.MARK)

    engine.advance(hours(2))
    assert stop.is_open
    engine.advance(hours(3))

    # Sold at the last price, which never fell.
    assert stop.triggered_ms == hours(2.5)
    assert engine.order(stop.order_id).average_price == pytest.approx(100.0)


def test_a_resting_limit_fills_as_maker_at_its_price():
    engine = account(contract(path((0, 100.0), (1, 90.0))), rules=FEES)

    order = limit(engine, Side.BUY, 10.0, 95.0)
    assert order.status is OrderStatus.OPEN
    # 950 / 10 waits for it
    assert engine.account().order_margin_quote == pytest.approx(95.0)
    assert engine.account().available_quote == pytest.approx(905.0)
    engine.advance(hours(1))

    fill = engine.fills()[0]
    assert (fill.price, fill.maker, fill.time_ms) == (95.0, True, hours(0.5))
    assert fill.fee_quote == pytest.approx(950 * 0.0002)
    assert order.filled_base == 10.0
    assert not engine.open_orders()
    assert engine.account().order_margin_quote == 0.0


def test_a_limit_that_takes_fills_at_the_better_price_as_taker():
    engine = account(contract(FLAT), rules=FEES)

    order = limit(engine, Side.BUY, 1.0, 105.0)

    assert order.average_price == 100.0
    assert not engine.fills()[0].maker


def test_partial_fills_come_one_after_the_other():
    rules = MatchingRules(
        maker_fee_rate=0.0, taker_fee_rate=0.0, limit_fill_share=0.4, partial_fill_pause_ms=60_000
    )
    # It is at or below 99 from the half hour to the hour only.
    engine = account(contract(path((0, 100.0), (1, 98.0), (1, 100.0), (3, 97.0))), rules=rules)
    order = limit(engine, Side.BUY, 1.0, 99.0)

    engine.advance(hours(0.5))
    assert (order.filled_base, order.status) == (0.4, OrderStatus.PARTLY_FILLED)
    engine.advance(hours(0.5) + 59_999)
    assert order.filled_base == 0.4
    engine.advance(hours(0.5) + 60_000)
    assert order.filled_base == 0.8
    engine.advance(hours(0.6))

    assert (order.filled_base, order.status) == (1.0, OrderStatus.FILLED)
    assert [fill.quantity_base for fill in engine.fills()] == pytest.approx([0.4, 0.4, 0.2])


def test_an_order_can_be_held_at_a_share_of_its_quantity():
    engine = account(contract(FLAT))

    order = engine.place_order(BTC, Side.BUY, 1.0, fill_share=0.5)
    engine.advance(hours(1))
    assert (order.filled_base, order.status) == (0.5, OrderStatus.PARTLY_FILLED)
    assert engine.position(BTC).amount_base == 0.5
    engine.set_fill_share(order.order_id, 1.0)
    engine.advance(hours(1) + 1)

    assert (order.filled_base, order.status) == (1.0, OrderStatus.FILLED)


def test_a_held_order_that_is_cancelled_keeps_what_was_filled():
    engine = account(contract(FLAT))
    order = engine.place_order(BTC, Side.BUY, 1.0, fill_share=0.5)

    engine.cancel_order(order.order_id)
    engine.advance(hours(1))

    assert (order.filled_base, order.status) == (0.5, OrderStatus.CANCELLED)
    assert not engine.open_orders()


def test_reduce_only_never_flips():
    engine = account(contract(FLAT))
    engine.place_order(BTC, Side.BUY, 1.0)

    order = engine.place_order(BTC, Side.SELL, 3.0, reduce_only=True)

    assert (order.quantity_base, order.filled_base) == (1.0, 1.0)
    assert order.status is OrderStatus.FILLED
    assert engine.position(BTC) is None


def test_a_resting_reduce_only_expires_where_nothing_is_left():
    engine = account(contract(path((0, 100.0), (1, 110.0))))
    engine.place_order(BTC, Side.BUY, 1.0)
    order = limit(engine, Side.SELL, 1.0, 105.0, reduce_only=True)
    engine.place_order(BTC, Side.SELL, 1.0)

    engine.advance(hours(1))

    assert order.status is OrderStatus.EXPIRED
    assert engine.position(BTC) is None


def test_a_stop_outlives_its_position_and_closes_the_next_one():
    engine = account(contract(path((0, 100.0), (1, 90.0))))
    engine.place_order(BTC, Side.BUY, 1.0)
    engine.place_conditional(BTC, Side.SELL, 1.0, 95.0, reduce_only=True)
    engine.place_order(BTC, Side.SELL, 1.0)
    engine.place_order(BTC, Side.BUY, 0.4)

    engine.advance(hours(1))

    assert engine.position(BTC) is None
    assert engine.account().wallet_quote == pytest.approx(1000 - 0.4 * 5)


def test_take_profits_wait_on_the_other_side():
    engine = account(contract(path((0, 100.0), (1, 110.0))))
    engine.place_order(BTC, Side.BUY, 1.0)
    target = engine.place_conditional(
        BTC, Side.SELL, 1.0, 105.0, kind=ConditionalKind.TAKE_PROFIT, reduce_only=True
    )
    engine.advance(hours(1))

    assert engine.order(target.order_id).average_price == pytest.approx(105.0)


@pytest.mark.parametrize(
    ("quantity", "price", "more", "reason"),
    [
        (0.0005, 100.0, {}, Reason.LOT),
        (0.0, 100.0, {}, Reason.LOT),
        (float("nan"), 100.0, {}, Reason.LOT),
        (1.0, 100.05, {}, Reason.TICK),
        (1.0, None, {}, Reason.MISSING_PRICE),
        (0.049, 100.0, {}, Reason.MIN_NOTIONAL),
        (1001.0, 100.0, {}, Reason.MAX_QUANTITY),
        (1.0, 100.0, {"time_in_force": TimeInForce.POST_ONLY}, Reason.POST_ONLY),
        (1.0, 99.0, {"reduce_only": True}, Reason.REDUCE_ONLY),
        # 10x of 1000 is 10,000
        (100.1, 99.0 + 1.0, {}, Reason.POSITION_TOO_LARGE),
    ],
)
def test_a_limit_order_is_refused(quantity, price, more, reason):
    tight = contract(FLAT)
    engine = account(tight, leverage=20 if reason is Reason.POSITION_TOO_LARGE else 10)

    with refused(reason):
        limit(engine, Side.BUY, quantity, price, **more)
    assert not engine.orders()


def test_an_order_needs_its_margin_its_fee_and_its_first_loss():
    # 1000 at 10x: 99.502 costs 995.02 and 4.9751 of fee, 999.995; 99.503 costs 1000.005.
    engine = account(contract(FLAT), rules=FEES)

    with refused(Reason.INSUFFICIENT_MARGIN):
        engine.place_order(BTC, Side.BUY, 99.503)
    assert engine.place_order(BTC, Side.BUY, 99.502).status is OrderStatus.FILLED
    # What closes needs nothing.
    assert engine.place_order(BTC, Side.SELL, 99.502).status is OrderStatus.FILLED


def test_a_stop_that_would_trigger_at_once_is_refused():
    engine = account(contract(FLAT))

    for side, trigger in [(Side.SELL, 100.0), (Side.SELL, 101.0), (Side.BUY, 99.0)]:
        with refused(Reason.WOULD_TRIGGER_IMMEDIATELY):
            engine.place_conditional(BTC, side, 1.0, trigger)


def test_names_and_ends_of_orders():
    engine = account(contract(FLAT))
    order = limit(engine, Side.BUY, 1.0, 90.0, client_id="mine")

    with refused(Reason.DUPLICATE_CLIENT_ID):
        limit(engine, Side.BUY, 1.0, 90.0, client_id="mine")
    engine.expire_order(order.order_id)
    assert engine.order_by_client_id("mine").status is OrderStatus.EXPIRED
    with refused(Reason.UNKNOWN_ORDER):
        engine.cancel_order(order.order_id)
    with refused(Reason.UNKNOWN_CONTRACT):
        engine.place_order("NOUSDT", Side.BUY, 1.0)
    with refused(Reason.UNKNOWN_ORDER):
        engine.cancel_conditional(7)


def test_nothing_is_traded_before_the_first_candle():
    engine = account(contract(path((1, 100.0), (2, 100.0))))

    assert engine.price(BTC, PriceKind.LAST) is None
    with refused(Reason.NO_MARKET_PRICE):
        engine.place_order(BTC, Side.BUY, 1.0)
    with refused(Reason.NO_MARKET_PRICE):
        engine.place_conditional(BTC, Side.BUY, 1.0, 101.0)
    engine.advance(hours(1))
    assert engine.place_order(BTC, Side.BUY, 1.0).average_price == 100.0


def test_two_hundred_orders_may_wait():
    engine = account(contract(FLAT))
    for _ in range(200):
        limit(engine, Side.BUY, 0.1, 90.0)

    with refused(Reason.TOO_MANY_ORDERS):
        limit(engine, Side.BUY, 0.1, 90.0)
    # Conditional orders are counted apart.
    stop = engine.place_conditional(BTC, Side.SELL, 1.0, 90.0, reduce_only=True, client_id="stop")
    assert engine.conditional(stop.conditional_id) is stop
    assert engine.conditional_by_client_id("stop") is stop
    assert engine.conditional_by_client_id("other") is None
    assert engine.conditionals(BTC) == engine.open_conditionals() == [stop]
    engine.cancel_conditional(stop.conditional_id)
    assert engine.open_conditionals() == []
    assert engine.conditionals() == [stop]


def test_immediate_or_cancel_leaves_nothing_waiting():
    engine = account(contract(FLAT))

    order = limit(engine, Side.BUY, 1.0, 99.0, time_in_force=TimeInForce.IMMEDIATE_OR_CANCEL)

    assert order.status is OrderStatus.EXPIRED
    assert not engine.open_orders()


def test_leverage_stays_within_the_brackets():
    engine = account(contract(FLAT), wallet=10_000.0)

    for leverage in (0, 0.5, 21, 20.01):
        with refused(Reason.LEVERAGE):
            engine.set_leverage(BTC, leverage)
    engine.place_order(BTC, Side.BUY, 150.0)
    # 15,000 is in the bracket of 10x.
    with refused(Reason.POSITION_TOO_LARGE):
        engine.set_leverage(BTC, 11)
    with refused(Reason.LEVERAGE_REDUCTION):
        engine.set_leverage(BTC, 9)
    assert engine.max_notional(BTC) == 1_000_000.0


def test_margin_mode_changes_only_without_position_and_orders():
    engine = account(contract(FLAT))

    with refused(Reason.NO_CHANGE):
        engine.set_margin_mode(BTC, MarginMode.ISOLATED)
    order = limit(engine, Side.BUY, 1.0, 90.0)
    with refused(Reason.MARGIN_MODE_IN_USE):
        engine.set_margin_mode(BTC, MarginMode.CROSS)
    engine.cancel_order(order.order_id)
    engine.set_margin_mode(BTC, MarginMode.CROSS)

    assert engine.settings(BTC).margin_mode is MarginMode.CROSS


def test_added_margin_moves_liquidation_away():
    engine = account(contract(FLAT))
    engine.place_order(BTC, Side.BUY, 50.0)

    engine.add_margin(BTC, 100.0)

    # 600 + 50 * (P - 100) = 50 * P * 0.01: 49.5 * P = 4400
    position = engine.position(BTC)
    assert position.isolated_wallet_quote == pytest.approx(600.0)
    assert position.liquidation_price == pytest.approx(4400 / 49.5)
    assert engine.account().available_quote == pytest.approx(400.0)
    assert engine.account().wallet_quote == pytest.approx(1000.0)
    with refused(Reason.MARGIN_IN_USE):
        engine.add_margin(BTC, -101.0)
    with refused(Reason.INSUFFICIENT_MARGIN):
        engine.add_margin(BTC, 401.0)
    engine.add_margin(BTC, -100.0)
    assert engine.position(BTC).isolated_wallet_quote == pytest.approx(500.0)


def test_margin_cannot_be_added_where_there_is_no_isolated_position():
    engine = account(contract(FLAT), mode=MarginMode.CROSS)

    with refused(Reason.NO_ISOLATED_POSITION):
        engine.add_margin(BTC, 1.0)
    engine.place_order(BTC, Side.BUY, 1.0)
    with refused(Reason.NO_ISOLATED_POSITION):
        engine.add_margin(BTC, 1.0)

"""One wallet behind several positions."""

import pytest

from freqtrade_riskguard.replay.matching import (
    IncomeKind,
    MarginMode,
    OrderStatus,
    OrderType,
    Origin,
    Reason,
    RequestRefusedError,
    Side,
)
from tests.replay.matching.accounts import BTC, ETH, account, contract, funding, hours, path

CROSS = MarginMode.CROSS
FLAT = path((0, 100.0), (100, 100.0))
FALL = path((0, 100.0), (10, 50.0))


def liquidations(engine):
    return [order.symbol for order in engine.orders() if order.origin is Origin.LIQUIDATION]


def test_a_single_position_is_liquidated_where_the_wallet_is_gone():
    # 50 at 100 and 1000 behind it: 1000 + 50 * (P - 100) = 0.5 * P, so 49.5 * P = 4000.
    engine = account(contract(FALL), mode=CROSS)
    engine.place_order(BTC, Side.BUY, 50.0)
    assert engine.position(BTC).liquidation_price == pytest.approx(4000 / 49.5)

    engine.advance(hours(10))

    # 5 an hour: 100 - 80.808 after 3.838 hours
    assert engine.fills()[-1].price == pytest.approx(4000 / 49.5, abs=0.051)
    assert engine.fills()[-1].time_ms == pytest.approx(hours((100 - 4000 / 49.5) / 5), abs=1)
    assert engine.account().available_quote == pytest.approx(1000 - 50 * (100 - 80.8), abs=3)


def test_two_positions_are_liquidated_together_though_one_wins():
    # Both move at once, BTC from 100 by -5 and ETH from 100 by +2 an hour. Long 50 BTC loses 250
    # and long 50 ETH wins 100: 150 an hour. Maintenance 0.5 * P each: 0.5 * (200 - 3h).
    # 1000 - 150 h = 100 - 1.5 h, so h = 900 / 148.5 = 6.0606.
    rise = path((0, 100.0), (10, 120.0))
    engine = account(contract(FALL), contract(rise, symbol=ETH), mode=CROSS)
    engine.place_order(BTC, Side.BUY, 50.0)
    engine.place_order(ETH, Side.BUY, 50.0)

    engine.advance(hours(6.06))
    assert liquidations(engine) == []
    engine.advance(hours(10))

    assert liquidations(engine) == [BTC, ETH]
    assert {fill.time_ms for fill in engine.fills()[-2:]} == {hours(900 / 148.5)}
    assert not engine.positions()


def test_a_hedge_keeps_an_account_alive():
    engine = account(contract(FALL), contract(FALL, symbol=ETH), mode=CROSS)
    engine.place_order(BTC, Side.BUY, 40.0)
    engine.place_order(ETH, Side.SELL, 40.0)

    engine.advance(hours(10))

    assert liquidations(engine) == []
    assert engine.account().margin_balance_quote == pytest.approx(1000.0)


def test_an_isolated_position_takes_nothing_of_the_cross_wallet_with_it():
    engine = account(contract(FALL), contract(FLAT, symbol=ETH), mode=CROSS)
    engine.set_margin_mode(BTC, MarginMode.ISOLATED)
    engine.place_order(BTC, Side.BUY, 50.0)
    engine.place_order(ETH, Side.BUY, 40.0)

    engine.advance(hours(10))

    # The margin of BTC is gone, 500; ETH stands at its entry.
    assert liquidations(engine) == [BTC]
    assert engine.account().cross_wallet_quote == pytest.approx(1000 - 50 * (100 - 4500 / 49.5))
    assert engine.position(ETH).amount_base == 40.0


def test_a_stop_in_front_of_the_joint_liquidation_saves_the_account():
    engine = account(contract(FALL), mode=CROSS)
    engine.place_order(BTC, Side.BUY, 50.0)
    engine.place_conditional(BTC, Side.SELL, 50.0, 81.0, reduce_only=True)

    engine.advance(hours(10))

    assert liquidations(engine) == []
    assert engine.account().wallet_quote == pytest.approx(1000 - 50 * 19)


def test_a_jump_beyond_everything_is_paid_by_the_insurance():
    engine = account(contract(path((0, 100.0), (1, 100.0), (1, 70.0), (2, 70.0))), mode=CROSS)
    engine.place_order(BTC, Side.BUY, 50.0)

    engine.advance(hours(2))

    kinds = {income.kind: income.amount_quote for income in engine.incomes()}
    assert kinds[IncomeKind.REALISED] == pytest.approx(-1500.0)
    assert kinds[IncomeKind.INSURANCE] == pytest.approx(500.0)
    assert engine.account().wallet_quote == 0.0


def test_funding_can_liquidate():
    # 1000 - 50 * 19 = 50 left at 81, maintenance 40.5; 0.5 % of 4,050 takes 20.25.
    line = path((0, 100.0), (1, 81.0), (20, 81.0))
    engine = account(contract(line, payments=funding((8, 0.005))), mode=CROSS)
    engine.place_order(BTC, Side.BUY, 50.0)

    engine.advance(hours(8) - 1)
    assert liquidations(engine) == []
    engine.advance(hours(8))

    assert liquidations(engine) == [BTC]
    assert engine.account().wallet_quote == pytest.approx(50 - 20.25)


def test_profit_of_one_position_is_margin_for_the_next():
    engine = account(contract(path((0, 100.0), (1, 110.0))), contract(FLAT, symbol=ETH), mode=CROSS)
    engine.place_order(BTC, Side.BUY, 50.0)
    engine.advance(hours(1))

    # 1000 + 500 of profit, less 50 * 110 / 10 = 550: 950 at 10x are 95 of ETH.
    assert engine.account().available_quote == pytest.approx(950.0)
    with pytest.raises(RequestRefusedError, match=Reason.INSUFFICIENT_MARGIN.value):
        engine.place_order(ETH, Side.BUY, 95.001)
    assert engine.place_order(ETH, Side.BUY, 95.0).filled_base == 95.0


def test_profit_that_is_not_realised_cannot_be_taken_out():
    engine = account(contract(path((0, 100.0), (1, 130.0))), mode=CROSS)
    engine.place_order(BTC, Side.BUY, 50.0)
    engine.advance(hours(1))

    # 1000 + 1500 - 50 * 130 / 10 = 1850
    assert engine.account().available_quote == pytest.approx(1850.0)
    with pytest.raises(RequestRefusedError, match=Reason.INSUFFICIENT_MARGIN.value):
        engine.deposit(-1000.01)
    engine.deposit(-1000.0)
    assert engine.account().wallet_quote == 0.0


def test_lower_leverage_needs_free_margin():
    engine = account(contract(FLAT), mode=CROSS)
    engine.place_order(BTC, Side.BUY, 50.0)

    with pytest.raises(RequestRefusedError, match=Reason.INSUFFICIENT_MARGIN.value):
        engine.set_leverage(BTC, 4)
    engine.set_leverage(BTC, 5)
    assert engine.account().available_quote == 0.0


def test_liquidation_ends_the_open_orders():
    engine = account(contract(FALL), mode=CROSS)
    engine.place_order(BTC, Side.BUY, 50.0)
    target = engine.place_order(
        BTC, Side.SELL, 50.0, order_type=OrderType.LIMIT, limit_price=120.0, reduce_only=True
    )

    engine.advance(hours(10))

    assert target.status is OrderStatus.EXPIRED
    assert not engine.open_orders()

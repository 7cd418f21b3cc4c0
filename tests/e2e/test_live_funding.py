"""Funding counts once, whoever closes: the exchange's stop, or a cut of the guard's."""

from datetime import timedelta

import pytest

from freqtrade_riskguard.replay.matching import IncomeKind
from tests.support.live_bot import LIVE
from tests.support.live_scenes import NOON, SIGNS, bot, guard_equity, market, run, transfers
from tests.support.scripted import BTC

pytestmark = pytest.mark.slow

SIDES = pytest.mark.parametrize("side", ["long", "short"])
# Ten minutes before a settlement; the move begins ten minutes after it.
BEFORE = NOON + timedelta(hours=3, minutes=50)
# 0.4 % of about 7,500 are 30: 0.3 % of the account.
RATE = 0.004
OFF = {"mode": "off"}
# What would keep out of such a market, or get out of it.
PATIENT = {"funding_gate": OFF, "funding_exit": OFF, "funding_breaker": OFF}


def paid(live):
    return sum(i.amount_quote for i in live.incomes(BTC) if i.kind is IncomeKind.FUNDING)


@SIDES
def test_funding_that_was_paid_before_the_exchanges_stop(tmp_path, side):
    sign = SIGNS[side]
    data = market(tmp_path / "data", move=-0.05 * sign, funding_8h=RATE * sign, start=BEFORE)
    with bot(tmp_path / "bot", data, side, start=BEFORE, riskguard=PATIENT) as live:
        run(live, 15)
        assert live.positions
        assert paid(live) < -20
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        run(live, 60, seconds=30)

        (trade,) = live.trades
        assert trade["exit_reason"] == "stoploss_on_exchange"
        assert trade["funding_fees"] == pytest.approx(paid(live), abs=0.001)
        assert live.wallet_quote - 10_000 == pytest.approx(trade["profit_abs"], abs=0.01)
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert transfers(live) == []


@SIDES
def test_funding_that_was_paid_before_a_cut(tmp_path, side):
    sign = SIGNS[side]
    data = market(tmp_path / "data", move=-0.05 * sign, funding_8h=RATE * sign, start=BEFORE)
    half = [{"at": 0.02, "keep": 0.5}, {"at": 0.18, "keep": 0.0}]
    off = dict.fromkeys(("atr_stop", "daily_loss", "fixed_risk", "heat"), OFF)
    rules = {**PATIENT, **off, "drawdown_ladder": {"steps": half}}
    # As the example has it: a limit order at the side of the book where it waits.
    orders = {"exit": "limit"}
    pricing = {"price_side": "same", "use_order_book": True, "order_book_top": 1}
    with bot(
        tmp_path / "bot",
        data,
        side,
        start=BEFORE,
        riskguard=rules,
        order_types={**LIVE["order_types"], **orders},
        exit_pricing=pricing,
    ) as live:
        run(live, 15)
        before = abs(live.positions[BTC].amount_base)
        run(live, 65, seconds=30)

        assert abs(live.positions[BTC].amount_base) == pytest.approx(before / 2, rel=0.01)
        assert paid(live) < -20
        # Entry and cut, both without a price.
        assert [order.limit_price for order in live.orders(BTC)] == [None, None]
        assert guard_equity(live) == pytest.approx(live.equity_quote, rel=0.001)
        assert transfers(live) == []

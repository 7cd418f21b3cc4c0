from datetime import UTC, datetime, timedelta

import pytest

from freqtrade_riskguard.risk import TierTable
from tests.support.figures import figures, marked_figures, stressed_figures, taken_entries
from tests.support.freqtrade import Outcome

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
DAY = datetime(2024, 1, 1, tzinfo=UTC)
FLAT = {BTC: TierTable.flat(0.01), ETH: TierTable.flat(0.01)}


def at(hours):
    return DAY + timedelta(hours=hours)


def order(price, amount, when, *, is_entry):
    stamp = at(when).timestamp() * 1000
    return {
        "safe_price": price,
        "amount": amount,
        "ft_is_entry": is_entry,
        "order_filled_timestamp": stamp,
    }


def trade(entry, leave, opened, closed, **changes):
    """One unit, entered and left without fees, unless changed."""
    side = -1 if changes.get("is_short") else 1
    amount = changes.pop("amount", 1.0)
    leverage = changes.get("leverage", 1.0)
    return {
        "pair": BTC,
        "open_date": str(at(opened)),
        "close_date": str(at(closed)),
        "open_rate": entry,
        "profit_abs": side * amount * (leave - entry),
        "stake_amount": amount * entry / leverage,
        "exit_reason": "exit_signal",
        "leverage": 1.0,
        "is_short": False,
        "fee_open": 0.0,
        "fee_close": 0.0,
        "funding_fees": 0.0,
        "orders": [
            order(entry, amount, opened, is_entry=True),
            order(leave, amount, closed, is_entry=False),
        ],
        **changes,
    }


def backtest(*trades, locks=()):
    return Outcome(
        trades=trades,
        locks=tuple({"lock_time": at(hours).strftime("%Y-%m-%d %H:%M:%S")} for hours in locks),
        stats={
            "starting_balance": 1000.0,
            "stake_currency": "USDT",
            "stake_amount": "unlimited",
            "timeframe": "1h",
            "backtest_start": "2024-01-01 00:00:00",
            "backtest_end": "2024-01-03 00:00:00",
            "trading_mode": "futures",
        },
    )


def candle(low, high):
    return lambda pair, time: (low, high)  # noqa: ARG005 - freqtrade's candle of that time


def test_figures_of_closed_trades():
    # 1000 -> 1100 -> 990 | the next day 990 -> 950.
    # Worst trade -110/1100 = -10 %; the first day -10/1000, the second -40/990 = -4.04 %;
    # from 1100 down to 950: 13.64 %; in all -5 %, so -0.05/0.1364 = -0.367 per drawdown.
    found = figures(
        backtest(
            trade(500, 600, 0, 1),
            trade(500, 390, 2, 3, leverage=5.0, exit_reason="liquidation"),
            trade(500, 460, 4, 30),
            locks=(9, 4),
        )
    )
    assert found.total_ratio == pytest.approx(-0.05)
    assert found.worst_trade_ratio == pytest.approx(-0.10)
    assert found.worst_day_ratio == pytest.approx(-40 / 990)
    assert found.drawdown_ratio == pytest.approx(150 / 1100)
    assert found.profit_per_drawdown == pytest.approx(-0.05 * 1100 / 150)
    assert (found.liquidations, found.entries, found.max_leverage) == (1, 3, 5.0)
    assert found.first_lock == at(4)


def test_without_trades_nothing_was_lost():
    found = figures(backtest())
    assert (found.total_ratio, found.drawdown_ratio, found.entries) == (0, 0, 0)
    assert found.first_lock is None


def test_a_stop_is_filled_at_the_worst_of_its_candle_and_two_per_cent_more():
    # Long 1 at 500, stop at 480, the candle falls to 450: filled at 450*0.98 = 441, so -59.
    stopped = trade(500, 480, 0, 1, exit_reason="stop_loss")
    assert stressed_figures(backtest(stopped), candle(450, 505), FLAT).total_ratio == (
        pytest.approx(-0.059)
    )


def test_the_short_twin():
    # Short 1 at 500, stop at 520, the candle rises to 550: filled at 550*1.02 = 561, so -61.
    stopped = trade(500, 520, 0, 1, exit_reason="trailing_stop_loss", is_short=True)
    found = stressed_figures(backtest(stopped), candle(495, 550), FLAT)
    assert found.total_ratio == pytest.approx(-0.061)
    assert found.liquidations == 0


def test_other_exits_keep_their_price():
    left = trade(500, 480, 0, 1)
    assert stressed_figures(backtest(left), candle(100, 900), FLAT) == figures(backtest(left))


def test_what_the_guard_closes_at_a_price_is_a_stop():
    closed = trade(500, 480, 0, 1, exit_reason="riskguard_daily_loss")
    assert stressed_figures(backtest(closed), candle(450, 505), FLAT).total_ratio == (
        pytest.approx(-0.059)
    )


def test_past_liquidation_the_whole_margin_is_lost_and_no_more():
    # 5x: margin 100, liquidation at (500 - 100)/(1 - 0.01) = 404.04. The candle falls to 410, and
    # 410*0.98 = 401.8 is past it: all of the margin, 10 % of the account.
    stopped = trade(500, 480, 0, 1, exit_reason="stop_loss", leverage=5.0)
    found = stressed_figures(backtest(stopped), candle(410, 505), FLAT)
    assert found.liquidations == 1
    assert found.total_ratio == pytest.approx(-0.10)


def test_a_stop_before_liquidation_is_none():
    # 415*0.98 = 406.7 is before 404.04.
    stopped = trade(500, 480, 0, 1, exit_reason="stop_loss", leverage=5.0)
    found = stressed_figures(backtest(stopped), candle(415, 505), FLAT)
    assert found.liquidations == 0
    assert found.total_ratio == pytest.approx(-0.0933)


def test_what_was_sold_before_the_stop_keeps_its_price():
    # Two at 500, one sold at 550 (+50), the other stopped at 480 (-20), the candle falls to 450:
    # the other one is filled at 441, -59 instead of -20.
    stopped = trade(500, 480, 0, 3, exit_reason="stop_loss", profit_abs=30.0)
    stopped["orders"] = [
        order(500, 2.0, 0, is_entry=True),
        order(550, 1.0, 1, is_entry=False),
        order(480, 1.0, 3, is_entry=False),
    ]
    found = stressed_figures(backtest(stopped), candle(450, 505), FLAT)
    assert found.total_ratio == pytest.approx(-0.009)


def test_stakes_are_a_share_of_what_the_stress_has_left():
    # The first loses 5.9 % (see above). The second made 98 of the 980 left: 10 % of 941.
    found = stressed_figures(
        backtest(
            trade(500, 480, 0, 1, exit_reason="stop_loss"),
            trade(500, 598, 2, 3),
        ),
        candle(450, 505),
        FLAT,
    )
    assert found.total_ratio == pytest.approx(0.941 * 1.10 - 1)


def test_the_marked_account_sees_what_is_held():
    # Bought at 500, closes 500, 400, 450 of one day, then 300 and 550 of the next; sold at 560 in
    # the last candle. Equity 1000, 900, 950 | 800, 1060: 20 % below the peak, and the second day
    # lost 150 of 950 at its worst. Of closed trades there is no loss at all.
    hours = (20, 21, 22, 24, 25)
    closes = {BTC: dict(zip(map(at, hours), (500, 400, 450, 300, 550), strict=True))}
    held = backtest(trade(500, 560, 20, 25))
    found = marked_figures(held, closes)
    assert found.drawdown_ratio == pytest.approx(0.20)
    assert found.worst_day_ratio == pytest.approx(800 / 950 - 1)
    assert found.total_ratio == pytest.approx(0.06)
    assert figures(held).drawdown_ratio == 0


def test_the_marked_account_pays_fees_and_funding():
    # 1 % of 500 at the entry, 5, and 1 % of 500 at the exit, 5, and 10 of funding: 980 at the end.
    paid = trade(
        500, 500, 0, 2, fee_open=0.01, fee_close=0.01, funding_fees=-10.0, profit_abs=-20.0
    )
    closes = {BTC: {at(0): 500, at(1): 500, at(2): 500}}
    assert marked_figures(backtest(paid), closes).drawdown_ratio == pytest.approx(0.02)


def test_the_marked_account_of_a_short():
    # Short at 500, close 600: 10 % lost while it is held, and nothing in the end.
    short = trade(500, 500, 0, 2, is_short=True)
    closes = {BTC: {at(0): 500, at(1): 600, at(2): 500}}
    assert marked_figures(backtest(short), closes).drawdown_ratio == pytest.approx(0.10)


def test_entries_taken_missed_and_not_possible():
    bare = backtest(
        trade(500, 510, 0, 1),
        trade(500, 510, 2, 3),
        trade(500, 510, 4, 5, pair=ETH),
        trade(500, 510, 9, 10, pair=ETH),
    )
    # The first, and still in it at 2; with 500 of 1000 it could have had the third.
    guarded = backtest(trade(500, 510, 0, 6))
    found = taken_entries(bare, guarded, until=at(8))
    assert (found.wanted, found.taken, found.busy) == (3, 1, 1)
    assert found.taken_ratio == pytest.approx(1 / 3)
    assert found.not_refused_ratio == pytest.approx(2 / 3)
    assert taken_entries(bare, guarded, until=None).wanted == 4


def test_no_entry_is_refused_where_the_money_is_elsewhere():
    bare = backtest(trade(500, 510, 4, 5, pair=ETH))
    guarded = backtest(trade(500, 510, 0, 6, amount=1.9))
    assert taken_entries(bare, guarded, until=None).busy == 1

from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.rules.stake.heat import Heat
from tests.factories import account, entry, market, position

RULE = Heat(daily_loss_limit=0.03, slippage_ratio=0.005)


def test_the_first_position_may_risk_what_is_left_of_the_day():
    # 3 % of 10,000 are 300. Per notional 2 % to the stop + 0.5 % slippage: 300 / 0.025 = 12,000,
    # at 5x a stake of 2,400.
    asked = entry(stop_price=98.0, leverage=5.0)

    assert RULE.max_stake(asked).limit == pytest.approx(2_400.0)
    assert RULE.max_stake(asked).why == (
        "0.00 of 300 USDT of today's loss limit are at risk already"
    )


def test_fees_of_both_fills_are_part_of_the_loss():
    # 2 % + 2 * 0.05 % + 0.5 % = 2.6 %.
    asked = entry(stop_price=98.0, leverage=5.0, market=market(taker_fee=0.0005))

    assert RULE.max_stake(asked).limit == pytest.approx(300 / 0.026 / 5)


@pytest.mark.parametrize(
    ("side", "held_loss", "lost", "words"),
    [
        # 10,000 of notional, 1 % to the stop + 0.5 % slippage: 150 of the 300. The entry of 1,300
        # at 5x loses 6,500 * 2.5 % = 162.50 more.
        (1, 150.0, 0.025, ("150", "312")),
        # A short is bought back at 101 * 1.005 = 101.505, and the new one at 102 * 1.005 = 102.51:
        # 6,500 * 2.51 % = 163.15 more.
        (-1, 150.5, 0.0251, ("151", "314")),
    ],
)
def test_open_positions_take_their_part(side, held_loss, lost, words):
    held = position(side=side, stop_price=100.0 - side)
    asked = entry(
        side=side,
        stop_price=100.0 - 2 * side,
        leverage=5.0,
        stake_quote=1_300.0,
        account=account(positions=(held,)),
    )

    assert RULE.max_stake(asked).limit == pytest.approx((300 - held_loss) / lost / 5)
    assert RULE.max_stake(asked).why == (
        f"{words[0]} of 300 USDT of today's loss limit are at risk already"
    )
    assert RULE.denial(asked) == (
        f"{words[1]} of 300 USDT of today's loss limit are at risk with this entry"
    )


def test_what_the_day_has_lost_is_no_longer_there_to_be_risked():
    # 9,900 is 200 above the limit of 9,700: 200 / 0.025 / 5.
    asked = entry(stop_price=98.0, leverage=5.0, account=account(equity_quote=9_900.0))

    assert RULE.max_stake(asked).limit == pytest.approx(1_600.0)


def test_open_profit_that_may_be_given_back_is_at_risk():
    # From the mark of 110 to the stop of 99: 11,000 notional * (10 % + 0.5 %) = 1,155. The equity
    # has the profit of 1,000 in it: 1,300 are left.
    winner = position(rate=110.0, stop_price=99.0)
    asked = entry(
        stop_price=98.0,
        leverage=5.0,
        account=account(equity_quote=11_000.0, positions=(winner,)),
    )

    assert RULE.max_stake(asked).limit == pytest.approx((1_300 - 1_155) / 0.025 / 5)


@pytest.mark.parametrize(
    ("rate", "at_risk"),
    # The whole margin of 1,000; with open profit that too: 100 * (105 - 100) = 500 more.
    [(95.0, 1_000.0), (100.0, 1_000.0), (105.0, 1_500.0)],
)
def test_a_position_without_a_stop_risks_all_that_is_in_it(rate, at_risk):
    rule = Heat(daily_loss_limit=0.5, slippage_ratio=0.005)
    held = account(positions=(position(rate=rate, stop_price=nan),))

    # Of 5,000.
    assert rule.max_stake(entry(stop_price=98.0, leverage=5.0, account=held)).limit == (
        pytest.approx((5_000 - at_risk) / 0.025 / 5)
    )


def test_a_position_behind_its_stop_still_costs_slippage():
    # 9,000 notional * 0.5 % = 45.
    gapped = account(positions=(position(rate=90.0, stop_price=95.0),))

    assert RULE.max_stake(entry(stop_price=98.0, leverage=5.0, account=gapped)).limit == (
        pytest.approx((300 - 45) / 0.025 / 5)
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"stop_price": nan},
        {"account": account(equity_quote=nan)},
        {"account": account(day_start_equity_quote=nan)},
        {"account": account(equity_quote=0.0)},
        {"account": account(equity_quote=9_700.0)},
        {"account": account(positions=(position(rate=nan),))},
        {"account": account(positions=(position(rate=nan, stop_price=99.0),))},
    ],
)
def test_what_is_unknown_or_used_up_gives_no_stake(changes):
    asked = entry(**{"stop_price": 98.0, **changes})

    assert RULE.max_stake(asked).limit == 0.0
    assert RULE.denial(asked) is not None


def test_an_addition_counts_the_position_once_and_from_its_mark():
    # Average 105, mark 110, stop 99.5: the equity falls by 10 % of 105 to it, and 0.5 % slippage.
    own = position(trade_id=7, rate=110.0, stop_price=99.0)
    asked = entry(
        adds_to=7, rate=105.0, stop_price=99.5, leverage=5.0, account=account(positions=(own,))
    )

    assert RULE.max_stake(asked).limit == pytest.approx(300 / (10.5 / 105 + 0.005) / 5)


@given(
    distance=st.floats(0.001, 0.3),
    other=st.floats(0.001, 0.3),
    amount=st.floats(0, 50),
    leverage=st.floats(1, 20),
    equity=st.floats(9_000, 11_000),
)
def test_the_stake_allowed_passes_the_gate_and_a_short_never_gets_more_than_a_long(
    distance, other, amount, leverage, equity
):
    stakes = []
    for side in (1, -1):
        held = position(side=side, amount=amount, stop_price=100 * (1 - side * other))
        asked = {
            "side": side,
            "stop_price": 100 * (1 - side * distance),
            "leverage": leverage,
            "account": account(equity_quote=equity, positions=(held,)),
        }
        stake = RULE.max_stake(entry(**asked)).limit
        filled, held_filled = (
            100 * (1 - side * away) * (1 - side * 0.005) for away in (distance, other)
        )
        lost = side * (stake * leverage * (1 - filled / 100) + amount * (100 - held_filled))

        if stake > 0:
            assert lost <= (equity - 9_700) * (1 + 1e-9)
            assert RULE.denial(entry(**asked, stake_quote=stake)) is None
            assert RULE.denial(entry(**asked, stake_quote=stake * 1.3 + 100)) is not None
        stakes.append(stake)

    # Its costs are taken of a higher price: slippage of 0.5 % on up to 30 % more, 0.15 %.
    assert stakes[1] <= stakes[0] * (1 + 1e-9)

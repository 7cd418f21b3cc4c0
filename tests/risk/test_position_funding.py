"""Which part of the funding belongs to what is still open."""

from math import isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import FundingShares, funding_shares, realised_funding_quote


def test_all_of_it_where_nothing_was_exited():
    # 10 until the addition, 5 until now.
    assert funding_shares([(50.0, 0.0), (50.0, 10.0)], 5.0) == FundingShares(15.0, 15.0)


def test_an_exit_realises_all_and_takes_its_share_of_the_margin():
    # 80 paid on 100 units; 25 sold: 60 stay in the margin. 20 more paid, 25 of 75 sold: of 80,
    # two thirds stay, 53.33; then 1 more.
    shares = funding_shares([(100.0, 0.0), (-25.0, -80.0), (-25.0, -20.0)], -1.0)

    assert shares.unrealised_quote == -1.0
    assert shares.margin_quote == pytest.approx(-160.0 / 3 - 1.0)


@pytest.mark.parametrize("exited", [100.0, 120.0])
def test_nothing_is_left_in_the_margin_of_what_is_closed(exited):
    assert funding_shares([(100.0, 0.0), (-exited, -80.0)], 0.0) == FundingShares(0.0, 0.0)


def test_what_is_unknown_stays_unknown():
    shares = funding_shares([(100.0, nan)], 1.0)

    assert isnan(shares.unrealised_quote)
    assert isnan(shares.margin_quote)


@pytest.mark.parametrize(("side", "price"), [(1, 110.0), (-1, 90.0)])
def test_what_an_exit_realised_beyond_its_price_is_funding(side, price):
    # 100 units at 100 and 100 at 120 (short: 80): average 110 (90). 50 out there: nothing by the
    # price. Fees 0.1 % of 50 * price, twice. So of -31 realised, the rest was funding.
    second = 120.0 if side > 0 else 80.0
    fills = [(100.0, 100.0), (100.0, second), (-50.0, price)]
    fees = 2 * 0.001 * 50.0 * price

    funding = realised_funding_quote(
        side, fills, realised_quote=-31.0, entry_fee=0.001, exit_fee=0.001
    )

    assert funding == pytest.approx(-31.0 + fees)


def test_nothing_was_realised_where_nothing_was_exited():
    arguments = {"realised_quote": 0.0, "entry_fee": 0.001, "exit_fee": 0.001}

    assert realised_funding_quote(1, [(100.0, 100.0)], **arguments) == 0.0
    assert realised_funding_quote(1, [], **arguments) == 0.0
    with pytest.raises(ValueError, match="side"):
        realised_funding_quote(0, [], **arguments)


@given(
    side=st.sampled_from([1, -1]),
    fees=st.tuples(st.floats(0, 0.01), st.floats(0, 0.01)),
    moves=st.lists(st.tuples(st.floats(0.05, 0.9), st.floats(1, 200), st.floats(-50, 50))),
)
def test_the_funding_is_found_again_in_the_realised_profit(side, fees, moves):
    fills, held, realised, funding = [(100.0, 100.0)], 100.0, 0.0, 0.0
    for share, price, paid in moves:
        exited = held * share
        realised += side * exited * (price - 100.0) + paid
        realised -= exited * (fees[0] * 100.0 + fees[1] * price)
        funding += paid
        fills.append((-exited, price))
        held -= exited

    found = realised_funding_quote(
        side, fills, realised_quote=realised, entry_fee=fees[0], exit_fee=fees[1]
    )

    assert found == pytest.approx(funding, abs=1e-6)

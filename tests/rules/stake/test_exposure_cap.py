from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.rules.stake.exposure_cap import ExposureCap
from tests.factories import account, entry, position

RULE = ExposureCap(max_gross_ratio=3.0, max_net_ratio=2.0)


def held(*signed_notionals):
    return account(
        positions=tuple(
            position(side=1 if notional > 0 else -1, amount=abs(notional) / 100)
            for notional in signed_notionals
        )
    )


@pytest.mark.parametrize("side", [1, -1])
def test_the_net_binds_on_one_side(side):
    # 15,000 of the 20,000 are used: 5,000 at 5x.
    asked = entry(side=side, leverage=5.0, account=held(side * 15_000))

    name = "long" if side > 0 else "short"
    assert RULE.max_stake(asked).limit == pytest.approx(1_000.0)
    assert RULE.max_stake(asked).why == f"net {name} exposure 150 % of equity already (limit 200 %)"


def test_the_gross_binds_where_sides_offset_each_other():
    # 28,000 of the 30,000 gross; the net of 4,000 would leave 16,000.
    asked = entry(leverage=5.0, account=held(16_000, -12_000))

    assert RULE.max_stake(asked).limit == pytest.approx(400.0)
    assert RULE.max_stake(asked).why == "gross exposure 280 % of equity already (limit 300 %)"


def test_what_reduces_a_net_that_is_too_large_is_allowed():
    # Net 250 %: a short of 20 % brings it down; gross 250 % leaves 50 %.
    hedge = entry(side=-1, leverage=5.0, stake_quote=400.0, account=held(25_000))

    assert RULE.max_stake(hedge).limit == pytest.approx(1_000.0)
    assert RULE.denial(hedge) is None
    assert RULE.denial(entry(stake_quote=1.0, account=held(25_000))) is not None


def test_a_stake_raised_to_the_exchanges_minimum_is_denied():
    # 15,000 + 5 * 1,010 = 20,050: within the rounding of 0.1 % is 20,020.
    room = held(15_000)

    assert RULE.denial(entry(leverage=5.0, stake_quote=1_003.0, account=room)) is None
    assert RULE.denial(entry(leverage=5.0, stake_quote=1_010.0, account=room)) == (
        "net long exposure 200 % of equity with this entry (limit 200 %)"
    )
    assert RULE.denial(entry(side=-1, leverage=5.0, stake_quote=3_100.0, account=held(16_000))) == (
        "gross exposure 315 % of equity with this entry (limit 300 %)"
    )


def test_what_is_added_to_counts_once():
    own = account(positions=(position(trade_id=7, amount=190.0),))

    # 20,000 / 10 for the whole position.
    assert RULE.max_stake(entry(adds_to=7, account=own)).limit == pytest.approx(2_000.0)


@pytest.mark.parametrize(
    "unknown",
    [
        account(equity_quote=nan),
        account(equity_quote=0.0),
        account(positions=(position(rate=nan),)),
    ],
)
def test_what_is_unknown_gives_no_stake(unknown):
    assert RULE.max_stake(entry(account=unknown)).limit == 0.0
    assert RULE.denial(entry(account=unknown)) is not None


@given(
    longs=st.floats(0, 4e4),
    shorts=st.floats(0, 4e4),
    leverage=st.floats(1, 20),
)
def test_the_stake_allowed_keeps_both_limits_and_longs_and_shorts_are_twins(
    longs, shorts, leverage
):
    stake, twin = (
        RULE.max_stake(
            entry(side=side, leverage=leverage, account=held(side * longs, -side * shorts))
        )
        for side in (1, -1)
    )
    own = stake.limit * leverage

    assert stake.limit == pytest.approx(twin.limit)
    if stake.limit > 0:
        assert longs + shorts + own <= 30_000 * (1 + 1e-9)
        assert longs - shorts + own <= 20_000 * (1 + 1e-9)
        asked = entry(leverage=leverage, stake_quote=stake.limit, account=held(longs, -shorts))
        assert RULE.denial(asked) is None


def test_other_limits_than_the_usual_ones():
    rule = ExposureCap(max_gross_ratio=1.0, max_net_ratio=0.5)

    # 50 % of 10,000 net; 10,000 gross less 9,000, of a net that leaves 2,000: at 5x.
    assert rule.max_stake(entry(leverage=5.0)).limit == pytest.approx(1_000.0)
    assert rule.max_stake(entry(leverage=5.0, account=held(6_000, -3_000))).limit == (
        pytest.approx(200.0)
    )

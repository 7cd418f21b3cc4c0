from math import nan

import pytest

from freqtrade_riskguard.rules import Cap
from freqtrade_riskguard.rules.stake.margin_utilisation import MarginUtilisation
from tests.factories import account, entry, portfolio, position

RULE = MarginUtilisation(max_share=0.60)
HELD = account(positions=(position(),))  # 1,000 of the 10,000


def market_of(move, volatility=0.05):
    return portfolio(2, market_daily_move=move, market_daily_volatility=volatility)


@pytest.mark.parametrize(
    ("known", "stake"),
    [
        (None, 5_000.0),  # 6,000 - 1,000
        (market_of(0.05), 5_000.0),
        (market_of(nan), 5_000.0),
        (market_of(-0.12), 3_000.0),  # 6,000 / 1.5 - 1,000
        (market_of(-0.25), 2_000.0),  # 6,000 / 2 - 1,000
        (market_of(-0.12, 0.11), 2_000.0),
        (market_of(-0.12, nan), 2_000.0),
        (market_of(0.01), 6_000 / 0.85 - 1_000),
    ],
)
def test_the_market_asks_for_more_margin_as_it_falls(known, stake):
    asked = entry(account=HELD, portfolio=known)

    assert RULE.max_stake(asked).limit == pytest.approx(stake)
    assert RULE.denial(entry(account=HELD, portfolio=known, stake_quote=stake)) is None
    assert RULE.denial(entry(account=HELD, portfolio=known, stake_quote=stake * 1.01)) is not None


def test_the_reason_has_the_numbers():
    falling = entry(account=HELD, portfolio=market_of(-0.12), stake_quote=3_100.0)

    assert RULE.max_stake(entry(account=HELD)) == Cap(
        5_000.0, "initial margin 1000 of 10000 equity already (limit 60 %)"
    )
    assert (
        RULE.denial(falling) == "initial margin 4100 of 10000 equity with this entry "
        "(limit 60 %, margin counts 1.5 times in a sell-off)"
    )


def test_what_is_added_to_counts_once():
    own = account(positions=(position(trade_id=7),))

    assert RULE.max_stake(entry(adds_to=7, account=own)).limit == 6_000.0


@pytest.mark.parametrize(
    "unknown",
    [
        account(equity_quote=nan),
        account(equity_quote=0.0),
        account(positions=(position(margin_quote=nan),)),
    ],
)
def test_what_is_unknown_gives_no_stake(unknown):
    assert RULE.max_stake(entry(account=unknown)).limit == 0.0
    assert RULE.denial(entry(account=unknown)) is not None

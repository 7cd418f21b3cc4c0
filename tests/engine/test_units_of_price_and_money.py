"""What a coin costs and what an account is counted in decides nothing.

A coin at 1e-8, its 1000-unit twin, an account in USDC or in BTC: each is another unit of amount or
money, and the answers are the same in that unit.
"""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.config import load_config
from freqtrade_riskguard.engine.guard import Guard
from freqtrade_riskguard.engine.journal import Journal
from freqtrade_riskguard.engine.rule_runner import RuleRunner
from freqtrade_riskguard.risk import Edge, TierTable
from tests.factories import NOON, account, entry, market, position

# Prices from a coin at 1e-8 to bitcoin; accounts from 10,000 USDT in BTC at 100,000 on.
PRICES = st.sampled_from([1e-10, 1e-8, 2.5e-6, 1e-3, 1.0, 1e3])
MONEY = st.sampled_from([1e-5, 1e-3, 1.0, 1e3])
PROVEN = Edge(trades=200, wins=120, mean_win=0.02, mean_loss=0.01)
_MONEY_OF_ACCOUNT = (
    "equity_quote",
    "wallet_quote",
    "day_start_equity_quote",
    "week_start_equity_quote",
    "peak_equity_quote",
    "free_quote",
)


@cache
def settings_of(profile):
    return load_config({"profile": profile})


def tiers(money):
    return TierTable.build(
        [
            (0.0, None, 0.01, 0.0, 50.0),
            (5_000.0 * money, None, 0.02, None, 25.0),
            (20_000.0 * money, None, 0.05, None, 10.0),
        ]
    )


def owner(money):
    plain = account()
    return replace(plain, **{name: getattr(plain, name) * money for name in _MONEY_OF_ACCOUNT})


def asked(price, money, *, side, stake, leverage):
    """Return the entry of a coin that costs ``price * money`` and not 100 of money."""
    return entry(
        market=market(atr=2.0 * price * money, taker_fee=0.0005, tiers=tiers(money)),
        account=owner(money),
        edge=PROVEN,
        side=side,
        rate=100.0 * price * money,
        leverage=leverage,
        stake_quote=stake * money,
    )


def answers(profile, price, money, **wanted):
    """Return leverage, stake and denial of an entry, and the stop, all in units of the account."""
    guard = Guard(RuleRunner(settings_of(profile), Journal()))
    made = asked(price, money, **wanted)
    leverage = guard.leverage(made)
    made = replace(made, leverage=leverage)
    stop = guard.planned_stop(made)
    made = replace(made, stop_price=stop)
    stake = guard.stake(made)
    denied = None if stake == 0 else guard.denial(replace(made, stake_quote=stake))
    return leverage, stake / money, denied is None, stop / (price * money)


@pytest.mark.parametrize("profile", ["seatbelt", "moderate", "aggressive"])
@given(
    PRICES,
    MONEY,
    st.sampled_from([1, -1]),
    st.sampled_from([50.0, 800.0, 2_500.0, 9_000.0]),
    st.sampled_from([1.0, 3.0, 10.0]),
)
def test_an_entry(profile, price, money, side, stake, leverage):
    wanted = {"side": side, "stake": stake, "leverage": leverage}
    plain = answers(profile, 1.0, 1.0, **wanted)
    found = answers(profile, price, money, **wanted)

    assert found[0] == pytest.approx(plain[0])
    assert found[1] == pytest.approx(plain[1], rel=1e-6)
    assert found[2] == plain[2]
    # A long at 1x has no liquidation, or one at a rounding error above nothing: its stop is there.
    lowest = (side, plain[0]) == (1, 1.0) and max(found[3], plain[3]) < 2.0
    assert lowest or found[3] == pytest.approx(plain[3])
    assert plain[1] > 0


@given(PRICES, MONEY, st.sampled_from([1, -1]), st.floats(0.85, 1.15), st.floats(2.0, 10.0))
def test_a_position(price, money, side, moved, leverage):
    def held(price, money):
        unit = price * money
        return position(
            market=market(atr=2.0 * unit, taker_fee=0.0005, tiers=tiers(money)),
            side=side,
            open_rate=100.0 * unit,
            amount=100.0 / price,
            margin_quote=10_000.0 * money / leverage,
            leverage=leverage,
            rate=100.0 * moved * unit,
        )

    plain, found = held(1.0, 1.0), held(price, money)
    assert found.margin_left == pytest.approx(plain.margin_left)
    assert found.maintenance_cover == pytest.approx(plain.maintenance_cover)
    assert found.liquidation_price == pytest.approx(plain.liquidation_price * price * money)
    guard = Guard(RuleRunner(settings_of("moderate"), Journal()))
    stops = [guard.stop(each, each.open_rate * (1 - side * 0.99), NOON) for each in (plain, found)]
    assert stops[1] == pytest.approx(stops[0] * price * money)

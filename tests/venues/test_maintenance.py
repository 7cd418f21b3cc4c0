"""What cannot be read, what is not there, and venues that nobody knows."""

from __future__ import annotations

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from freqtrade_riskguard.risk import WholePositionTiers, liquidation_price
from freqtrade_riskguard.venues import UNKNOWN, VENUES, market_tiers, venue_of
from tests.venues.data import BITGET_BTC, OKX_TIA, rows

FALLBACK = 0.025
TWO = [(1_000.0, 0.01, 50.0), (inf, 0.02, 25.0)]


@pytest.mark.parametrize("venue", [*VENUES, UNKNOWN], ids=lambda venue: venue.name or "unknown")
@pytest.mark.parametrize(
    ("greatest", "rate"),
    # The default, and half of the initial margin where that is more: 0.5 / 5.
    [(None, FALLBACK), (100.0, FALLBACK), (5.0, 0.1), (nan, FALLBACK), ("x", FALLBACK)],
)
def test_without_tiers(venue, greatest, rate):
    found = market_tiers(
        venue, None, {"limits": {"leverage": {"max": greatest}}}, fallback_rate=FALLBACK
    )
    if venue.maintenance == "market" and greatest in {5.0, 100.0}:
        assert not found.why_careful
        assert found.tiers.rates == (0.5 / greatest,)
        return
    assert found.tiers.rates == (rate,)
    assert found.why_careful.startswith("the exchange ")
    assert not found.is_damaged


@pytest.mark.parametrize(
    "broken",
    [
        [{}],
        [{**rows(TWO)[0], "maintenanceMarginRate": None}],
        [{**rows(TWO)[0], "maintenanceMarginRate": 1.5}],
        [{**rows(TWO)[0], "minNotional": 5.0}],
        [*rows(TWO), *rows(TWO)],
        ["tier"],
    ],
)
@pytest.mark.parametrize("venue", [VENUES[0], VENUES[2], UNKNOWN], ids=["binance", "okx", "other"])
def test_tiers_that_cannot_be_read(venue, broken):
    if venue.maintenance == "contracts" and broken[0].__class__ is dict and len(broken) == 1:
        # A first floor says nothing there: the first tier begins at nothing.
        broken = [{**broken[0], "maintenanceMarginRate": -1.0}]
    found = market_tiers(venue, broken, {"contractSize": 1.0}, fallback_rate=FALLBACK)
    assert found.is_damaged
    assert "cannot be read" in found.why_careful
    assert found.tiers.rates == (FALLBACK,)


def test_contracts_of_unknown_size():
    found = market_tiers(venue_of("okx"), rows(OKX_TIA), {}, fallback_rate=FALLBACK)
    assert found.why_careful == "the size of its contracts is not known"
    assert found.tiers.rates == (FALLBACK,)


@pytest.mark.parametrize(
    ("amount", "price", "contract_size", "rate"),
    [
        # As money 900, as contracts of 1 coin 2,000: the higher tier.
        (2_000.0, 0.45, 1.0, 0.02),
        # As money 2,000, as contracts of 10 coins 2.
        (20.0, 100.0, 10.0, 0.02),
        # Both in the first: 0.01 is half of the initial margin at 50x already.
        (5.0, 100.0, 10.0, 0.01),
        # Nobody says what a contract is.
        (2_000.0, 0.45, None, 0.01),
        (2_000.0, 0.60, None, 0.02),
    ],
)
def test_where_nobody_knows_the_unit_the_worse_reading_counts(amount, price, contract_size, rate):
    found = market_tiers(UNKNOWN, rows(TWO), {"contractSize": contract_size}, fallback_rate=0.0)
    held = found.tiers.of_position(amount, price)
    assert held.maintenance_margin(amount * price) == pytest.approx(amount * price * rate)


def test_a_rate_is_at_least_half_of_the_initial_margin():
    # At most 10x anywhere: 5 % at least, whatever the tiers say.
    published = [(1_000.0, 0.01, 10.0), (inf, 0.08, 5.0)]
    found = market_tiers(UNKNOWN, rows(published), {}, fallback_rate=0.0)
    assert found.tiers.of_position(1.0, 100.0).maintenance_margin(100.0) == pytest.approx(5.0)
    assert found.tiers.of_position(10.0, 100.0).maintenance_margin(1_000.0) == pytest.approx(80.0)


def test_what_a_position_has_touched_counts_to_its_end():
    found = market_tiers(venue_of("bitget"), rows(BITGET_BTC), {}, fallback_rate=0.0).tiers
    # Entered at 800,000, now at 1,000,000: 1 % of all, and still 1 % at 880,000.
    assert found.of_position(8.0, 125_000.0).maintenance_margin(880_000.0) == pytest.approx(8_800.0)
    # A short that falls through a tier's edge is liquidated in the higher one:
    # (800,000 * 1.1) / 1.005 = 875,622 is below 900,000; at 4x, 1,000,000 / 1.01 is not.
    for leverage, notional in ((10.0, 880_000.0 / 1.005), (4.0, 1_000_000.0 / 1.01)):
        price = liquidation_price(
            side=-1,
            entry_price=100_000.0,
            amount=8.0,
            margin_quote=800_000.0 / leverage,
            tiers=found.of_position(8.0, 100_000.0),
        )
        assert 8.0 * price == pytest.approx(notional)


def test_equity_within_the_jump_at_an_edge():
    found = market_tiers(venue_of("bitget"), rows(BITGET_BTC), {}, fallback_rate=0.0).tiers
    # 8.8888 coins at 100,000 short at 50x: 888,888 * 1.02 = 906,666. At 900,000 equity is 6,666,
    # more than 0.5 % of it (4,500) and less than 1 % (9,000).
    price = liquidation_price(
        side=-1,
        entry_price=100_000.0,
        amount=8.88888,
        margin_quote=8.88888 * 2_000.0,
        tiers=found.of_position(8.88888, 100_000.0),
    )
    assert 8.88888 * price == pytest.approx(900_000.0)


@pytest.mark.parametrize("size", [0.0, -1.0, nan, inf])
def test_a_contract_has_a_size(size):
    with pytest.raises(ValueError, match="the size of a contract must be positive"):
        WholePositionTiers.by_contracts([(0.0, None, 0.01, 0.0, 50.0)], size)


@pytest.mark.parametrize("name", ["okx", "bitget", "somewhere"])
def test_what_is_not_a_number_is_in_the_strictest_tier(name):
    found = market_tiers(venue_of(name), rows(TWO), {"contractSize": 1.0}, fallback_rate=0.0).tiers
    assert found.of_position(nan, 1.0).rates == (0.02,)
    if found.counts_notional:
        assert found.of_position(1.0, nan).rates == (0.02,)
    assert found.largest_leverage(stake_quote=100.0, price=nan, leverage_in=lambda _: 10.0) == 0.0


@given(st.floats(1e-8, 1e6), st.floats(1e-8, 1e6), st.floats(0.1, 4.0))
def test_the_careful_rule_is_never_below_a_venues_own(amount, price, moved):
    market = {"contractSize": 10.0}
    careful = market_tiers(UNKNOWN, rows(OKX_TIA), market, fallback_rate=FALLBACK).tiers
    highest = price * max(1.0, moved)
    notional = amount * price * moved
    margin = careful.of_position(amount, highest).maintenance_margin(notional)
    for name in ("okx", "bybit", "bitget"):
        own = market_tiers(venue_of(name), rows(OKX_TIA), market, fallback_rate=FALLBACK).tiers
        least = own.of_position(amount, highest).maintenance_margin(notional)
        assert margin >= least * (1 - 1e-9)

"""What venues publish of their own rules, and the figures that others have derived of them."""

from __future__ import annotations

import pytest

from freqtrade_riskguard.risk import liquidation_distance, liquidation_price
from freqtrade_riskguard.venues import market_tiers, venue_of
from tests.venues.data import (
    BITGET_BTC,
    BYBIT_BTC,
    BYBIT_XYZ,
    GATE_BTC,
    KRAKEN_BTC,
    OKX_CHZ,
    OKX_TIA,
    Published,
    rows,
)

TIA, CHZ = {"contractSize": 1.0}, {"contractSize": 10.0}


def tiers(name: str, published: Published | None = None, market: dict | None = None):
    venue = venue_of(name)
    of_contracts = venue.maintenance == "contracts"
    told = None if published is None else rows(published, of_contracts=of_contracts)
    found = market_tiers(venue, told, market or {}, fallback_rate=0.025)
    assert not found.why_careful
    return found.tiers


def maintenance(name, published, notional, price=1.0, market=None):
    held = tiers(name, published, market).of_position(notional / price, price)
    return held.maintenance_margin(notional)


def liquidation(found, side, leverage, notional, price=100.0, fee=0.0):
    amount = notional / price
    return liquidation_price(
        side=side,
        entry_price=price,
        amount=amount,
        margin_quote=notional / leverage,
        tiers=found.of_position(amount, price),
        taker_fee=fee,
    )


def leveraged(greatest: float, **info):
    return {"limits": {"leverage": {"max": greatest}}, "info": info}


@pytest.mark.parametrize(
    ("notional", "expected"),
    [
        # "Maintenance Margin (USDT Contract)", 100 contracts at 35: each part at its own rate,
        # 1000 * 2 % + 1000 * 2.5 % + 1000 * 3 % + 500 * 3.5 %
        (3_500.0, 92.5),
        (1_000.0, 20.0),
        # 20 + 25 + 30 + 35 + 1000 * 4 %
        (5_000.0, 150.0),
    ],
)
def test_bybits_example(notional, expected):
    assert maintenance("bybit", BYBIT_XYZ, notional) == pytest.approx(expected)


def test_bybits_bitcoin():
    # The same page: 0.5 % of 2,000,000, then 0.56 % of the 600,000 above.
    assert maintenance("bybit", BYBIT_BTC, 2_000_000.0) == pytest.approx(10_000.0)
    assert maintenance("bybit", BYBIT_BTC, 2_600_000.0) == pytest.approx(13_360.0)


def test_bybits_own_deduction_is_what_continuity_gives():
    told = rows(BYBIT_XYZ)
    # 1000 * (2.5 - 2) %, + 2000 * (3 - 2.5) %, + 3000 * (3.5 - 3) %, + 4000 * (4 - 3.5) %
    for row, deduction in zip(told, ("", "5", "15", "30", "50"), strict=True):
        row["info"] = {"mmDeduction": deduction}
    own = market_tiers(venue_of("bybit"), told, {}, fallback_rate=0.025).tiers
    assert own.amounts == pytest.approx(tiers("bybit", BYBIT_XYZ).amounts)


@pytest.mark.parametrize(
    ("notional", "expected"),
    [
        # freqtrade issue 11923 with contracts of 1 TIA at 0.45: 111,111 contracts are in the tier
        # to 125,000 (3.5 %), 444,444 in that to 450,000 (10 %), 888,889 in that to 900,000 (19 %).
        (50_000.0, 1_750.0),
        (200_000.0, 20_000.0),
        (400_000.0, 76_000.0),
    ],
)
def test_okx_takes_one_rate_of_all_contracts(notional, expected):
    assert maintenance("okx", OKX_TIA, notional, 0.45, TIA) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("fee", "expected"),
    [
        # 5x long, 19 % of 400,000: n - 400,000 + 80,000 = 0.19 n, n = 320,000 / 0.81
        (0.0, 1 - 0.8 / 0.81),
        # and 0.05 % to close it: 320,000 / 0.8095
        (0.0005, 1 - 0.8 / 0.8095),
    ],
)
def test_okx_liquidates_a_large_position_nearly_at_once(fee, expected):
    price = liquidation(tiers("okx", OKX_TIA, TIA), 1, 5.0, 400_000.0, 0.45, fee)
    found = liquidation_distance(0.45, price, 1)
    assert found == pytest.approx(expected)
    assert found < 0.0124


def test_okx_tier_stays_when_the_price_moves():
    # 5x short of 50,000 in the tier of 3.5 %: 60,000 / 1.035 at liquidation, 26 % more money than
    # the entry, and the same contracts.
    price = liquidation(tiers("okx", OKX_TIA, TIA), -1, 5.0, 50_000.0, 0.45)
    assert price == pytest.approx(0.45 * 1.2 / 1.035)


@pytest.mark.parametrize(
    ("contracts", "rate"),
    # "OKX position tiers to be adjusted": 0 to 5,000 contracts 1 %, 5,001 to 7,500 1.5 %, to 15,000
    # 2 %, then 0.5 % more.
    [(5_000, 0.01), (5_001, 0.015), (7_500, 0.015), (7_501, 0.02), (15_000, 0.02), (15_001, 0.025)],
)
def test_okx_published_tiers_to_the_contract(contracts, rate):
    held = tiers("okx", OKX_CHZ, CHZ).of_position(contracts * 10.0, 0.2)
    assert held.rates == (rate,)


def test_gates_announcement():
    # 2025-07-29, BTCUSDT, 1.2 million: 6,000 before (0.5 % of all), 4,900 since. With 0.4 % in the
    # tier before, 1.1 million are in it: 1.1 M * 0.4 % + 0.1 M * 0.5 %.
    published = [(1_100_000.0, 0.004, 125.0), (2_000_000.0, 0.005, 100.0)]
    assert maintenance("gate", published, 1_200_000.0) == pytest.approx(4_900.0)


@pytest.mark.parametrize(
    ("notional", "expected"),
    [
        # "Risk Limit Explanation": 20,000 * 0.4 %, + 30,000 * 0.45 %, + 50,000 * 0.5 %,
        # + 100,000 * 0.7 %, + 800,000 * 1 %
        (20_000.0, 80.0),
        (50_000.0, 215.0),
        (100_000.0, 465.0),
        (200_000.0, 1_165.0),
        (1_000_000.0, 9_165.0),
    ],
)
def test_gates_table(notional, expected):
    assert maintenance("gate", GATE_BTC, notional) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("greatest", "side", "leverage", "expected"),
    [
        # freqtrade's hyperliquid.dry_run_liquidation_price. Market at most 5x, maintenance 10 %:
        # (100 - 20) / 0.9 and (100 + 20) / 1.1
        (5.0, 1, 5.0, 88.889),
        (5.0, -1, 5.0, 109.091),
        # at most 3x, 1/6: (100 + 33.333) / (7/6)
        (3.0, -1, 3.0, 114.286),
    ],
)
def test_hyperliquids_markets(greatest, side, leverage, expected):
    found = tiers("hyperliquid", market=leveraged(greatest))
    assert liquidation(found, side, leverage, 1_000.0) == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(("greatest", "rate"), [(50.0, 0.01), (20.0, 0.025), (3.0, 0.1667)])
def test_hyperliquids_documents(greatest, rate):
    # "Liquidations": 1 % at 50x, 16.7 % at 3x. "Margin tiers": 2.5 % at 20x.
    found = tiers("hyperliquid", market=leveraged(greatest))
    assert found.rates == pytest.approx((rate,), abs=4e-5)


def test_hyperliquids_markets_with_more_than_one_tier():
    # "Margin tiers": tables below 50 have one tier. The smallest floor of the others is 3 million,
    # and none halves the leverage by more.
    assert len(tiers("hyperliquid", market=leveraged(10.0, marginTableId=10)).tiers) == 1
    more = tiers("hyperliquid", market=leveraged(10.0, marginTableId=52))
    # 3 M * 5 % + 1 M * 10 %, as published for ARB (10x, above 3 million 5x)
    assert more.maintenance_margin(4e6) == pytest.approx(250_000.0)
    # ETH: 25x to 100 million, 15x above. Its real margin of 150 M is 100 M * 2 % + 50 M / 30.
    eth = tiers("hyperliquid", market=leveraged(25.0, marginTableId=55))
    assert eth.maintenance_margin(150e6) > 2e6 + 50e6 / 30


def test_bitgets_announcement():
    # 2025-11-10, 3 BTC at 110,000 in a tier of 0.5 % that follows 200,000 of 0.4 %, with 0.06 % of
    # fees: 330,000 * 0.56 % = 1,848 for positions from before, 200,000 * 0.46 % + 130,000 * 0.56 %
    # = 1,648 since. The nearer one is used: 1,650 and the fee of 198.
    published = [(200_000.0, 0.004, 125.0), (900_000.0, 0.005, 100.0)]
    found = maintenance("bitget", published, 330_000.0)
    assert found + 0.0006 * 330_000 == pytest.approx(1_848.0)
    assert found + 0.0006 * 330_000 > 1_648.0


@pytest.mark.parametrize(
    ("notional", "expected"),
    # "Tiered maintenance margin explained": position value * the rate of its tier
    [(100_000.0, 400.0), (500_000.0, 2_500.0), (4_000_000.0, 40_000.0)],
)
def test_bitgets_table(notional, expected):
    assert maintenance("bitget", BITGET_BTC, notional) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("notional", "expected"),
    # "Multi-Collateral Futures Margin Schedule": level I to 1 million 1 %, level II to 2 million
    # 2 %, and 25 % above 60 million
    [(500_000.0, 5_000.0), (1_500_000.0, 30_000.0), (100e6, 25e6)],
)
def test_krakens_schedule(notional, expected):
    assert maintenance("krakenfutures", KRAKEN_BTC, notional) == pytest.approx(expected)

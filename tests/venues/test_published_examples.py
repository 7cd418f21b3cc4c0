"""What venues publish of their own rules, and the figures that others have derived of them."""

from __future__ import annotations

import pytest

from freqtrade_riskguard.risk import (
    CrossPosition,
    cross_liquidation_price,
    liquidation_distance,
    liquidation_price,
)
from freqtrade_riskguard.venues import market_tiers, venue_of
from tests.venues.data import (
    BINANCE_BTC,
    BINANCE_ETH,
    BITGET_BTC,
    BYBIT_BTC,
    BYBIT_XYZ,
    GATE_BTC,
    HYPERLIQUID_POSITIONS,
    KRAKEN_BTC,
    KRAKEN_CLASS_B,
    KRAKEN_CLASS_C,
    OKX_CHZ,
    OKX_ETH,
    OKX_TIA,
    Published,
    rows,
)

TIA, CHZ, ETH = ({"contractSize": size} for size in (1.0, 10.0, 0.1))


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
    ("place", "price", "expected"),
    [(0, 31_967.27, 26_316.89), (1, 1_335.18, 1_153.26)],
    ids=["BTC", "ETH"],
)
def test_binances_example_of_cross_margin(place, price, expected):
    # "How to Calculate Liquidation Price": 109.488 BTC from 32,481.98 and 3,683.979 ETH from
    # 1,456.84 on a wallet of 1,535,443.01; no fee is counted there.
    told = (("BTC", 32_481.98, 31_967.27, 109.488), ("ETH", 1_456.84, 1_335.18, 3_683.979))
    tables = (tiers("binance", BINANCE_BTC), tiers("binance", BINANCE_ETH))
    held = [
        CrossPosition(1, entry, mark, amount, table)
        for (_, entry, mark, amount), table in zip(told, tables, strict=True)
    ]
    own = held[place]
    assert own.mark_price == price
    found = cross_liquidation_price(
        side=1,
        entry_price=own.entry_price,
        amount=own.amount,
        collateral_quote=1_535_443.01,
        tiers=own.tiers,
        others=[held[1 - place]],
    )
    assert found == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(
    ("published", "entry", "amount", "expected"),
    [(BINANCE_ETH, 1_456.84, 3_683.979, 1_114.78), (BINANCE_BTC, 32_481.98, 109.488, 18_778.73)],
    ids=["ETH", "BTC"],
)
def test_binances_example_with_all_of_it_as_isolated_margin(published, entry, amount, expected):
    # The same positions alone with the whole wallet, as freqtrade's tests have them.
    found = liquidation_price(
        side=1,
        entry_price=entry,
        amount=amount,
        margin_quote=1_535_443.01,
        tiers=tiers("binance", published),
    )
    assert found == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize(
    ("notional", "expected"),
    # The same page: 264,000 are at 1 %; the amount to deduct at 500,000 is 1,300.
    [(264_000.0, 1_340.0), (500_000.0, 3_700.0)],
)
def test_binances_maintenance_amount(notional, expected):
    assert maintenance("binance", BINANCE_BTC, notional) == pytest.approx(expected)


@pytest.mark.parametrize("fee", [0.0, 0.00055])
def test_bybits_liquidation_price(fee):
    # "Liquidation Price (USDT Contract)", 1 BTC from 20,000 at 50x and 0.5 %: 20,000 - (400 - 100).
    # https://testnet.bybit.com/en-US/help-center/s/article/Liquidation-Price-USDT-Contract
    # Maintenance is of the value at entry there, and of that at the mark here: 100 and 98.49.
    found = liquidation(tiers("bybit", BYBIT_BTC), 1, 50.0, 20_000.0, 20_000.0, fee)
    assert found == pytest.approx(19_600 / (0.995 - fee))
    assert found == pytest.approx(19_700.0, rel=1e-3)
    assert (found > 19_700.0) == (fee > 0.0)


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


@pytest.mark.parametrize(
    ("contracts", "rate"),
    # "OKEx position tiers to be adjusted": to 3,000 contracts 0.4 %, to 6,000 0.5 %, to 12,000 1 %,
    # then 0.5 % more for each 12,000.
    [(3_000, 0.004), (3_001, 0.005), (6_001, 0.01), (12_000, 0.01), (12_001, 0.015)],
)
def test_okx_published_tiers_of_a_fraction_of_a_coin(contracts, rate):
    assert tiers("okx", OKX_ETH, ETH).of_position(contracts * 0.1, 2_000.0).rates == (rate,)


def test_gates_announcement():
    # https://bbapi.viigoo.eu.org/square/post/27630175253050
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


@pytest.mark.parametrize(
    ("greatest", "side", "entry", "amount", "margin", "told"), HYPERLIQUID_POSITIONS
)
def test_hyperliquids_own_liquidation_prices(greatest, side, entry, amount, margin, told):
    found = liquidation_price(
        side=side,
        entry_price=entry,
        amount=amount,
        margin_quote=margin,
        tiers=tiers("hyperliquid", market=leveraged(greatest)),
    )
    assert found == pytest.approx(told, rel=1e-4)


@pytest.mark.parametrize(("greatest", "rate"), [(50.0, 0.01), (20.0, 0.025), (3.0, 0.1667)])
def test_hyperliquids_documents(greatest, rate):
    # https://hyperliquid.gitbook.io/hyperliquid-docs/trading/liquidations and margin-tiers
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
    # https://www.bitget.cloud/support/articles/12560603841952
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
    ("published", "notional", "expected"),
    [
        # "Multi-Collateral Futures Margin Schedule": of class A level I to 1 million 1 %, level II
        # to 2 million 2 %, and 25 % above 60 million
        (KRAKEN_BTC, 500_000.0, 5_000.0),
        (KRAKEN_BTC, 1_500_000.0, 30_000.0),
        (KRAKEN_BTC, 100e6, 25e6),
        # of class B level I to 250,000, level II to 750,000; class C begins with level II
        (KRAKEN_CLASS_B, 200_000.0, 2_000.0),
        (KRAKEN_CLASS_B, 500_000.0, 10_000.0),
        (KRAKEN_CLASS_C, 100_000.0, 2_000.0),
        (KRAKEN_CLASS_C, 400_000.0, 10_000.0),
    ],
)
def test_krakens_schedule(published, notional, expected):
    assert maintenance("krakenfutures", published, notional) == pytest.approx(expected)

"""Tiers for tests, venue by venue, as ccxt hands them over to freqtrade.

Where a page has published them they are those; each is named.
"""

from __future__ import annotations

from math import inf

Row = dict[str, object]
# (cap, maintenance rate, greatest leverage)
Published = list[tuple[float, float, float]]

# Bybit, "Maintenance Margin (USDT Contract)": the example XYZUSDT.
BYBIT_XYZ: Published = [
    (1_000, 0.02, 25.0),
    (2_000, 0.025, 20.0),
    (3_000, 0.03, 16.67),
    (4_000, 0.035, 14.29),
    (5_000, 0.04, 12.5),
]
# The same page: BTCUSDT, 0.5 % up to 2,000,000 and 0.56 % of what is more.
BYBIT_BTC: Published = [(2_000_000, 0.005, 100.0), (2_600_000, 0.0056, 90.0)]
# Gate, "Risk Limit Explanation": BTCUSDT.
GATE_BTC: Published = [
    (20_000, 0.004, 125.0),
    (50_000, 0.0045, 111.0),
    (100_000, 0.005, 100.0),
    (200_000, 0.007, 75.0),
    (1_000_000, 0.01, 50.0),
    (2_000_000, 0.02, 25.0),
    (3_000_000, 0.05, 10.0),
    (5_000_000, 0.5, 1.05),
]
# Bitget, "Tiered maintenance margin explained": BTCUSDT.
BITGET_BTC: Published = [
    (150_000, 0.004, 125.0),
    (900_000, 0.005, 100.0),
    (12_000_000, 0.01, 50.0),
    (38_000_000, 0.015, 25.0),
    (50_000_000, 0.03, 20.0),
    (100_000_000, 0.05, 10.0),
    (150_000_000, 0.12, 5.0),
    (200_000_000, 0.15, 4.0),
    (250_000_000, 0.20, 3.0),
    (400_000_000, 0.30, 2.0),
    (1_200_000_000, 0.60, 1.0),
]
# Kraken, class A as in ccxt's pull request 24844; the last level has no end.
KRAKEN_BTC: Published = [
    (1_000_000, 0.01, 50.0),
    (2_000_000, 0.02, 25.0),
    (5_000_000, 0.025, 20.0),
    (10_000_000, 0.05, 10.0),
    (20_000_000, 0.10, 5.0),
    (60_000_000, 0.15, 10 / 3),
    (inf, 0.25, 2.0),
]
# freqtrade issue 11923, TIA-USDT-SWAP: 25,000 contracts a tier, 0.5 % more in each; 1.5 % in the
# first, 20.5 % and 4.16x from 950,001 to 975,000.
OKX_TIA: Published = [
    (
        25_000.0 * number,
        round(0.01 + 0.005 * number, 4),
        round(1 / (0.01 + 0.005 * number + 0.035), 2),
    )
    for number in range(1, 101)
]
# OKX, "OKX position tiers to be adjusted": CHZ-USDT-SWAP, contracts of 10 coins.
OKX_CHZ: Published = [
    (5_000, 0.01, 75.0),
    (7_500, 0.015, 50.0),
    (15_000, 0.02, 20.0),
    (30_000, 0.025, 18.18),
]


def rows(published: Published, *, of_contracts: bool = False) -> list[Row]:
    """Return what freqtrade keeps of them."""
    lows = [0.0, *(cap + of_contracts for cap, _, _ in published[:-1])]
    return [
        {
            "minNotional": low,
            "maxNotional": None if cap == inf else cap,
            "maintenanceMarginRate": rate,
            "maxLeverage": leverage,
            "maintAmt": None,
        }
        for low, (cap, rate, leverage) in zip(lows, published, strict=True)
    ]

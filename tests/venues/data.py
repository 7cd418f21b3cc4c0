"""Tiers for tests, venue by venue, as ccxt hands them over to freqtrade.

Where a page has published them they are those; each is named, with the address at which it was
read: where that is not the venue's own, it is one of its mirrors.
"""

from __future__ import annotations

from math import inf

Row = dict[str, object]
# (cap, maintenance rate, greatest leverage)
Published = list[tuple[float, float, float]]

# Binance, brackets of 2021; the page has level 5 of BTC (250,000 * (1 % - 0.5 %) + 50 = 1,300), and
# its example has 16,300 for BTC and 135,365 for ETH at the positions' levels.
# https://www.binance.com/en/support/faq/b3c689c1f50a44cabb3a84e663b81d93
BINANCE_BTC: Published = [
    (50_000, 0.004, 125.0),
    (250_000, 0.005, 100.0),
    (1_000_000, 0.01, 50.0),
    (5_000_000, 0.025, 20.0),
]
BINANCE_ETH: Published = [
    (10_000, 0.005, 100.0),
    (100_000, 0.0065, 75.0),
    (500_000, 0.01, 50.0),
    (1_000_000, 0.02, 25.0),
    (2_000_000, 0.05, 10.0),
    (5_000_000, 0.10, 5.0),
]
# Bybit, "Maintenance Margin (USDT Contract)": the example XYZUSDT.
# https://www.bybit-global.com/kk-KZ/help-center/search-result?page=29&pageSize=10&query=Bybit
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
# https://bi.live/pt/help/futures/futures-logic/22162
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
# https://www.bitget.cloud/support/articles/12560603777225
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
# Kraken, "Multi-Collateral Futures Margin Schedule": classes A, B and C; the last level has no end.
# https://support.kraken.com/hc/tr-tr/articles/360022632452, and A as the API tells it in
# https://github.com/ccxt/ccxt/pull/24844
KRAKEN_BTC: Published = [
    (1_000_000, 0.01, 50.0),
    (2_000_000, 0.02, 25.0),
    (5_000_000, 0.025, 20.0),
    (10_000_000, 0.05, 10.0),
    (20_000_000, 0.10, 5.0),
    (60_000_000, 0.15, 10 / 3),
    (inf, 0.25, 2.0),
]
KRAKEN_CLASS_B: Published = [
    (250_000, 0.01, 50.0),
    (750_000, 0.02, 25.0),
    (1_000_000, 0.025, 20.0),
    (5_000_000, 0.05, 10.0),
    (10_000_000, 0.10, 5.0),
    (30_000_000, 0.15, 10 / 3),
    (inf, 0.25, 2.0),
]
KRAKEN_CLASS_C: Published = [
    (250_000, 0.02, 25.0),
    (500_000, 0.025, 20.0),
    (1_000_000, 0.05, 10.0),
    (2_500_000, 0.10, 5.0),
    (5_000_000, 0.15, 10 / 3),
    (inf, 0.25, 2.0),
]
# https://github.com/freqtrade/freqtrade/issues/11923
# TIA-USDT-SWAP: 25,000 contracts a tier, 0.5 % more in each; 1.5 % in the first, 20.5 % and 4.16x
# from 950,001 to 975,000.
OKX_TIA: Published = [
    (
        25_000.0 * number,
        round(0.01 + 0.005 * number, 4),
        round(1 / (0.01 + 0.005 * number + 0.035), 2),
    )
    for number in range(1, 101)
]
# OKX, "OKX position tiers to be adjusted": CHZ-USDT-SWAP, contracts of 10 coins.
# https://www.chouyi.info/en-ae/help/okx-position-tiers-to-be-adjusted
OKX_CHZ: Published = [
    (5_000, 0.01, 75.0),
    (7_500, 0.015, 50.0),
    (15_000, 0.02, 20.0),
    (30_000, 0.025, 18.18),
]
# OKX, "OKEx position tiers to be adjusted": ETH-USDT-SWAP, contracts of 0.1 ETH.
# https://support.okexcn.com/hc/en-us/articles/4402607424781-OKEx-position-tiers-to-be-adjusted
OKX_ETH: Published = [
    (3_000, 0.004, 125.0),
    (6_000, 0.005, 100.0),
    (12_000, 0.01, 66.66),
    (24_000, 0.015, 50.0),
]
# Hyperliquid: the market's greatest leverage, side, entry, amount and margin of positions, and the
# liquidation price that the exchange itself told of each.
# https://github.com/freqtrade/freqtrade/blob/develop/tests/exchange/test_hyperliquid.py
HYPERLIQUID_POSITIONS: list[tuple[float, int, float, float, float, float]] = [
    (50.0, 1, 2458.5, 0.015, 36.864593, 0.86915825),
    (20.0, 1, 173.06, 0.6, 20.735658, 142.05186667),
    (50.0, 1, 66930.0, 0.0015, 20.043862, 54108.51043771),
    (20.0, 1, 0.13284, 360.0, 15.943218, 0.09082388),
    (50.0, -1, 68139.0, 0.00145, 19.72573, 80933.61590987),
    (20.0, -1, 163.11, 0.48, 15.650731, 190.94213618),
    (20.0, -1, 0.14333, 351.0, 25.136807, 0.20970228),
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

"""The pairs that scenarios are generated for, and how each moves with the market."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PairModel:
    """How one pair behaves, with figures close to those of its perpetual in January 2024.

    Parameters
    ----------
    pair
        freqtrade's name, as in ``"BTC/USDT:USDT"``.
    start_price_quote
        First price, quote units.
    beta
        Log return for one unit of the market's log return; the market is BTC without BTC's own
        noise.
    own_volatility_daily
        Standard deviation of a day's log return that the market does not explain, as a fraction.
    turnover_daily_quote
        Traded on an ordinary day, quote units.
    price_decimals
        Decimals of the tick.
    quantity_decimals
        Decimals of the lot.
    """

    pair: str
    start_price_quote: float
    beta: float
    own_volatility_daily: float
    turnover_daily_quote: float
    price_decimals: int
    quantity_decimals: int


BTC = PairModel(
    pair="BTC/USDT:USDT",
    start_price_quote=42_300.0,
    beta=1.0,
    own_volatility_daily=0.005,
    turnover_daily_quote=15e9,
    price_decimals=1,
    quantity_decimals=3,
)
ETH = PairModel(
    pair="ETH/USDT:USDT",
    start_price_quote=2_285.0,
    beta=1.15,
    own_volatility_daily=0.012,
    turnover_daily_quote=8e9,
    price_decimals=2,
    quantity_decimals=3,
)
SOL = PairModel(
    pair="SOL/USDT:USDT",
    start_price_quote=101.5,
    beta=1.45,
    own_volatility_daily=0.022,
    turnover_daily_quote=2e9,
    price_decimals=3,
    quantity_decimals=0,
)
DOGE = PairModel(
    pair="DOGE/USDT:USDT",
    start_price_quote=0.0895,
    beta=1.3,
    own_volatility_daily=0.02,
    turnover_daily_quote=6e8,
    price_decimals=5,
    quantity_decimals=0,
)

DEFAULT_PAIRS = (BTC, ETH, SOL, DOGE)

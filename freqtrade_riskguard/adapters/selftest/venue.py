"""An exchange in memory: freqtrade's own class for Binance, with a market that stands still.

Orders are freqtrade's own, as in any dry-run. What would ask the network is answered here, and
what is not is refused.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from freqtrade.constants import Config
from freqtrade.enums import CandleType, RunMode
from freqtrade.exchange import Binance
from pandas import DataFrame, date_range

PRICE = 100.0
CANDLE = timedelta(minutes=5)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
_HERE = Path(__file__).parent
FEE, TICK = 0.0005, 0.01
# What each unit pays between two loops, quote units.
FUNDING = 0.1
_DEPTH = 1e6
_HELD = 30


class Venue(Binance):
    """Markets that stand at one price, unless they are told another.

    Parameters
    ----------
    config : dict
        freqtrade's, with the pairs to be there.

    Attributes
    ----------
    prices : dict
        By pair, where it is another one now.
    wanted : set of tuple
        The candles that freqtrade has asked for: pair, timeframe, kind.
    """

    def __init__(self, config: Config) -> None:
        super().__init__(config, validate=False)
        self.prices: dict[str, float] = {}
        self.wanted: set[tuple[str, str, CandleType]] = set()
        self._markets = {pair: _market(pair) for pair in config["exchange"]["pair_whitelist"]}
        self._leverage_tiers = {pair: [_TIER] for pair in self._markets}
        for api in (self._api, self._api_async):
            api.fetch = _refuse
            api.set_markets(list(self._markets.values()))

    def reload_markets(self, *_: Any, **__: Any) -> None:
        """Keep the markets."""

    def fetch_l2_order_book(self, pair: str, limit: int = 100) -> Any:
        """Return a book without a spread."""
        side = [[self.prices.get(pair, PRICE), _DEPTH]]
        return {"bids": side, "asks": side, "symbol": pair, "timestamp": None, "nonce": None}

    def fetch_ticker(self, pair: str) -> Any:
        """Return the price."""
        price = self.prices.get(pair, PRICE)
        return {"symbol": pair, "bid": price, "ask": price, "last": price}

    def get_tickers(self, *_: Any, **__: Any) -> Any:
        """Return the price of each market."""
        return {pair: self.fetch_ticker(pair) for pair in self._markets}

    def refresh_latest_ohlcv(self, pair_list: Any, **_: Any) -> dict[Any, DataFrame]:
        """Note what is wanted, and keep the last candles of it."""
        self.wanted.update(pair_list)
        now = datetime.now(UTC)
        last = now - timedelta(seconds=now.timestamp() % CANDLE.total_seconds()) - CANDLE
        found = {key: candles(last.replace(microsecond=0)) for key in pair_list}
        self._klines.update(found)
        return found

    def get_funding_fees(self, pair: str, amount: float, *_: Any, **__: Any) -> float:
        """Return what a running bot pays."""
        return -amount * FUNDING

    def calculate_funding_fees(
        self,
        df: Any,
        amount: float,
        is_short: bool,  # noqa: FBT001 - freqtrade's signature
        open_date: datetime,
        close_date: datetime,
    ) -> float:
        """Return what a backtest pays, where time has passed since the last fill."""
        return -amount * FUNDING if close_date > open_date else 0.0


def candles(last: datetime) -> DataFrame:
    """Return candles that reach 1 % above and below the price, up to ``last``."""
    dates = date_range(end=last, periods=_HELD, freq=CANDLE).as_unit("ms")
    return DataFrame(
        {
            "date": dates,
            "open": PRICE,
            "high": PRICE * 1.01,
            "low": PRICE * 0.99,
            "close": PRICE,
            "volume": 1_000.0,
        }
    )


def configuration(runmode: RunMode, pairs: Sequence[str]) -> Config:
    """Return the configuration of a dry-run or backtest that keeps nothing on disk."""
    pricing = {"price_side": "other", "use_order_book": True, "order_book_top": 1}
    return {
        "runmode": runmode,
        "dry_run": True,
        "dry_run_wallet": 10_000,
        "strategy": "Probe",
        "strategy_path": str(_HERE),
        "user_data_dir": _HERE / "nothing",
        "datadir": _HERE / "nothing",
        "dataformat_ohlcv": "feather",
        "db_url": "sqlite://",
        "initial_state": "running",
        "trading_mode": "futures",
        "margin_mode": "isolated",
        "candle_type_def": CandleType.FUTURES,
        "stake_currency": "USDT",
        "stake_amount": 500,
        "tradable_balance_ratio": 0.99,
        "fee": FEE,
        "max_open_trades": len(pairs),
        "entry_pricing": pricing,
        "exit_pricing": pricing,
        "unfilledtimeout": {"entry": 10, "exit": 10, "unit": "minutes", "exit_timeout_count": 0},
        "order_types": {
            "entry": "limit",
            "exit": "limit",
            "stoploss": "market",
            "stoploss_on_exchange_interval": -1,
        },
        "enable_protections": True,
        "pairlists": [{"method": "StaticPairList"}],
        "exchange": {
            "name": "binance",
            "pair_whitelist": list(pairs),
            "pair_blacklist": [],
            "enable_ws": False,
        },
        "internals": {},
        "riskguard": {},
    }


_TIER: Any = {
    "minNotional": 0.0,
    "maxNotional": 1e9,
    "maintenanceMarginRate": 0.004,
    "maxLeverage": 125.0,
    "maintAmt": 0.0,
}


def _market(pair: str) -> dict[str, Any]:
    base = pair.split("/", maxsplit=1)[0]
    return {
        "id": f"{base}USDT",
        "symbol": pair,
        "base": base,
        "quote": "USDT",
        "settle": "USDT",
        "baseId": base,
        "quoteId": "USDT",
        "settleId": "USDT",
        "type": "swap",
        "spot": False,
        "margin": False,
        "swap": True,
        "future": False,
        "option": False,
        "contract": True,
        "linear": True,
        "inverse": False,
        "active": True,
        "contractSize": 1.0,
        "taker": FEE,
        "maker": FEE,
        "precision": {"amount": 0.001, "price": TICK},
        "limits": {
            "leverage": {"min": 1, "max": 125},
            "amount": {"min": 0.001, "max": 1e6},
            "price": {"min": 0.01, "max": 1e6},
            "cost": {"min": 5.0, "max": None},
        },
        "info": {},
    }


def _refuse(*_: Any, **__: Any) -> NoReturn:
    msg = "the self-test asks no network"
    raise RuntimeError(msg)

"""What FreqUI's charts show of the guard: stops, liquidation, funding, and areas for its locks.

Nothing is added to what the strategy, a backtest or another bot sees. A chart is drawn from a copy
of the analysed candles, and freqtrade hands that copy to ``plot_annotations`` before it sends it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from freqtrade.enums import TRADE_MODES, RunMode
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.persistence import LocalTrade, Trade
from freqtrade.strategy import IStrategy
from pandas import DataFrame

from freqtrade_riskguard.adapters.market.candle_series import CandleSeries
from freqtrade_riskguard.adapters.market.candles import Candles
from freqtrade_riskguard.adapters.market.funding_rates import FundingRates
from freqtrade_riskguard.adapters.persistence.pair_locks import locks_between
from freqtrade_riskguard.config import RiskGuardConfig
from freqtrade_riskguard.config.loading import for_pair
from freqtrade_riskguard.snapshot import Account

ATR_STOP_LONG, ATR_STOP_SHORT = "riskguard_atr_stop_long", "riskguard_atr_stop_short"
STOP, LIQUIDATION = "riskguard_stop", "riskguard_liquidation"
FUNDING = "riskguard_funding_8h_percent"

_CHART_MODES = frozenset({*TRADE_MODES, RunMode.WEBSERVER})
_AREA_COLOR = "rgba(214, 69, 65, 0.12)"
_LIFT = " Lift:"
_PERCENT = 100.0

Figures = npt.NDArray[np.float64]


class PlotConfig:
    """``plot_config`` of a guarded class: the strategy's own, and the guard's lines beside it.

    A descriptor and no property: read from the class, it is what the strategy has written.

    Parameters
    ----------
    read : callable
        Takes an instance, returns the strategy's own.
    read_class : callable
        Takes a class, returns what stands on it.
    """

    _ASSIGNED = "_riskguard_assigned_plot_config"

    def __init__(self, read: Callable[[Any], Any], read_class: Callable[[Any], Any]) -> None:
        self._read, self._read_class = read, read_class

    def __get__(self, instance: Any, owner: type) -> Any:
        """Return the strategy's own, with the guard's lines where a chart may show them."""
        if instance is None:
            return self._read_class(owner)
        assigned = instance.__dict__
        own = assigned[self._ASSIGNED] if self._ASSIGNED in assigned else self._read(instance)
        session = assigned.get("_riskguard")
        if session is None or not shows_charts(instance) or not session.active:
            return own
        with session.reporting(
            "*", "adding lines to plot_config; charts show the strategy's own only"
        ):
            return with_lines(own, session.settings)
        return own

    def __set__(self, instance: Any, value: Any) -> None:
        """Keep what a strategy assigns to itself."""
        instance.__dict__[self._ASSIGNED] = value


def shows_charts(strategy: IStrategy) -> bool:
    """Whether this process answers FreqUI: a running bot, or freqtrade's web server."""
    return strategy.config.get("runmode") in _CHART_MODES


def with_lines(own: dict[str, Any], settings: RiskGuardConfig) -> dict[str, Any]:
    """Return a new ``plot_config``: the strategy's own wins where both have a line."""
    configs = [settings, *(for_pair(settings, pair) for pair in settings.pairs)]
    lines: dict[str, Any] = {
        STOP: {"color": "#e08a00"},
        LIQUIDATION: {"color": "#d64541"},
    }
    if any(config.mode_of("atr_stop") != "off" for config in configs):
        lines |= {ATR_STOP_LONG: {"color": "#8ab6a4"}, ATR_STOP_SHORT: {"color": "#c79a9a"}}
    below: dict[str, Any] = {}
    if any(config.needs_funding for config in configs):
        below["Funding, % per 8 h"] = {FUNDING: {"color": "#5b7fb4"}}
    return {
        **own,
        "main_plot": {**lines, **own.get("main_plot", {})},
        "subplots": {**own.get("subplots", {}), **below},
    }


def add_columns(
    strategy: IStrategy,
    settings: RiskGuardConfig,
    account: Account | None,
    pair: str,
    candles: DataFrame,
) -> None:
    """Add the guard's figures to a chart's candles; no column that is there is touched.

    Parameters
    ----------
    account : Account, optional
        As the guard sees it now, for the liquidation prices of open trades.
    candles : DataFrame
        Not empty. Each gets only what was known when it closed; NaN where that is nothing.
    """
    interval = timeframe_to_seconds(strategy.timeframe)
    closed_at = candles["date"].dt.as_unit("s").astype("int64").to_numpy() + interval
    settings = for_pair(settings, pair)
    figures = _of_trades(pair, account, closed_at, interval)
    if settings.mode_of("atr_stop") != "off":
        measured = _measured(strategy, settings, pair, candles["date"].iloc[-1].to_pydatetime())
        if measured is not None:
            distance = settings.atr_stop.multiple * measured.at_seconds("atr", closed_at)
            close = candles["close"].to_numpy(dtype=np.float64)
            figures |= {ATR_STOP_LONG: close - distance, ATR_STOP_SHORT: close + distance}
    if settings.needs_funding:
        figures[FUNDING] = _PERCENT * FundingRates().rates_8h(strategy, pair, closed_at)
    for name, values in figures.items():
        if name not in candles.columns:
            candles[name] = values


def _measured(
    strategy: IStrategy, settings: RiskGuardConfig, pair: str, time: datetime
) -> CandleSeries | None:
    """Return the candles that the ATR is measured on, else the strategy's own.

    Looked up each time: the guard's own are those of another thread. And without its warning, which
    would be repeated with every chart.
    """
    own = {"timeframe": strategy.timeframe}
    for volatility in (settings.volatility, settings.volatility.model_copy(update=own)):
        found = Candles(volatility).atr_series(strategy, pair, time, or_own=False)
        if found is not None:
            return found
    return None


def _of_trades(
    pair: str, account: Account | None, closed_at: npt.NDArray[np.int64], interval: int
) -> dict[str, Figures]:
    """Return stop and liquidation price of the pair's trades, while each was open.

    Both as they are now, or were at the trade's end: freqtrade keeps no history of them.
    """
    stops, liquidations = np.full(len(closed_at), np.nan), np.full(len(closed_at), np.nan)
    start = datetime.fromtimestamp(int(closed_at[0]) - interval, tz=UTC)
    positions = () if account is None else account.positions
    known = {position.trade_id: position.liquidation_price for position in positions}
    for trade in _trades(pair, start):
        closed = trade.close_date_utc
        end = closed_at[-1] if closed is None else int(closed.timestamp())
        is_open = (closed_at > trade.open_date_utc.timestamp()) & (closed_at - interval <= end)
        stops[is_open] = trade.stop_loss or np.nan
        liquidations[is_open] = known.get(trade.id) or trade.liquidation_price or np.nan
    return {STOP: stops, LIQUIDATION: liquidations}


def _trades(pair: str, since: datetime) -> list[LocalTrade]:
    """Return the pair's trades that were open at some time after ``since``; a bot's alone.

    In the web server those of whichever backtest it ran last may be in memory.
    """
    if not Trade.use_db:
        return []
    closed = Trade.get_trades_proxy(pair=pair, is_open=False, close_date=since)
    return [*closed, *Trade.get_trades_proxy(pair=pair, is_open=True)]


def lock_areas(pair: str, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Return an area for each lock of a pair, or of all pairs, with its reason for a label.

    A halt reaches far into the future: areas end with the chart.
    """
    return [
        {
            "type": "area",
            "start": max(lock.lock_time.replace(tzinfo=UTC), start),
            "end": min(lock.lock_end_time_utc, end),
            "color": _AREA_COLOR,
            # FreqUI lists the locks beside the chart, and has a button to lift one.
            "label": str(lock.reason).split(_LIFT)[0],
        }
        for lock in locks_between(pair, start, end)
    ]

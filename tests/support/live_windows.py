"""Whole months that really happened, live: the reckless strategy, guarded, with orders.

A real bot trades through the recorded candles of a window on the simulated exchange. It looks when
a candle has closed that it could act upon: with a signal, after a fill, after the price of a
position has moved, each hour while something is open, and each day. It looks again some seconds
after orders, and each minute of a candle that goes far against a position.

    python -m tests.support.live_windows --window feb-2025 --profile moderate --slippage 0.01
"""

import argparse
import logging
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from freqtrade_riskguard.formatting import percent
from freqtrade_riskguard.replay.matching.orders import Origin
from freqtrade_riskguard.replay.venues import rules_of
from tests.support.bot import AFTER_CLOSE, THROTTLE
from tests.support.freqtrade import WALLET_QUOTE
from tests.support.live_scenes import guard_equity
from tests.support.recorded_candles import read_candles
from tests.support.window_bot import WindowBot

HOUR = timedelta(hours=1)
WINDOWS: Mapping[str, str] = {"ftx-2022": "15m", "feb-2025": "5m"}
# Profile and slippage of market orders and stops.
SETTINGS: Sequence[tuple[str, float]] = (("moderate", 0.0), ("seatbelt", 0.0), ("moderate", 0.01))
EQUITY_RATIO = 0.001
# What one request brings: the strategy's indicators know as much from the first loop on.
_WARM_CANDLES = 499


@dataclass
class LiveWindow:
    """What a bot did in a window.

    Attributes
    ----------
    equity : dict
        The exchange's, by the time of a look, quote units.
    differences : dict
        How far the guard's is away from it, fees of closing taken off, by full hour, a fraction.
    unprotected : list of tuple
        Times at which a position had no stop order after the last look of a candle, and its pair.
    """

    window: str
    profile: str
    slippage: float
    loops: int = 0
    entries: int = 0
    liquidations: int = 0
    equity: dict[datetime, float] = field(default_factory=dict)
    differences: dict[datetime, float] = field(default_factory=dict)
    unprotected: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def worst_difference(self) -> float:
        """Largest difference of equity at a full hour, a fraction."""
        return max(self.differences.values(), default=0.0)

    @property
    def result(self) -> float:
        """What the account has won or lost, a fraction."""
        *_, last = self.equity.values()
        return last / WALLET_QUOTE - 1

    @property
    def drawdown(self) -> float:
        """Largest fall from a peak, a fraction."""
        equity = pd.Series([WALLET_QUOTE, *self.equity.values()])
        return float((1 - equity / equity.cummax()).max())

    @property
    def worst_day(self) -> float:
        """What the worst day has cost, a fraction of the account at its beginning; below 0."""
        before, worst = float(WALLET_QUOTE), 0.0
        ends: dict[date, float] = {}
        for time, equity in self.equity.items():
            # What is seen as a day begins is where the day before has ended.
            ends[(time - AFTER_CLOSE - timedelta(microseconds=1)).date()] = equity
        for equity in ends.values():
            worst, before = min(worst, equity / before - 1), equity
        return worst


def run(
    folder: Path,
    data: Path,
    window: str,
    profile: str,
    *,
    slippage: float = 0.0,
    start: datetime | None = None,
    hours: float | None = None,
    venue: str = "binance",
) -> LiveWindow:
    """Let a bot trade through a window.

    Parameters
    ----------
    folder : Path
        Of the bot.
    data : Path
        Of the window.
    slippage : float
        By which market orders and stops fill worse, a fraction of the price.
    start : datetime, optional
        When it begins; as soon as its indicators are known where left out.
    hours : float, optional
        How long it lasts; to the end of the candles where left out.
    venue : str
        As what the exchange speaks.
    """
    timeframe = WINDOWS[window]
    recorded = read_candles(data)
    dates = next(frame["date"] for (_, known, _), frame in recorded.items() if known == timeframe)
    begin = start or dates.iloc[_WARM_CANDLES].to_pydatetime()
    until = dates.iloc[-1].to_pydatetime()
    if hours is not None:
        until = min(until, begin + timedelta(hours=hours))
    done = LiveWindow(window, profile, slippage)
    with WindowBot(
        folder,
        data,
        "Guarded",
        recorded=recorded,
        timeframe=timeframe,
        start=begin,
        stems=("reckless", "guarded_reckless"),
        riskguard={"profile": profile},
        rules=rules_of(venue, slippage=slippage),
        venue=venue,
    ) as live:
        for time in live.candles(until):
            _look(live, done, time)
        done.loops = live.loops
        with live.exchange.account.now() as engine:
            orders = [order for order in engine.orders() if order.filled_base]
        done.entries = sum(
            order.origin is Origin.USER and not order.reduce_only for order in orders
        )
        done.liquidations = sum(order.origin is Origin.LIQUIDATION for order in orders)
    return done


def _look(live: WindowBot, done: LiveWindow, time: datetime) -> None:
    done.equity[time] = live.equity_quote
    if (time - datetime.min.replace(tzinfo=UTC)) % HOUR == timedelta(0):
        # A bot looks every few seconds: a guard that has not for minutes knows the price of then.
        live.loop(live.clock.time + THROTTLE)
        done.differences[time] = abs(guard_equity(live) / live.equity_after_exits_quote - 1)
    done.unprotected += [(time, pair) for pair in live.positions if not live.stops(pair)]


def table(runs: Sequence[LiveWindow]) -> Table:
    """Return one row per run."""
    found = Table(title="Live, the reckless strategy, guarded")
    for name in ("Window", "Profile", "Slippage", "Loops", "Entries", "Liquidations"):
        found.add_column(name, justify="right")
    for name in ("Equity apart", "Without stop", "Result", "Drawdown", "Worst day"):
        found.add_column(name, justify="right")
    for done in runs:
        found.add_row(
            done.window,
            done.profile,
            percent(done.slippage),
            str(done.loops),
            str(done.entries),
            str(done.liquidations),
            f"{done.worst_difference:.4%}",
            str(len(done.unprotected)),
            percent(done.result),
            percent(done.drawdown),
            percent(done.worst_day),
        )
    return found


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for, print the table, and fail where something did not hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--window", choices=WINDOWS, help="all of them where left out")
    parser.add_argument("--profile", choices=("moderate", "seatbelt"))
    parser.add_argument("--slippage", type=float, help="a fraction of the price, as in 0.01")
    parser.add_argument("--hours", type=float, help="how long; the whole window where left out")
    parser.add_argument("--venue", default="binance", help="as what the exchange speaks")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    asked = parser.parse_args(arguments)
    # A line for each look of weeks.
    logging.disable(logging.WARNING)
    console = Console(width=150)
    runs = []
    for window in [asked.window] if asked.window else WINDOWS:
        for profile, slippage in SETTINGS:
            if asked.profile not in {None, profile} or asked.slippage not in {None, slippage}:
                continue
            with tempfile.TemporaryDirectory(prefix="riskguard-live-") as folder:
                data = (asked.data / window).resolve()
                done = run(
                    Path(folder),
                    data,
                    window,
                    profile,
                    slippage=slippage,
                    hours=asked.hours,
                    venue=asked.venue,
                )
            runs.append(done)
            console.print(table([done]))
            for time, apart in done.differences.items():
                if apart > EQUITY_RATIO:
                    console.print(f"{time:%d %b %H:%M}: equity {apart:.4%} apart")
            for time, pair in done.unprotected:
                console.print(f"{time:%d %b %H:%M}: {pair} without a stop")
    console.print(table(runs))
    return 0 if all(_holds(done) for done in runs) else 1


def _holds(done: LiveWindow) -> bool:
    return not done.liquidations and done.worst_difference <= EQUITY_RATIO


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

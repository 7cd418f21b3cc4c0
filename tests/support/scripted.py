"""Scripts for the strategies of ``strategies/scripted.py``: many of them run in one process."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from freqtrade_riskguard.config.schema import RULES
from tests.support.freqtrade import Outcome, Record, backtest_one_by_one, strategy_files

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
FEE = 0.0005


def jan(text: str) -> str:
    """Return a time of January 2024, as of ``"22 14:30"``."""
    return f"2024-01-{text}:00+00:00"


@dataclass(frozen=True, slots=True)
class Enter:
    """An entry when a candle opens; no stake is what the bot proposes."""

    pair: str
    time: str
    leverage: float = 1.0
    stake_quote: float | None = None
    side: str = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What a strategy does.

    Attributes
    ----------
    exits : tuple
        Of pair and time.
    additions : tuple
        Of pair, time and stake.
    stoploss : float
        As freqtrade takes it: of the margin, negative.
    conviction, target_ratio : float or None
        What the guard's hooks answer, where the strategy has them; the target relative to the rate.
    guards_candles : str or None
        The data folder that the guard looks at, where that is another.
    """

    entries: tuple[Enter, ...]
    exits: tuple[tuple[str, str], ...] = ()
    additions: tuple[tuple[str, str, float], ...] = ()
    stoploss: float = -0.99
    conviction: float | None = None
    target_ratio: float | None = None
    guards_candles: str | None = None


@dataclass(frozen=True, slots=True)
class Play:
    """A script under a guard."""

    script: Script
    riskguard: Mapping[str, Any]

    def source(self, name: str) -> str:
        """Return the source of the strategy."""
        hooks = {"Conviction": self.script.conviction, "Target": self.script.target_ratio}
        offered = [hook for hook, answer in hooks.items() if answer is not None]
        return (
            f"class {name}({', '.join([*offered, 'GuardedScript'])}):\n"
            f"    script = {asdict(self.script)!r}\n"
            f"    riskguard = {dict(self.riskguard)!r}\n"
            f"    stoploss = {self.script.stoploss}\n"
            f"    position_adjustment_enable = {bool(self.script.additions)}\n"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of a play: what freqtrade exported, the guard's journal, and what was logged."""

    outcome: Outcome
    journal: tuple[Record, ...] = field(repr=False)
    log: str = field(repr=False)

    @property
    def trades(self) -> tuple[Record, ...]:
        return self.outcome.trades

    @property
    def entries(self) -> set[tuple[str, str]]:
        """Pair and opening time of every trade, as scripts name them."""
        return {(trade["pair"], trade["open_date"]) for trade in self.trades}

    def trade(self, pair: str) -> Record:
        """The only trade on a pair."""
        (found,) = [trade for trade in self.trades if trade["pair"] == pair]
        return found

    def first(self, pair: str) -> Record:
        """The first trade on a pair."""
        found = [trade for trade in self.trades if trade["pair"] == pair]
        return min(found, key=lambda trade: trade["open_timestamp"])

    def of(self, rule: str) -> list[Record]:
        """The journal's entries of a rule."""
        return [record for record in self.journal if record["rule"] == rule]


@dataclass(frozen=True, slots=True)
class Cut:
    """An exit of a trade: when, why, and what share of the trade's first amount."""

    time: str
    tag: str
    share: float


def only(rule: str, **settings: Any) -> dict[str, Any]:
    """Return a configuration in which one rule is on, beside the hard cap that always is."""
    off = {name: {"mode": "off"} for name in RULES if name not in {"hard_cap", rule}}
    return {"profile": "moderate", **off, rule: settings}


def perform(
    folder: Path, data: Path, plays: Mapping[str, Play], *, timerange: str, args: Sequence[str] = ()
) -> dict[str, Seen]:
    """Run all plays on the same candles, in one process."""
    head = "from scripted import Conviction, GuardedScript, Target\n\n\n"
    # A file for each: freqtrade runs the whole file for every strategy that it looks for.
    sources = {f"{name}.py": head + play.source(name) for name, play in plays.items()}
    run = backtest_one_by_one(
        folder,
        data,
        *plays,
        args=("--timerange", timerange, "--fee", str(FEE), *args),
        strategies={**strategy_files("scripted"), **sources},
        # Each has its own settings.
        riskguard={},
    )
    assert run.returncode == 0, run.log[-3000:]
    _, *logs = run.log.split("Running backtesting for Strategy ")
    by_name = {log.split(maxsplit=1)[0]: log for log in logs}
    return {
        name: Seen(
            outcome=run.outcomes[name],
            journal=tuple(record for record in run.journal if record["strategy"] == name),
            log=by_name[name],
        )
        for name in plays
    }


def cuts(trade: Record) -> list[Cut]:
    """Return the exits of a trade in order, the last one that closed it too."""
    entry, *exits = trade["orders"]
    return [
        Cut(
            datetime.fromtimestamp(order["order_filled_timestamp"] / 1000, UTC).isoformat(),
            order["ft_order_tag"],
            order["amount"] / entry["amount"],
        )
        for order in exits
    ]


def entries_while_locked(seen: Seen, *, of: Seen | None = None) -> set[tuple[str, str]]:
    """Return the entries within a lock, also those of another who did not know of it."""
    return {
        (trade["pair"], trade["open_date"])
        for trade in (of or seen).trades
        for lock in seen.outcome.locks
        if lock["pair"] in ("*", trade["pair"])
        and lock["lock_timestamp"] <= trade["open_timestamp"] < lock["lock_end_timestamp"]
    }


def candles(data: Path, pair: str, timeframe: str, *, before: str) -> pd.DataFrame:
    """Return the candles of a pair that had closed by a time."""
    frame = _read(data, pair, f"{timeframe}-futures")
    closed = frame["date"] + pd.Timedelta(timeframe.replace("m", "min"))
    return frame[closed <= pd.Timestamp(before)]


def daily_volatility(data: Path, pair: str, time: str) -> float:
    """Return the volatility of the last 12 days of hourly closes before a time, per day."""
    closes = candles(data, pair, "1h", before=time)["close"]
    return float(np.log(closes).diff().tail(12 * 24).std() * 24**0.5)


def rates_8h(data: Path, pair: str) -> "pd.Series[float]":
    """Return the funding rates of a pair per 8 hours, by the time at which they were settled."""
    rates = _read(data, pair, "1h-funding_rate").set_index("date")["open"]
    hours = rates.index.to_series().diff().dt.total_seconds() / 3600
    return rates / hours * 8


def _read(data: Path, pair: str, kind: str) -> pd.DataFrame:
    name = pair.replace("/", "_").replace(":", "_")
    return pd.read_feather(data / "futures" / f"{name}-{kind}.feather")

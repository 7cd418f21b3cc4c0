"""Scripts for the strategies of ``strategies/scripted.py``: many of them run in one process."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from freqtrade_riskguard.config.schema import RULES
from tests.support.freqtrade import Outcome, Record, backtest, strategy_files

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
        script = self.script
        hooks = [
            hook
            for hook, answer in (("Conviction", script.conviction), ("Target", script.target_ratio))
            if answer is not None
        ]
        return (
            f"class {name}({', '.join([*hooks, 'GuardedScript'])}):\n"
            f"    script = {asdict(script)!r}\n"
            f"    riskguard = {self.riskguard!r}\n"
            f"    stoploss = {script.stoploss}\n"
            f"    position_adjustment_enable = {bool(script.additions)}\n"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of a play."""

    outcome: Outcome
    journal: tuple[Record, ...] = field(repr=False)

    @property
    def trades(self) -> tuple[Record, ...]:
        return self.outcome.trades

    def trade(self, pair: str) -> Record:
        """The only trade on a pair."""
        (found,) = [trade for trade in self.trades if trade["pair"] == pair]
        return found

    def of(self, rule: str) -> list[Record]:
        """The journal's entries of a rule."""
        return [record for record in self.journal if record["rule"] == rule]


def only(rule: str, **settings: Any) -> dict[str, Any]:
    """Return a configuration in which one rule is on, beside the hard cap that always is."""
    off = {name: {"mode": "off"} for name in RULES if name not in {"hard_cap", rule}}
    return {"profile": "moderate", **off, rule: settings}


def daily_volatility(data: Path, pair: str, time: str) -> float:
    """Return the volatility of the last 12 days of hourly closes before a time, per day."""
    name = pair.replace("/", "_").replace(":", "_")
    candles = pd.read_feather(data / "futures" / f"{name}-1h-futures.feather")
    closed = candles[candles["date"] + pd.Timedelta(hours=1) <= pd.Timestamp(time)]["close"]
    return float(np.log(closed).diff().tail(12 * 24).std() * 24**0.5)


def perform(
    folder: Path, data: Path, plays: Mapping[str, Play], *, timerange: str, args: tuple[str, ...] = ()
) -> dict[str, Seen]:
    """Run all plays on the same candles, in one process."""
    head = "from scripted import Conviction, GuardedScript, Target\n\n\n"
    sources = [play.source(name) for name, play in plays.items()]
    run = backtest(
        folder,
        data,
        *plays,
        args=("--timerange", timerange, "--fee", str(FEE), *args),
        strategies={**strategy_files("scripted"), "plays.py": head + "\n\n".join(sources)},
    ).succeeded()
    return {
        name: Seen(outcome=run.outcomes[name], journal=_journal(folder / f"{name}.backtest.jsonl"))
        for name in plays
    }


def _journal(path: Path) -> tuple[Record, ...]:
    if not path.exists():
        return ()
    return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())

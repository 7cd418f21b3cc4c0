"""Real freqtrade backtests of one strategy under several settings, on candles loaded once."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from freqtrade.configuration import TimeRange
from freqtrade.constants import Config
from freqtrade.enums import RunMode
from freqtrade.exceptions import FreqtradeException
from freqtrade.exchange import timeframe_to_seconds
from freqtrade.optimize.backtesting import Backtesting
from freqtrade.optimize.optimize_reports import generate_backtest_stats
from freqtrade.resolvers import StrategyResolver
from freqtrade.system import gc_set_threshold
from freqtrade.util import get_dry_run_wallet
from pandas import DataFrame
from pandas.util import hash_pandas_object

from freqtrade_riskguard.adapters.backtests.parser import result_of
from freqtrade_riskguard.adapters.backtests.record_bounds import RecordError
from freqtrade_riskguard.adapters.backtests.summary_hook import end_run
from freqtrade_riskguard.adapters.preview.bot_config import BotConfig
from freqtrade_riskguard.adapters.preview.errors import LogCollector, PreviewError, files_of
from freqtrade_riskguard.adapters.preview.loaders import load_exchange, load_strategy
from freqtrade_riskguard.adapters.startup.custom_rules import own_rules
from freqtrade_riskguard.adapters.startup.evidence import identity_of_bot
from freqtrade_riskguard.backtest_result.candles import FloatArray, IntArray
from freqtrade_riskguard.backtest_result.result import EXIT_SETTINGS, Result
from freqtrade_riskguard.bounded_json import UnreadableError
from freqtrade_riskguard.engine.decision_stats import DecisionStats
from freqtrade_riskguard.evidence.identity import Identity

# What a result has of the configuration.
_CONFIGURED = (
    *("stake_currency", "stake_amount", "timeframe", "timeframe_detail"),
    *("trading_mode", "margin_mode"),
)
# What a backtest must not do beside its result: that is read here.
_ALONE = {"export": "none", "backtest_cache": "none", "enable_protections": True}


@dataclass(frozen=True, slots=True)
class Rerun:
    """One backtest.

    Attributes
    ----------
    decisions : DecisionStats or None
        What the guard has decided; None where it was not there.
    """

    result: Result
    decisions: DecisionStats | None


class Backtests:
    """Runs the same backtest again and again; only the guard's settings differ.

    Parameters
    ----------
    found : BotConfig
        Read for backtesting.
    log : LogCollector
        Has what freqtrade logs meanwhile.

    Attributes
    ----------
    own_rules : list of str
        Names of the rules that the strategy brings.

    Raises
    ------
    PreviewError
        Where freqtrade would not start, the strategy is not guarded, or there are no candles.
    """

    def __init__(self, found: BotConfig, log: LogCollector) -> None:
        config: Config = {**found.config, **_ALONE, "runmode": RunMode.BACKTEST}
        strategy = load_strategy(config, log)
        if not hasattr(strategy, "_riskguard"):
            raise PreviewError(
                f"strategy {strategy.get_strategy_name()} is not guarded: name one that derives "
                "from RiskGuard"
            )
        self.own_rules = [rule.name for rule in own_rules(strategy)]
        self._strategy = strategy
        self._exchange = load_exchange(config, log)
        try:
            self._backtesting = Backtesting(config, self._exchange)
            self._data, self._timerange = self._backtesting.load_bt_data()
        except FreqtradeException as error:
            raise _refused(config, error) from error

    @property
    def closes(self) -> dict[str, tuple[IntArray, FloatArray]]:
        """When the candles of each pair opened (epoch seconds), and their closes."""
        return {
            pair: (
                frame["date"].dt.as_unit("s").astype("int64").to_numpy(),
                frame["close"].to_numpy(dtype=np.float64),
            )
            for pair, frame in self._data.items()
        }

    @property
    def candles_digest(self) -> str:
        """Of all that a backtest reads from files: candles, those within them, funding."""
        digest = hashlib.sha256()
        every = (self._data, self._backtesting.detail_data, self._backtesting.futures_data)
        for number, frames in enumerate(every):
            for pair, frame in sorted(frames.items()):
                digest.update(f"{number} {pair} {list(frame.columns)}".encode())
                digest.update(hash_pandas_object(frame, index=False).to_numpy().tobytes())
        return digest.hexdigest()

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From the first candle that is traded on to the last."""
        frames = self._data.values()
        first = min(frame["date"].iloc[0] for frame in frames).to_pydatetime()
        start = first + self._backtesting.required_startup * self._candle
        if self._timerange.startdt is not None:
            start = max(start, self._timerange.startdt)
        return start, max(frame["date"].iloc[-1] for frame in frames).to_pydatetime()

    @property
    def start_quote(self) -> float:
        """What the account begins with."""
        return float(get_dry_run_wallet(self._backtesting.config))

    @property
    def identity(self) -> Identity:
        """Of the strategy, for evidence.

        Raises
        ------
        PreviewError
            Where its file cannot be read.
        """
        try:
            return identity_of_bot(self._strategy)
        except UnreadableError as error:
            raise PreviewError(f"the strategy {error}") from None

    @property
    def _candle(self) -> timedelta:
        return timedelta(seconds=timeframe_to_seconds(self._backtesting.timeframe))

    def _of(self, span: tuple[datetime, datetime]) -> dict[str, DataFrame]:
        """Return the candles of a span, and those before it that the indicators need."""
        begin = span[0] - self._backtesting.required_startup * self._candle
        found = {}
        for pair, frame in self._data.items():
            part = frame[(frame["date"] >= begin) & (frame["date"] < span[1])]
            if len(part) > self._backtesting.required_startup:
                found[pair] = part.reset_index(drop=True)
        return found

    def run(
        self,
        settings: Mapping[str, Any],
        span: tuple[datetime, datetime] | None = None,
        *,
        look: Callable[[], None] | None = None,
    ) -> Rerun:
        """Backtest once with a ``riskguard`` block.

        Parameters
        ----------
        span : (datetime, datetime), optional
            From and up to when (not within); by default all of it.
        look : callable, optional
            Called before each candle; what it raises ends the backtest.

        Raises
        ------
        PreviewError
            Where freqtrade, or the guard, refuses it.
        """
        backtesting = self._backtesting
        config = deepcopy(backtesting.config)
        config["riskguard"] = deepcopy(dict(settings))
        data, timerange = self._data, self._timerange
        if span is not None:
            data = self._of(span)
            ends = (int(moment.timestamp()) for moment in span)
            timerange = TimeRange("date", "date", *ends)
        # freqtrade cuts the analyzed candles to its own.
        backtesting.timerange = timerange
        name = self._strategy.get_strategy_name()
        try:
            # As freqtrade loads each strategy of a list.
            strategy = StrategyResolver.load_strategy(config)
            with _looked_at(backtesting, look):
                start, end = backtesting.backtest_one_strategy(strategy, data, timerange)
        except FreqtradeException as error:
            raise _refused(config, error) from error
        content = backtesting.all_bt_content[name]
        if span is None:
            every = generate_backtest_stats(data, {name: content}, min_date=start, max_date=end)
            told: Mapping[str, Any] = every["strategy"][name]
        else:
            told = _bare_statistics(content, start, end)
        # As it would be stored, and read again.
        stats: Any = json.loads(json.dumps(told, default=str))
        decisions = end_run(name, stats.get("locks") or ())
        try:
            result = result_of(name, stats, stats["trades"], config=config)
        except RecordError as error:
            raise PreviewError(f"{name}: its backtest cannot be read: {error}") from error
        return Rerun(result, decisions)

    def close(self) -> None:
        """Close the connections to the exchange."""
        self._exchange.close()  # type: ignore[no-untyped-call]


@contextmanager
def backtests(found: BotConfig, log: LogCollector) -> Iterator[Backtests]:
    """Load a strategy's backtest; freqtrade's database is as before at the end."""
    cleanup: Callable[[], None] = Backtesting.cleanup
    # As the freqtrade command does: an eighth of the time.
    gc_set_threshold()  # type: ignore[no-untyped-call]
    try:
        with closing(Backtests(found, log)) as loaded:
            yield loaded
    finally:
        cleanup()


@contextmanager
def _looked_at(backtesting: Backtesting, look: Callable[[], None] | None) -> Iterator[None]:
    """Have somebody asked wherever freqtrade itself asks whether to go on: before each candle."""
    if look is None:
        yield
        return
    asks = backtesting.check_abort
    backtesting.check_abort = look  # type: ignore[method-assign]
    try:
        yield
    finally:
        backtesting.check_abort = asks  # type: ignore[method-assign]


def _bare_statistics(content: Mapping[str, Any], start: datetime, end: datetime) -> dict[str, Any]:
    """Return what of freqtrade's statistics a result is made of; all take as long as a backtest."""
    config = content["config"]
    return {
        "trades": content["results"].to_dict(orient="records"),
        "locks": [lock.to_json() for lock in content["locks"]],
        "starting_balance": get_dry_run_wallet(config),
        "backtest_start": start.isoformat(),
        "backtest_end": end.isoformat(),
        **{name: config.get(name) for name in (*_CONFIGURED, *EXIT_SETTINGS)},
    }


def _refused(config: Config, error: FreqtradeException) -> PreviewError:
    return PreviewError(f"{files_of(config)}: {error}; freqtrade would not backtest")

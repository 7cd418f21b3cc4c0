"""Trials of a calibration: one backtest each, in this process, on candles loaded once."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

from freqtrade_riskguard.adapters.reruns.backtests import Backtests
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.calibration.folds import Span
from freqtrade_riskguard.calibration.outlook import FEWEST_TRADES, PATHS, outlook
from freqtrade_riskguard.calibration.record import kelly_waits, record_of
from freqtrade_riskguard.calibration.space import with_values
from freqtrade_riskguard.calibration.study import HopelessError

# A trial whose first third has gone so far beyond the budget is not run to its end.
_FIRST_LOOK = 3
_HOPELESS = 1.25


class Trials:
    """Runs trials, and keeps what they came to.

    Parameters
    ----------
    loaded : Backtests
        The strategy's.
    raw : mapping
        The ``riskguard`` block that is searched from.
    """

    def __init__(
        self,
        loaded: Backtests,
        raw: Mapping[str, Any],
        *,
        max_drawdown_ratio: float,
        slippage_ratio: float,
        seed: int,
    ) -> None:
        self._loaded, self._raw = loaded, dict(raw)
        self._limit, self._slippage, self._seed = max_drawdown_ratio, slippage_ratio, seed

    def score(self, values: Mapping[str, float], span: Span) -> float:
        """Return what a search maximises, see :attr:`.Outlook.score`.

        Raises
        ------
        HopelessError
            Where the first third alone has lost far more than the budget.
        """
        settings = with_values(self._raw, values)
        start, end = span
        early = (start, start + (end - start) / _FIRST_LOOK)
        if self.closed_drawdown_ratio(settings, early) > _HOPELESS * self._limit:
            raise HopelessError
        result = self._loaded.run(settings, span).result
        record = record_of(result, self._slippage, waits=kelly_waits(settings))
        if record.returns.size < FEWEST_TRADES:
            # Nothing better is known.
            record = record_of(result, self._slippage)
        return outlook(record, self._limit, paths=PATHS, seed=self._seed).score

    def closed_drawdown_ratio(self, settings: Mapping[str, Any], span: Span) -> float:
        """Return the deepest fall of the account from a peak, by closed trades."""
        result = self._loaded.run(settings, span).result
        balance = peak = result.starting_balance_quote
        deepest = 0.0
        for trade in result.trades:
            balance += trade.profit_quote
            peak = max(peak, balance)
            deepest = max(deepest, 1.0 - balance / peak)
        return deepest

    def result(self, settings: Mapping[str, Any], span: Span) -> Result:
        """Return one backtest."""
        return self._loaded.run(settings, span).result


def digests(loaded: Backtests) -> dict[str, str]:
    """Return what must be the same on every machine that runs trials."""
    candles = hashlib.sha256()
    for pair, (times, closes) in sorted(loaded.closes.items()):
        candles.update(pair.encode())
        candles.update(times.tobytes())
        candles.update(closes.tobytes())
    identity = loaded.identity
    parameters = repr(sorted(identity.parameters.items()))
    return {
        "strategy": f"{identity.strategy} {identity.timeframe} {identity.source_digest}",
        "parameters": hashlib.sha256(parameters.encode()).hexdigest(),
        "candles": candles.hexdigest(),
        "riskguard": version("freqtrade-riskguard"),
        "freqtrade": version("freqtrade"),
    }


def span_text(span: Span) -> str:
    """Return a span as tables name it."""
    start, end = (f"{_day(moment)}" for moment in span)
    return f"{start} to {end}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"

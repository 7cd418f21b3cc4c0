"""Trials of a calibration: one backtest each, in this process, on candles loaded once."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.metadata import version
from typing import Any

from freqtrade.persistence import LocalTrade

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
        result = self._loaded.run(settings, span, look=self._first_look(span)).result
        record = record_of(result, self._slippage, waits=kelly_waits(settings))
        if record.returns.size < FEWEST_TRADES:
            # Nothing better is known.
            record = record_of(result, self._slippage)
        return outlook(record, self._limit, paths=PATHS, seed=self._seed).score

    def _first_look(self, span: Span) -> Callable[[], None]:
        """Return what ends a backtest by :class:`.HopelessError`, by its closed trades."""
        start, end = span
        early_end = start + (end - start) / _FIRST_LOOK
        balance = peak = self._loaded.start_quote
        seen = 0

        def look() -> None:
            nonlocal balance, peak, seen
            for trade in LocalTrade.bt_trades[seen:]:
                seen += 1
                balance += trade.close_profit_abs or 0.0
                peak = max(peak, balance)
                is_early = trade.close_date_utc < early_end
                if is_early and 1.0 - balance / peak > _HOPELESS * self._limit:
                    raise HopelessError

        return look

    def result(self, settings: Mapping[str, Any], span: Span) -> Result:
        """Return one backtest."""
        return self._loaded.run(settings, span).result


def digests(loaded: Backtests) -> dict[str, str]:
    """Return what must be the same on every machine that runs trials."""
    identity = loaded.identity
    parameters = repr(sorted(identity.parameters.items()))
    return {
        "strategy": f"{identity.strategy} {identity.timeframe} {identity.source_digest}",
        "parameters": hashlib.sha256(parameters.encode()).hexdigest(),
        "candles": loaded.candles_digest,
        "riskguard": version("freqtrade-riskguard"),
        "freqtrade": version("freqtrade"),
    }


def span_text(span: Span) -> str:
    """Return a span as tables name it."""
    start, end = (f"{_day(moment)}" for moment in span)
    return f"{start} to {end}"


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"

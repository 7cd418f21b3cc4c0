"""freqtrade's command, but each backtest leaves its trades and locks in a file of its own.

No statistics, which would take longer than a short backtest; candles are read and cleaned once for
all of them; no file but a strategy's own is looked into for it; and a backtest that crashes does
not end those after it.
"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd
from freqtrade.configuration import TimeRange
from freqtrade.constants import DATETIME_PRINT_FORMAT
from freqtrade.data.history.datahandlers.featherdatahandler import FeatherDataHandler
from freqtrade.loggers import LOGFORMAT
from freqtrade.loggers.ft_rich_handler import FtRichHandler
from freqtrade.main import main
from freqtrade.optimize.backtesting import Backtesting
from freqtrade.resolvers import StrategyResolver

logger = logging.getLogger(__name__)

_backtest_one_strategy = Backtesting.backtest_one_strategy
_read_candles = FeatherDataHandler.ohlcv_load
_search = StrategyResolver._search_object
# As freqtrade's own lines look, without the time that their colours take.
_LINE = logging.Formatter(LOGFORMAT)
# What freqtrade's statistics repeat of the configuration, and figures need.
_SETTINGS = ("stake_currency", "stake_amount", "timeframe", "trading_mode")
_candles: dict[tuple[Any, ...], pd.DataFrame] = {}


def _backtest_to_file(self: Backtesting, strategy: Any, *args: Any) -> tuple[None, None]:
    name = strategy.get_strategy_name()
    try:
        start, end = _backtest_one_strategy(self, strategy, *args)
    except Exception:
        logger.exception("CRASHED")
        return None, None
    content = self.all_bt_content.pop(name)
    # As freqtrade exports them.
    outcome = {
        "trades": content["results"].to_dict(orient="records"),
        "locks": [lock.to_json() for lock in content["locks"]],
        "stats": {
            **{key: value for key, value in content.items() if isinstance(value, int | float)},
            **{key: self.config[key] for key in _SETTINGS},
            "starting_balance": self.config["dry_run_wallet"],
            "backtest_start": start.strftime(DATETIME_PRINT_FORMAT),
            "backtest_end": end.strftime(DATETIME_PRINT_FORMAT),
        },
    }
    path = self.config["user_data_dir"] / f"{name}.outcome.json"
    path.write_text(json.dumps(outcome, default=str), encoding="utf-8")
    return None, None


def _read_once(
    self: FeatherDataHandler,
    pair: str,
    timeframe: str,
    candle_type: Any,
    *,
    timerange: TimeRange | None = None,
    **how: Any,
) -> pd.DataFrame:
    wanted = timerange.timerange_str if timerange else None
    key = (self._datadir, pair, timeframe, candle_type, wanted, *sorted(how.items()))
    if key not in _candles:
        _candles[key] = _read_candles(
            self, pair, timeframe, candle_type, timerange=timerange, **how
        )
    return _candles[key].copy()


class _OnlyFile:
    """A folder of strategies as if one file was all that it held."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def iterdir(self) -> Iterator[Path]:
        yield self._file


def _search_own_file(directory: Path, *, object_name: str, **how: Any) -> tuple[Any, Any]:
    """Look into the file that is named after a strategy, not into hundreds before it."""
    own = directory / f"{object_name}.py"
    searched: Any = _OnlyFile(own) if own.is_file() else directory
    return _search(searched, object_name=object_name, **how)


def write_line(self: FtRichHandler, record: logging.LogRecord) -> None:
    """Write a line of the log without colours, in place of the handler's own method."""
    self._console.file.write(f"{_LINE.format(record)}\n")


if __name__ == "__main__":
    Backtesting.backtest_one_strategy = _backtest_to_file  # type: ignore[assignment,method-assign]
    FeatherDataHandler.ohlcv_load = _read_once  # type: ignore[assignment,method-assign]
    FtRichHandler.emit = write_line  # type: ignore[method-assign]
    with patch.object(StrategyResolver, "_search_object", _search_own_file):
        main()  # exits with its status

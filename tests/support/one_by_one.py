"""freqtrade's command, but each backtest leaves its trades and locks in a file of its own.

No statistics, which would take longer than a short backtest; candles are read and cleaned once for
all of them; and a backtest that crashes does not end those after it.
"""

import json
import logging
from typing import Any

import pandas as pd
from freqtrade.configuration import TimeRange
from freqtrade.data.history.datahandlers.featherdatahandler import FeatherDataHandler
from freqtrade.loggers import LOGFORMAT
from freqtrade.loggers.ft_rich_handler import FtRichHandler
from freqtrade.main import main
from freqtrade.optimize.backtesting import Backtesting

logger = logging.getLogger(__name__)

_backtest_one_strategy = Backtesting.backtest_one_strategy
_read_candles = FeatherDataHandler.ohlcv_load
# As freqtrade's own lines look, without the time that their colours take.
_LINE = logging.Formatter(LOGFORMAT)
_candles: dict[tuple[Any, ...], pd.DataFrame] = {}


def _backtest_to_file(self: Backtesting, strategy: Any, *args: Any) -> tuple[None, None]:
    name = strategy.get_strategy_name()
    try:
        _backtest_one_strategy(self, strategy, *args)
    except Exception:
        logger.exception("CRASHED")
        return None, None
    content = self.all_bt_content.pop(name)
    # As freqtrade exports them.
    outcome = {
        "trades": content["results"].to_dict(orient="records"),
        "locks": [lock.to_json() for lock in content["locks"]],
        "stats": {
            name: figure for name, figure in content.items() if isinstance(figure, int | float)
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


def _write_line(self: FtRichHandler, record: logging.LogRecord) -> None:
    self._console.file.write(f"{_LINE.format(record)}\n")


if __name__ == "__main__":
    Backtesting.backtest_one_strategy = _backtest_to_file  # type: ignore[assignment,method-assign]
    FeatherDataHandler.ohlcv_load = _read_once  # type: ignore[assignment,method-assign]
    FtRichHandler.emit = _write_line  # type: ignore[method-assign]
    main()  # exits with its status

"""A process that runs the same backtest as often as it is told to, and says what each run cost.

It imports nothing of ours: whether the guard is loaded is up to the strategy. Every line on its
standard input is one run, every line of its output one answer.
"""

import hashlib
import json
import logging
import resource
import sys
import time
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from freqtrade.configuration import Configuration
from freqtrade.enums import RunMode
from freqtrade.optimize.backtesting import Backtesting
from freqtrade.persistence import LocalTrade
from freqtrade.system import gc_set_threshold

_KIB = 1024


def run(config_file: str, data_folder: str) -> dict[str, Any]:
    """Run a backtest from scratch.

    Measured is what the processor does for this process (others on the machine add hardly anything
    to it), for the whole backtest, from its configuration to its tables, and for the loop over
    the candles alone.
    """
    began = time.process_time()
    arguments = {"config": [config_file], "datadir": data_folder}
    config = Configuration(arguments, RunMode.BACKTEST).get_config()
    backtesting = Backtesting(config)
    whole = backtesting.backtest
    spent: dict[str, float] = {}

    def measured(**how: Any) -> Any:
        started = time.process_time()
        result = whole(**how)
        spent["loop_seconds"] = time.process_time() - started
        return result

    backtesting.backtest = measured  # type: ignore[assignment,method-assign]
    with redirect_stdout(StringIO()):
        backtesting.start()
    spent["seconds"] = time.process_time() - began
    trades = [trade.to_json(minified=True) for trade in LocalTrade.bt_trades]
    backtesting.exchange.close()
    Backtesting.cleanup()
    return {
        **spent,
        "trades": len(trades),
        "held_hours": sum(trade["trade_duration_s"] for trade in trades) / 3600,
        "digest": hashlib.sha256(json.dumps(trades, default=str).encode()).hexdigest(),
        "guarded": "freqtrade_riskguard" in sys.modules,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB,
    }


def main() -> None:
    """Answer until the input ends."""
    logging.disable(logging.INFO)
    gc_set_threshold()  # as the freqtrade command does
    for _ in sys.stdin:
        print(json.dumps(run(*sys.argv[1:])), flush=True)  # noqa: T201 - how it answers


if __name__ == "__main__":
    main()

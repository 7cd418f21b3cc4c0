"""A scripted strategy with a guard of which one part is broken, and every open trade's stop."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import faults  # type: ignore[import-not-found]
import pandas as pd
from freqtrade.persistence import LocalTrade, Trade
from scripted import GuardedScript  # type: ignore[import-not-found]

from freqtrade_riskguard.adapters.startup import closed_trades_view


class Faulty(GuardedScript):  # type: ignore[misc]
    part = ""
    since = ""

    def bot_start(self, **kwargs: Any) -> None:
        faults.mend()
        # A protection says once per process that it has failed; here many bots share one.
        closed_trades_view._failed.clear()
        if self.part:
            faults.break_from(pd.Timestamp(self.since), self.part)
        folder = Path(self.config["user_data_dir"])
        self.seen = (folder / f"{type(self).__name__}.stops.jsonl").open("w", encoding="utf-8")

    def bot_loop_start(self, current_time: datetime, **kwargs: Any) -> None:
        faults.Clock.now = current_time
        for trade in Trade.get_trades_proxy(is_open=True):
            self.seen.write(json.dumps(_row(trade, current_time)) + "\n")
        self.seen.flush()


def _row(trade: LocalTrade, time: datetime) -> dict[str, Any]:
    return {
        "time": str(time),
        "pair": trade.pair,
        "opened_ms": int(trade.open_date_utc.timestamp() * 1000),
        "side": -1 if trade.is_short else 1,
        "stop": trade.stop_loss,
        "open_rate": trade.open_rate,
        "amount": trade.amount,
    }

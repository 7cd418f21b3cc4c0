"""Strategies that write down every open trade at every step, and change nothing."""

import json
from pathlib import Path
from typing import Any


def source(log: Path, module: str, base: str) -> str:
    """Return the source of ``Watched<base>``, which logs its open trades to a file."""
    return f"""
import json

from freqtrade.persistence import Trade
from {module} import {base}


class Watched{base}({base}):
    def bot_start(self, **kwargs):
        super().bot_start(**kwargs)
        self.seen = open({str(log)!r}, "w")

    def bot_loop_start(self, current_time, **kwargs):
        super().bot_loop_start(current_time, **kwargs)
        for trade in Trade.get_trades_proxy(is_open=True):
            if trade.amount:
                row = {{
                    "time": str(current_time),
                    "pair": trade.pair,
                    "open_date": str(trade.open_date_utc),
                    "side": -1 if trade.is_short else 1,
                    "stop": trade.stop_loss,
                    "liquidation": trade.liquidation_price,
                    "open_rate": trade.open_rate,
                    "amount": trade.amount,
                    "entries": trade.nr_of_successful_entries,
                }}
                self.seen.write(json.dumps(row) + "\\n")
        self.seen.flush()
"""


def by_trade(log: Path) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return what was seen of each trade, by pair and open date, in order."""
    seen: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        seen.setdefault((row["pair"], row["open_date"]), []).append(row)
    return seen

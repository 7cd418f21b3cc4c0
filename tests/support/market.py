"""The candles of a data folder, as the figures of a backtest need them."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from freqtrade_riskguard.replay.data_folder import futures_files


@dataclass(frozen=True, slots=True)
class Candles:
    """Candles of one timeframe; by pair, and by the time at which a candle opens."""

    by_pair: dict[str, pd.DataFrame]

    @classmethod
    def read(cls, data: Path, timeframe: str) -> "Candles":
        found = {}
        for coin, paths in futures_files(data).items():
            for path in paths:
                if f"-{timeframe}-" in path.name:
                    found[coin.pair] = pd.read_feather(path).set_index("date")
        return cls(found)

    def extremes(self, pair: str, time: datetime) -> tuple[float, float]:
        candle = self.by_pair[pair].loc[time]
        return float(candle["low"]), float(candle["high"])

    @property
    def closes(self) -> dict[str, dict[datetime, float]]:
        return {
            pair: dict(zip(frame.index.to_pydatetime(), frame["close"].tolist(), strict=True))
            for pair, frame in self.by_pair.items()
        }

"""Which candles of a contract are at hand, and which can be made from them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from freqtrade_riskguard.replay.candles import Candles, read_candles, resample
from freqtrade_riskguard.replay.data_folder import Contract, files_of_kind
from freqtrade_riskguard.replay.intervals import Interval, interval_of_file

FUTURES = "futures"
MARK = "mark"


@dataclass(frozen=True)
class Series:
    """Candles and their prepared rows.

    Parameters
    ----------
    candles
        The candles.
    recorded
        Whether a file holds them; otherwise they were put together from shorter ones.
    """

    candles: Candles
    recorded: bool


class CandleStore:
    """The candles of one contract, read or put together when they are first asked for.

    Parameters
    ----------
    data_dir
        A freqtrade data folder or its ``futures`` folder.
    coin
        The contract.
    shift_ms
        Added to all times, milliseconds. A file whose candles would no longer begin where
        Binance's do is left out; its candles are put together from shorter ones.
    """

    def __init__(self, data_dir: Path, coin: Contract, shift_ms: int = 0) -> None:
        self._shift_ms = shift_ms
        self._files = {
            kind: self._usable(files_of_kind(data_dir, coin, kind)) for kind in (FUTURES, MARK)
        }
        self._series: dict[tuple[str, Interval], Series | None] = {}

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """Intervals of the trades' files, the shortest first."""
        return tuple(sorted(self._files[FUTURES]))

    def series(self, kind: str, interval: Interval) -> Series | None:
        """Return candles of a kind and interval.

        Parameters
        ----------
        kind
            `FUTURES` (trades) or `MARK` (mark price). Where mark prices were not recorded, or only
            in longer candles, the trades stand for them.
        interval
            Length of the candles.

        Returns
        -------
        Series or None
            Those of the file, or put together from the shorter ones that reach over the longest
            time; None where only longer ones were recorded.
        """
        key = (kind, interval)
        if key not in self._series:
            found = self._find(kind, interval)
            if found is None and kind == MARK:
                found = self.series(FUTURES, interval)
            self._series[key] = found
        return self._series[key]

    def shortest_first(self, kind: str) -> Iterator[Candles]:
        """Iterate over the candles which tell the price of a kind at a moment, by their length.

        Mark prices are mostly recorded in longer candles than trades. In between, the trades'
        price is nearer to the mark price than what a long candle says about its inside.
        """
        trades, marks = self._files[FUTURES], self._files[MARK]
        marks_are_fine = kind == MARK and marks and (not trades or min(marks) <= min(trades))
        kind = MARK if marks_are_fine else FUTURES
        for interval in sorted(self._files[kind]):
            if series := self.series(kind, interval):
                yield series.candles

    def _usable(self, files: Mapping[str, Path]) -> dict[Interval, Path]:
        intervals = ((interval_of_file(timeframe), path) for timeframe, path in files.items())
        return {
            interval: path
            for interval, path in intervals
            if interval is not None and interval.keeps_its_grid(self._shift_ms)
        }

    def _find(self, kind: str, interval: Interval) -> Series | None:
        if path := self._files[kind].get(interval):
            candles = read_candles(path, interval, self._shift_ms)
            return Series(candles, recorded=True)
        shorter = (file for file in self._files[kind] if interval.is_made_of(file))
        parts = [series.candles for file in shorter if (series := self.series(kind, file))]
        if not parts:
            return None
        candles = resample(max(parts, key=_reach), interval)
        return Series(candles, recorded=False)


def _reach(candles: Candles) -> tuple[int, int]:
    reach_ms = int(candles.ends_ms[-1] - candles.opens_ms[0]) if len(candles) else 0
    return reach_ms, candles.interval.length_ms

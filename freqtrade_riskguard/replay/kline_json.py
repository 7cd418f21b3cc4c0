"""Candles as the JSON that a venue sends, prepared once and cut out as bytes.

A bot asks for the same 500 candles of every pair again and again. Writing them anew each time
would be most of a simulated bot's time.
"""

from typing import Protocol

from freqtrade_riskguard.replay.candles import Candles

# Rows are prepared in blocks, so that years of 1m candles cost nothing until they are asked for.
_BLOCK_ROWS = 4096


class RowWriter(Protocol):
    """Writes one candle as the venue's JSON.

    Prices are written with all their digits, so that a bot computes with the numbers of the files.
    """

    def __call__(
        self,
        open_ms: int,
        open_price: float,
        high_price: float,
        low_price: float,
        close_price: float,
        volume_base: float,
        end_ms: int,
        /,
        *,
        complete: bool,
    ) -> bytes:
        """Return the JSON; times in milliseconds since 1970 UTC, prices in quote units."""


class KlineRows:
    """The rows of a series of candles.

    Parameters
    ----------
    candles
        The candles, all of them complete.
    write
        Writes one.
    """

    def __init__(self, candles: Candles, write: RowWriter) -> None:
        self._candles, self._write_row = candles, write
        # Bytes of a block's rows, joined by commas, and where each row begins in them.
        self._blocks: dict[int, tuple[bytes, list[int]]] = {}

    def cut(self, start: int, stop: int) -> bytes:
        """Return the rows of places `start` to `stop` (not included), joined by commas."""
        pieces = []
        while start < stop:
            block, first = divmod(start, _BLOCK_ROWS)
            rows, begins = self._block(block)
            last = min(stop - block * _BLOCK_ROWS, _BLOCK_ROWS)
            # A row ends before the comma that precedes the next one.
            pieces.append(rows[begins[first] : begins[last] - 1])
            start = block * _BLOCK_ROWS + last
        return b",".join(pieces)

    def pieces(self, start: int, stop: int) -> list[bytes]:
        """Return the rows of places `start` to `stop` (not included), one by one."""
        pieces = []
        for place in range(start, stop):
            block, own = divmod(place, _BLOCK_ROWS)
            rows, begins = self._block(block)
            pieces.append(rows[begins[own] : begins[own + 1] - 1])
        return pieces

    def _block(self, block: int) -> tuple[bytes, list[int]]:
        if block not in self._blocks:
            self._blocks[block] = self._write(slice(block * _BLOCK_ROWS, (block + 1) * _BLOCK_ROWS))
        return self._blocks[block]

    def _write(self, places: slice) -> tuple[bytes, list[int]]:
        candles = self._candles
        columns = (
            candles.opens_ms,
            candles.open,
            candles.high,
            candles.low,
            candles.close,
            candles.volume,
            candles.ends_ms,
        )
        rows = [
            self._write_row(*values, complete=True)
            for values in zip(*(column[places].tolist() for column in columns), strict=True)
        ]
        begins = [0]
        for row in rows:
            begins.append(begins[-1] + len(row) + 1)
        return b",".join(rows), begins

"""Candles as the JSON that Binance sends, prepared once and cut out as bytes.

A bot asks for the same 500 candles of every pair again and again. Writing them anew each time
would be most of a simulated bot's time.
"""

from freqtrade_riskguard.replay.candles import Candles
from freqtrade_riskguard.replay.open_candle import OpenCandle

# Rows are prepared in blocks, so that years of 1m candles cost nothing until they are asked for.
_BLOCK_ROWS = 4096


class KlineRows:
    """The rows of a series of candles.

    Parameters
    ----------
    candles
        The candles. Prices are written with all their digits, so that a bot computes with the
        numbers of the files.
    """

    def __init__(self, candles: Candles) -> None:
        self._candles = candles
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
            _row(*values)
            for values in zip(*(column[places].tolist() for column in columns), strict=True)
        ]
        begins = [0]
        for row in rows:
            begins.append(begins[-1] + len(row) + 1)
        return b",".join(rows), begins


def forming_row(open_ms: int, end_ms: int, forming: OpenCandle) -> bytes:
    """Return the row of a candle that is not complete; times in milliseconds since 1970 UTC."""
    return _row(
        open_ms,
        forming.open_price,
        forming.high_price,
        forming.low_price,
        forming.close_price,
        forming.volume_base,
        end_ms,
    )


def _row(
    open_ms: int,
    open_price: float,
    high_price: float,
    low_price: float,
    close_price: float,
    volume_base: float,
    end_ms: int,
) -> bytes:
    # Binance writes numbers as strings. What the recording does not know is estimated (turnover) or
    # 0 (number of trades, volume of the takers).
    return (
        f'[{open_ms},"{open_price!r}","{high_price!r}","{low_price!r}","{close_price!r}",'
        f'"{volume_base!r}",{end_ms - 1},"{volume_base * close_price:.2f}",0,"0","0","0"]'
    ).encode("ascii")

"""The recordings of one contract as they were known at a moment."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from freqtrade_riskguard.replay.candle_store import FUTURES, MARK, CandleStore
from freqtrade_riskguard.replay.candles import Candles
from freqtrade_riskguard.replay.data_folder import files_of_kind
from freqtrade_riskguard.replay.funding import FundingRates, read_funding
from freqtrade_riskguard.replay.intervals import Interval
from freqtrade_riskguard.replay.kline_json import KlineRows, RowWriter
from freqtrade_riskguard.replay.markets import Market
from freqtrade_riskguard.replay.moved_prices import MovedPrices
from freqtrade_riskguard.replay.open_candle import OpenCandle, forming_at, merge

_FUNDING = "funding_rate"


class Recording:
    """The recordings of one contract, read when they are first asked for.

    Parameters
    ----------
    data_dir
        A freqtrade data folder or its ``futures`` folder.
    market
        The contract.
    row_writer
        From the market and a kind of candles to what writes one as the venue's JSON.
    shift_ms
        Added to the times of all recordings, milliseconds.
    """

    def __init__(
        self,
        data_dir: Path,
        market: Market,
        row_writer: Callable[[Market, str], RowWriter],
        shift_ms: int = 0,
    ) -> None:
        self.market = market
        self._row_writer = row_writer
        self._rows: dict[tuple[str, Interval], KlineRows] = {}
        self.candle_store = CandleStore(data_dir, market.coin, shift_ms)
        self._shift_ms = shift_ms
        self._funding_files: Mapping[str, Path] = files_of_kind(data_dir, market.coin, _FUNDING)
        self._funding: FundingRates | None = None

    @property
    def funding(self) -> FundingRates:
        """The funding payments; none where there is no recording."""
        if self._funding is None:
            self._funding = read_funding(self._funding_files.values(), self._shift_ms)
        return self._funding

    @property
    def end_ms(self) -> int:
        """End of the last candle of any file of trades, milliseconds since 1970 UTC."""
        ends = (candles.ends_ms for candles in self.candle_store.shortest_first(FUTURES))
        return max((int(ends_ms[-1]) for ends_ms in ends if ends_ms.size), default=0)

    def price(self, kind: str, now_ms: int) -> float | None:
        """Return the price at a moment.

        Parameters
        ----------
        kind
            `FUTURES` (trades) or `MARK` (mark price).
        now_ms
            The moment, milliseconds since 1970 UTC.

        Returns
        -------
        float or None
            Quote units, in whole ticks; within a gap and after the end the last close. None before
            the first candle.
        """
        decimals = self.market.filters.price_decimals
        if found := self._shortest_at(kind, now_ms):
            candles, place = found
            return round(forming_at(candles, place, now_ms, decimals).close_price, decimals)
        closes = [
            (int(candles.ends_ms[count - 1]), float(candles.close[count - 1]))
            for candles in self.candle_store.shortest_first(kind)
            if (count := candles.closed_by(now_ms))
        ]
        return round(max(closes)[1], decimals) if closes else None

    def forming(self, kind: str, interval: Interval, now_ms: int) -> OpenCandle | None:
        """Return the candle that forms at a moment; None in a gap and outside the recording.

        It tells what shorter candles that have ended tell, and the price at the moment.
        """
        found = self._shortest_at(kind, now_ms)
        if found is None or found[0].interval.length_ms > interval.length_ms:
            return None
        shortest, place = found
        start_ms, decimals = interval.start_ms(now_ms), self.market.filters.price_decimals
        rest = forming_at(shortest, place, now_ms, decimals)
        first = shortest.opened_before(start_ms)
        own = self.candle_store.series(kind, interval)
        own_place = own.candles.at(now_ms) if own and own.recorded else None
        if own and own_place is not None:
            open_price = float(own.candles.open[own_place])
        elif shortest.opens_ms[0] <= start_ms:
            open_price = float(shortest.open[first])
        else:
            # Nobody knows how it began.
            return None
        forming = merge(open_price, shortest, range(first, place), rest)
        return replace(forming, volume_base=0.0) if kind == MARK else forming

    def klines(
        self,
        kind: str,
        interval: Interval,
        now_ms: int,
        *,
        start_ms: int | None,
        end_ms: int | None,
        limit: int,
        with_forming: bool = True,
        newest_first: bool = False,
        moved: MovedPrices | None = None,
    ) -> bytes | None:
        """Return candles as the venue's JSON.

        Parameters
        ----------
        kind
            `FUTURES` (trades) or `MARK` (mark price).
        interval
            Length of the candles.
        now_ms
            The moment: nothing later is told.
        start_ms
            No candle that begins before; None for the newest ones.
        end_ms
            No candle that begins after; None for no such bound.
        limit
            Most candles: from the start on where one is given, else the newest ones.
        with_forming
            Whether the last candle may be the one that forms.
        newest_first
            Turns the order round; then the newest candles are told in any case.
        moved
            The price as it was traded, where that may be another than the recorded one.

        Returns
        -------
        bytes or None
            A JSON array; None for an interval that the recordings are too coarse for.
        """
        series = self.candle_store.series(kind, interval)
        if series is None:
            return None
        candles = series.candles
        tail = b""
        open_ms = interval.start_ms(now_ms)
        is_asked = (start_ms is None or start_ms <= open_ms) and (
            end_ms is None or open_ms <= end_ms
        )
        if with_forming and is_asked:
            tail = self._forming_row(kind, interval, now_ms, moved)
        stop = candles.closed_by(now_ms)
        if end_ms is not None:
            stop = min(stop, candles.opened_before(end_ms + 1))
        first = 0 if start_ms is None else min(candles.opened_before(start_ms), stop)
        if start_ms is None or newest_first:
            first = max(first, stop - limit + bool(tail))
        elif stop - first >= limit:
            stop, tail = first + limit, b""
        rows = self._rows_of(kind, interval, candles)
        traded = {} if moved is None else self._traded(kind, candles, first, stop, moved)
        if newest_first:
            told = [tail, *reversed(rows.pieces(first, stop))]
            for place, row in traded.items():
                told[stop - place] = row
        else:
            told = []
            for place, row in traded.items():
                told += [rows.cut(first, place), row]
                first = place + 1
            told += [rows.cut(first, stop), tail]
        return b"[" + b",".join(row for row in told if row) + b"]"

    def _forming_row(
        self, kind: str, interval: Interval, now_ms: int, moved: MovedPrices | None
    ) -> bytes:
        """Return the row of the candle that forms; none in a gap and outside the recording."""
        forming = self.forming(kind, interval, now_ms)
        if forming is None:
            return b""
        open_ms = interval.start_ms(now_ms)
        end_ms = interval.end_ms(open_ms)
        if moved is not None and moved.steps.moved(open_ms, now_ms + 1):
            prices = moved.candle(open_ms, end_ms, now_ms=now_ms)
            forming = OpenCandle(*prices, forming.volume_base)
        return self._row_writer(self.market, kind)(
            open_ms,
            forming.open_price,
            forming.high_price,
            forming.low_price,
            forming.close_price,
            forming.volume_base,
            end_ms,
            complete=False,
        )

    def _traded(
        self, kind: str, candles: Candles, first: int, stop: int, moved: MovedPrices
    ) -> dict[int, bytes]:
        """Return the rows of the candles in which prices were not the recorded ones, by place."""
        if first >= stop:
            return {}
        spans = moved.steps.moved(int(candles.opens_ms[first]), int(candles.ends_ms[stop - 1]))
        places = {
            place
            for begin_ms, end_ms in spans
            for place in range(
                max(first, candles.closed_by(begin_ms)), min(stop, candles.opened_before(end_ms))
            )
        }
        rows = {}
        for place in sorted(places):
            open_ms, end_ms = int(candles.opens_ms[place]), int(candles.ends_ms[place])
            opened, high, low, close = moved.candle(open_ms, end_ms)
            rows[place] = self._row_writer(self.market, kind)(
                open_ms,
                opened,
                high,
                low,
                close,
                float(candles.volume[place]),
                end_ms,
                complete=True,
            )
        return rows

    def _rows_of(self, kind: str, interval: Interval, candles: Candles) -> KlineRows:
        key = (kind, interval)
        if key not in self._rows:
            self._rows[key] = KlineRows(candles, self._row_writer(self.market, kind))
        return self._rows[key]

    def _shortest_at(self, kind: str, now_ms: int) -> tuple[Candles, int] | None:
        for candles in self.candle_store.shortest_first(kind):
            if (place := candles.at(now_ms)) is not None:
                return candles, place
        return None

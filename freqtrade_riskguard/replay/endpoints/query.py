"""Reading a request's arguments, refusing wrong ones as Binance does."""

from collections.abc import Mapping

from freqtrade_riskguard.replay.exchange_state import ExchangeState
from freqtrade_riskguard.replay.intervals import INTERVALS, Interval
from freqtrade_riskguard.replay.recording import Recording

Query = Mapping[str, str]

_START_AFTER_END = -1023
_MISSING = -1102
_BAD_INTERVAL = -1120
_BAD_SYMBOL = -1121
_BAD_VALUE = -1130


class RefusalError(Exception):
    """A request that Binance refuses.

    Parameters
    ----------
    code
        Binance's error code, below 0.
    message
        What is wrong with it.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def tape_of(venue: ExchangeState, query: Query) -> Recording:
    """Return the recordings of the contract that is asked for.

    Raises
    ------
    RefusalError
        If none is named, or one that is not listed.
    """
    symbol = query.get("symbol")
    if not symbol:
        raise RefusalError(
            _MISSING, "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."
        )
    if symbol not in venue.tapes:
        raise RefusalError(_BAD_SYMBOL, f"Invalid symbol. {symbol} is not in the data folder.")
    return venue.tapes[symbol]


def tapes_of(venue: ExchangeState, query: Query) -> tuple[Recording, ...]:
    """Return the recordings of the contract that is asked for; all where none is named."""
    return (tape_of(venue, query),) if query.get("symbol") else tuple(venue.tapes.values())


def interval_of(query: Query) -> Interval:
    """Return the interval asked for; `RefusalError` for one that Binance does not know."""
    interval = INTERVALS.get(query.get("interval", ""))
    if interval is None:
        raise RefusalError(_BAD_INTERVAL, "Invalid interval.")
    return interval


def refuse_interval(interval: Interval, recording: Recording) -> RefusalError:
    """Return the refusal of an interval that the recordings are too coarse for."""
    recorded = (
        ", ".join(file.name for file in recording.candle_store.intervals)
        or "none of Binance's intervals"
    )
    return RefusalError(
        _BAD_INTERVAL,
        f"Invalid interval. No {interval.name} candles can be made for "
        f"{recording.market.coin.pair}: "
        f"the data folder holds {recorded}.",
    )


def limit_of(query: Query, *, usual: int, most: int) -> int:
    """Return the number of rows asked for; `RefusalError` for none and for more than `most`."""
    limit = _integer(query, "limit")
    if limit is None:
        return usual
    if not 1 <= limit <= most:
        raise RefusalError(_BAD_VALUE, f"Data sent for parameter 'limit' is not valid: {limit}.")
    return limit


def span_of(query: Query) -> tuple[int | None, int | None]:
    """Return ``startTime`` and ``endTime``, milliseconds since 1970, None where not sent."""
    start_ms, end_ms = _integer(query, "startTime"), _integer(query, "endTime")
    if start_ms is not None and end_ms is not None and start_ms > end_ms:
        raise RefusalError(_START_AFTER_END, "Start time is greater than end time.")
    return start_ms, end_ms


def _integer(query: Query, name: str) -> int | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise RefusalError(_BAD_VALUE, f"Data sent for parameter '{name}' is not valid.") from None

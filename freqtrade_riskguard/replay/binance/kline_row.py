"""A candle as a row of Binance's JSON."""


def kline_row(
    open_ms: int,
    open_price: float,
    high_price: float,
    low_price: float,
    close_price: float,
    volume_base: float,
    end_ms: int,
    *,
    complete: bool,
) -> bytes:
    """Return the row of a candle.

    Parameters
    ----------
    open_ms, end_ms
        Its beginning and its end, milliseconds since 1970 UTC.
    open_price, high_price, low_price, close_price
        Prices, quote units, written with all their digits.
    volume_base
        Traded, base units.
    complete
        Not told by Binance: a candle that forms looks like one that has ended.
    """
    del complete
    # Binance writes numbers as strings. What the recording does not know is estimated (turnover) or
    # 0 (number of trades, volume of the takers).
    return (
        f'[{open_ms},"{open_price!r}","{high_price!r}","{low_price!r}","{close_price!r}",'
        f'"{volume_base!r}",{end_ms - 1},"{volume_base * close_price:.2f}",0,"0","0","0"]'
    ).encode("ascii")

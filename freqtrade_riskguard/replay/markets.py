"""The contracts that a data folder holds candles of."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from freqtrade_riskguard.replay.data_folder import Contract, DataFolderError, futures_files
from freqtrade_riskguard.replay.filters import Filters, derive_filters


@dataclass(frozen=True, kw_only=True)
class Market:
    """One perpetual contract as the exchange lists it.

    Parameters
    ----------
    coin
        What is traded.
    filters
        Steps and limits of its orders.
    onboard_ms
        First candle, milliseconds since 1970 UTC.
    """

    coin: Contract
    filters: Filters
    onboard_ms: int


def read_markets(data_dir: Path, settled_in: frozenset[str] | None = None) -> tuple[Market, ...]:
    """Build the markets of a data folder.

    Parameters
    ----------
    data_dir
        A freqtrade data folder or its ``futures`` folder.
    settled_in
        Currencies of settlement; contracts of others are left out. None for any.

    Returns
    -------
    tuple[Market, ...]
        One per linear perpetual with candles, sorted by name.

    Raises
    ------
    DataFolderError
        If the folder is missing or empty, or a file is unreadable or without candles, or if no
        contract is settled in one of the currencies.
    """
    found = {
        coin: files
        for coin, files in futures_files(data_dir).items()
        if settled_in is None or coin.quote in settled_in
    }
    if not found and settled_in is not None:
        raise DataFolderError(
            f"no contract in {data_dir} is settled in {' or '.join(sorted(settled_in))}, as those "
            "of this exchange are"
        )
    return tuple(_read_market(coin, files) for coin, files in found.items())


def _read_market(coin: Contract, files: tuple[Path, ...]) -> Market:
    # The smallest file is the coarsest timeframe: as many decimals, in a fraction of the time.
    path = min(files, key=lambda file: file.stat().st_size)
    prices = ["open", "high", "low", "close"]
    try:
        candles = pd.read_feather(path, columns=["date", *prices, "volume"])
    except (ValueError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise DataFolderError(f"cannot read candles from {path}: {reason}") from error
    if candles.empty or not candles["close"].gt(0).any():
        raise DataFolderError(f"no candles in {path}")
    return Market(
        coin=coin,
        filters=derive_filters(
            coin,
            candles[prices].to_numpy(dtype="float64"),
            candles["volume"].to_numpy(dtype="float64"),
        ),
        onboard_ms=int(candles["date"].iloc[0].timestamp() * 1000),
    )

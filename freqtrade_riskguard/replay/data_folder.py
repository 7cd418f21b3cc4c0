"""Which candles a freqtrade data folder holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Linear perpetuals as freqtrade names them: BTC_USDT_USDT-5m-futures.feather. Delivery contracts
# (an expiry before the timeframe) and inverse ones (another settle coin) are not traded.
_FUTURES_FILE = re.compile(
    r"(?P<base>[^_]+)_(?P<quote>[^_]+)_(?P=quote)-(?P<timeframe>\d+[a-zA-Z]{1,2})-futures\.feather"
)
_TIMEFRAME = re.compile(r"\d+[a-zA-Z]{1,2}")


class DataFolderError(ValueError):
    """A data folder that no exchange can be built from; the message is one line for a person."""


class NoCandlesError(DataFolderError):
    """A data folder that is missing, or has no futures candles at all."""


@dataclass(frozen=True, order=True)
class Contract:
    """A linear perpetual contract: base, quote and settlement currency.

    Parameters
    ----------
    base
        Traded asset, as in ``"BTC"``.
    quote
        Asset of prices, margin and profit, as in ``"USDT"``.
    """

    base: str
    quote: str

    @property
    def pair(self) -> str:
        """Name in freqtrade and ccxt, as in ``"BTC/USDT:USDT"``."""
        return f"{self.base}/{self.quote}:{self.quote}"

    @property
    def symbol(self) -> str:
        """Name on Binance, as in ``"BTCUSDT"``."""
        return f"{self.base}{self.quote}"


def futures_folder(data_dir: Path) -> Path:
    """Find the folder with the futures candles.

    Parameters
    ----------
    data_dir
        A freqtrade data folder (``user_data/data/binance``) or its ``futures`` folder.

    Returns
    -------
    Path
        The folder which holds the ``*-futures.feather`` files.

    Raises
    ------
    DataFolderError
        If the folder is missing.
    """
    if not data_dir.is_dir():
        raise NoCandlesError(f"data folder {data_dir} does not exist")
    beneath = data_dir / "futures"
    return beneath if beneath.is_dir() else data_dir


def futures_files(data_dir: Path) -> Mapping[Contract, tuple[Path, ...]]:
    """List the candle files of every linear perpetual in a data folder.

    Parameters
    ----------
    data_dir
        A freqtrade data folder or its ``futures`` folder.

    Returns
    -------
    Mapping[Coin, tuple[Path, ...]]
        Files of each contract, one per timeframe; contracts and files sorted by name.

    Raises
    ------
    DataFolderError
        If the folder is missing or holds no futures candles.
    """
    folder = futures_folder(data_dir)
    files: dict[Contract, list[Path]] = {}
    for path in sorted(folder.glob("*-futures.feather")):
        if match := _FUTURES_FILE.fullmatch(path.name):
            files.setdefault(Contract(match["base"], match["quote"]), []).append(path)
    if not files:
        raise NoCandlesError(
            f"no futures candles (*-futures.feather) in {folder}; download them with "
            "`freqtrade download-data --trading-mode futures`"
        )
    return {coin: tuple(files[coin]) for coin in sorted(files)}


def files_of_kind(data_dir: Path, coin: Contract, kind: str) -> Mapping[str, Path]:
    """List the files of one contract and one kind of candles.

    Parameters
    ----------
    data_dir
        A freqtrade data folder or its ``futures`` folder.
    coin
        The contract.
    kind
        freqtrade's name of the kind: ``"futures"``, ``"mark"`` or ``"funding_rate"``.

    Returns
    -------
    Mapping[str, Path]
        Files by the timeframe in their name (months are ``1Mo`` there); empty where there are none.

    Raises
    ------
    DataFolderError
        If the folder is missing.
    """
    begin, end = f"{coin.base}_{coin.quote}_{coin.quote}-", f"-{kind}.feather"
    files = {}
    for path in sorted(futures_folder(data_dir).iterdir()):
        if path.name.startswith(begin) and path.name.endswith(end):
            timeframe = path.name[len(begin) : -len(end)]
            if _TIMEFRAME.fullmatch(timeframe):
                files[timeframe] = path
    return files

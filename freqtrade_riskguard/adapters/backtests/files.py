"""freqtrade's backtest results: found, opened and read into plain values."""

import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from lzma import LZMAError
from pathlib import Path
from typing import Any

from freqtrade.data.btanalysis import get_latest_backtest_filename

from freqtrade_riskguard.adapters.backtests.guard_detection import is_stored_guarded
from freqtrade_riskguard.adapters.backtests.parser import result_of
from freqtrade_riskguard.adapters.backtests.record_bounds import Record, RecordError
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.bounded_json import (
    MEGABYTE,
    UnreadableError,
    parse_json,
    read_bounded,
    read_bytes,
)
from freqtrade_riskguard.sanitize import escaped_texts

_RESULTS = "backtest_results"
# What zipfile raises on a file that is cut off, changed or encrypted.
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, LZMAError, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, ArithmeticError, OSError),
)
# What the records of a trade raise that are not as freqtrade writes them.
_UNUSABLE = (KeyError, TypeError, ValueError, IndexError, AttributeError, ArithmeticError, OSError)
# Unpacked; a year of 20,000 trades with their orders is 40.
_MOST_BYTES = 1_000 * MEGABYTE
_AGAIN = "run `freqtrade backtesting --export trades` again"


class ResultError(ValueError):
    """A result that cannot be read; the message is one line that names it and the remedy."""


def find_result(given: Path | None, user_dir: Path) -> Path:
    """Return the result file that is meant.

    Parameters
    ----------
    given : Path or None
        A result, or a folder, of which the newest is taken; None for that of ``user_dir``.
    user_dir : Path
        freqtrade's user directory.

    Raises
    ------
    ResultError
        Where there is none.
    """
    path = user_dir / _RESULTS if given is None else given
    if not path.exists():
        remedy = f"name a result, or {_AGAIN}" if given is None else "check the path"
        raise ResultError(f"{path} does not exist: {remedy}")
    if not path.is_dir():
        return path
    folder = path / _RESULTS if (path / _RESULTS).is_dir() else path
    try:
        newest = folder / get_latest_backtest_filename(folder)
    except ValueError:
        newest = folder
    if newest.is_file():
        return newest
    found = sorted(folder.glob("*.zip"), key=lambda file: (file.stat().st_mtime, file.name))
    if not found:
        raise ResultError(f"{folder} holds no backtest result (*.zip): {_AGAIN}")
    return found[-1]


def read_result(
    path: Path,
    strategy: str | None = None,
    *,
    needs_trades: bool = True,
    option: str = "--strategy",
) -> Result:
    """Read what one strategy did.

    Parameters
    ----------
    path : Path
        A zip of freqtrade, or the bare JSON of older versions.
    strategy : str, optional
        May be left out where the result has only one.
    needs_trades : bool
        Whether one without trades is refused.
    option : str
        What the user chooses the strategy with.

    Raises
    ------
    ResultError
        For a file that is no result, another strategy, a spot result, or one without trades.
    """
    document, config = _open(path)
    strategies = document.get("strategy") if isinstance(document, dict) else None
    if not isinstance(strategies, dict) or not strategies:
        raise ResultError(f"{path} is not a backtest result of freqtrade: {_AGAIN}")
    if not all(name.isidentifier() for name in strategies):
        # It becomes part of a file's name.
        raise ResultError(f"{path} names a strategy that no class can be called: {_AGAIN}")
    names = ", ".join(strategies)
    if strategy is None and len(strategies) > 1:
        raise ResultError(
            f"{path} holds {len(strategies)} strategies: choose with {option} one of {names}"
        )
    name = strategy or next(iter(strategies))
    if name not in strategies:
        raise ResultError(f"{path} holds no strategy {name}: choose with {option} one of {names}")
    stats = strategies[name]
    if isinstance(stats, dict) and stats.get("trading_mode") == "spot":
        raise ResultError(
            f"{path} is a spot result, without leverage: backtest with "
            '"trading_mode": "futures" and "margin_mode": "isolated"'
        )
    try:
        told: Any = escaped_texts({"stats": stats, "config": config})
        stats, config = told["stats"], told["config"]
        result = result_of(name, stats, stats["trades"], path=path, config=config)
    except RecordError as error:
        raise ResultError(f"{path}: its {name} cannot be read: {error}: {_AGAIN}") from error
    except _UNUSABLE as error:
        # Its own text would repeat what stands there.
        reason = str(error.args[0]) if isinstance(error, KeyError) else type(error).__name__
        raise ResultError(f"{path}: its {name} cannot be read ({reason}): {_AGAIN}") from None
    result = replace(result, is_guarded=is_stored_guarded(path, name, config))
    if needs_trades and not result.trades:
        raise ResultError(
            f"{path} has no trades of {name}: backtest a longer timerange, or look at its entries"
        )
    return result


def _open(path: Path) -> tuple[object, Record]:
    """Return the statistics and the configuration that are stored in a file."""
    try:
        if path.suffix != ".zip":
            return parse_json(read_bytes(path, _MOST_BYTES), allow_nan=True), {}
        # Its directory is read as a whole, so the file itself is bounded, too.
        content = BytesIO(read_bytes(path, _MOST_BYTES))
        with zipfile.ZipFile(content) as archive:
            names = [name for name in archive.namelist() if name.endswith(".json")]
            main = _main(path, names)
            stored = f"{main.removesuffix('.json')}_config.json"
            config = _member(archive, stored) if stored in names else {}
            return _member(archive, main), config if isinstance(config, dict) else {}
    except UnreadableError as error:
        remedy = "check the file" if str(error).startswith("cannot") else _AGAIN
        raise ResultError(f"{path} {error}: {remedy}") from None
    except ResultError:
        raise
    except DAMAGE:
        raise ResultError(f"{path} is not a zip file, or is damaged: {_AGAIN}") from None


def _main(path: Path, names: Sequence[str]) -> str:
    """Return the member with the statistics: all others have its name and something behind it."""
    if not names:
        raise ResultError(f"{path} is a zip file without a result (JSON) in it: {_AGAIN}")
    return min(names, key=len)


def _member(archive: zipfile.ZipFile, name: str) -> object:
    with archive.open(name) as file:
        content = read_bounded(file, archive.getinfo(name).file_size, _MOST_BYTES)
    return parse_json(content, allow_nan=True)

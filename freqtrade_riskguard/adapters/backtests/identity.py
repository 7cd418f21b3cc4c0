"""Which strategy a stored backtest is of: freqtrade keeps its file and parameters with it."""

import zipfile

from freqtrade_riskguard.adapters.backtests.files import DAMAGE, ResultError
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.bounded_json import MEGABYTE, UnreadableError, parse_json, read_bounded
from freqtrade_riskguard.evidence.identity import Identity, identity_of

_MOST_BYTES = 10 * MEGABYTE


def stored_identity(result: Result) -> Identity:
    """Return the identity of the strategy of a result.

    Raises
    ------
    ResultError
        Where its file is not stored with the result, or cannot be read.
    """
    path, strategy = result.path, result.strategy
    try:
        with zipfile.ZipFile(path) as archive:
            source = _member(archive, f"_{strategy}.py")
            parameters = _member(archive, f"_{strategy}.json")
    except (*DAMAGE, UnreadableError):
        raise ResultError(f"{path}: the strategy that is stored with it cannot be read") from None
    if source is None:
        raise ResultError(
            f"{path} holds no file of {strategy}, so nobody knows which version of it traded: run "
            "`freqtrade backtesting --export trades` again"
        )
    try:
        found = None if parameters is None else parse_json(parameters, allow_nan=True)
    except UnreadableError as error:
        raise ResultError(f"{path}: the parameters of {strategy}: {error}") from None
    return identity_of(strategy, result.timeframe, source, found, result.exits)


def _member(archive: zipfile.ZipFile, ending: str) -> bytes | None:
    name = next((each for each in archive.namelist() if each.endswith(ending)), None)
    if name is None:
        return None
    with archive.open(name) as file:
        return read_bounded(file, archive.getinfo(name).file_size, _MOST_BYTES)

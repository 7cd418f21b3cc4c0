"""What a bot has done so far: a copy of its database, which nothing here can change."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from freqtrade.constants import Config
from freqtrade.persistence import (
    PairLocks,
    Trade,
    enable_database_use,
    init_db,
)
from freqtrade.persistence.custom_data import _CustomData
from sqlalchemy import make_url

from freqtrade_riskguard.adapters.equity import recalled
from freqtrade_riskguard.adapters.memory import BotMemory
from freqtrade_riskguard.adapters.offline.errors import OfflineError

_IN_MEMORY = "sqlite://"


@contextmanager
def open_history(config: Config, *, wanted: bool) -> Iterator[str | None]:
    """Open a copy of the bot's database; an empty one where there is none or it is not wanted.

    Yields
    ------
    str or None
        Which database it is a copy of; None for an empty one.

    Raises
    ------
    OfflineError
        Where the bot's database cannot be read.
    """
    enable_database_use()
    PairLocks.timeframe = config["timeframe"]
    source = _file_of(str(config.get("db_url", _IN_MEMORY))) if wanted else None
    with TemporaryDirectory(prefix="riskguard-", ignore_cleanup_errors=True) as folder:
        if source is None:
            init_db(_IN_MEMORY)
        else:
            copy = Path(folder) / "bot.sqlite"
            _copy(source, copy)
            init_db(f"{_IN_MEMORY}/{copy}")
        try:
            yield None if source is None else str(source)
        finally:
            engine = Trade.session.get_bind().engine
            for session in (Trade.session, _CustomData.session):
                session.remove()
            engine.dispose()
            PairLocks.timeframe = ""


def counted_base_quote() -> float | None:
    """Return the wallet that the guard counts the account's equity from; None where unknown."""
    kept = recalled(BotMemory())
    return None if kept is None else kept[0]


def _file_of(db_url: str) -> Path | None:
    """Return the file of an SQLite database; None for one in memory, of a server, or not there."""
    try:
        url = make_url(db_url)
    except Exception as error:
        raise OfflineError(f"db_url '{db_url}' is no address of a database: {error}") from error
    if not url.drivername.startswith("sqlite") or not url.database or url.database == ":memory:":
        return None
    file = Path(url.database)
    return file if file.is_file() else None


def _copy(source: Path, copy: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as given,
            closing(sqlite3.connect(copy)) as taken,
        ):
            given.backup(taken)
    except sqlite3.Error as error:
        raise OfflineError(
            f"{source} (db_url) cannot be read: {error}; give --no-database to decide without it"
        ) from error

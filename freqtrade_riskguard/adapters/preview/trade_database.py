"""A copy of a bot's database, which nothing here can change."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from freqtrade.constants import Config
from freqtrade.persistence import (
    PairLocks,
    Trade,
    enable_database_use,
    init_db,
)
from freqtrade.persistence.custom_data import _CustomData
from freqtrade.persistence.models import PairLock
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from freqtrade_riskguard.adapters.account.kept_equity import KeptEquity
from freqtrade_riskguard.adapters.persistence.state_store import DatabaseStore
from freqtrade_riskguard.adapters.preview.errors import PreviewError, files_of

_IN_MEMORY = "sqlite://"
# Where an address begins; what follows may be a password.
_KIND = re.compile(r"[A-Za-z0-9_]+(\+[A-Za-z0-9_]+)?(?=://)")
_LOCK_FIELDS = ("pair", "side", "reason", "lock_time", "lock_end_time", "active")

Part = Literal["all", "locks", "name", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The past of a bot.

    Attributes
    ----------
    read : str or None
        The database that trades and all else are read from; None for an account without a past.
    left_out : str or None
        The database whose trades are left out.
    open_left_out : int or None
        How many open trades are left out; None where that was not looked at.
    locks : int
        How many of its locks are in force all the same.
    """

    read: str | None = None
    left_out: str | None = None
    open_left_out: int | None = None
    locks: int = 0


@contextmanager
def open_history(config: Config, part: Part) -> Iterator[History]:
    """Open a copy of the bot's database; an empty one where there is none or it is not wanted.

    Parameters
    ----------
    config : dict
        freqtrade's.
    part : str
        ``locks``: only those that are in force now, whatever time is looked at. ``name``: nothing
        but which database there is.

    Yields
    ------
    History
        What of the bot's database it holds.

    Raises
    ------
    PreviewError
        Where the bot's database cannot be read.
    """
    source = None if part == "none" else database_file(config)
    with open_copy(config, lambda copy: _open(source, copy, part)) as history:
        yield history


@contextmanager
def open_copy(config: Config, open_it: Callable[[Path], History]) -> Iterator[History]:
    """Let freqtrade work on a copy of a database, which is gone afterwards.

    Parameters
    ----------
    open_it : callable
        Makes the copy, at the place that it is given, and opens it.
    """
    enable_database_use()
    PairLocks.timeframe = config["timeframe"]
    with TemporaryDirectory(prefix="riskguard-", ignore_cleanup_errors=True) as folder:
        try:
            yield open_it(Path(folder) / "bot.sqlite")
        finally:
            _close()
            PairLocks.timeframe = ""


def _open(source: Path | None, copy: Path, part: Part) -> History:
    if source is None or part == "name":
        init_db(_IN_MEMORY)
        return History(left_out=None if source is None else str(source))
    copy_file(source, copy)
    init_db(f"{_IN_MEMORY}/{copy}")
    if part == "all":
        return History(read=str(source))
    # Trades of today, at prices of another day, would be an account that never was.
    open_trades, locks = Trade.get_open_trade_count(), _locks_in_force()
    _close()
    init_db(_IN_MEMORY)
    PairLock.session.add_all(PairLock(**lock) for lock in locks)
    PairLock.session.commit()
    return History(left_out=str(source), open_left_out=open_trades, locks=len(locks))


def _locks_in_force() -> list[dict[str, Any]]:
    found = PairLock.query_pair_locks(None, datetime.now(UTC))
    return [{name: getattr(lock, name) for name in _LOCK_FIELDS} for lock in found]


def _close() -> None:
    engine = Trade.session.get_bind().engine
    for session in (Trade.session, _CustomData.session):
        session.remove()
    engine.dispose()


def database_kind(config: Config) -> str:
    """Return which kind of database a bot has, such as ``sqlite``; nothing else of its address."""
    found = _KIND.match(str(config.get("db_url", _IN_MEMORY)))
    return found[0] if found else "a database"


def counted_base_quote() -> float | None:
    """Return the wallet that the guard counts the account's equity from; None where unknown."""
    kept = KeptEquity.recalled(DatabaseStore())
    return None if kept is None else kept.base_quote


def database_file(config: Config) -> Path | None:
    """Return the file of an SQLite database; None for one in memory, of a server, or not there."""
    try:
        url = make_url(str(config.get("db_url", _IN_MEMORY)))
    except (ArgumentError, ValueError):
        # Neither the address nor what is wrong with it: both may hold a password.
        raise PreviewError(
            f"{files_of(config)}: db_url is not the address of a database; write it like "
            "sqlite:///tradesv3.sqlite"
        ) from None
    if not url.drivername.startswith("sqlite") or not url.database or url.database == ":memory:":
        return None
    file = Path(url.database)
    return file if file.is_file() else None


def copy_file(source: Path, copy: Path) -> None:
    """Copy an SQLite database as of one moment, while its bot may write to it."""
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as given,
            closing(sqlite3.connect(copy)) as taken,
        ):
            given.backup(taken)
    except sqlite3.Error as error:
        raise PreviewError(
            f"{source} (db_url) cannot be read: {error}; give --no-database to decide without it"
        ) from error

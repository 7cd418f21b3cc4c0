"""The database of a running bot with a guard, SQLite or a server's, which is only read from."""

import sqlite3
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from freqtrade.constants import Config
from freqtrade.persistence import init_db
from freqtrade.persistence.base import ModelBase
from freqtrade.persistence.key_value_store import _KeyValueStoreModel
from sqlalchemy import Engine, NullPool, create_engine, insert, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from freqtrade_riskguard.adapters.preview.errors import PreviewError, files_of
from freqtrade_riskguard.adapters.preview.trade_database import (
    History,
    copy_file,
    database_file,
    database_kind,
    open_copy,
)

_AT_ONCE = 1_000
_KEPT = "riskguard_equity"
# Of drivers that are not called as their package is.
_PACKAGES = {"psycopg2": "psycopg2-binary", "psycopg": "'psycopg[binary]'"}


def require_guard(config: Config) -> None:
    """Refuse a database that no guard has written to: it would look like an account at rest.

    Raises
    ------
    PreviewError
        With what is wrong, without an address of a server, which may hold a password.
    """
    named = _named(config)
    try:
        engine = _engine(config)
        with engine.connect() as connection:
            wanted = select(_KeyValueStoreModel.key).where(_KeyValueStoreModel.key == _KEPT)
            found = connection.execute(wanted).first()
        engine.dispose()
    except (SQLAlchemyError, sqlite3.Error, ImportError, OSError) as error:
        raise _unreadable(named, error) from None
    if found is None:
        raise PreviewError(
            f"{named} (db_url): no guard has valued an account there; start the bot with RiskGuard "
            "in its strategy, or name its database with db_url"
        )


def open_guards_history(config: Config) -> AbstractContextManager[History]:
    """Open a copy of all of a bot's database; :func:`require_guard` must come first."""
    return open_copy(config, partial(_open, config))


def _open(config: Config, copy: Path) -> History:
    source = database_file(config)
    if source is not None:
        copy_file(source, copy)
    else:
        _copy_rows(config, copy)
    init_db(f"sqlite:///{copy}")
    return History(read=_named(config))


def _copy_rows(config: Config, copy: Path) -> None:
    """Copy the tables of a server as of one moment, in a transaction that cannot write."""
    taken = create_engine(f"sqlite:///{copy}")
    try:
        given = _engine(config)
        ModelBase.metadata.create_all(taken)
        with given.connect() as source, taken.begin() as target:
            for table in ModelBase.metadata.sorted_tables:
                rows = source.execute(select(table).execution_options(yield_per=_AT_ONCE))
                for part in rows.mappings().partitions(_AT_ONCE):
                    target.execute(insert(table), [dict(row) for row in part])
        given.dispose()
    except (SQLAlchemyError, ImportError, OSError) as error:
        raise _unreadable(_named(config), error) from None
    finally:
        taken.dispose()


def _engine(config: Config) -> Engine:
    source = database_file(config)
    if source is not None:
        address = f"{source.resolve().as_uri()}?mode=ro"
        read_only = partial(sqlite3.connect, address, uri=True)
        return create_engine("sqlite://", creator=read_only, poolclass=NullPool)
    if database_kind(config).startswith("sqlite"):
        raise PreviewError(
            f"{files_of(config)}: there is no database {_path(config)}; name the bot's with "
            "db_url, as seen from this folder"
        )
    return create_engine(
        make_url(str(config["db_url"])),
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
    )


def _unreadable(named: str, error: Exception) -> PreviewError:
    if isinstance(error, ImportError) and error.name:
        package = _PACKAGES.get(error.name, error.name)
        return PreviewError(
            f"{named} (db_url): its driver {error.name} is not installed: pip install {package}"
        )
    return PreviewError(
        f"{named} (db_url) cannot be read as the database of a freqtrade bot "
        f"({type(error).__name__}): it is another's, damaged, or its server does not answer"
    )


def _named(config: Config) -> str:
    """Return what a database may be called where everybody reads it."""
    source = database_file(config)
    return database_kind(config) if source is None else str(source)


def _path(config: Config) -> str:
    return make_url(str(config.get("db_url", "sqlite://"))).database or "in memory"

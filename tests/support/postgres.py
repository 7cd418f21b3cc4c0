"""A PostgreSQL server of our own: a temporary folder, a free port, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

# Debian keeps the server's programs out of the path.
_DEBIAN = "/usr/lib/postgresql"
_ACCOUNT = "postgres"


def missing() -> str:
    """Return why no server can be started here; empty where one can."""
    if _programs() is None:
        return "PostgreSQL is not installed (Debian: apt install postgresql)"
    if os.geteuid() == 0 and _account() is None:
        return "PostgreSQL does not run as root, and there is no account postgres"
    return ""


# By the address of a server's database: what restarts it.
_RESTARTS: dict[str, Callable[[], None]] = {}


def restart(address: str) -> None:
    """Restart the server of a database, as after a crash."""
    _RESTARTS[address]()


@contextmanager
def server() -> Iterator[str]:
    """Run a server; yield the address of an empty database, as freqtrade's ``db_url``."""
    programs = _programs()
    assert programs is not None
    user = _account() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="riskguard-postgres-"))
    if user is not None:
        shutil.chown(folder, user)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def run(program: str, *arguments: str) -> None:
        command = [str(programs / program), "-D", str(folder / "data"), *arguments]
        with (folder / "log").open("a") as log:
            subprocess.run(
                command, check=True, user=user, cwd=folder, stdout=log, stderr=subprocess.STDOUT
            )

    try:
        run("initdb", "--auth=trust", "--username=bot", "--encoding=UTF8", "--no-sync")
        # Nobody needs this data after a power cut.
        settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c timezone=UTC"
        settings += " -c fsync=off"
        run("pg_ctl", "-w", "-o", settings, "start")
        address = f"postgresql+psycopg2://bot@127.0.0.1:{port}/postgres"
        again = ("-w", "-m", "immediate", "-o", settings, "restart")
        _RESTARTS[address] = partial(run, "pg_ctl", *again)
        try:
            yield address
        finally:
            del _RESTARTS[address]
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    debian = sorted(Path(_DEBIAN).glob("*/bin/initdb"))
    return debian[-1].parent if debian else None


def _account() -> str | None:
    try:
        return pwd.getpwnam(_ACCOUNT).pw_name
    except KeyError:
        return None

"""Real bots with their REST API on, each in a process of its own, and a guardian that shows them.

A process is forked for each: freqtrade holds its database in globals, and a clock is moved for a
whole process. Start them before a browser, whose threads do not outlive a fork.
"""

import json
import multiprocessing
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from freqtrade_riskguard.watch.web.guard_document import GuardDocument
from freqtrade_riskguard.watch.web.history import Histories
from freqtrade_riskguard.watch.web.journal_counts import JournalCounts
from freqtrade_riskguard.watch.web.site import WatchSite
from freqtrade_riskguard.watch.web.view import Viewer
from tests.support import forked
from tests.support.bot import Bot
from tests.support.bot_api import PASSWORD, USERNAME
from tests.watch.parts import Watch

_FORK = multiprocessing.get_context("fork")
_PATIENCE_SECONDS = 120
Make = Callable[[Path, Mapping[str, Any]], Bot]


def free_port() -> int:
    """Return a port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class PagedBot:
    """A bot in a process, as a context manager.

    Parameters
    ----------
    folder : Path
        Its user directory.
    make : callable
        Returns the bot, of this folder and with these settings on top.
    """

    def __init__(self, folder: Path, make: Make) -> None:
        self.folder, self.name = folder, folder.name
        self._port = free_port()
        api = {
            "enabled": True,
            "listen_ip_address": "127.0.0.1",
            "listen_port": self._port,
            "verbosity": "error",
            "jwt_secret_key": "a secret of thirty-two characters",
            "CORS_origins": [],
            "username": USERNAME,
            "password": PASSWORD,
        }
        # Else the equity that freqtrade shows is scaled down with the ratio.
        config = {"api_server": api, "tradable_balance_ratio": 1, "bot_name": self.name}
        self._make = lambda: make(folder, config)
        self._pipe: Connection | None = None
        self._process: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._pipe, theirs = _FORK.Pipe()
        self._process = _FORK.Process(target=_serve, args=(self._make, theirs))
        self._process.start()
        theirs.close()
        self._hear()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(OSError):
            self._pipe.send(None)
        self._process.join(_PATIENCE_SECONDS)

    def kill(self) -> None:
        """End the process by SIGKILL."""
        self._process.kill()
        self._process.join(_PATIENCE_SECONDS)

    def loop(self, at: datetime) -> None:
        """Let the bot look once at this time."""
        self._pipe.send(("loop", at))
        self._hear()

    def lock(self, pair: str, until: datetime, reason: str) -> None:
        """Let the bot lock a pair."""
        self._pipe.send(("lock", (pair, until, reason)))
        self._hear()

    def write_status(self) -> dict[str, Any]:
        """Run ``riskguard status --json`` beside it into its file; return what it wrote."""
        self._pipe.send(("status", None))
        text: str = self._hear()
        self.status_file.write_text(text, encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return found

    @property
    def status_file(self) -> Path:
        return self.folder / "status.json"

    @property
    def as_settings(self) -> dict[str, Any]:
        """What stands in the guardian's file of it."""
        journal, status = self.folder / "journal.jsonl", self.status_file
        return {
            "url": self.url,
            "name": self.name,
            "journal": str(journal),
            "status": str(status),
            # What the bot's own guard does is to be seen.
            "limits": {"daily_loss_limit": None, "max_drawdown": 0.9},
        }

    # What stands in its database.

    def rows(self, question: str) -> list[dict[str, Any]]:
        """Ask the database beside the running bot."""
        file = f"file:{self.folder / 'trades.sqlite'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(question)]

    def _hear(self) -> Any:
        assert self._pipe.poll(_PATIENCE_SECONDS), f"{self.name} does not answer"
        kind, told = self._pipe.recv()
        assert kind == "done", told
        return told


def _serve(make: Callable[[], Bot], pipe: Connection) -> None:
    try:
        with make() as bot:
            pipe.send(("done", None))
            while (order := pipe.recv()) is not None:
                what, about = order
                told = None
                if what == "loop":
                    bot.loop(about)
                elif what == "lock":
                    bot.bot.strategy.lock_pair(*about)
                else:
                    told = _status(bot)
                pipe.send(("done", told))
    except BaseException as error:  # noqa: BLE001 - told to the test
        pipe.send(("failed", repr(error)))


def _status(bot: Bot) -> str:
    about = ["-c", str(bot.folder / "config.json"), "--userdir", str(bot.folder)]
    ended = forked.riskguard(
        ["status", *about, "-s", bot._strategy, "--db-url", bot._db_url, "--json"]
    )
    assert ended.out, ended.err
    return ended.out


class PagedGuardian:
    """A guardian of bots whose page is served, polling by itself every half a second.

    Parameters
    ----------
    bots : sequence of dict
        As they stand in its file.
    clock : callable
        Epoch seconds.
    """

    def __init__(
        self, folder: Path, bots: list[dict[str, Any]], clock: Callable[[], float], port: int
    ) -> None:
        self._folder, self._bots, self._clock, self._port = folder, bots, clock, port
        self.url = f"http://127.0.0.1:{port}"
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self.failure: BaseException | None = None

    def __enter__(self) -> Self:
        raw = {"bots": self._bots, "page": f"127.0.0.1:{self._port}", "missed_polls": 1}
        raw |= {"stalled_seconds": None, "every_seconds": 0.5}
        self.watch = Watch(self._folder, raw, now=self._clock())
        self._ended.clear()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join(_PATIENCE_SECONDS)
        assert self.failure is None, self.failure

    def _run(self) -> None:
        guardian, settings = self.watch.guardian, self.watch.guardian._settings
        histories = Histories(settings.every_seconds)
        viewer = Viewer(
            guardian,
            guardian._notifier,
            settings,
            {bot.called: JournalCounts(Path(bot.journal)) for bot in settings.bots if bot.journal},
            self._clock(),
            documents={
                bot.called: GuardDocument(Path(bot.status)) for bot in settings.bots if bot.status
            },
            histories=histories,
        )
        site = WatchSite("127.0.0.1", self._port, None, histories)
        site.open()
        try:
            while not self._ended.wait(0.5):
                began = time.monotonic()
                self.watch.now = self._clock()
                self.watch.poll()
                view = viewer.view(self._clock(), time.monotonic() - began, polled=True)
                site.publish(view)
        except BaseException as error:  # noqa: BLE001 - told to the test
            self.failure = error
        finally:
            site.close()
            guardian.close()

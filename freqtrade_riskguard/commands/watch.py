"""``riskguard watch``: stop bots that lose or hold too much, and tell when one is gone."""

import argparse
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console

from freqtrade_riskguard.commands.exit_codes import fail, warn
from freqtrade_riskguard.commands.message_answers import show_answers
from freqtrade_riskguard.rest_api.address import plain_http_warning
from freqtrade_riskguard.sanitize import escaped
from freqtrade_riskguard.watch.apprise_channel import AppriseChannel, ChannelError
from freqtrade_riskguard.watch.background_posts import BackgroundPosts
from freqtrade_riskguard.watch.events import Event
from freqtrade_riskguard.watch.guardian import CannotBeginError, Guardian
from freqtrade_riskguard.watch.messages import limits_text
from freqtrade_riskguard.watch.notifications import Notifier, post
from freqtrade_riskguard.watch.quiet_repeats import QuietRepeats
from freqtrade_riskguard.watch.settings import FLEET, WatchedBot, WatchSettings
from freqtrade_riskguard.watch.settings_loader import (
    WatchSettingsError,
    load_settings,
    read_file,
    shown_to_everybody,
)
from freqtrade_riskguard.watch.state_file import StateFile, StateFileError
from freqtrade_riskguard.watch.status_table import watch_table
from freqtrade_riskguard.watch.web.errors import SiteError

# The guardian's room, whose records are shown.
_LOGGER = "freqtrade_riskguard.watch"
logger = logging.getLogger(_LOGGER)

_COMMAND = "watch"
_ALARM = 1
# A poll that took too long is followed by the next one, but not at once.
# What a service may take that is told of the end.
_LAST_MESSAGES_SECONDS = 10.0
_TEST = "riskguard watch: a test message. Alarms of the guardian come here."
_SHORTEST_PAUSE_SECONDS = 0.2
# Shows what is known after a poll: how many seconds it took, and whether it came to its end.
Show = Callable[[float, bool], None]
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def run(options: argparse.Namespace) -> int:
    """Watch until a signal ends it.

    Must be called in the main thread, because it listens to signals.

    Parameters
    ----------
    options : argparse.Namespace
        As :mod:`freqtrade_riskguard.commands.arguments.watch` defines them.

    Returns
    -------
    int
        Exit code.
    """
    try:
        raw = _settings(options)
        if options.reset is not None:
            return _reset(raw, options.reset)
        settings, bots = _loaded(raw, options.config)
        if options.config and shown_to_everybody(options.config, raw):
            warn(
                _COMMAND, f"{options.config} holds secrets and everybody can read it: chmod 600 it"
            )
        if options.test_message:
            return _test(settings)
        stop = threading.Event()
        channel = _channel(settings)
        notifier = Notifier(settings.webhook, channel)
        file = StateFile(Path(settings.state_file))
        guardian = Guardian(settings, bots, file, notifier, stop)
        for risk in filter(None, (plain_http_warning(bot.url) for bot in bots)):
            warn(_COMMAND, risk)
    except (WatchSettingsError, StateFileError, ChannelError) as error:
        return _fail(str(error))
    handler = _log_to_stderr()
    signals = (signal.SIGINT, signal.SIGTERM)
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in signals}
    try:
        with _shown(guardian, settings, notifier, once=options.once) as show:
            return _watch(guardian, settings, notifier, stop, show, once=options.once)
    except (CannotBeginError, SiteError) as error:
        return _fail(str(error))
    finally:
        guardian.close()
        if channel is not None:
            channel.close(_LAST_MESSAGES_SECONDS)
        logging.getLogger(_LOGGER).removeHandler(handler)
        for number, before in previous.items():
            signal.signal(number, before)


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    raw = read_file(options.config) if options.config else {}
    if not (options.config or options.url or options.reset is not None):
        raise WatchSettingsError("no bot to watch: give --url or --config")
    if options.url and isinstance(raw.get("bots", []), list):
        raw["bots"] = [*raw.get("bots", []), *({"url": url} for url in options.url)]
    given = {
        "every_seconds": options.every,
        "missed_polls": 1 if options.once else options.missed,
        "state_file": options.state,
        "webhook": options.webhook,
        "page": options.page,
        "exit_on_alarm": options.exit_on_alarm or None,
    }
    return {**raw, **{key: value for key, value in given.items() if value is not None}}


def _loaded(
    raw: Mapping[str, Any], file: Path | None
) -> tuple[WatchSettings, tuple[WatchedBot, ...]]:
    try:
        return load_settings(raw, os.environ)
    except WatchSettingsError as error:
        raise WatchSettingsError(f"{file}: {error}" if file else str(error)) from None


def _reset(raw: Mapping[str, Any], name: str) -> int:
    default = WatchSettings.model_fields["state_file"].default
    path = raw.get("state_file", default)
    if not isinstance(path, str):
        raise WatchSettingsError("watch.state_file must be a text")
    file = StateFile(Path(path))
    remembered = file.load()
    known = sorted(remembered.bots) + ([FLEET] if remembered.fleet else [])
    if name not in known:
        saved = f"saved are: {', '.join(known)}" if known else "nothing is saved"
        return _fail(
            f"no saved state for '{name}'; {saved}. Give the --config or --state that the guardian "
            "runs with"
        )
    file.ask_reset(name)
    sys.stdout.write(f"{name} is reset at the next poll. /start lets it trade again.\n")
    return 0


def _channel(settings: WatchSettings) -> AppriseChannel | None:
    if settings.notify is None:
        return None
    return AppriseChannel(settings.notify, QuietRepeats(settings.notify_repeat_seconds))


def _test(settings: WatchSettings) -> int:
    """Send a test message to everybody who is told of alarms, and say who took it."""
    channel = _channel(settings)
    answers: list[tuple[str, str | None]] = []
    if settings.webhook is not None:
        event = Event(bot=FLEET, what="settings", level=logging.INFO, text=_TEST)
        answers.append(("webhook", post(settings.webhook, [event])))
    if channel is not None:
        answers += channel.test(_TEST)
        channel.close(0)
    if not answers:
        return _fail("nobody is told of alarms: set webhook or notify in the settings file")
    return show_answers(answers)


def _watch(
    guardian: Guardian,
    settings: WatchSettings,
    notifier: Notifier,
    stop: threading.Event,
    show: Show,
    *,
    once: bool,
) -> int:
    console = Console()
    posts = BackgroundPosts(notifier.flush)
    for name, limits in guardian.limits.items():
        logger.info("%s: watched every %g s, %s", name, settings.every_seconds, limits_text(limits))
    # A bot that was held already is no alarm of this run.
    known = troubles = _troubles(guardian)
    shown: Mapping[str, str | None] | None = None
    alarmed = False
    while not stop.is_set():
        began = time.monotonic()
        polled = _poll(guardian, notifier)
        show(time.monotonic() - began, polled)
        posts.begin()
        troubles = _troubles(guardian) | ({} if polled else {FLEET: "fault"})
        if once or (console.is_terminal and troubles != shown):
            console.print(watch_table(guardian))
        shown = troubles
        alarmed |= any(trouble and trouble != known[name] for name, trouble in troubles.items())
        known = {name: known[name] if trouble else None for name, trouble in troubles.items()}
        # One that is still being stopped needs the next poll.
        if once or (settings.exit_on_alarm and alarmed and not guardian.closing):
            break
        passed_seconds = time.monotonic() - began
        stop.wait(max(_SHORTEST_PAUSE_SECONDS, settings.every_seconds - passed_seconds))
    posts.finish(_LAST_MESSAGES_SECONDS)
    return _ALARM if any(troubles.values()) else 0


@contextmanager
def _shown(
    guardian: Guardian, settings: WatchSettings, notifier: Notifier, *, once: bool
) -> Iterator[Show]:
    """Serve the page, where one is wanted; yield what a poll is to be shown with."""
    place = settings.page_place
    if place is None or once:
        yield lambda _seconds, _polled: None
        return
    try:
        from freqtrade_riskguard.watch.web.guard_document import GuardDocument
        from freqtrade_riskguard.watch.web.history import Histories
        from freqtrade_riskguard.watch.web.journal_counts import JournalCounts
        from freqtrade_riskguard.watch.web.site import WatchSite
        from freqtrade_riskguard.watch.web.view import Viewer
    except ImportError as error:
        named = str(error.name).replace("_", "-")
        raise SiteError(f"page needs one package more: pip install {named}") from None
    histories = Histories(settings.every_seconds)
    site = WatchSite(*place, settings.page_password, histories)
    journals = {
        bot.called: JournalCounts(Path(bot.journal))
        for bot in settings.bots
        if bot.journal is not None
    }
    documents = {bot.called: GuardDocument(Path(bot.status)) for bot in settings.bots if bot.status}
    viewer = Viewer(
        guardian,
        notifier,
        settings,
        journals,
        time.time(),
        documents=documents,
        histories=histories,
    )
    logger.info("page: http://%s:%d/", place[0], site.open())
    if risk := plain_http_warning(f"http://{settings.page}"):
        warn(_COMMAND, risk)

    def show(took_seconds: float, polled: bool) -> None:  # noqa: FBT001 - what came of the poll
        try:
            site.publish(viewer.view(time.time(), took_seconds, polled=polled))
        # To guard without a page is better than not to guard.
        except Exception:
            logger.exception("the page could not be made")

    try:
        yield show
    finally:
        site.close()


def _troubles(guardian: Guardian) -> dict[str, str | None]:
    return {name: guardian.trouble(name) for name in (*guardian.names, FLEET)}


def _poll(guardian: Guardian, notifier: Notifier) -> bool:
    """Return whether it came to its end."""
    try:
        guardian.poll()
    except CannotBeginError:
        raise
    # A fault of its own must not leave the bots without a guardian.
    except Exception:
        logger.exception("a poll failed")
        text = "the guardian failed in a poll (see its log) and goes on with the next one"
        notifier.report_problem(FLEET, "fault", text)
        return False
    return True


def _log_to_stderr() -> logging.Handler:
    formatter = _OneLineFormatter("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%SZ")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler()
    handler.setFormatter(formatter)
    # Its own only: libraries tell addresses and headers.
    room = logging.getLogger(_LOGGER)
    room.addHandler(handler)
    room.setLevel(logging.INFO)
    return handler


class _OneLineFormatter(logging.Formatter):
    """Writes each record as one line, and whatever others put into it escaped."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's name
        record.message = escaped(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802  logging's name
        return "\n".join(map(escaped, super().formatException(ei).split("\n")))


def _fail(reason: str) -> int:
    return fail(_COMMAND, reason)

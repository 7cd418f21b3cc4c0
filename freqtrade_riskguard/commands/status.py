"""``riskguard status``: how far a running bot is from its limits, and what is locked."""

import argparse
import os
import sys
import threading
import time
from functools import partial
from hashlib import sha256
from pathlib import Path

from rich.console import Console

from freqtrade_riskguard.adapters.preview.bot_config import Request
from freqtrade_riskguard.adapters.preview.errors import PreviewError, collected_log
from freqtrade_riskguard.adapters.preview.guard_status import read_guard_status
from freqtrade_riskguard.adapters.selftest.passed import cache_file
from freqtrade_riskguard.commands.console import working, write_json
from freqtrade_riskguard.commands.exit_codes import BAD_INPUT, DANGER, FINE, fail, warn
from freqtrade_riskguard.commands.message_answers import show_answers
from freqtrade_riskguard.status import tables
from freqtrade_riskguard.status.json_schema import schema_text
from freqtrade_riskguard.status.model import GuardStatus
from freqtrade_riskguard.watch.apprise_channel import AppriseChannel, ChannelError
from freqtrade_riskguard.watch.bot import Bot
from freqtrade_riskguard.watch.one_bot import BotUnusableError, bot_at, explained
from freqtrade_riskguard.watch.quiet_repeats import QuietRepeats
from freqtrade_riskguard.watch.settings import BotSettings, WatchSettings
from freqtrade_riskguard.watch.settings_loader import WatchSettingsError, load_notify
from freqtrade_riskguard.watch.status_alarms import StatusAlarms
from freqtrade_riskguard.watch.watched_status import watched_status

_COMMAND = "status"
# How long the addresses may take: a timer runs this command again.
_MOST_SECONDS = 10.0
_TEST = "riskguard status: a test message. What is wrong with a bot comes here."
_EXIT_CODES = {"healthy": FINE, "attention": DANGER, "unknown": BAD_INPUT}


def run(options: argparse.Namespace) -> int:
    """Show a guard's state; return 0 for healthy, 1 for trouble, 2 where nobody can tell."""
    if options.schema:
        sys.stdout.write(schema_text())
        return FINE
    try:
        alarms = _alarms(options)
    # The last where the user has no home, and so no folder for caches.
    except (WatchSettingsError, ChannelError, RuntimeError) as error:
        return fail(_COMMAND, error)
    if options.test_message:
        return FINE if alarms is None else show_answers(alarms.test(_TEST))
    try:
        status = _status(options)
    except (PreviewError, BotUnusableError) as error:
        if alarms is not None:
            _warn_of(alarms.tell_failure(_place(options), str(error), _MOST_SECONDS))
        return fail(_COMMAND, error)
    if alarms is not None:
        _warn_of(alarms.tell(status, _MOST_SECONDS))
    if options.json:
        write_json(status.model_dump())
    else:
        tables.show(Console(markup=False, emoji=False, highlight=False), status)
    return _EXIT_CODES[status.verdict]


def _status(options: argparse.Namespace) -> GuardStatus:
    if options.url is not None:
        if options.config:
            raise PreviewError("give either -c or --url: the first reads the database, not the API")
        return _of_api(options.url)
    request = Request(
        config_files=tuple(options.config),
        strategy=options.strategy,
        strategy_path=options.strategy_path,
        userdir=options.userdir,
        db_url=options.db_url,
    )
    with collected_log() as log, working() as wait:
        return read_guard_status(request, log, wait.describe)


def _alarms(options: argparse.Namespace) -> StatusAlarms | None:
    """Return who is told; None where nobody is to be told."""
    if options.notify is None and not options.test_message:
        return None
    named = options.notify not in {None, Path()}
    settings = load_notify(options.notify if named else None, os.environ)
    # Another process of the same command goes on with it: not by a clock of this one.
    repeats = QuietRepeats(settings.notify_repeat_seconds, now=time.time)
    channel = AppriseChannel(settings.notify or (), repeats)
    asked = "\n".join(
        [str(Path.cwd()), *map(str, (*options.config, options.strategy)), _place(options)]
    )
    name = f"status-{sha256(asked.encode()).hexdigest()[:16]}.json"
    return StatusAlarms(channel, repeats, cache_file().with_name(name))


def _place(options: argparse.Namespace) -> str:
    """Return what a person calls a bot that cannot be asked for its name."""
    return options.url or " ".join(map(str, options.config)) or "bot"


def _warn_of(failure: str | None) -> None:
    if failure is not None:
        warn(_COMMAND, failure)


def _of_api(url: str) -> GuardStatus:
    """Return what a bot's REST API tells."""
    bot = bot_at(url, os.environ, partial(warn, _COMMAND))
    settings = WatchSettings(bots=(BotSettings(url=bot.url),))
    with working() as wait, explained(bot.url):
        wait.describe(f"Asking {bot.url}")
        seen = Bot(bot, settings, threading.Event(), with_locks=True).look()
    return watched_status(seen, time.time())

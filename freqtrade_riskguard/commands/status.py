"""``riskguard status``: how far a running bot is from its limits, and what is locked."""

import argparse
import os
import sys
import threading
import time
from functools import partial

from rich.console import Console

from freqtrade_riskguard.adapters.preview.bot_config import Request
from freqtrade_riskguard.adapters.preview.errors import PreviewError, collected_log
from freqtrade_riskguard.adapters.preview.guard_status import read_guard_status
from freqtrade_riskguard.commands.console import working, write_json
from freqtrade_riskguard.commands.exit_codes import BAD_INPUT, DANGER, FINE, fail, warn
from freqtrade_riskguard.status import tables
from freqtrade_riskguard.status.json_schema import schema_text
from freqtrade_riskguard.status.model import GuardStatus
from freqtrade_riskguard.watch.bot import Bot
from freqtrade_riskguard.watch.one_bot import BotUnusableError, bot_at, explained
from freqtrade_riskguard.watch.settings import BotSettings, WatchSettings
from freqtrade_riskguard.watch.watched_status import watched_status

_COMMAND = "status"
_EXIT_CODES = {"healthy": FINE, "attention": DANGER, "unknown": BAD_INPUT}


def run(options: argparse.Namespace) -> int:
    """Show a guard's state; return 0 for healthy, 1 for trouble, 2 where nobody can tell."""
    if options.schema:
        sys.stdout.write(schema_text())
        return FINE
    try:
        status = _status(options)
    except (PreviewError, BotUnusableError) as error:
        return fail(_COMMAND, error)
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


def _of_api(url: str) -> GuardStatus:
    """Return what a bot's REST API tells."""
    bot = bot_at(url, os.environ, partial(warn, _COMMAND))
    settings = WatchSettings(bots=(BotSettings(url=bot.url),))
    with working() as wait, explained(bot.url):
        wait.describe(f"Asking {bot.url}")
        seen = Bot(bot, settings, threading.Event(), with_locks=True).look()
    return watched_status(seen, time.time())

"""``riskguard watch``: stop bots that lose or hold too much, and tell when one is gone."""

import argparse
from pathlib import Path

from freqtrade_riskguard.commands.arguments.help_format import HelpFormat

_EPILOG = """\
examples:
  riskguard watch --url http://127.0.0.1:8080
  riskguard watch --config watch.json
  riskguard watch --config watch.json --once
  riskguard watch --config watch.json --page 127.0.0.1:8090
  riskguard watch --config watch.json --test-message
  riskguard watch --config watch.json --reset "my bot"

Username and password come from RISKGUARD_WATCH_USERNAME and RISKGUARD_WATCH_PASSWORD, or from the
settings file.

exit codes: 0 ended with all bots well; 1 an alarm, a stopped bot or a fault, with --once,
--exit-on-alarm or at the end; 2 the settings, a password or the state file cannot be used.
"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "watch",
        help="guard running bots from a process of its own, through their REST API",
        epilog=_EPILOG,
        formatter_class=HelpFormat,
    )
    parser.add_argument("--config", type=Path, help="settings file (JSON)")
    parser.add_argument("--url", action="append", default=[], help="a bot's address; repeatable")
    parser.add_argument("--every", type=float, metavar="SECONDS", help="between polls (10)")
    parser.add_argument("--missed", type=int, metavar="N", help="polls before the alarm (3)")
    parser.add_argument("--state", metavar="FILE", help="what is remembered (riskguard-watch.json)")
    parser.add_argument("--webhook", metavar="URL", help="where alarms are posted to")
    parser.add_argument(
        "--page", metavar="HOST:PORT", help="serve a live page and /metrics there, read-only"
    )
    parser.add_argument("--once", action="store_true", help="poll once, print a table, end")
    parser.add_argument(
        "--test-message",
        action="store_true",
        help="send a test message to the webhook and all addresses of notify, and end",
    )
    parser.add_argument("--exit-on-alarm", action="store_true", help="end at an alarm with code 1")
    parser.add_argument(
        "--reset", metavar="NAME", help="lift the halt of a bot, or of the 'fleet', and end"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.watch import run

    return run(options)

"""All arguments of ``riskguard``, in one parser."""

import argparse
import difflib
import platform
import sys
from collections.abc import Sequence
from importlib import import_module

from freqtrade_riskguard.commands.arguments import (
    ablation,
    calibrate,
    check,
    demo,
    evidence,
    rehearse,
    replay,
    report,
    scenario,
    selftest,
    size,
    status,
    stress,
    survive,
    watch,
    why,
)
from freqtrade_riskguard.commands.arguments.help_format import HelpFormat

# In the order of the help. Each adds its own arguments, and itself as ``run``.
COMMANDS = {
    "ablation": ablation,
    "calibrate": calibrate,
    "check": check,
    "demo": demo,
    "evidence": evidence,
    "rehearse": rehearse,
    "replay": replay,
    "report": report,
    "scenario": scenario,
    "selftest": selftest,
    "size": size,
    "status": status,
    "stress": stress,
    "survive": survive,
    "watch": watch,
    "why": why,
}

_EPILOG = """\
`riskguard COMMAND --help` shows the arguments, examples and exit codes of a command.

Ctrl-C ends a command with exit code 130, SIGTERM with 143; `replay` and `watch`, which run until
then, end with their own. Arguments that cannot be understood are 2.
"""


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Return the options, with the command as ``run``; a mistake ends the process with 2."""
    parser = build_parser()
    # argparse itself knows no "did you mean" before Python 3.14.
    if argv and not argv[0].startswith("-") and argv[0] not in COMMANDS:
        parser.error(_unknown(argv[0]))
    return parser.parse_args(argv)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="riskguard",
        description="Keeps a leveraged freqtrade bot alive.",
        epilog=_EPILOG,
        formatter_class=HelpFormat,
    )
    parser.add_argument("--version", action=_Version, help="show versions and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS.values():
        command.add_command(commands)
    return parser


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, COMMANDS, n=1)
    known = f"did you mean '{close[0]}'?" if close else f"choose from {', '.join(COMMANDS)}"
    return f"there is no command {name!r}: {known}"


class _Version(argparse.Action):
    """Shows the versions that a report of a fault needs."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:  # noqa: A002
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        # Looked up when asked for: it would take a third of the time of any other help.
        metadata = import_module("importlib.metadata")
        versions = [
            f"{name} {metadata.version(distribution)}"
            for name, distribution in (
                ("riskguard", "freqtrade-riskguard"),
                ("freqtrade", "freqtrade"),
                ("ccxt", "ccxt"),
            )
        ]
        sys.stdout.write(f"{', '.join(versions)}, Python {platform.python_version()}\n")
        parser.exit()

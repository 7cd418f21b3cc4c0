"""``riskguard selftest``: whether this freqtrade calls the guard, and does what it answers."""

import argparse

from freqtrade_riskguard.commands.arguments.help_format import HelpFormat

_EPILOG = """example:
  riskguard selftest

A guarded bot does the same at its first start with a new freqtrade or riskguard.

exit code: 0 all checks have passed, 1 one has failed, 2 bad input"""


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "selftest",
        help="whether your freqtrade does what the guard relies on",
        description="Runs a backtest and a dry-run of freqtrade in memory, answers every question\n"
        "that freqtrade asks a guarded strategy, and checks that it does what it was\n"
        "answered. Takes about a second; needs no configuration and no network.",
        formatter_class=HelpFormat,
        epilog=_EPILOG,
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from freqtrade_riskguard.commands.selftest import run

    return run(options)

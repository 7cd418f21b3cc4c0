"""``riskguard selftest``: whether this freqtrade calls the guard, and does what it answers."""

import argparse
from importlib import import_module

from rich.console import Console

from freqtrade_riskguard.command_line import DANGER, FINE

_EPILOG = """A guarded bot does the same at its first start with a new freqtrade or riskguard.

exit code: 0 all checks have passed, 1 one has failed, 2 bad input"""
_GATE = "freqtrade_riskguard.adapters.selftest.gate"


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of ``riskguard``."""
    parser = commands.add_parser(
        "selftest",
        help="whether your freqtrade does what the guard relies on",
        description="Runs a backtest and a dry-run of freqtrade in memory, answers every question\n"
        "that freqtrade asks a guarded strategy, and checks that it does what it was\n"
        "answered. Takes about a second; needs no configuration and no network.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=_EPILOG,
    )
    parser.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Print every check; return 0, or 1 where one has failed."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    try:
        # Late: where freqtrade has moved a module, this is the first to fail.
        gate = import_module(_GATE)
    except (ImportError, AttributeError) as error:
        console.print(f"FAILED  riskguard cannot be imported with this freqtrade: {error}")
        return DANGER
    checks = gate.run()
    for check in checks:
        console.print("ok     " if check.found is None else "FAILED ", str(check))
    failed = [check for check in checks if check.found is not None]
    console.print()
    if failed:
        console.print(f"{len(failed)} of {len(checks)} checks failed on {gate.freqtrade()}.")
        console.print(gate.REMEDY)
        return DANGER
    console.print(f"{gate.freqtrade()} passed all {len(checks)} checks.")
    return FINE

"""``riskguard selftest``: whether this freqtrade calls the guard, and does what it answers."""

import argparse
from importlib import import_module

from rich.console import Console

from freqtrade_riskguard.commands.exit_codes import DANGER, FINE

_GATE = "freqtrade_riskguard.adapters.selftest.gate"


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
        console.print(gate.remedy())
        return DANGER
    console.print(f"{gate.freqtrade()} passed all {len(checks)} checks.")
    return FINE

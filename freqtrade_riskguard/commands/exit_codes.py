"""Exit codes, and one line for an error, shared by all commands of ``riskguard``."""

import sys

from freqtrade_riskguard.sanitize import escaped

FINE, DANGER, BAD_INPUT = 0, 1, 2


def fail(command: str, reason: object) -> int:
    """Say in one line why a command cannot go on; return its exit code."""
    sys.stderr.write(f"riskguard {command}: {escaped(' '.join(str(reason).split()))}\n")
    return BAD_INPUT


def warn(command: str, text: str) -> None:
    """Say in one line what a command goes on in spite of."""
    sys.stderr.write(f"riskguard {command}: warning: {escaped(' '.join(text.split()))}\n")

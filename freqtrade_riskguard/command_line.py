"""What every command of ``riskguard`` does alike: its exit codes, and one line for an error."""

import sys

FINE, DANGER, BAD_INPUT = 0, 1, 2


def fail(command: str, reason: object) -> int:
    """Say in one line why a command cannot go on; return its exit code."""
    sys.stderr.write(f"riskguard {command}: {' '.join(str(reason).split())}\n")
    return BAD_INPUT

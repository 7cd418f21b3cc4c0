"""A test message to those who are told of alarms."""

import sys
from collections.abc import Iterable

from freqtrade_riskguard.commands.exit_codes import DANGER, FINE


def show_answers(answers: Iterable[tuple[str, str | None]]) -> int:
    """Say who took the message and who did not, and why; return the exit code."""
    code = FINE
    for name, failure in answers:
        sys.stdout.write(f"{name}: {failure or 'took the test message'}\n")
        code = DANGER if failure else code
    return code

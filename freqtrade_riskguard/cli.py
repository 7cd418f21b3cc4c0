"""The ``riskguard`` command."""

import argparse
import sys
from collections.abc import Sequence

from freqtrade_riskguard.advice import check, stress, why
from freqtrade_riskguard.analysis import demo, report, survive
from freqtrade_riskguard.replay import command as replay
from freqtrade_riskguard.replay.scenarios import command as scenario
from freqtrade_riskguard.watch import command as watch

# In the order of the help. Each adds its own arguments, and itself as ``run``.
_COMMANDS = (check, demo, replay, report, scenario, stress, survive, watch, why)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 2 where it could not do what was asked."""
    options = _parser().parse_args(argv)
    code: int = options.run(options)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="riskguard", description="Keeps a leveraged freqtrade bot alive."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for command in _COMMANDS:
        command.add_command(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())

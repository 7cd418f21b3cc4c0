"""The ``riskguard`` command."""

import sys
from collections.abc import Sequence

from freqtrade_riskguard.commands.parser import parse


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 2 where it could not do what was asked."""
    options = parse(sys.argv[1:] if argv is None else argv)
    code: int = options.run(options)
    return code


if __name__ == "__main__":
    sys.exit(main())

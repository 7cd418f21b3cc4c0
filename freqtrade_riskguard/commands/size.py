"""``riskguard size``: how large a position may be, without a bot."""

import argparse
from dataclasses import asdict

from rich.console import Console

from freqtrade_riskguard.commands.console import write_json
from freqtrade_riskguard.commands.exit_codes import DANGER, FINE, fail
from freqtrade_riskguard.entry_report import size_table
from freqtrade_riskguard.entry_report.position_size import position_size
from freqtrade_riskguard.entry_report.size_input import SizeInputError, read_size_input


def run(options: argparse.Namespace) -> int:
    """Size a position; return 0 where the rules allow it, 1 where not, 2 for bad input."""
    try:
        size = position_size(read_size_input(vars(options)))
    except SizeInputError as error:
        return fail("size", error)
    if options.json:
        write_json(asdict(size))
    else:
        size_table.show(Console(markup=False, emoji=False), size)
    return FINE if size.is_allowed else DANGER

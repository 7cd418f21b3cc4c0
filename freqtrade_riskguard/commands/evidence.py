"""``riskguard evidence``: trades of backtests as evidence for Kelly."""

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from freqtrade_riskguard.adapters.backtests.files import ResultError, find_result, read_result
from freqtrade_riskguard.adapters.backtests.identity import stored_identity
from freqtrade_riskguard.commands.exit_codes import FINE, fail
from freqtrade_riskguard.evidence.collection import PROVING_TRADES, Collected, Period, collect
from freqtrade_riskguard.evidence.files import write_record
from freqtrade_riskguard.evidence.record import EvidenceError

_COMMAND = "evidence"


def run(options: argparse.Namespace) -> int:
    """Write the file and say what is in it; return 0, or 2 where it cannot be done."""
    logging.getLogger("freqtrade").addHandler(logging.NullHandler())
    try:
        results = [
            read_result(find_result(path, Path()), options.strategy) for path in options.results
        ]
        periods = [Period(*ends) for ends in options.out_of_sample]
        found = collect([(result, stored_identity(result)) for result in results], periods)
        write_record(options.output, found.record, "--output")
    except (ResultError, EvidenceError) as error:
        return fail(_COMMAND, error)
    for line in _lines(found, periods, options.output):
        sys.stdout.write(f"{line}\n")
    return FINE


def _lines(found: Collected, periods: Sequence[Period], path: Path) -> Iterator[str]:
    record = found.record
    outside = [trade.return_ratio for trade in record.trades if trade.is_out_of_sample]
    yield (
        f"{record.identity.strategy}, {record.start:%Y-%m-%d} to {record.end:%Y-%m-%d}: "
        f"{len(record.trades)} trades, {len(outside)} of them out of sample."
    )
    left_out = {
        "open when the candles ended": found.censored,
        "in another of these results, too": found.repeated,
    }
    said = ", ".join(f"{count} {why}" for why, count in left_out.items() if count)
    if said:
        yield f"Left out: {said}."
    elsewhere = [not period.meets(record.start, record.end) for period in periods]
    if any(elsewhere):
        count = f"{elsewhere.count(True)} of {len(elsewhere)}"
        yield f"Of the ranges of --out-of-sample {count} lies outside of the days of these results."
    if not outside:
        yield (
            "Nothing of it counts: say with --out-of-sample which days nobody looked at while the "
            "strategy and its parameters were chosen."
        )
    elif len(outside) < PROVING_TRADES:
        yield (
            f"Few: at a weight of 0.25 only {PROVING_TRADES} are as good as the 30 trades that "
            "Kelly asks for; fewer count from the first own trades on."
        )
    # The whole path: what is relative would be taken as relative to the user directory.
    place = path.resolve()
    if elsewhere and all(elsewhere):
        yield f"Written, but of no use: {place}"
    else:
        yield f"Written. Name it in the configuration as riskguard.kelly.evidence_file: {place}"

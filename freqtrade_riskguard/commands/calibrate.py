"""``riskguard calibrate``: the settings with the most growth within a drawdown."""

import argparse
import math
from importlib.util import find_spec

from rich.console import Console

from freqtrade_riskguard.adapters.preview.errors import PreviewError, collected_log
from freqtrade_riskguard.calibration.answer import answer_table
from freqtrade_riskguard.calibration.errors import CalibrationError
from freqtrade_riskguard.commands.console import working
from freqtrade_riskguard.commands.exit_codes import FINE, fail
from freqtrade_riskguard.evidence.record import EvidenceError

_COMMAND = "calibrate"


def run(options: argparse.Namespace) -> int:
    """Search, judge and print; return 0, or 2 where it cannot be done."""
    problem = _problem(options)
    if problem is not None:
        return fail(_COMMAND, problem)
    # Optuna is an extra, and takes a second to load.
    from freqtrade_riskguard.commands.calibration_run import Calibration

    try:
        with collected_log() as log, working() as wait:
            calibration = Calibration(options, log, wait)
            answer = calibration.run()
    except (PreviewError, CalibrationError, EvidenceError) as error:
        return fail(_COMMAND, error)
    console = Console(markup=False, emoji=False)
    if answer is None:
        console.print(f"Helped with {calibration.ran} trials.")
        return FINE
    console.print(answer_table(calibration.title, answer))
    for line in calibration.conclusion(answer):
        console.print(line)
    return FINE


def _problem(options: argparse.Namespace) -> str | None:
    if find_spec("optuna") is None:
        return 'Optuna is not installed: pip install "freqtrade-riskguard[calibrate]"'
    if options.join is None:
        given = options.max_drawdown
        try:
            limit = float(given if given is not None else "nan")
        except ValueError:
            limit = math.nan
        if not 0.0 < limit < 1.0:
            return (
                "--max-drawdown must be a fraction above 0 and below 1 (0.20 is 20 %), got "
                f"{'nothing' if given is None else given}"
            )
    if options.trials < 1 or options.folds < 1 or options.jobs < 1:
        return "--trials, --folds and --jobs must be 1 or more"
    return None

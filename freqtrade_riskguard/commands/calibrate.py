"""``riskguard calibrate``: the settings with the most growth within a drawdown."""

import argparse
import math
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from freqtrade_riskguard.adapters.preview.errors import PreviewError, collected_log
from freqtrade_riskguard.analysis.disclaimer import LIMITS
from freqtrade_riskguard.calibration.answer import Answer, answer_table, conclusion
from freqtrade_riskguard.calibration.errors import CalibrationError
from freqtrade_riskguard.commands.console import working
from freqtrade_riskguard.commands.exit_codes import FINE, fail
from freqtrade_riskguard.commands.page_file import require_writable, writable
from freqtrade_riskguard.evidence.record import EvidenceError

_COMMAND = "calibrate"


def run(options: argparse.Namespace) -> int:
    """Search, judge and print; return 0, or 2 where it cannot be done."""
    problem = _problem(options)
    if problem is not None:
        return fail(_COMMAND, problem)
    # Optuna is an extra, and takes a second to load.
    from freqtrade_riskguard.commands.calibration_run import Calibration

    block = None
    try:
        if options.page is not None:
            # Nobody wants to hear of it an hour later.
            require_writable(options.page)
        with collected_log() as log, working() as wait:
            calibration = Calibration(options, log, wait)
            answer = calibration.run()
            if answer is not None:
                block = calibration.block(answer)
                wait.describe("Drawing")
                _write_page(options.page, calibration.title, answer, block)
    except (PreviewError, CalibrationError, EvidenceError) as error:
        return fail(_COMMAND, error)
    console = Console(markup=False, emoji=False)
    if answer is None:
        console.print(f"Helped with {calibration.ran} trials.")
        return FINE
    console.print(answer_table(calibration.title, answer))
    for line in (*conclusion(answer, block), LIMITS):
        console.print(line)
    if options.page is not None:
        console.print("Page:", Text(str(options.page), "bold"), soft_wrap=True)
    return FINE


def _write_page(
    file: Path | None, title: str, answer: Answer, block: Mapping[str, Any] | None
) -> None:
    if file is None:
        return
    # It loads plotly.
    from freqtrade_riskguard.calibration_report.page import page

    with writable(file):
        file.write_text(page(title, answer, block), encoding="utf-8")


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

"""The guard's journal of a stored backtest."""

import json
from collections.abc import Mapping
from datetime import datetime
from math import nan
from pathlib import Path
from typing import Any, get_args

from freqtrade_riskguard.adapters.backtest_summary import result_journal
from freqtrade_riskguard.adapters.results import ResultError
from freqtrade_riskguard.analysis.result import Result
from freqtrade_riskguard.journal import Decision, Question

_SIDES = {"long": 1, "short": -1, "both": 0}
_QUESTIONS = get_args(Question)


def read_journal(result: Result) -> tuple[Decision, ...] | None:
    """Return the decisions of a result's strategy, oldest first.

    Returns
    -------
    tuple of Decision or None
        None where the result has no journal beside it.

    Raises
    ------
    ResultError
        For a line that is none of a journal.
    """
    path = result_journal(result.path)
    if not path.is_file():
        return None
    found = []
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    record = json.loads(line)
                    if record.get("strategy", result.strategy) == result.strategy:
                        found.append(_decision(record))
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    raise _damaged(path, number, error) from error
    except OSError as error:
        raise ResultError(f"{path} cannot be read ({error.strerror}): check the file") from error
    return tuple(sorted(found, key=lambda decision: decision.time))


def _decision(record: Mapping[str, Any]) -> Decision:
    if record["question"] not in _QUESTIONS:
        raise ValueError(f"no question {record['question']!r}")
    until = record.get("until")
    return Decision(
        time=datetime.fromisoformat(record["time"]),
        pair=record["pair"],
        side=_SIDES[record["side"]],
        question=record["question"],
        rule=record["rule"],
        asked=_number(record["asked"]),
        answered=_number(record["answered"]),
        enforced=bool(record["enforced"]),
        why=record["why"],
        until=None if until is None else datetime.fromisoformat(until),
        halts=bool(record.get("halts", False)),
    )


def _number(value: float | None) -> float:
    return nan if value is None else float(value)


def _damaged(path: Path, number: int, error: Exception) -> ResultError:
    reason = f"{type(error).__name__}: {error}"
    return ResultError(
        f"{path}, line {number} is none of a journal ({reason}): delete the file to go without it, "
        "or backtest again"
    )

"""The guard's journal of a stored backtest."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from math import nan
from pathlib import Path
from typing import Any, get_args

from freqtrade_riskguard.adapters.backtests.files import ResultError
from freqtrade_riskguard.adapters.backtests.summary_hook import result_journal
from freqtrade_riskguard.backtest_result.result import Result
from freqtrade_riskguard.bounded_json import (
    MEGABYTE,
    UnreadableError,
    file_size,
    parse_json,
)
from freqtrade_riskguard.engine.journal import Decision, Question
from freqtrade_riskguard.sanitize import escaped_texts

_SIDES = {"long": 1, "short": -1, "both": 0}
_MOST_BYTES = 4_000 * MEGABYTE
_LONGEST_LINE = MEGABYTE
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
    return read_decisions(result_journal(result.path), result.strategy)


def read_decisions(path: Path, strategy: str | None = None) -> tuple[Decision, ...] | None:
    """Return the decisions in a journal's file, of one strategy or of all, oldest first.

    Returns
    -------
    tuple of Decision or None
        None where there is no such file.

    Raises
    ------
    ResultError
        For a line that is none of a journal.
    """
    if not path.is_file():
        return None
    found = []
    try:
        for number, line in enumerate(_lines(path), start=1):
            try:
                record: Any = escaped_texts(parse_json(line, allow_nan=True))
                if strategy is None or record.get("strategy", strategy) == strategy:
                    found.append(_decision(record))
            except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
                raise _damaged(path, number, error) from None
    except UnreadableError as error:
        raise ResultError(f"{path} {error}: check the file") from None
    except OSError as error:
        raise ResultError(f"{path} cannot be read ({error.strerror}): check the file") from None
    return tuple(sorted(found, key=lambda decision: decision.time))


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as lines:
        if file_size(lines) > _MOST_BYTES:
            raise UnreadableError(f"is larger than {_MOST_BYTES / MEGABYTE:,.0f} MB")
        # A file without line ends would be read as a whole.
        while line := lines.readline(_LONGEST_LINE):
            yield line


def _decision(record: Mapping[str, Any]) -> Decision:
    if record["question"] not in _QUESTIONS:
        raise ValueError("question")
    if record["side"] not in _SIDES:
        raise ValueError("side")
    until = record.get("until")
    return Decision(
        time=_moment(record["time"]),
        pair=_text(record["pair"]),
        side=_SIDES[record["side"]],
        question=record["question"],
        rule=_text(record["rule"]),
        asked=_number(record["asked"]),
        answered=_number(record["answered"]),
        enforced=bool(record["enforced"]),
        why=_text(record["why"]),
        until=None if until is None else _moment(until),
        halts=bool(record.get("halts", False)),
    )


def _moment(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: float | None) -> float:
    return nan if value is None else float(value)


def _damaged(path: Path, number: int, error: Exception) -> ResultError:
    # Its own text would repeat what stands there.
    reason = f"no usable {error.args[0]}" if isinstance(error, KeyError) else "not as it is written"
    if isinstance(error, UnreadableError):
        reason = f"it {error}"
    return ResultError(
        f"{path}, line {number} is not a line of a journal ({reason}): delete the file to go "
        "without it, or backtest again"
    )

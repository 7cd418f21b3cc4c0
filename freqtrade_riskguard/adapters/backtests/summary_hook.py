"""What the guard has done, told at the end of ``freqtrade backtesting``.

freqtrade asks a strategy nothing at that moment. So the two functions with which its backtest ends
are followed by ours: the one that stores the result, and the one that prints it. Only names in the
module of the backtest are replaced: hyperopt and the web UI end their backtests elsewhere.
"""

import logging
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from freqtrade import __version__
from rich.console import Console

from freqtrade_riskguard.backtest_result.decision_table import guard_summary
from freqtrade_riskguard.engine.decision_stats import DecisionStats
from freqtrade_riskguard.engine.journal import Journal

logger = logging.getLogger(__name__)

_MODULE = "freqtrade.optimize.backtesting"
_MARK = "_riskguard_follows"


# Told of all locks of a strategy's backtest, as its result has them.
NoteLocks = Callable[[Sequence[dict[str, Any]]], None]


def note_nothing(locks: Sequence[dict[str, Any]]) -> None:
    """Note no lock."""


@dataclass(frozen=True, slots=True)
class GuardedRun:
    """The backtest of one strategy.

    Attributes
    ----------
    path : Path or None
        The file that its journal is written to meanwhile.
    path_without_result : Path or None
        Where that goes if freqtrade stores no result.
    note_locks : callable
        Notes the locks that came after the last loop; a second time it notes nothing.
    """

    name: str
    journal: Journal
    decision_stats: DecisionStats
    path: Path | None
    path_without_result: Path | None
    note_locks: NoteLocks = note_nothing


# The runs of the backtest under way, by strategy.
_runs: dict[str, GuardedRun] = {}


def result_journal(result: Path) -> Path:
    """Return where the journal of a backtest is, beside its result file.

    One for all its strategies; each line names its own. freqtrade deletes it with the result.
    """
    return result.with_suffix(".riskguard.jsonl")


def summarise_at_end(run: GuardedRun) -> bool:
    """Have a run summarised, and its journal kept, at the end of the backtest.

    Returns
    -------
    bool
        Whether the run begins its file, rather than going on where an earlier strategy of the same
        backtest has stopped.
    """
    if run.name in _runs:
        # The web UI runs one backtest after another, and tells of none.
        _runs.clear()
    begins = all(run.path != other.path for other in _runs.values())
    _runs[run.name] = run
    _follow()
    return begins


def end_run(name: str, locks: Sequence[dict[str, Any]]) -> DecisionStats | None:
    """End a run that is not summarised, and return what it has counted; None where none was begun.

    For who backtests in this process and stores and prints nothing.
    """
    run = _runs.pop(name, None)
    if run is None:
        return None
    run.note_locks(locks)
    run.journal.close()
    return run.decision_stats


def _follow() -> None:
    """Put ours behind freqtrade's functions, once; say so where freqtrade has them no more."""
    try:
        module: Any = import_module(_MODULE)
    except ImportError:
        module = None
    followers: dict[str, Callable[..., None]] = {
        "store_backtest_results": _keep_journals,
        "show_backtest_results": _tell,
    }
    for name, follower in followers.items():
        found = getattr(module, name, None)
        if found is None:
            logger.warning(
                "RiskGuard: freqtrade %s has no %s.%s: what the guard did is not %s. Use a version "
                "that riskguard's README lists as supported.",
                __version__,
                _MODULE,
                name,
                "printed at the end" if follower is _tell else "kept beside the result",
            )
        elif not getattr(found, _MARK, False):
            setattr(module, name, _followed(found, follower))


def _followed(original: Callable[..., Any], follower: Callable[..., None]) -> Callable[..., Any]:
    """Return freqtrade's function with ours behind it, which must never harm a backtest."""

    @wraps(original)
    def both(*args: Any, **kwargs: Any) -> Any:
        result = original(*args, **kwargs)
        try:
            follower(result, *args, **kwargs)
        except Exception:
            logger.exception("RiskGuard: its own report failed; freqtrade's result is complete")
        return result

    setattr(both, _MARK, True)
    return both


def _note_last_locks(results: dict[str, Any]) -> None:
    """Have every run record the locks that came when its last trades closed."""
    for name, stats in results["strategy"].items():
        if name in _runs:
            _runs[name].note_locks(stats.get("locks") or ())


def _keep_journals(
    result: Path, _config: dict[str, Any], stats: dict[str, Any], *_args: Any, **_kwargs: Any
) -> None:
    """Put the journal beside the result that freqtrade has just stored."""
    _note_last_locks(stats)
    kept = result_journal(result)
    for number, path in enumerate(_written()):
        with path.open("rb") as journal, kept.open("ab" if number else "wb") as file:
            shutil.copyfileobj(journal, file)
        path.unlink()
        logger.info("RiskGuard: the journal of this backtest is %s", kept)


def _tell(_nothing: None, config: dict[str, Any], results: dict[str, Any]) -> None:
    """Print the summary of every strategy, and leave no journal under a passing name."""
    try:
        _note_last_locks(results)
        kept = {run.path: run.path_without_result for run in _runs.values()}
        for path in _written():
            path.replace(kept[path] or path)
            logger.info("RiskGuard: the journal of this backtest is %s", kept[path])
        console = Console()
        for name, stats in results["strategy"].items():
            if name in _runs:
                end = datetime.fromtimestamp(stats["backtest_end_ts"] / 1000, UTC)
                decision_stats, currency = _runs[name].decision_stats, config["stake_currency"]
                for part in guard_summary(name, decision_stats, end, currency):
                    console.print(part)
    finally:
        _runs.clear()


def _written() -> Iterable[Path]:
    """Return the files that the runs have written and that are not at their place yet."""
    for run in _runs.values():
        run.journal.close()
    paths = dict.fromkeys(run.path for run in _runs.values())
    return [path for path in paths if path is not None and path.is_file()]

"""The trials of a calibration, in a database that many workers may share.

Optuna's storage and sampler do the work. Only trials that were finished count: one whose worker has
died is run again, by whoever is there.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import optuna
from optuna.distributions import FloatDistribution
from optuna.trial import TrialState
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from freqtrade_riskguard.calibration.errors import CalibrationError, short
from freqtrade_riskguard.calibration.space import Dimension

Answer = TypeVar("Answer")
_PLAN = "plan"
_DONE = (TrialState.COMPLETE, TrialState.PRUNED)


class HopelessError(Exception):
    """A trial that has gone beyond the budget early: the rest of it is not run."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best trial of a search."""

    values: Mapping[str, float]
    score: float
    finished: int
    pruned: int


class Study:
    """All searches of one calibration.

    Parameters
    ----------
    url : str
        Of a database, as SQLAlchemy writes it: ``sqlite:///file``, ``postgresql://...``.
    name : str
        Of the calibration in it.

    Raises
    ------
    CalibrationError
        Where the database cannot be reached, or its driver is not installed.
    """

    def __init__(self, url: str, name: str) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        _check_address(url)
        self._name, self._url = name, url
        # SQLAlchemy's own choice of a driver changes with its versions.
        address = url.replace("postgresql://", "postgresql+psycopg2://", 1)
        self._storage = self._asked(lambda: optuna.storages.RDBStorage(address))

    def _asked(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except ImportError:
            raise CalibrationError(
                "the driver of the database is not installed: pip install psycopg2-binary"
            ) from None
        except ArgumentError:
            raise _no_address(self._url) from None
        except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
            reason = _reason(self._url, error.__cause__ or error)
            raise CalibrationError(f"the database cannot be used: {reason}") from None

    def plan(self) -> dict[str, Any] | None:
        """Return what the calibration was begun with; None where it was not begun."""

        def read() -> dict[str, Any] | None:
            if self._name not in optuna.get_all_study_names(self._storage):
                return None
            found = optuna.load_study(study_name=self._name, storage=self._storage)
            plan: dict[str, Any] | None = found.user_attrs.get(_PLAN)
            return plan

        return self._asked(read)

    def begin(self, plan: Mapping[str, Any]) -> None:
        """Begin the calibration, or go on with it.

        Raises
        ------
        CalibrationError
            Where it was begun with another plan, with what differs.
        """
        before = self.plan()
        if before is None:
            self._asked(lambda: self._open(self._name, None).set_user_attr(_PLAN, dict(plan)))
            return
        different = [key for key in plan if before.get(key) != plan[key]]
        if different:
            raise CalibrationError(
                f"this worker differs from the study in its {', '.join(different)}: its trials "
                "would not be of the same backtest. Another calibration needs another database"
            )

    def search(
        self,
        part: str,
        space: Sequence[Dimension],
        first: Mapping[str, float],
        score: Callable[[Mapping[str, float]], float],
        *,
        trials: int,
        seconds: float,
        seed: int | None,
        told: Callable[[int, float], None],
    ) -> Found | None:
        """Run trials until there are enough; return the best, None where none was finished.

        Parameters
        ----------
        first : mapping
            Values of the first trial.
        score : callable
            Runs one. May raise :class:`HopelessError`.
        seconds : float
            No trial begins after so many.
        seed : int or None
            None for a worker that is not alone: it must not try what another tries.
        told : callable
            Told of each trial: how many are finished, and how many seconds it took.
        """
        study = self._asked(lambda: self._open(f"{self._name}/{part}", seed))
        ranges = {each.key: FloatDistribution(each.low, each.high) for each in space}
        if seed is not None:
            self._asked(lambda: study.enqueue_trial(dict(first), skip_if_exists=True))
        deadline = time.monotonic() + seconds
        while self._finished(study) < trials and time.monotonic() < deadline:
            began = time.monotonic()
            trial = self._asked(lambda: study.ask({**ranges}))
            try:
                value = score(trial.params)
            except HopelessError:
                self._told(study, trial, None)
            else:
                self._told(study, trial, value)
            told(self._finished(study), time.monotonic() - began)
        return self._asked(lambda: _best(study))

    def _told(self, study: optuna.Study, trial: optuna.Trial, value: float | None) -> None:
        state = TrialState.PRUNED if value is None else TrialState.COMPLETE
        self._asked(lambda: study.tell(trial, value, state=state))

    def _finished(self, study: optuna.Study) -> int:
        return self._asked(lambda: len(study.get_trials(deepcopy=False, states=_DONE)))

    def _open(self, name: str, seed: int | None) -> optuna.Study:
        return optuna.create_study(
            storage=self._storage,
            study_name=name,
            direction="maximize",
            sampler=optuna.samplers.TPESampler(seed=seed),
            load_if_exists=True,
        )


def _best(study: optuna.Study) -> Found | None:
    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    pruned = len(study.get_trials(deepcopy=False, states=(TrialState.PRUNED,)))
    if not complete:
        return None
    # Of equals the earliest.
    best = max(complete, key=lambda trial: (trial.value, -trial.number))
    return Found(dict(best.params), float(best.value or 0.0), len(complete) + pruned, pruned)


def _check_address(url: str) -> None:
    try:
        make_url(url)
    except (ArgumentError, ValueError):
        raise _no_address(url) from None


def _no_address(url: str) -> CalibrationError:
    """Return that an address is none; not what is wrong with it, which may be a password's part."""
    form = "give postgresql://user:password@host/name or sqlite:///file"
    return CalibrationError(f"the address of the database is none: {form}{_advice(url)}")


def _reason(url: str, error: BaseException) -> str:
    """Return why a database cannot be used.

    The words of a server's driver are not shown: they repeat what it took for the host, the user or
    the name, and of a password that is not escaped that is a part.
    """
    if url.startswith("sqlite"):
        return short(error)
    refused = "its server does not answer, or refuses user, password or name"
    return f"{refused} ({type(error).__name__}){_advice(url)}"


def _advice(url: str) -> str:
    return "; escape @ in the password as %40" if url.count("@") > 1 else ""

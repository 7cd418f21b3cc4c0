"""The trials of a calibration, in a database that many workers may share.

Optuna's storage and sampler do the work. Only trials that were finished count: one whose worker has
died is run again, by whoever is there. A server that does not answer is waited for.
"""

import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
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
# A worker that has not been heard of for twice as long is taken for dead.
_HEARTBEAT_SECONDS = 60
# How long a server may be away that has answered before: a restart takes seconds.
_PATIENCE_SECONDS = 600.0
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 0.5, 15.0
# A network that drops says nothing: without these a query would wait for hours. In libpq's words.
_CONNECTION = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
_DONE = (TrialState.COMPLETE, TrialState.PRUNED)


class _AwayError(Exception):
    """The database does not answer at the moment."""


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
    heartbeat_seconds : int
        How often a worker says that it is alive; one that has not for twice as long is dead.
    patience_seconds : float
        How long a server is waited for that has answered before.
    waiting : callable, optional
        Told why, once each time that it is waited for.

    Raises
    ------
    CalibrationError
        Where the database cannot be reached, or its driver is not installed.
    """

    def __init__(
        self,
        url: str,
        name: str,
        *,
        heartbeat_seconds: int = _HEARTBEAT_SECONDS,
        patience_seconds: float = _PATIENCE_SECONDS,
        waiting: Callable[[str], None] = lambda _: None,
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        # "Experimental" since 2021, and recorded here: trials are told, not run, by Optuna.
        warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
        warnings.filterwarnings("ignore", message="Heartbeat of storage")
        address = _address(url)
        self._name, self._url, self._waiting = name, url, waiting
        # A file is there or not; and a server that has never answered is a wrong address.
        self._patience_seconds = 0.0
        self._storage = self._asked(
            lambda: optuna.storages.RDBStorage(
                address,
                # A connection of before a restart is dead.
                engine_kwargs={"pool_pre_ping": True},
                heartbeat_interval=heartbeat_seconds,
                heartbeat_stale_trial_callback=optuna.storages.RetryHeartbeatStaleTrialCallback(),
            )
        )
        if not url.startswith("sqlite"):
            self._patience_seconds = patience_seconds

    def _asked(self, question: Callable[[], Answer]) -> Answer:
        """Return an answer of the database; a server that is away for a while is waited for."""
        until = time.monotonic() + self._patience_seconds
        wait_seconds = _FIRST_WAIT_SECONDS
        while True:
            try:
                return self._asked_once(question)
            except _AwayError as error:
                if time.monotonic() + wait_seconds > until:
                    raise CalibrationError(f"the database cannot be used: {error}") from None
                if wait_seconds == _FIRST_WAIT_SECONDS:
                    self._waiting(f"Waiting for the database: {error}")
                time.sleep(wait_seconds)
                wait_seconds = min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)

    def _asked_once(self, question: Callable[[], Answer]) -> Answer:
        try:
            return question()
        except ImportError:
            raise CalibrationError(
                "the driver of the database is not installed: pip install psycopg2-binary"
            ) from None
        except ArgumentError:
            raise _no_address(self._url) from None
        except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
            # Whatever it says: what was under way when a server went has many names.
            raise _AwayError(_reason(self._url, error.__cause__ or error)) from None

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
            # What a dead worker was at is to be tried once more.
            self._asked(lambda: optuna.storages.fail_stale_trials(study))
            trial = self._asked(lambda: study.ask({**ranges}))
            with self._heartbeats(trial):
                try:
                    value: float | None = score(trial.params)
                except HopelessError:
                    value = None
            self._told(study, trial, value)
            told(self._finished(study), time.monotonic() - began)
        return self._asked(lambda: _best(study))

    @contextmanager
    def _heartbeats(self, trial: optuna.Trial) -> Iterator[None]:
        """Say from time to time that a trial is under way; while nobody listens, later again."""
        number, is_over = trial._trial_id, Event()  # noqa: SLF001 - what the storage knows it by

        # One that dies before the first is missed by nobody.
        self._asked(lambda: self._storage.record_heartbeat(number))

        def beat() -> None:
            while not is_over.wait(self._storage.get_heartbeat_interval()):
                # Where the server is away: who asks it for more waits for it.
                with suppress(SQLAlchemyError, optuna.exceptions.StorageInternalError):
                    self._storage.record_heartbeat(number)

        thread = Thread(target=beat, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def _told(self, study: optuna.Study, trial: optuna.Trial, value: float | None) -> None:
        state = TrialState.PRUNED if value is None else TrialState.COMPLETE
        # One that was given to another meanwhile is that worker's: it counts once.
        with suppress(optuna.exceptions.UpdateFinishedTrialError):
            self._asked(lambda: study.tell(trial, value, state=state, skip_if_finished=True))

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


def _address(url: str) -> str:
    """Return the address as it is connected to."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise _no_address(url) from None
    # SQLAlchemy's own choice of a driver changes with its versions.
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg2")
    if address.drivername == "postgresql+psycopg2":
        address = address.set(query={**_CONNECTION, **address.query})
    return address.render_as_string(hide_password=False)


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

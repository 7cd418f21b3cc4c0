"""Checks the answers of a strategy's own rules: no type checker has seen them."""

from datetime import datetime
from numbers import Real

from freqtrade_riskguard.rules.base import Cap, Lock, Step


def check_answer(answer: object) -> None:
    """Refuse an answer of the right kind with the wrong content.

    Parameters
    ----------
    answer : object
        A cap, a step, a price, a sequence of locks, or a reason; None for nothing to say.

    Raises
    ------
    TypeError
        Naming what is wrong: it would break what is done with the answer, for all other rules too.
    """
    if isinstance(answer, Cap):
        _require(_is_number(answer.limit), "a cap's limit must be a number", answer.limit)
        _require(isinstance(answer.why, str), "a cap's why must be text", answer.why)
    elif isinstance(answer, Step):
        _check_step(answer)
    elif isinstance(answer, tuple):
        for lock in answer:
            _check_lock(lock)


def _check_step(step: Step) -> None:
    _require(
        type(step.level) is int and step.level >= 0,
        "a step's level must be 0 or more",
        step.level,
    )
    _require(isinstance(step.why, str), "a step's why must be text", step.why)
    ratios = step.keep_ratios
    sound = isinstance(ratios, tuple) and all(_is_number(r) and 0 <= r <= 1 for r in ratios)
    _require(sound, "a step's keep_ratios must be a tuple of numbers from 0 to 1", ratios)
    if step.lock is not None:
        _check_lock(step.lock)


def _check_lock(lock: object) -> None:
    _require(isinstance(lock, Lock), "a lock must be a Lock", lock)
    if isinstance(lock, Lock):
        aware = isinstance(lock.until, datetime) and lock.until.tzinfo is not None
        _require(aware, "a lock's until must be a time with a time zone", lock.until)
        _require(isinstance(lock.why, str), "a lock's why must be text", lock.why)
        _require(isinstance(lock.pair, str), "a lock's pair must be text", lock.pair)
        _require(lock.side in (-1, 0, 1), "a lock's side must be -1, 0 or 1", lock.side)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _require(holds: bool, words: str, given: object) -> None:  # noqa: FBT001 - a plain assertion
    if not holds:
        msg = f"{words}, got {given!r}"
        raise TypeError(msg)

"""JSON files and answers, with a bound on their size and depth that holds before they are read."""

import json
import os
import stat
from pathlib import Path
from typing import IO, Never

MEGABYTE = 1_000_000
DEEPEST = 100
# More digits than any amount, price or time has; Python itself refuses above 4,300.
_MOST_DIGITS = 60
_NEVER_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_TOO_DEEP = "is not usable JSON (nested too deeply)"


class UnreadableError(ValueError):
    """A text cannot be read; the message says why, and repeats nothing of it."""


class MissingFileError(UnreadableError):
    """There is no such file."""


def read_bytes(path: Path, most_bytes: int) -> bytes:
    """Return a file's content.

    Raises
    ------
    UnreadableError
        Where it is missing, is no regular file, or is larger than ``most_bytes``.
    """
    try:
        # A pipe without a writer would be waited for.
        descriptor = os.open(path, os.O_RDONLY | _NEVER_WAIT)
        with os.fdopen(descriptor, "rb") as file:
            return read_bounded(file, file_size(file), most_bytes)
    except FileNotFoundError as error:
        raise MissingFileError(f"cannot be read ({error.strerror})") from None
    except OSError as error:
        raise UnreadableError(f"cannot be read ({error.strerror})") from None
    except ValueError as error:
        if isinstance(error, UnreadableError):
            raise
        # A name that no file system allows.
        raise UnreadableError("cannot be read (not a file name)") from None


def file_size(file: IO[bytes]) -> int:
    """Return the size of an open file, bytes.

    Raises
    ------
    UnreadableError
        For a folder, a device or a pipe: those have none.
    """
    found = os.fstat(file.fileno())
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableError("cannot be read (not a regular file)")
    return found.st_size


def read_bounded(file: IO[bytes], size: int, most_bytes: int) -> bytes:
    """Return what is left in an open file, of which ``size`` bytes are promised.

    Raises
    ------
    UnreadableError
        Where it is larger than ``most_bytes``, whatever it promised.
    """
    # As much room as is asked for is taken at once.
    content: bytes = b"" if size > most_bytes else file.read(min(size, most_bytes) + 1)
    if size > most_bytes or len(content) > most_bytes:
        raise UnreadableError(f"is larger than {most_bytes / MEGABYTE:,.0f} MB")
    return content


def parse_json(content: bytes, *, allow_nan: bool = False) -> object:
    """Return what a JSON text holds.

    Parameters
    ----------
    content : bytes
        UTF-8, with or without a mark in front.
    allow_nan : bool
        Whether ``NaN`` and ``Infinity`` may stand in it, as freqtrade writes them.

    Raises
    ------
    UnreadableError
        Where it is not valid JSON, is nested too deeply, or holds a number of too many digits.
    """
    try:
        document = json.loads(
            content.decode("utf-8-sig"),
            parse_int=_whole_number,
            parse_constant=None if allow_nan else _refuse_constant,
        )
    except UnicodeDecodeError:
        raise UnreadableError("is not text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise UnreadableError(
            f"is not valid JSON in line {error.lineno}, column {error.colno} ({error.msg})"
        ) from None
    except RecursionError:
        raise UnreadableError(_TOO_DEEP) from None
    if _is_deeper(document, DEEPEST):
        raise UnreadableError(_TOO_DEEP)
    return document


def _is_deeper(document: object, most_levels: int) -> bool:
    level = [document]
    for _ in range(most_levels):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _whole_number(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise UnreadableError("is not usable JSON (a number has too many digits)")
    return int(digits)


def _refuse_constant(_name: str) -> Never:
    raise UnreadableError("is not valid JSON (JSON has no NaN or Infinity)")

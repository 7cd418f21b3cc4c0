"""The file that holds what the guardian remembers, written as a whole or not at all."""

import json
import os
import tempfile
from pathlib import Path

from pydantic import ValidationError

from freqtrade_riskguard.bounded_json import (
    MEGABYTE,
    MissingFileError,
    UnreadableError,
    parse_json,
    read_bytes,
)
from freqtrade_riskguard.sanitize import escaped
from freqtrade_riskguard.watch.state import WatchState

_MOST_BYTES = 16 * MEGABYTE


class StateFileError(Exception):
    """The state file cannot be used; the text names it and the remedy."""


class StateFile:
    """The file, and beside it the resets that were asked for.

    Parameters
    ----------
    path : Path
        Its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._resets = path.parent / f"{path.name}.resets"

    def load(self) -> WatchState:
        """Return what was remembered; nothing where there is no file yet.

        Raises
        ------
        StateFileError
            Where it cannot be read. Beginning anew would forget halts and today's loss, so that is
            for a person to decide.
        """
        try:
            return WatchState.model_validate(parse_json(read_bytes(self._path, _MOST_BYTES)))
        except MissingFileError:
            return WatchState()
        except UnreadableError as error:
            reason = str(error)
            if not reason.startswith("cannot"):
                reason = f"is damaged (it {reason})"
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = escaped(".".join(map(str, first["loc"])))
            reason = f"is damaged ({place + ': ' if place else ''}{first['msg']})"
        raise StateFileError(
            f"state file {self._path} {reason}: restore it, or move it away to begin anew, without "
            "today's losses, peaks and halts"
        )

    def save(self, state: WatchState) -> None:
        """Write it as a whole or not at all.

        Raises
        ------
        StateFileError
            Where the disk refuses; the file is then as it was.
        """
        try:
            self._replace(json.dumps(state.model_dump(mode="json"), indent=1))
        except OSError as error:
            raise StateFileError(
                f"state file {self._path} cannot be written ({error.strerror}): give a writable "
                "one as state_file"
            ) from None

    def ask_reset(self, name: str) -> None:
        """Leave word that the holds of a bot end: a running guardian reads it at its next poll.

        Raises
        ------
        StateFileError
            Where it cannot be left.
        """
        try:
            with self._resets.open("a", encoding="utf-8") as resets:
                resets.write(f"{name}\n")
        except OSError as error:
            raise StateFileError(
                f"{self._resets} cannot be written ({error.strerror}): check the folder"
            ) from None

    def take_resets(self) -> frozenset[str]:
        """Return the bots whose holds end, once."""
        taken = self._resets.with_name(f"{self._resets.name}.taken")
        try:
            self._resets.replace(taken)
        except FileNotFoundError:
            return frozenset()
        try:
            content = read_bytes(taken, _MOST_BYTES).decode("utf-8", "replace")
        except UnreadableError as error:
            raise StateFileError(f"{taken} {error}: ask for the reset again") from None
        finally:
            taken.unlink(missing_ok=True)
        return frozenset(map(escaped, content.splitlines()))

    def _replace(self, content: str) -> None:
        # In the same folder: a file can only take another's place on the same disk.
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=self._path.parent, prefix=self._path.name, delete=False
        ) as draft:
            try:
                draft.write(content)
                draft.flush()
                os.fsync(draft.fileno())
                Path(draft.name).replace(self._path)
            except OSError:
                Path(draft.name).unlink(missing_ok=True)
                raise

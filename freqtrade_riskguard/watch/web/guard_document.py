"""What a bot's own guard says of itself: the document of ``riskguard status --json``, in a file."""

import logging
from pathlib import Path

from pydantic import ValidationError

from freqtrade_riskguard.status.model import GuardStatus

logger = logging.getLogger(__name__)

_MOST_BYTES = 1024 * 1024


class GuardDocument:
    """Reads a file again whenever it has changed.

    Parameters
    ----------
    path : Path
        May come later.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[int, int] | None = None
        self._status: GuardStatus | None = None
        self._failed = False

    def latest(self) -> GuardStatus | None:
        """Return what it says; None where there is no such document to read."""
        try:
            told = self._path.stat()
            seen = told.st_mtime_ns, told.st_size
            if seen == self._read:
                return self._status
            self._status, self._read = None, seen
            with self._path.open("rb") as file:
                text = file.read(_MOST_BYTES + 1)
            if len(text) > _MOST_BYTES:
                self._complain("is larger than 1 MB")
                return None
            self._status = GuardStatus.model_validate_json(text)
        except OSError as error:
            self._status, self._read = None, None
            self._complain(error.strerror or "failed")
        # Perhaps it is being written: then it changes.
        except ValidationError:
            self._complain("is not what riskguard status --json writes")
        else:
            self._failed = False
        return self._status

    def _complain(self, text: str) -> None:
        if not self._failed:
            logger.warning("status %s cannot be read: %s", self._path, text)
        self._failed = True

"""Writes to freqtrade's database that fail; shared by locks and state."""

import logging
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from freqtrade.persistence import Trade
from freqtrade.persistence.custom_data import _CustomData
from sqlalchemy.exc import DBAPIError, IntegrityError

logger = logging.getLogger(__name__)


@contextmanager
def undone_on_failure() -> Iterator[None]:
    """Roll a failed write back: until then the database would refuse every further one."""
    try:
        yield
    except Exception:
        if Trade.use_db:
            Trade.session.rollback()
            _CustomData.session.rollback()
        raise


def undo_what_was_cut_short() -> None:
    """Make freqtrade's sessions usable again after a signal that ended the bot within a statement.

    Until then every further statement is refused: freqtrade, which cleans up after Ctrl-C, could
    cancel no open order and store nothing.
    """
    if not Trade.use_db:
        return
    for session in (Trade.session, _CustomData.session):
        if not session.is_active or session.connection().invalidated:
            session.rollback()


class WriteQueue:
    """Writes in the order in which they are asked for; what the database refuses waits.

    Nothing overtakes what waits: a bot that dies meanwhile finds what was written before it, and
    nothing of what came after. Told in the log once, until writes succeed again.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, Callable[[], None]] = {}
        self._is_failing = False

    @property
    def is_waiting(self) -> bool:
        """Whether anything is still to be written."""
        return bool(self._waiting)

    def write(self, key: Hashable, write: Callable[[], None]) -> None:
        """Write, or wait behind what waits. A newer value takes the place of one that waits."""
        is_first = not self._waiting
        self._waiting[key] = write
        if is_first:
            self.flush()

    def flush(self) -> None:
        """Write what waits, as far as the database takes it."""
        while self._waiting:
            key = next(iter(self._waiting))
            # Taken out first: an error that is not the database's must not hold up all others.
            write = self._waiting.pop(key)
            if not self.attempt(write):
                self._waiting = {key: write, **self._waiting}
                return

    def attempt(self, write: Callable[[], None]) -> bool:
        """Write at once; return False where the database refuses it."""
        try:
            with undone_on_failure():
                write()
        except IntegrityError:
            # It would be refused for ever.
            raise
        except DBAPIError:
            if not self._is_failing:
                self._is_failing = True
                logger.exception(
                    "RiskGuard: the database cannot be written to. Locks, cuts and closes are in "
                    "force all the same, but a restart would not know of them; tried again in "
                    "every loop"
                )
            return False
        if self._is_failing and not self._waiting:
            self._is_failing = False
            logger.warning("RiskGuard: the database can be written to again; nothing was lost")
        return True

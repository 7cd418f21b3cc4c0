"""Writes to freqtrade's database that fail; one function, shared by locks and state."""

from collections.abc import Iterator
from contextlib import contextmanager

from freqtrade.persistence import Trade


@contextmanager
def undone_on_failure() -> Iterator[None]:
    """Roll a failed write back: until then the database would refuse every further one."""
    try:
        yield
    except Exception:
        if Trade.use_db:
            Trade.session.rollback()
        raise

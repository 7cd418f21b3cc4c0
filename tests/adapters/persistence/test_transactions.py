"""The queue of writes that the database has refused."""

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from freqtrade_riskguard.adapters.persistence.transactions import WriteQueue

LOCKED = OperationalError("commit", {}, Exception("database is locked"))
NO_SUCH_TRADE = IntegrityError("commit", {}, Exception("no such trade"))


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("error", [NO_SUCH_TRADE, ZeroDivisionError()])
def test_what_would_fail_for_ever_is_told_and_holds_up_nothing(error):
    queue, written, errors = WriteQueue(), [], [LOCKED, error]

    def fails():
        raise errors.pop(0)

    queue.write("trade 1", fails)
    queue.write("peak", lambda: written.append("peak"))
    assert written == []

    with pytest.raises(type(error)):
        queue.flush()
    queue.flush()

    assert (written, errors) == (["peak"], [])
